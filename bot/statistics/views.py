"""What is looked at: which days, known by when, which part, with or without demonstration data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.errors import UnknownMetric
from bot.statistics.periods import Period, end_of
from bot.storage.book_tables import BookFact, DailyCount
from bot.storage.tables import ServiceEntry

DIMENSIONS = ("community", "dispute_type", "topic", "channel", "tier")
MONTH, DAY = "month", "day"
TIMES = (MONTH, DAY)
NONE = ""


@dataclass(frozen=True)
class View:
    """One way to look at the books.

    Args:
        period: Beijing days; the day something happened decides.
        as_of: what was recorded by the end of this day; None is everything we know.
        where: only lines with these codes, such as (("community", "c01"),); "" is those without one.
        communities: only lines of one of these; None is all, those of no community included.
    """

    period: Period
    with_demo: bool = False
    as_of: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    communities: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for name, _ in self.where:
            if name not in DIMENSIONS:
                raise UnknownMetric(f"Unknown dimension {name!r}; expected some of: {', '.join(DIMENSIONS)}.")

    @property
    def known_before(self) -> datetime | None:
        """The first instant whose records are not known; None where all are."""
        return None if self.as_of is None else end_of(self.as_of)

    def during(self, period: Period) -> View:
        """The same look at other days."""
        return replace(self, period=period)

    def before(self) -> View:
        """The same look at the day before the period, for what was carried over."""
        return self.during(Period(self.period.first - timedelta(days=1), self.period.first))


def view_of(period: Period | View, with_demo: bool = False) -> View:
    """Return a period as a view of it."""
    return period if isinstance(period, View) else View(period, with_demo)


def line_conditions(view: View, kinds: tuple[str, ...], cumulative: bool) -> list[Any]:
    """Return what a line of the books must fulfil to belong to a view."""
    conditions = [ServiceEntry.kind.in_(kinds), ServiceEntry.happened_at < view.period.end_utc]
    if not cumulative:
        conditions.append(ServiceEntry.happened_at >= view.period.start_utc)
    if view.known_before is not None:
        conditions.append(ServiceEntry.recorded_at < view.known_before)
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    return conditions + place_conditions(view, ServiceEntry)


def day_conditions(view: View, kinds: tuple[str, ...], cumulative: bool) -> list[Any]:
    """Return the same conditions for the daily roll-ups, which know nothing of `as_of`."""
    conditions = [DailyCount.kind.in_(kinds), DailyCount.day < view.period.end]
    if not cumulative:
        conditions.append(DailyCount.day >= view.period.first)
    if not view.with_demo:
        conditions.append(DailyCount.is_demo.is_(False))
    return conditions + place_conditions(view, DailyCount)


def place_conditions(view: View, table: Any) -> list[Any]:
    """Return what narrows a table with the dimensions as columns to the part that a view looks at."""
    mine = [] if view.communities is None else [table.community.in_(sorted(view.communities))]
    return mine + [_is(table, name, code) for name, code in view.where]


def _is(table: Any, name: str, code: str) -> Any:
    """The lines hold NULL for none, the roll-ups an empty text (a key has no NULL)."""
    column = getattr(table, name)
    return column.is_(None) if code == NONE and table is ServiceEntry else column == code


def fact_conditions(view: View) -> list[Any]:
    """Return what a fact must fulfil to stand in a view: written, and not taken back, by then."""
    undone = sa.select(BookFact.reverses_id).where(BookFact.reverses_id.is_not(None))
    known = []
    if view.known_before is not None:
        undone = undone.where(BookFact.recorded_at < view.known_before)
        known.append(BookFact.recorded_at < view.known_before)
    if not view.with_demo:
        known.append(BookFact.is_demo.is_(False))
    return [*known, BookFact.event != "reversed", BookFact.id.not_in(undone)]
