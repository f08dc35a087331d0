"""Proof of the daily roll-ups: the sums of the days against the sums of the lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.book_tables import DailyCount
from bot.storage.tables import ServiceEntry

KEY = ("day", "kind", "community", "tier", "channel", "topic", "dispute_type", "is_demo")


def recount(session: Session) -> list[tuple[tuple[Any, ...], int, int]]:
    """Return each difference as (key, sum in the days, sum of the lines); empty where the roll-ups hold."""
    days = {tuple(getattr(d, name) for name in KEY): int(d.quantity) for d in session.execute(sa.select(DailyCount)).scalars()}
    lines: dict[tuple[Any, ...], int] = {}
    columns = (ServiceEntry.happened_at, *(getattr(ServiceEntry, name) for name in KEY[1:]), ServiceEntry.quantity)
    for at, *rest, quantity in session.execute(sa.select(*columns).execution_options(yield_per=10_000)):
        key = ((at + timedelta(hours=8)).date(), *(v if v is not None else "" for v in rest))
        lines[key] = lines.get(key, 0) + int(quantity)
    return [(key, days.get(key, 0), lines.get(key, 0)) for key in sorted({*days, *lines}, key=str) if days.get(key, 0) != lines.get(key, 0)]
