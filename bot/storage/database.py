"""The database: SQLite in WAL mode or PostgreSQL, opened once a process.

The edge owns the transaction: `with database.transaction() as session`. On SQLite a writing transaction takes the
write lock at its start (BEGIN IMMEDIATE), because a lock upgrade in the middle can fail after the work is done.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import Any, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from bot.settings import Settings
from bot.storage import personal_data
from bot.storage.sqlite_turns import BUSY_SECONDS, TakingTurns

# What the driver and the pool raise while the database is away, restarting or too busy; a commit that was on its way may have gone through.
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


class Database:
    """One engine and its sessions.

    Args:
        url: SQLAlchemy URL; sqlite:///… or postgresql://…
    """

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgres://", "postgresql://", 1)
        self.engine = _engine(self.url)
        self._session = sessionmaker(self.engine, future=True, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the default, file-based database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session that may write; commits at the end, rolls back on any exception."""
        with self.begin() as session, session.begin():
            yield session

    def begin(self) -> Session:
        """Return a session whose end the caller decides: `commit`, `rollback`, and `close` in any case."""
        return self._session()

    def begin_unless_busy(self) -> Session | None:
        """Return a session that may write now, or None while somebody else writes (SQLite); who gets one ends it as with `begin`."""
        session = self._session()
        try:
            session.connection(execution_options={"patience": 0.0})
        except sa.exc.OperationalError as error:
            session.close()
            if not self.is_sqlite or "locked" not in str(error.orig):
                raise
            return None
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for looking only; it takes no write lock and never commits."""
        with self._session() as session:
            session.connection(execution_options={"reading": True})
            yield session

    def looking(self) -> Session:
        """Return a session for one thread to keep and only look with (SQLite): each statement sees what is true at its moment.

        A transaction for each look costs three times what the look itself costs.
        """
        return self._session(bind=self.engine.connect().execution_options(looking=True))

    def migrate(self) -> None:
        """Bring the tables to this release.

        Raises:
            DatabaseBehind: the database was made by a newer release.
        """
        from bot.storage.migrating import migrate  # Alembic takes ten megabytes, and the processes that serve never migrate

        migrate(self)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Return the database of these settings, its folder made and its keys loaded; tables are not touched."""
    settings.var.mkdir(parents=True, exist_ok=True)
    personal_data.load(settings.secret_keys, settings.var)
    return Database(settings.database_url)


def wait_for_database(database: Database, seconds: float) -> None:
    """Return once the database answers; the last error is raised when it never does."""
    end = time.monotonic() + seconds
    while True:
        try:
            with database.engine.connect():
                return
        except sa.exc.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=10)
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,  # errors are logged; what was to be stored is nobody's to read there
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "factory": TakingTurns},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is switched off: it would begin too late (sqlite3 docs, "transaction control").
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("looking"):
        return
    raw = connection.connection.dbapi_connection
    try:
        raw.execute("BEGIN") if options.get("reading") else raw.begin_writing(options.get("patience", BUSY_SECONDS))
    except sqlite3.OperationalError as error:
        raise sa.exc.OperationalError("BEGIN", {}, error) from error
