"""The interface under /api/v1: its paths, parameters and answers, in one table; OpenAPI and the page /docs are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.console.asked import LARGEST_PAGE, TAXONOMIES, WITHOUT
from bot.legal.api_scopes import Scope
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Status
from bot.office import Office
from bot.statistics.registry import Shape, all_metrics
from bot.statistics.views import DIMENSIONS, TIMES

BASE = "/api/v1"
TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": "string", "nullable": True}
WHOLE: dict[str, Any] = {"type": "integer"}
MAYBE_WHOLE: dict[str, Any] = {"type": "integer", "nullable": True}
MAYBE_NUMBER: dict[str, Any] = {"type": "number", "nullable": True}
NUMERIC: dict[str, Any] = {"type": "number"}
FLAG: dict[str, Any] = {"type": "boolean"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time", "nullable": True}
ROW_FIELDS = (
    "id", "table", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "case_number", "community", "tier", "channel", "topic", "dispute_type",
    "reverses_id",
)  # fmt: skip
CASE_FIELDS = (
    "number", "kind", "status", "topic", "dispute_type", "community", "tier", "channel", "requested_at", "accepted_at", "ended_at", "withdrawn_at",
    "merged_into",
)  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address."""

    name: str
    about: str
    schema: dict[str, Any]
    required: bool = False
    in_path: bool = False


@dataclass(frozen=True)
class Route:
    """One path that can be read, what for, by whom, and the shape of its answer."""

    path: str
    name: str
    about: str
    scope: Scope
    parameters: tuple[Parameter, ...]
    answer: dict[str, Any]

    @property
    def known(self) -> frozenset[str]:
        """The names that may stand in the address behind the question mark."""
        return frozenset(p.name for p in self.parameters if not p.in_path)


def thing(**fields: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all of these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def many(of: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": of}


def routes(office: Office) -> tuple[Route, ...]:
    """Return all paths; the codes that may be asked for are the office's."""
    looking = _looking(office)
    size = Parameter("size", f"每页行数，1到{LARGEST_PAGE}", {**WHOLE, "minimum": 1, "maximum": LARGEST_PAGE, "default": 50})
    after_row = Parameter("after", "上一页最后的行号", {**WHOLE, "minimum": 0, "maximum": 10**17})
    one = Parameter("metric", "指标代码", {**TEXT, "enum": [m.code for m in all_metrics()]}, required=True)
    some = Parameter("metric", "指标代码，逗号分隔；不写为全部", TEXT)
    by = Parameter("by", f"拆分维度，逗号分隔，最多三个：{', '.join((*DIMENSIONS, *TIMES))}", TEXT)
    number = Parameter("number", "受理编号", {**TEXT, "pattern": NUMBER}, required=True, in_path=True)
    what = (Parameter("kind", "类别", {**TEXT, "enum": list(CaseKind.codes())}), Parameter("status", "状态", {**TEXT, "enum": list(Status.codes())}))
    shared = tuple(p for p in looking if p.name in ("community", "with_demo"))
    after_case = Parameter("after", "上一页最后的编号", {**TEXT, "pattern": NUMBER})
    stats, rows = Scope.STATS, Scope.ROWS
    return (
        Route("/metrics", "metrics", "全部指标：代码、名称、单位、定义、台账、责任单位。", stats, (), thing(metrics=many(METRIC))),
        Route("/stats", "stats", "一段期间的数字，可按维度拆分；各部分之和等于合计（比率除外）。", stats, (*looking, some, by), STATS),
        Route("/rows", "rows", "一个数字背后的明细行，按发生时间分页，不含个人信息。", rows, (one, *looking, after_row, size), ROWS),
        Route("/cases", "cases", "受理事项，按编号分页，不含个人信息。", Scope.CASES, (*what, *shared, after_case, size), CASES),
        Route("/cases/{number}", "case", "一件受理事项和它的经过。", Scope.CASES, (number,), thing(**CASE, events=many(EVENT))),
        Route("/periods", "periods", "关账和重开的记录，每一条的哈希接着上一条。", Scope.PERIODS, (), PERIODS),
    )


def _looking(office: Office) -> tuple[Parameter, ...]:
    day = {"type": "string", "format": "date"}
    codes = {name: [*taxonomy.codes(), WITHOUT] for name, taxonomy in TAXONOMIES.items()}
    codes["community"] = [*(c.code for c in office.communities), WITHOUT]
    return (
        Parameter("period", "期间：2026、2026H1、2026Q3、2026-03；不写为今年", {**TEXT, "pattern": "^2[0-9]{3}(H[12]|Q[1-4]|-(0[1-9]|1[0-2]))?$"}),
        Parameter("from", "首日（含），与 to 一起代替 period", day),
        Parameter("to", "末日（含）", day),
        Parameter("as_of", "只含这一天结束时已登记的", day),
        *(Parameter(name, f"只含这个代码的；{WITHOUT} 为没有的", {**TEXT, "enum": codes[name]}) for name in DIMENSIONS),
        Parameter("with_demo", "1 为含演示数据", {**TEXT, "enum": ["0", "1", "true", "false"]}),
    )


def _field(name: str) -> dict[str, Any]:
    if name in ("id", "quantity"):
        return WHOLE
    if name == "reverses_id":
        return MAYBE_WHOLE
    if name in ("happened_at", "recorded_at", "requested_at"):
        return MOMENT
    if name.endswith("_at"):
        return MAYBE_MOMENT
    return TEXT if name in ("table", "kind", "recorded_by", "tier", "channel", "number", "status") else MAYBE_TEXT


NUMBER = "^[A-Z0-9-]{1,16}$"
METRIC = thing(
    code=TEXT, label=TEXT, unit=TEXT, scope=TEXT, shape={**TEXT, "enum": [s.value for s in Shape]}, definition=TEXT, source=TEXT, owner=TEXT,
    must_be_declared=FLAG,
)  # fmt: skip
PART = {"type": "object", "properties": {"labels": many(TEXT), "count": NUMERIC}, "required": ["labels", "count"], "additionalProperties": MAYBE_TEXT}
COUNTED = thing(
    metric=TEXT, label=TEXT, unit=TEXT, total=MAYBE_NUMBER, state={**TEXT, "enum": ["value", "zero", "missing", "na"]}, shown=TEXT, parts=many(PART)
)  # fmt: skip
STATS = thing(
    **{"from": TEXT, "before": TEXT}, as_of=MAYBE_TEXT, with_demo=FLAG, where={"type": "object", "additionalProperties": TEXT}, metrics=many(COUNTED)
)  # fmt: skip
ROWS = thing(metric=TEXT, total=WHOLE, rows=many(thing(**{name: _field(name) for name in ROW_FIELDS})), next=MAYBE_WHOLE)
CASE = {name: _field(name) for name in CASE_FIELDS}
CASES = thing(cases=many(thing(**CASE)), next=MAYBE_TEXT)
EVENT = thing(happened_at=MOMENT, event=TEXT, status_before=MAYBE_TEXT, status_after=TEXT)
ACTION = thing(
    month=TEXT, action={**TEXT, "enum": ["close", "reopen"]}, done_at=MOMENT, done_by=TEXT, approved_by=MAYBE_TEXT, reason=MAYBE_TEXT, digest=TEXT,
    previous_digest=TEXT,
)  # fmt: skip
PERIODS = thing(actions=many(ACTION), closed=many(TEXT), holds=FLAG)
