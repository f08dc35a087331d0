"""Sums without a look at every day: whole months from the sums of months, the days that make no whole month from the days."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.periods import Period, month
from bot.statistics.views import View, day_conditions
from bot.storage.book_tables import DailyCount, MonthPart

ALL, HOUR = "all", "hour"
# Whence, from which day (None: from the beginning), before which day.
Span = tuple[Any, Any, date]


def from_totals(view: View) -> bool:
    """Whether the months hold what a view asks for: all places, all that is known now."""
    return view.as_of is None and view.communities is None and not view.where


def total(session: Session, view: View, kinds: tuple[str, ...], minus: tuple[str, ...] = (), cumulative: bool = False) -> int:
    """Return the sum of some kinds less those in `minus`, in parts of the unit.

    Args:
        cumulative: everything up to the end of the period, not only what lies in it.
    """
    return sum(_sum(session, span, view, kinds, minus) for span in _spans(view.period, cumulative))


def by_kind(session: Session, view: View, kinds: tuple[str, ...], cumulative: bool = False) -> dict[str, int]:
    """Return the sum of each kind that occurs; of every view but one of what was known on a day."""
    found: dict[str, int] = {}
    if from_totals(view):
        asked = [(span[0], _conditions(span, view, kinds)) for span in _spans(view.period, cumulative)]
    else:
        asked = [(DailyCount, day_conditions(view, kinds, cumulative))]
    for source, conditions in asked:
        kind = _not_ordered(session, source.kind)
        for name, n in session.execute(sa.select(kind, sa.func.sum(source.quantity)).where(*conditions).group_by(kind)):
            found[name] = found.get(name, 0) + int(n)
    return found


def by_code(session: Session, view: View, kinds: tuple[str, ...], minus: tuple[str, ...], dimension: str, cumulative: bool = False) -> list[tuple[str, int]]:
    """Return (code, sum) of one dimension, '' for none, in no order; for views that `from_totals` takes."""
    found: dict[str, int] = {}
    for span in _spans(view.period, cumulative):
        code = span[0].code if span[0] is MonthPart else getattr(DailyCount, dimension)
        query = sa.select(code, sa.func.sum(_amount(span[0], minus))).where(*_conditions(span, view, (*kinds, *minus), dimension)).group_by(code)
        for name, n in session.execute(query):
            found[name] = found.get(name, 0) + int(n)
    return list(found.items())


def lines(session: Session, view: View, kinds: tuple[str, ...], cumulative: bool = False) -> int:
    """Return how many lines stand behind such a sum, reversing ones included; of every view but one of what was known on a day."""
    if from_totals(view):
        return sum(_sum(session, span, view, kinds, (), "lines") for span in _spans(view.period, cumulative))
    query = sa.select(sa.func.sum(DailyCount.lines)).where(*day_conditions(view, kinds, cumulative))
    return int(session.execute(query).scalar_one() or 0)


def by_month(session: Session, view: View, kinds: tuple[str, ...]) -> list[tuple[date, int]]:
    """Return (first day of the month, sum) of whole months; only for periods that begin and end with a month."""
    query = sa.select(MonthPart.month, sa.func.sum(MonthPart.quantity)).group_by(MonthPart.month)
    where = _conditions((MonthPart, view.period.first, view.period.end), view, kinds)
    return [(day, int(n)) for day, n in session.execute(query.where(*where))]


def by_hour_of_week(session: Session, view: View, kinds: tuple[str, ...]) -> tuple[dict[tuple[int, int], int], list[Period]]:
    """Return (weekday, hour) → sum of the whole months of a period, Monday is 0, and the days beside them; for views that `from_totals` takes."""
    found: dict[tuple[int, int], int] = {}
    spans = _spans(view.period, cumulative=False)
    for span in [span for span in spans if span[0] is MonthPart]:
        query = sa.select(MonthPart.code, sa.func.sum(MonthPart.quantity)).where(*_conditions(span, view, kinds, HOUR)).group_by(MonthPart.code)
        found.update({((int(code[0]) + 6) % 7, int(code[1:])): int(n) for code, n in session.execute(query)})
    return found, [Period(since, before) for source, since, before in spans if source is DailyCount]


def _spans(period: Period, cumulative: bool) -> list[Span]:
    first, end = period.first, period.end
    begins, ends = first if first.day == 1 else month(first.month, first.year).end, end.replace(day=1)
    if cumulative:
        spans: list[Span] = [(MonthPart, None, ends), (DailyCount, ends, end)]
    elif begins < ends:
        spans = [(DailyCount, first, begins), (MonthPart, begins, ends), (DailyCount, ends, end)]
    else:
        spans = [(DailyCount, first, end)]
    return [span for span in spans if span[1] is None or span[1] < span[2]]


def _sum(session: Session, span: Span, view: View, kinds: tuple[str, ...], minus: tuple[str, ...], what: str = "quantity") -> int:
    query = sa.select(sa.func.sum(_amount(span[0], minus, what))).where(*_conditions(span, view, (*kinds, *minus)))
    return int(session.execute(query).scalar_one() or 0)


def _amount(source: Any, minus: tuple[str, ...], what: str = "quantity") -> Any:
    amount = getattr(source, what)
    return sa.case((source.kind.in_(minus), -amount), else_=amount) if minus else amount


def _conditions(span: Span, view: View, kinds: tuple[str, ...], part: str = ALL) -> list[Any]:
    source, since, before = span
    time = source.month if source is MonthPart else source.day
    found = [source.kind.in_(kinds), time < before]
    if source is MonthPart:
        found.append(MonthPart.part == part)
    if since is not None:
        found.append(time >= since)
    if not view.with_demo:
        found.append(source.is_demo.is_(False))
    return found


def _not_ordered(session: Session, column: Any) -> Any:
    """SQLite would take the index that gives the groups in order, though another one finds a community's days."""
    return column if session.get_bind().dialect.name != "sqlite" else column.concat("")
