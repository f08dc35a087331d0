"""Proof of the roll-ups: the sums of the days, of the hours and of the months against the sums of the lines, a year at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.hours import hour_of_week
from bot.statistics.periods import year
from bot.statistics.totals import ALL, HOUR
from bot.statistics.views import DIMENSIONS
from bot.storage.book_tables import DailyCount, MonthPart
from bot.storage.office_tables import HOURLY_KINDS, HourlyCount
from bot.storage.tables import ServiceEntry

Difference = tuple[tuple[Any, ...], int, int]


@dataclass(frozen=True)
class RollUp:
    """One roll-up: its table, the columns it sums by, the column of time, the only kinds it holds, whether it knows how many lines there are, and its part."""

    table: Any
    key: tuple[str, ...]
    time: str
    kinds: tuple[str, ...] = ()
    counts: bool = True
    part: str | None = None


ROLL_UPS = (
    RollUp(DailyCount, ("day", "kind", "community", "tier", "channel", "topic", "dispute_type", "is_demo"), "day"),
    RollUp(HourlyCount, ("day", "hour", "kind", "community", "channel", "is_demo"), "day", HOURLY_KINDS, counts=False),
    *(RollUp(MonthPart, ("month", "kind", "is_demo", "code"), "month", HOURLY_KINDS if part == HOUR else (), part=part) for part in (ALL, *DIMENSIONS, HOUR)),
)


def recount(session: Session) -> list[Difference]:
    """Return each difference as (key, sum in the roll-up, sum of the lines); empty where days, hours and months hold."""
    first, last = _span(session)
    return [found for of_year in range(first, last + 1) for roll_up in ROLL_UPS for found in _differences(session, roll_up, of_year)]


def _span(session: Session) -> tuple[int, int]:
    """The first and the last year with a line or a sum; a line of the last hours of a year in UTC belongs to the next."""
    times = (ServiceEntry.happened_at, DailyCount.day, HourlyCount.day, MonthPart.month)
    ends = [session.execute(sa.select(sa.func.min(time), sa.func.max(time))).one() for time in times]
    years = [at.year for pair in ends for at in pair if at is not None]
    return (min(years), max(years) + 1) if years else (1, 0)


def _differences(session: Session, roll_up: RollUp, of_year: int) -> Iterator[Difference]:
    """The database adds both sides up and keeps what is not equal: the sums, or where those are, the numbers of lines."""
    both, n = _both(session, roll_up, of_year).subquery(), len(roll_up.key)
    key = [both.c[name] for name in roll_up.key]
    sums = [sa.func.sum(both.c[name]) for name in ("kept", "counted", "kept_lines", "counted_lines")]
    query = sa.select(*key, *sums).group_by(*key).having(sa.or_(sums[0] != sums[1], sums[2] != sums[3])).order_by(*key)
    for row in session.execute(query):
        kept, counted, kept_lines, counted_lines = (int(value) for value in row[n:])
        yield (tuple(row[:n]), kept, counted) if kept != counted else (tuple(row[:n]), kept_lines, counted_lines)


def _both(session: Session, roll_up: RollUp, of_year: int) -> Any:
    """The rows of the roll-up and the lines of a year, one below the other."""
    period, table, none, one = year(of_year), roll_up.table, sa.literal_column("0"), sa.literal_column("1")
    number = (table.lines, one) if roll_up.counts else (none, none)
    of_table = [getattr(table, name).label(name) for name in roll_up.key]
    kept = sa.select(*of_table, table.quantity.label("kept"), none.label("counted"), number[0].label("kept_lines"), none.label("counted_lines"))
    lines = sa.select(*(_of_line(session, name, roll_up.part) for name in roll_up.key), none, ServiceEntry.quantity, none, number[1])
    time, mine = getattr(table, roll_up.time), [ServiceEntry.happened_at >= period.start_utc, ServiceEntry.happened_at < period.end_utc]
    if roll_up.kinds:
        mine.append(ServiceEntry.kind.in_(roll_up.kinds))
    theirs = [] if roll_up.part is None else [table.part == roll_up.part]
    return kept.where(time >= period.first, time < period.end, *theirs).union_all(lines.where(*mine))


def _of_line(session: Session, name: str, part: str | None) -> Any:
    """A column of the key as a line has it, in Beijing time, '' for none."""
    if name == "code" and part == ALL:
        return sa.literal_column("''")
    if name == "code" and part == HOUR:
        return hour_of_week(session)
    if name not in ("day", "hour", "month"):
        column = getattr(ServiceEntry, str(part) if name == "code" else name)
        return column if name == "is_demo" else sa.func.coalesce(column, "")
    if session.get_bind().dialect.name == "sqlite":
        at = ServiceEntry.happened_at
        if name == "hour":
            return sa.cast(sa.func.strftime("%H", at, "+8 hours"), sa.Integer)
        return sa.type_coerce(sa.func.date(at, "+8 hours", *(["start of month"] if name == "month" else [])), sa.Date)
    if name == "hour":
        return sa.cast(sa.extract("hour", _local()), sa.SmallInteger)
    return sa.cast(_local() if name == "day" else sa.func.date_trunc("month", _local()), sa.Date)


def _local() -> Any:
    return sa.type_coerce(ServiceEntry.happened_at, sa.DateTime) + sa.text("interval '8 hours'")
