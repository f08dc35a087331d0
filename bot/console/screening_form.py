"""The form of a monthly screening, with the disputes it found. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Mapping

from bot.console.fields import CHECK, CHOICE, DAY, NUMBER, Field, read_fields
from bot.console.months import Month
from bot.console.service_form import choices
from bot.errors import BadFields
from bot.ledger.screenings import Finding, Screening
from bot.legal.disputes import DisputeType
from bot.legal.screening import RiskLevel

MOST = 30
REPORT = (
    Field("households", "走访户数", NUMBER, True),
    Field("sign_off", "审核人", hint="职务或姓名", longest=40),
    Field("evidence", "凭证", hint="纸质排查表的存放位置", longest=200),
    Field("zero_finding", "本轮没有发现矛盾纠纷（在此明确申报）", CHECK),
)
FOUND = (
    Field("type", "纠纷类型", CHOICE, True, choices(DisputeType)),
    Field("risk", "风险", CHOICE, True, choices(RiskLevel)),
    Field("group", "有群体性风险", CHECK),
    Field("responsible", "责任人", required=True, hint="职务或岗位，不写居民姓名", longest=40),
    Field("measures", "措施", required=True, hint="不写姓名、电话、门牌", longest=200),
    Field("due", "处理期限", DAY, past=False),
)


def finding_fields(n: int) -> tuple[Field, ...]:
    """Return the fields of the n-th dispute of the form."""
    return tuple(replace(field, name=f"f{n}_{field.name}") for field in FOUND)


def used_blocks(given: Mapping[str, str]) -> list[int]:
    """Return which of the form's blocks of disputes somebody wrote something in."""
    names = [field.name for field in FOUND if field.kind not in (CHECK,) and field.name != "risk"]
    return [n for n in range(1, MOST + 1) if any((given.get(f"f{n}_{name}") or "").strip() for name in names)]


def read_screening(given: Mapping[str, str], community: str, month: Month, round_no: int, by: str, now: datetime) -> Screening:
    """Return the report that a form makes.

    Raises:
        BadFields: something is missing or wrong, or it says neither that something was found nor that nothing was.
    """
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    blocks = used_blocks(given)
    for fields, prefix in ((REPORT, ""), *((finding_fields(n), f"第{i}件：") for i, n in enumerate(blocks, 1))):
        try:
            values |= read_fields(fields, given, now)
        except BadFields as refused:
            wrong |= {name: f"{prefix}{said}" for name, said in refused.fields.items()}
    said_nothing = (given.get("zero_finding") or "") != ""
    if said_nothing and blocks:
        wrong["zero_finding"] = f"写了{len(blocks)}件纠纷，就不能再勾“没有发现”。"
    if not said_nothing and not blocks:
        wrong["zero_finding"] = "没有发现纠纷，请勾选“本轮没有发现矛盾纠纷”；不勾是缺报，不是零。"
    if wrong:
        raise BadFields(wrong)
    found = tuple(_finding(values, n, f"{community}:{month.code}:{round_no}:{i}") for i, n in enumerate(blocks, 1))
    return Screening(
        community, month.code, round_no, now, by, values["households"], not found, found, values["sign_off"], values["evidence"],
    )  # fmt: skip


def _finding(values: dict[str, Any], n: int, ref: str) -> Finding:
    due = values[f"f{n}_due"]
    return Finding(
        ref, DisputeType.from_code(values[f"f{n}_type"]), values[f"f{n}_risk"], values[f"f{n}_group"], values[f"f{n}_responsible"],
        values[f"f{n}_measures"], due.isoformat() if due else "",
    )  # fmt: skip
