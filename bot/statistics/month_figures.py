"""Figures made of months: what closings froze is taken over, and only the months that no closing tells are read line by line.

Lines are only ever added, each to the month it happened in; a month that has as many lines as when it was frozen, and the same sum, has
the same lines. What was taken over is proved like everything else when a closing or a report is checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.batches import Batch, Batches, digest_of_batches, read_batches
from bot.statistics.metrics import Number, sums_by
from bot.statistics.periods import Period, month, span_name
from bot.statistics.registry import Metric, Shape
from bot.statistics.totals import ALL
from bot.statistics.views import MONTH, View
from bot.storage.book_tables import MonthPart

# {"rows", "sum", "sha256", "recorded", "at"}: a metric's lines of one span of days; `at` is the digest of the closing that holds their batches,
# "" for what is read now.
Part = dict[str, Any]
Known = dict[str, dict[str, Part]]  # code of a metric → span of days → part
InBooks = dict[tuple[date, str], tuple[int, int]]  # first day of a month and kind → lines, sum


@dataclass
class MonthFigure:
    """A metric in a view, month by month; the first and the last may be cut to the view."""

    session: Session = field(repr=False)
    which: Metric
    view: View
    months: dict[str, Part]
    _parts: dict[str, dict[str | None, int]] = field(default_factory=dict, repr=False)

    @property
    def total(self) -> Number | None:
        """The sum of all rows in the metric's unit; None for a ratio, which is no sum."""
        return None if self.which.shape is Shape.RATIO else self.scaled(sum(part["sum"] for part in self.months.values()))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(part["rows"] for part in self.months.values())

    @property
    def sha256(self) -> str:
        """The hash over the months and their hashes (64 hex digits)."""
        return digest_of_batches(self.months.items())

    def part(self, dimension: str, code: str | None) -> Number:
        """Return the part with this code of a dimension, or in a month, in the metric's unit."""
        return self.scaled(self.parts(dimension).get(code, 0))

    def codes(self, dimension: str) -> set[str | None]:
        """Return the codes of a dimension that occur."""
        return set(self.parts(dimension))

    def parts(self, dimension: str) -> dict[str | None, int]:
        """Return code → sum of all rows with it, in parts of the unit."""
        if dimension not in self._parts:
            of_months: dict[str | None, int] = {name[:7]: part["sum"] for name, part in self.months.items()}
            self._parts[dimension] = of_months if dimension == MONTH else sums_by(self.session, self.which, self.view, dimension)
        return self._parts[dimension]

    def scaled(self, total: int) -> Number:
        """Return a sum of quantities in the metric's unit."""
        return total if self.which.scale == 1 else (Decimal(total) / self.which.scale).quantize(Decimal("0.01"))


def month_figures(session: Session, wanted: Iterable[tuple[Metric, View]], known: Known) -> tuple[list[MonthFigure], Batches]:
    """Return each figure, and the batches of what was read now; views may differ in their period only, and no metric may be a snapshot."""
    asked = list(wanted)
    in_books = lines_in_books(session, max(view.period.end for _, view in asked), asked[0][1].with_demo)
    spans = [spans_of(which, view, in_books) for which, view in asked]
    kept = [_kept(which, view, of_figure, known.get(which.code, {}), in_books) for (which, view), of_figure in zip(asked, spans)]
    missing: dict[Period, set[str]] = {}
    for (which, _), of_figure, parts in zip(asked, spans, kept):
        for days in of_figure:
            if span_name(days) not in parts:
                missing.setdefault(days, set()).update(kinds_of(which))
    batches = read_batches(session, asked[0][1], missing)
    found = []
    for (which, view), of_figure, parts in zip(asked, spans, kept):
        names = [name for name in map(span_name, of_figure) if name not in parts]
        read = {name: part_of(which, batches[name]) for name in names}
        found.append(MonthFigure(session, which, view, {**parts, **{name: part for name, part in read.items() if part["rows"]}}))
    return found, batches


def kinds_of(which: Metric) -> tuple[str, ...]:
    """Return the kinds a metric is made of, each once."""
    return tuple(dict.fromkeys((*which.kinds, *which.minus)))


def part_of(which: Metric, batches: dict[str, Batch]) -> Part:
    """Return a metric's part of a span from the batches of its kinds."""
    mine = [(kind, batches[kind]) for kind in kinds_of(which) if kind in batches]
    total = sum(-one["sum"] if kind in which.minus else one["sum"] for kind, one in mine)
    recorded = max((datetime.fromisoformat(one["recorded"]) for _, one in mine), default=None)
    told = {"rows": sum(one["rows"] for _, one in mine), "sum": total, "sha256": digest_of_batches(mine)}
    return {**told, "recorded": recorded.isoformat() if recorded else "", "at": ""}


def lines_in_books(session: Session, end: date, with_demo: bool) -> InBooks:
    """Return how many lines of each kind each month before `end` has, and their sum."""
    conditions = [MonthPart.part == ALL, MonthPart.month < end]
    if not with_demo:
        conditions.append(MonthPart.is_demo.is_(False))
    query = sa.select(MonthPart.month, MonthPart.kind, sa.func.sum(MonthPart.lines), sa.func.sum(MonthPart.quantity))
    rows = session.execute(query.where(*conditions).group_by(MonthPart.month, MonthPart.kind))
    return {(first, kind): (int(lines), int(total)) for first, kind, lines, total in rows}


def spans_of(which: Metric, view: View, in_books: InBooks) -> list[Period]:
    """Return the months in which a figure may have lines, cut to its view."""
    kinds = set(kinds_of(which))
    months = sorted({first for first, kind in in_books if kind in kinds})
    return [days for first in months if (days := days_in(which, view, first)) is not None]


def days_in(which: Metric, view: View, day: date) -> Period | None:
    """Return the days of a day's month that a figure is made of, None where there are none: of a stock all up to the end of the view."""
    whole = month(day.month, day.year)
    first, end = whole.first if which.shape is Shape.STOCK else max(whole.first, view.period.first), min(whole.end, view.period.end)
    return Period(first, end) if first < end else None


def _kept(which: Metric, view: View, spans: list[Period], known: dict[str, Part], in_books: InBooks) -> dict[str, Part]:
    """The parts that still are what they were, of a view that sees what closings freeze: all places, no demonstration."""
    if view.with_demo or view.communities is not None or view.where:
        return {}
    names = {span_name(days): days.first for days in spans}
    return {name: known[name] for name, first in names.items() if name in known and _still(which, first, known[name], view.known_before, in_books)}


def _still(which: Metric, first: date, part: Part, known_before: datetime | None, in_books: InBooks) -> bool:
    there = [(kind, *in_books.get((first, kind), (0, 0))) for kind in kinds_of(which)]
    now = (sum(lines for _, lines, _ in there), sum(-total if kind in which.minus else total for kind, _, total in there))
    return now == (part["rows"], part["sum"]) and (known_before is None or datetime.fromisoformat(part["recorded"]) < known_before)
