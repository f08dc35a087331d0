"""Proof of the roll-ups: the sums of the days and of the hours against the sums of the lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.book_tables import DailyCount
from bot.storage.office_tables import HOURLY_KINDS, HourlyCount
from bot.storage.tables import ServiceEntry

KEY = ("day", "kind", "community", "tier", "channel", "topic", "dispute_type", "is_demo")
HOUR_KEY = ("day", "hour", "kind", "community", "channel", "is_demo")


def recount(session: Session) -> list[tuple[tuple[Any, ...], int, int]]:
    """Return each difference as (key, sum in the roll-up, sum of the lines); empty where days and hours hold."""
    kept = {tuple(getattr(d, name) for name in KEY): int(d.quantity) for d in session.execute(sa.select(DailyCount)).scalars()}
    kept.update({tuple(getattr(h, name) for name in HOUR_KEY): int(h.quantity) for h in session.execute(sa.select(HourlyCount)).scalars()})
    lines: dict[tuple[Any, ...], int] = {}
    columns = (ServiceEntry.happened_at, *(getattr(ServiceEntry, name) for name in KEY[1:]), ServiceEntry.quantity)
    for at, *rest, quantity in session.execute(sa.select(*columns).execution_options(yield_per=10_000)):
        local = at + timedelta(hours=8)
        known = dict(zip(KEY[1:], (v if v is not None else "" for v in rest)))
        keys: list[tuple[Any, ...]] = [(local.date(), *known.values())]
        if known["kind"] in HOURLY_KINDS:
            keys.append((local.date(), local.hour, *(known[name] for name in HOUR_KEY[2:])))
        for key in keys:
            lines[key] = lines.get(key, 0) + int(quantity)
    return [(key, kept.get(key, 0), lines.get(key, 0)) for key in sorted({*kept, *lines}, key=str) if kept.get(key, 0) != lines.get(key, 0)]
