"""When residents ask: requests by weekday and hour of the day, from the sums of whole months and from the hours."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.registry import metric
from bot.statistics.totals import by_hour_of_week, from_totals
from bot.statistics.views import View, place_conditions
from bot.storage.office_tables import HOURLY_KINDS, HourlyCount
from bot.storage.tables import ServiceEntry

# What can be looked at by the hour, each a metric whose lines are kept by the hour.
BY_THE_HOUR = tuple(code for code in ("bot_answers", "handovers", "requests") if set(metric(code).kinds) <= set(HOURLY_KINDS))
_NOT_KEPT = ("dispute_type", "topic", "tier")


def by_the_hour(session: Session, code: str, view: View) -> dict[tuple[int, int], int] | None:
    """Return (weekday, hour) → count, Monday is 0; None where the view asks for what is not kept by the hour (a tier, what was known on a day)."""
    if view.as_of is not None or any(name in _NOT_KEPT for name, _ in view.where):
        return None
    found, days = by_hour_of_week(session, view, metric(code).kinds) if from_totals(view) else ({}, [view.period])
    for period in days:
        for (day, hour), n in _hours(session, code, view.during(period)):
            key = (day.weekday(), int(hour))
            found[key] = found.get(key, 0) + int(n)
    return found


def hour_of_week(session: Session) -> sa.sql.ColumnElement[str]:
    """Return the hour of the week of a line of the books, in Beijing: "015" is Sunday 15:00."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.strftime("%w%H", ServiceEntry.happened_at, "+8 hours")
    local = ServiceEntry.happened_at + sa.text("interval '8 hours'")
    return sa.func.concat(sa.cast(sa.extract("dow", local), sa.Integer), sa.func.to_char(local, "HH24"))


def _hours(session: Session, code: str, view: View) -> list[tuple[tuple[date, int], int]]:
    conditions = [HourlyCount.kind.in_(metric(code).kinds), HourlyCount.day >= view.period.first, HourlyCount.day < view.period.end]
    if not view.with_demo:
        conditions.append(HourlyCount.is_demo.is_(False))
    query = sa.select(HourlyCount.day, HourlyCount.hour, sa.func.sum(HourlyCount.quantity)).group_by(HourlyCount.day, HourlyCount.hour)
    return [((day, hour), n) for day, hour, n in session.execute(query.where(*conditions, *place_conditions(view, HourlyCount)))]
