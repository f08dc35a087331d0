"""Sums wherever something happened: whole months from the month totals, the days that make no whole month from the days."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.periods import month
from bot.statistics.views import View, day_conditions
from bot.storage.book_tables import DailyCount, MonthTotal

# Whence, from which day (None: from the beginning), before which day.
Span = tuple[Any, Any, date]


def from_totals(view: View) -> bool:
    """Whether the totals hold what a view asks for: all places, all that is known now."""
    return view.as_of is None and view.communities is None and not view.where


def total(session: Session, view: View, kinds: tuple[str, ...], minus: tuple[str, ...] = (), cumulative: bool = False) -> int:
    """Return the sum of some kinds less those in `minus`, in parts of the unit.

    Args:
        cumulative: everything up to the end of the period, not only what lies in it.
    """
    return sum(_sum(session, span, view, kinds, minus) for span in _spans(view.period.first, view.period.end, cumulative))


def by_kind(session: Session, view: View, kinds: tuple[str, ...], cumulative: bool = False) -> dict[str, int]:
    """Return the sum of each kind that occurs; of every view but one of what was known on a day."""
    found: dict[str, int] = {}
    if from_totals(view):
        asked = [(span[0], _conditions(span, view, kinds)) for span in _spans(view.period.first, view.period.end, cumulative)]
    else:
        asked = [(DailyCount, day_conditions(view, kinds, cumulative))]
    for source, conditions in asked:
        for kind, n in session.execute(sa.select(source.kind, sa.func.sum(source.quantity)).where(*conditions).group_by(source.kind)):
            found[kind] = found.get(kind, 0) + int(n)
    return found


def lines(session: Session, view: View, kinds: tuple[str, ...], cumulative: bool = False) -> int:
    """Return how many lines stand behind such a sum, reversing ones included; of every view but one of what was known on a day."""
    if from_totals(view):
        return sum(_sum(session, span, view, kinds, (), "lines") for span in _spans(view.period.first, view.period.end, cumulative))
    query = sa.select(sa.func.sum(DailyCount.lines)).where(*day_conditions(view, kinds, cumulative))
    return int(session.execute(query).scalar_one() or 0)


def by_month(session: Session, view: View, kinds: tuple[str, ...]) -> list[tuple[date, int]]:
    """Return (first day of the month, sum) of whole months; only for periods that begin and end with a month."""
    query = sa.select(MonthTotal.month, sa.func.sum(MonthTotal.quantity)).group_by(MonthTotal.month)
    where = _conditions((MonthTotal, view.period.first, view.period.end), view, kinds)
    return [(day, int(n)) for day, n in session.execute(query.where(*where))]


def _spans(first: date, end: date, cumulative: bool) -> list[Span]:
    begins, ends = first if first.day == 1 else month(first.month, first.year).end, end.replace(day=1)
    if cumulative:
        spans: list[Span] = [(MonthTotal, None, ends), (DailyCount, ends, end)]
    elif begins < ends:
        spans = [(DailyCount, first, begins), (MonthTotal, begins, ends), (DailyCount, ends, end)]
    else:
        spans = [(DailyCount, first, end)]
    return [span for span in spans if span[1] is None or span[1] < span[2]]


def _sum(session: Session, span: Span, view: View, kinds: tuple[str, ...], minus: tuple[str, ...], what: str = "quantity") -> int:
    source, amount = span[0], getattr(span[0], what)
    if minus:
        amount = sa.case((source.kind.in_(minus), -amount), else_=amount)
    return int(session.execute(sa.select(sa.func.sum(amount)).where(*_conditions(span, view, (*kinds, *minus)))).scalar_one() or 0)


def _conditions(span: Span, view: View, kinds: tuple[str, ...]) -> list[Any]:
    source, since, before = span
    time = source.month if source is MonthTotal else source.day
    found = [source.kind.in_(kinds), time < before]
    if since is not None:
        found.append(time >= since)
    if not view.with_demo:
        found.append(source.is_demo.is_(False))
    return found
