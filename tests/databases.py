"""Databases for tests: migrated once a run, then copied; a copy takes a hundredth of what fifteen migrations take."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from bot.settings import Settings, read_settings
from bot.storage.database import Database, open_database

_numbers = itertools.count(1)


def open_migrated(settings: Settings) -> Database:
    """Return the database of these settings, empty and migrated: a file of SQLite, or one of `migrated_postgres`."""
    if settings.database_url.startswith("sqlite:///"):
        settings.var.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_sqlite_pattern(), settings.database_url.removeprefix("sqlite:///"))
    return open_database(settings)


def migrated_postgres(server: str) -> str:
    """Return the URL of an empty, migrated database of its own on this server."""
    return empty_postgres(server, template=_postgres_pattern(server))


def empty_postgres(server: str, template: str = "template0") -> str:
    """Return the URL of a database of its own on this server, without tables."""
    name = f"test_{next(_numbers)}"
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_postgres(url: str) -> None:
    """Remove a database that no test needs any more."""
    _on_server(sa.engine.make_url(url).set(database="postgres"), f'DROP DATABASE "{sa.engine.make_url(url).database}" WITH (FORCE)')


def hurry(server: str) -> None:
    """Let the tests' server not wait for the disk: its processes are killed here, its machine never is."""
    for setting in ("fsync", "full_page_writes"):
        _on_server(server, f"ALTER SYSTEM SET {setting} = off")
    _on_server(server, "SELECT pg_reload_conf()")


@lru_cache(maxsize=1)
def _sqlite_pattern() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pattern-"))
    _migrate(folder, f"sqlite:///{folder / 'bot.db'}")
    return folder / "bot.db"


@lru_cache(maxsize=2)
def _postgres_pattern(server: str) -> str:
    url = sa.engine.make_url(server).set(database="pattern")
    _on_server(server, 'CREATE DATABASE "pattern"')
    with tempfile.TemporaryDirectory() as folder:
        _migrate(Path(folder), url.render_as_string(hide_password=False))
    return "pattern"


def _migrate(folder: Path, url: str) -> None:
    database = open_database(replace(read_settings(env_file=folder / "none"), var=folder, database_url=url))
    database.migrate()
    database.close()


def _on_server(server: str | sa.engine.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
