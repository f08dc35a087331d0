"""Changing the key of personal data while the product runs: a new key, then every stored value under it, in small batches."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadSetting
from bot.storage import (  # noqa: F401  their tables belong to the same metadata
    book_tables,
    casework_tables,
    desk_tables,
    handover_tables,
    office_tables,
    personal_data,
    staff_tables,
    wechat_tables,
)
from bot.storage.columns import EncryptedText
from bot.storage.database import Database
from bot.storage.personal_data import LOOK_UP
from bot.storage.tables import Base, Tracker

BATCH = 200
# How long a running process may still write with the key it knew.
SETTLED = 3 * personal_data.LOOK_EVERY


@dataclass(frozen=True)
class Place:
    """A column with encrypted values; `name` is what its values are bound to."""

    column: sa.Column
    name: str


def places() -> list[Place]:
    """Return every column that holds encrypted values."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    encrypted = [Place(column, column.type.place) for column in columns if isinstance(column.type, EncryptedText)]
    return [*encrypted, Place(Tracker.__table__.c.body, "trackers.body")]


def add_key(path: Path) -> str:
    """Put a new key first into the file of keys, and return its id; the key of the hashes is written down as its own."""
    lines = [line.strip() for line in path.read_text().replace(",", "\n").splitlines() if line.strip()]
    names = [line.partition(":")[0] for line in lines]
    number = 1 + max((int(name[1:]) for name in names if name[:1] == "k" and name[1:].isdigit()), default=0)
    if LOOK_UP not in names:
        lines.append(f"{LOOK_UP}:{lines[-1].partition(':')[2]}")
    personal_data.write_ring(path, [personal_data.new_key(f"k{number}"), *lines])
    return f"k{number}"


def drop_old_keys(path: Path, database: Database) -> tuple[str, ...]:
    """Take the keys that no stored value needs out of the file, and return their ids; backups sealed with them do not open any more.

    Raises:
        BadSetting: some values are still under an older key.
    """
    ring = personal_data.keys()
    left = {name: values for name, values in count_by_key(database).items() if name != ring.newest}
    if left:
        raise BadSetting(f"{sum(left.values())} values are still under {sorted(left)}; run `bot keys rotate` first.")
    old = ring.names[1:]
    lines = [line for line in path.read_text().splitlines() if line.partition(":")[0].strip() not in old]
    personal_data.write_ring(path, lines)
    return old


def reencrypt_all(database: Database, settle: float = SETTLED) -> int:
    """Bring every value under the newest key and return how many were changed; again until a whole round finds none.

    A value that changes meanwhile is left to the next round, so nothing that a resident says at this moment is overwritten.
    """
    time.sleep(settle)
    changed = 0
    while True:
        this_round = sum(_one_place(database, place) for place in places())
        changed += this_round
        if not this_round:
            return changed


def count_by_key(database: Database) -> dict[str, int]:
    """Return how many values are stored under each key; a value of several lines counts under its first."""
    found: dict[str, int] = {}
    with database.reading() as session:
        for place in places():
            raw = sa.type_coerce(place.column, sa.Text)
            key = sa.func.substr(raw, 1, _position_of_dot(session, raw) - 1)
            for name, count in session.execute(sa.select(key, sa.func.count()).where(raw.isnot(None)).group_by(key)):
                found[name] = found.get(name, 0) + count
    return found


def _one_place(database: Database, place: Place) -> int:
    newest, table = f"{personal_data.keys().newest}.", place.column.table
    keys, raw = list(table.primary_key), sa.type_coerce(place.column, sa.Text)
    old = sa.or_(sa.not_(raw.startswith(newest, autoescape=True)), raw.like("%\n%"))
    done, after = 0, None
    while True:
        query = sa.select(*keys, raw.label("raw")).where(raw.isnot(None), old).order_by(*keys).limit(BATCH)
        if after is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*(sa.literal(v, k.type) for k, v in zip(keys, after))))
        with database.reading() as session:
            rows = session.execute(query).all()
        if not rows:
            return done
        after = tuple(rows[-1][: len(keys)])
        with database.transaction() as session:
            done += sum(_one_value(session, place, keys, row) for row in rows)


def _one_value(session: Session, place: Place, keys: list[sa.Column], row: sa.engine.Row) -> int:
    new = personal_data.keys().reencrypt(row.raw, place.name)
    if new == row.raw:
        return 0
    here = [key == value for key, value in zip(keys, row)]
    update = sa.update(place.column.table).where(*here, sa.type_coerce(place.column, sa.Text) == row.raw)
    values = {place.column: sa.type_coerce(sa.literal(new, sa.Text), sa.Text)}
    return int(session.execute(update.values(values)).rowcount)


def _position_of_dot(session: Session, raw: sa.sql.ColumnElement) -> sa.sql.ColumnElement:
    return sa.func.instr(raw, ".") if session.get_bind().dialect.name == "sqlite" else sa.func.strpos(raw, ".")
