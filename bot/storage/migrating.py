"""Bringing the tables of a database to this release, once, however many machines start together."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import DatabaseBehind
from bot.storage.years import make_years

if TYPE_CHECKING:
    from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the tables to this release, and make the years of the books that will be written next.

    Raises:
        DatabaseBehind: the database was made by a newer release.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = database.url
    scripts = ScriptDirectory.from_config(config)
    with database.engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    unknown = current - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise DatabaseBehind(
            f"The database is at revision {sorted(unknown)}, which this release does not know; "
            "install the release that made it, or restore a backup of before."
        )
    if current != set(scripts.get_heads()):
        with _one_migrator(database):
            command.upgrade(config, "head")
    make_years(database, datetime.now(timezone.utc))


@contextmanager
def _one_migrator(database: Database) -> Iterator[None]:
    """On PostgreSQL several machines may start together; an advisory lock lets one migrate."""
    if database.is_sqlite:
        yield
        return
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_lock(20260001)")
        try:
            yield
        finally:
            connection.exec_driver_sql("SELECT pg_advisory_unlock(20260001)")
