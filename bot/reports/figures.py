"""The figures of one report: each frozen once, shown in several forms. Nothing is computed here but how a value is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import UnknownMetric
from bot.legal.rounding import with_yu
from bot.office import Office
from bot.statistics.batches import Batches
from bot.statistics.closings import known_parts
from bot.statistics.frozen import Found, freeze
from bot.statistics.metrics import METRICS, Number
from bot.statistics.periods import months_of
from bot.statistics.registry import Metric, Shape
from bot.statistics.views import View
from bot.storage.book_tables import PeriodAction

OPENING = "@opening"
WAN = 10_000


@dataclass(frozen=True)
class Shown:
    """A figure at one place of the document: which figure, and how it reads there."""

    figure: str
    text: str


@dataclass(frozen=True)
class ReportFigure:
    """One figure of a report.

    Args:
        id: "F07", what the appendix and the document's content controls call it.
        key: the placeholder.
        frozen: record of bot.statistics.frozen; for the office's own figures only value and state.
    """

    id: str
    key: str
    label: str
    unit: str
    definition: str
    source: str
    owner: str
    frozen: dict[str, Any]
    opening: bool = False

    @property
    def missing(self) -> bool:
        """Whether somebody still has to report it."""
        return bool(self.frozen["state"] == "missing")

    @property
    def value(self) -> Number | None:
        """The value, None where it is missing or does not apply."""
        raw = self.frozen["value"]
        if raw is None:
            return None
        return Decimal(raw) if "." in raw else int(raw)

    def shown(self, form: str) -> Shown:
        """The value as exact, yu, wan or pct text.

        Raises:
            UnknownMetric: there is no such form.
        """
        value = self.value or 0
        if form == "wan":
            return Shown(self.id, str((Decimal(value) / WAN).quantize(Decimal("0.01"))))
        if form == "yu":
            return Shown(self.id, with_yu(int(value)))
        if form in ("exact", "pct"):
            return Shown(self.id, str(value))
        raise UnknownMetric(f"Unknown form {form!r} of a figure; expected exact, yu, wan or pct.")


@dataclass
class Figures:
    """All figures of a report, the batches of lines that no closing holds, and the parts of figures that tables show."""

    view: View
    batches: Batches
    by_key: dict[str, ReportFigure] = field(default_factory=dict)
    behind: dict[str, Found] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    numbers: int = 0  # how many ids of figures are given away, so that a figure has the same id in every report

    def use(self, key: str) -> ReportFigure:
        """Return a figure that the document shows; the proof and the appendix list it."""
        self.used.add(key)
        return self[key]

    def __getitem__(self, key: str) -> ReportFigure:
        if key not in self.by_key:
            raise UnknownMetric(f"Unknown figure {key!r} in the report's text; expected a metric's code.")
        return self.by_key[key]

    @property
    def missing(self) -> list[ReportFigure]:
        """Figures the document needs and somebody still has to report."""
        return [f for f in self.shown_figures if f.missing]

    @property
    def shown_figures(self) -> list[ReportFigure]:
        """Figures the document needs, in the order of their ids."""
        return [f for f in self.by_key.values() if f.key in self.used]

    def part(self, key: str, dimension: str, code: str | None) -> Shown:
        """Return one cell: the part of a figure with this code, taken from the figure's own rows."""
        whole = self.use(key)
        value, where = self.behind[key].part(dimension, code), {dimension: code}
        name = _part_name(whole.id, where)
        self.parts.append({"id": name, "of": whole.id, "where": where, "value": str(value)})
        return Shown(name, str(value))


def collect(session: Session, view: View, office: Office, closed: list[PeriodAction], keys: set[str]) -> Figures:
    """Return the metrics and opening stocks of these keys frozen, and what the office's file says; closed months are taken from their closings.

    Lines that no key asks for are not looked at.
    """
    stocks = [which for which in METRICS if which.shape is Shape.STOCK]
    wanted = [*((which, view) for which in METRICS), *((which, view.before()) for which in stocks)]
    numbered = {n: (which, of) for n, (which, of) in enumerate(wanted, 1) if _key(which, of is not view) in keys}
    frozen = freeze(session, list(numbered.values()), known_parts(closed, view.period))
    found = Figures(view, frozen.batches)
    for number, one, record in zip(numbered, frozen.found, frozen.figures):
        _add(found, number, one, record, opening=one.view is not view)
    found.numbers = len(wanted)
    months = len(months_of(view.period))
    _own(found, "community_count", "社区数", "个", "办公室档案（office.yml）所列社区数。", len(office.communities))
    _own(found, "screening_due", "应排查轮次", "轮", "社区数乘以期内月数，每社区每月一轮。", len(office.communities) * months)
    ended = sum(int(found[code].value or 0) for code in ("mediation_resolved", "mediation_failed", "mediation_terminated"))
    _own(found, "mediation_closed", "办结案件", "件", "调解成功、不成、终止之和。", ended)
    return found


def last_day(view: View) -> date:
    """Return the last day inside a view's period."""
    return view.period.end - timedelta(days=1)


def _key(which: Metric, opening: bool) -> str:
    return f"{which.code}{OPENING}" if opening else which.code


def _add(found: Figures, number: int, one: Found, record: dict[str, Any], opening: bool) -> None:
    which, key = one.which, _key(one.which, opening)
    label = f"{which.label.replace('（期末）', '')}（期初）" if opening else which.label
    found.behind[key] = one
    found.by_key[key] = ReportFigure(f"F{number:03d}", key, label, which.unit, which.definition, which.source, which.owner, record, opening)


def _own(found: Figures, key: str, label: str, unit: str, definition: str, value: int) -> None:
    frozen = {"code": key, "state": "value" if value else "zero", "value": str(value), "rows": 0, "table": "office", "ids": "", "sha256": ""}
    found.numbers += 1
    found.by_key[key] = ReportFigure(f"F{found.numbers:03d}", key, label, unit, definition, "办公室档案", "区法制办", frozen)


def _part_name(whole: str, where: dict[str, str | None]) -> str:
    return f"{whole}/" + "/".join(code or "-" for code in where.values())
