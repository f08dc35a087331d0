"""Backup and restore of the whole database, while the product runs, on SQLite and PostgreSQL alike.

A backup is a logical copy taken from one consistent snapshot: rows as they are stored (personal data stays encrypted in them), in a
sealed file. It can be restored into either kind of database, but only into an empty one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.errors import LegalBotError
from bot.storage import personal_data
from bot.storage.database import Database
from bot.storage.sealed_file import UnreadableBackup, seal, unseal

VERSIONS = "alembic_version"
# The database writes these itself as the lines come in; bringing them too would count everything twice.
DERIVED = ("daily_counts", "hourly_counts", "month_parts", "entry_keys")
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass('service_entries')"
BATCH = 2000


class NotEmpty(LegalBotError):
    """A restore would overwrite data."""


@dataclass(frozen=True)
class Copied:
    """What a backup holds or a restore brought: the database's revision and rows by table."""

    revision: str
    rows: dict[str, int]


def back_up(database: Database, path: Path, now: datetime) -> Copied:
    """Write everything into a sealed file and return what it holds."""
    counts: dict[str, int] = {}
    revision: list[str] = []
    seal(path, _lines(database, now, counts, revision), personal_data.keys())
    return Copied(revision[0], counts)


def inspect(path: Path) -> Copied:
    """Read a backup to its end, prove that it is whole, and return what it holds.

    Raises:
        UnreadableBackup: foreign, cut, altered, or its rows do not add up.
    """
    counts: dict[str, int] = {}
    head: dict[str, Any] = {}
    end: dict[str, Any] | None = None
    for line in unseal(path, personal_data.keys()):
        entry = json.loads(line)
        if "revision" in entry:
            head = entry
        elif "end" in entry:
            end = entry["end"]
        else:
            counts[entry["t"]] = counts.get(entry["t"], 0) + 1
    if end is None or end != {table: n for table, n in end.items() if counts.get(table, 0) == n}:
        raise UnreadableBackup(f"{path.name} ends early or its rows do not add up; take another backup.")
    return Copied(head["revision"], end)


def restore(database: Database, path: Path) -> Copied:
    """Bring a backup into an empty database, in one transaction, and return what was brought.

    Raises:
        UnreadableBackup: see `inspect`; nothing was written.
        NotEmpty: there is data already; nothing was written.
    """
    held = inspect(path)
    database.migrate()
    with database.engine.begin() as connection:
        tables = _tables(connection)
        revision = connection.execute(sa.text(f"SELECT version_num FROM {VERSIONS}")).scalar_one()  # noqa: S608
        if revision != held.revision:
            raise UnreadableBackup(f"The backup is of revision {held.revision}, this release makes {revision}; restore with the release that wrote it.")
        for table in tables:
            if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
                raise NotEmpty(f"Table {table.name} is not empty; restore into a new BOT_VAR or an empty DATABASE_URL.")
        _bring(connection, {table.name: table for table in tables}, path)
        _set_sequences(connection, tables)
        _prove(connection, tables, held)
    return held


def _prove(connection: Connection, tables: list[sa.Table], held: Copied) -> None:
    """Nothing is committed unless every table has as many rows as the backup says."""
    for table in tables:
        rows = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if rows != held.rows.get(table.name, 0):
            raise UnreadableBackup(f"Table {table.name} has {rows} rows after the restore, expected {held.rows.get(table.name, 0)}; nothing was kept.")


def _lines(database: Database, now: datetime, counts: dict[str, int], revision: list[str]) -> Iterator[str]:
    options = {"reading": True} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        revision.append(connection.execute(sa.text(f"SELECT version_num FROM {VERSIONS}")).scalar_one())  # noqa: S608
        yield json.dumps({"revision": revision[0], "made_at": now.isoformat()})
        for table in _tables(connection):
            counts[table.name] = 0
            # In the order of their ids: what refers to a row of its own table comes after that row.
            for row in connection.execution_options(stream_results=True).execute(sa.select(table).order_by(*table.primary_key)).mappings():
                counts[table.name] += 1
                yield json.dumps({"t": table.name, "r": {name: _plain(value) for name, value in row.items()}}, ensure_ascii=False)
        yield json.dumps({"end": counts})


def _bring(connection: Connection, tables: dict[str, sa.Table], path: Path) -> None:
    """The rows come table by table, parents first: a batch is written before the next table begins, or its rows would refer to nothing."""
    name, batch = "", list[dict[str, Any]]()
    for line in unseal(path, personal_data.keys()):
        entry = json.loads(line)
        if "t" not in entry:
            continue
        if batch and (entry["t"] != name or len(batch) >= BATCH):
            connection.execute(sa.insert(tables[name]), batch)
            batch = []
        name = entry["t"]
        batch.append(_typed(tables[name], entry["r"]))
    if batch:
        connection.execute(sa.insert(tables[name]), batch)


def _tables(connection: Connection) -> list[sa.Table]:
    """All tables as the database has them (plain types, so that nothing is decrypted), parents first; the years of the books are one table."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    hidden = {VERSIONS, *DERIVED}
    if connection.dialect.name == "postgresql":
        hidden.update(connection.execute(sa.text(PARTITIONS)).scalars())
    if "fact_entries" in metadata.tables:  # on PostgreSQL it refers to the keys of the lines, which come with the lines
        metadata.tables["fact_entries"].add_is_dependent_on(metadata.tables["service_entries"])
    return [table for table in metadata.sorted_tables if table.name not in hidden]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value) if value.__class__.__name__ == "Decimal" else value


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    def typed(column: sa.Column, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(column.type, sa.DateTime):
            return datetime.fromisoformat(value)
        if isinstance(column.type, sa.Date):
            return datetime.fromisoformat(value).date()
        if isinstance(column.type, sa.Boolean):
            return bool(value)
        return value

    return {name: typed(table.c[name], value) for name, value in row.items()}


def _set_sequences(connection: Connection, tables: list[sa.Table]) -> None:
    """PostgreSQL gives the next id from a sequence that inserted ids do not move."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key:
            if column.autoincrement is True or (isinstance(column.type, sa.BigInteger) and column.server_default is not None):
                connection.execute(
                    sa.text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608
                        f"GREATEST((SELECT COALESCE(MAX({column.name}), 0) FROM {table.name}), 1))"
                    )
                )
