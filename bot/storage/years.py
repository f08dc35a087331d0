"""On PostgreSQL the books lie in one partition a year of Beijing; this makes them ahead of time (migration 0015 says how one is made)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from bot.storage.database import Database

AHEAD = 2  # years after this one: whoever starts the product once in two years writes into the right partition
BEIJING = timezone(timedelta(hours=8))
PREFIX, OTHER = "service_entries_", "service_entries_other"
_MADE = sa.text("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('service_entries')")
_STRAY = sa.text(f"SELECT DISTINCT extract(year FROM happened_at + interval '8 hours')::integer FROM {OTHER}")  # noqa: S608
_LOCK, _UNLOCK = sa.text("SELECT pg_advisory_lock(20260001)"), sa.text("SELECT pg_advisory_unlock(20260001)")


def make_years(database: Database, now: datetime) -> list[int]:
    """Make the partitions of this year and the next two, and of years whose lines had none; return the years that were made.

    Nothing on SQLite. Lines that waited in the default partition move into their year.
    """
    if database.is_sqlite or not years_missing(database, now):
        return []
    with database.engine.connect() as connection:
        connection.execute(_LOCK)
        try:
            missing = _missing(connection, now)
            for of_year in missing:
                connection.execute(sa.text("SELECT service_entries_make_year(:year)"), {"year": of_year})
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(_UNLOCK)
    return missing


def years_missing(database: Database, now: datetime) -> list[int]:
    """Return the years that need a partition and have none; empty on SQLite."""
    if database.is_sqlite:
        return []
    with database.engine.connect() as connection:
        return _missing(connection, now)


def _missing(connection: Connection, now: datetime) -> list[int]:
    this_year = now.astimezone(BEIJING).year
    made = {int(name.removeprefix(PREFIX)) for name in connection.execute(_MADE).scalars() if name != OTHER}
    return sorted({*range(this_year, this_year + AHEAD + 1), *connection.execute(_STRAY).scalars()} - made)
