"""When residents ask: requests by weekday and hour of the day, from the hourly roll-ups."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.registry import metric
from bot.statistics.views import View, place_conditions
from bot.storage.office_tables import HOURLY_KINDS, HourlyCount

# What can be looked at by the hour, each a metric whose lines are kept by the hour.
BY_THE_HOUR = tuple(code for code in ("bot_answers", "handovers", "requests") if set(metric(code).kinds) <= set(HOURLY_KINDS))
_NOT_KEPT = ("dispute_type", "topic", "tier")


def by_the_hour(session: Session, code: str, view: View) -> dict[tuple[int, int], int] | None:
    """Return (weekday, hour) → count, Monday is 0; None where the view asks for what is not kept by the hour (a tier, what was known on a day)."""
    if view.as_of is not None or any(name in _NOT_KEPT for name, _ in view.where):
        return None
    conditions = [HourlyCount.kind.in_(metric(code).kinds), HourlyCount.day >= view.period.first, HourlyCount.day < view.period.end]
    if not view.with_demo:
        conditions.append(HourlyCount.is_demo.is_(False))
    query = sa.select(HourlyCount.day, HourlyCount.hour, sa.func.sum(HourlyCount.quantity))
    found: dict[tuple[int, int], int] = {}
    for day, hour, n in session.execute(query.where(*conditions, *place_conditions(view, HourlyCount)).group_by(HourlyCount.day, HourlyCount.hour)):
        key = (day.weekday(), int(hour))
        found[key] = found.get(key, 0) + int(n)
    return found
