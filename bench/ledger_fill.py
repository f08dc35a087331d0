"""Filling the books of a province: entries as the product would have written them, copied in a year at a time with their keys and roll-ups."""

from __future__ import annotations

import io
import random
from collections import deque
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Iterator

import sqlalchemy as sa

from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.statistics.metrics import METRICS
from bot.statistics.registry import Shape
from bot.storage.database import Database
from bot.storage.office_tables import HOURLY_KINDS

COMMUNITIES = [f"p{n:04d}" for n in range(2000)]
COLUMNS = (
    "id", "source_key", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "case_number", "community", "tier", "channel", "topic", "dispute_type",
    "reverses_id", "reason", "is_demo",
)  # fmt: skip
CHUNK = 50_000
HEAD = next(m for m in METRICS if m.shape is Shape.SUM and m.kinds)
# One line in a hundred takes an earlier one back.
REVERSED_EVERY, BACK = 100, 50
_LOCAL = "happened_at + interval '8 hours'"
_YEAR = "FROM service_entries WHERE happened_at >= %(first)s AND happened_at < %(end)s"
_PLACE = "coalesce(community, ''), tier, channel, coalesce(topic, ''), coalesce(dispute_type, ''), is_demo"
_PARTS = {
    "all": "''", **{name: f"coalesce({name}, '')" for name in ("community", "dispute_type", "topic", "channel", "tier")},
    "hour": f"CASE WHEN kind IN {HOURLY_KINDS} THEN extract(dow FROM {_LOCAL})::integer || to_char({_LOCAL}, 'HH24') END",
}  # fmt: skip
# As the triggers add (migrations 0015 and 0016): `bot stats --recount` finds no difference. In the order of time, as life writes them.
_BESIDE = (
    f"INSERT INTO entry_keys SELECT id, source_key, happened_at, reverses_id {_YEAR} ORDER BY id",
    f"INSERT INTO daily_counts (day, kind, community, tier, channel, topic, dispute_type, is_demo, quantity, lines) SELECT ({_LOCAL})::date, kind, {_PLACE}, "
    f"sum(quantity), count(*) {_YEAR} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1",
    f"INSERT INTO hourly_counts (day, hour, kind, community, channel, is_demo, quantity) SELECT ({_LOCAL})::date, extract(hour FROM {_LOCAL})::smallint, kind, "
    f"coalesce(community, ''), channel, is_demo, sum(quantity) {_YEAR} AND kind IN {HOURLY_KINDS} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2",
    *(
        f"INSERT INTO month_parts (kind, part, month, code, is_demo, quantity, lines) SELECT kind, '{part}', date_trunc('month', {_LOCAL})::date, {code}, "
        f"is_demo, sum(quantity), count(*) {_YEAR} AND {code} IS NOT NULL GROUP BY 1, 3, 4, 5 ORDER BY 1, 3, 4, 5"
        for part, code in _PARTS.items()
    ),
)


# What costs most to keep line by line is taken away before many are copied in, and made again after.
_HEAVY = (
    ("DROP INDEX entries_of_community", "CREATE INDEX entries_of_community ON service_entries (community, kind, happened_at)"),
    ("ALTER TABLE entry_keys DROP CONSTRAINT each_source_once", "ALTER TABLE entry_keys ADD CONSTRAINT each_source_once UNIQUE (source_key)"),
    ("DROP INDEX days_of_community", "CREATE INDEX days_of_community ON daily_counts (community, kind, day)"),
    ("DROP INDEX days_by_kind", "CREATE INDEX days_by_kind ON daily_counts (kind, day)"),
    (
        "ALTER TABLE daily_counts DROP CONSTRAINT daily_counts_pkey",
        "ALTER TABLE daily_counts ADD PRIMARY KEY (day, kind, community, tier, channel, topic, dispute_type, is_demo, slot)",
    ),
)


@contextmanager
def lightened(database: Database) -> Iterator[None]:
    """Without the indexes that are quicker made at once; nothing is different afterwards."""
    if database.is_sqlite:
        yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for take, _ in _HEAVY:
            connection.exec_driver_sql(take)
        yield
        connection.exec_driver_sql("SET maintenance_work_mem = '1GB'")
        for _, make in _HEAVY:
            connection.exec_driver_sql(make)


def fill(database: Database, of_year: int, rows: int, first_id: int) -> None:
    """Copy a year of entries in, and write beside them what the triggers would have written."""
    chance = random.Random(of_year)
    lines = _lines(chance, of_year, rows, first_id)
    raw = database.engine.raw_connection()
    try:
        if database.is_sqlite:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(f"INSERT INTO service_entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})", lines)
        else:
            _copy(raw.cursor(), lines, of_year, first_id + rows)
        raw.commit()
    finally:
        raw.close()


def _copy(cursor: Any, lines: Iterator[tuple[Any, ...]], of_year: int, next_id: int) -> None:
    cursor.execute("SELECT service_entries_make_year(%s)", (of_year,))
    cursor.execute("SET LOCAL session_replication_role = replica")  # the triggers keep still
    for text in _texts(lines):
        cursor.copy_expert(f"COPY service_entries ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO(text))
    for statement in _BESIDE:
        cursor.execute(statement, {"first": f"{of_year - 1}-12-31 16:00", "end": f"{of_year}-12-31 16:00"})
    cursor.execute("SELECT setval('service_entries_id_seq', %s)", (next_id,))


def _lines(chance: random.Random, of_year: int, rows: int, first_id: int) -> Iterator[tuple[Any, ...]]:
    """Entries spread over the year's seconds, half of them of one kind, the others of every kind there is; places and topics at random."""
    kinds = sorted({kind for which in METRICS if which.shape in (Shape.SUM, Shape.STOCK) for kind in (*which.kinds, *which.minus)})
    kinds = [HEAD.kinds[0]] * len(kinds) + kinds
    parts = (kinds, COMMUNITIES, [c.code for c in Channel], [t.code for t in Topic], [d.code for d in DisputeType])
    start, tier = datetime(of_year, 1, 1) - timedelta(hours=8), Tier.COMMUNITY.code
    recent: deque[tuple[Any, ...]] = deque(maxlen=BACK)
    for n, (kind, community, channel, topic, dispute) in enumerate(zip(*(_chosen(chance, part, rows) for part in parts))):
        number = first_id + n
        stamp = f"{start + timedelta(seconds=n * 365 * 86400 // rows)}.000000"
        if n % REVERSED_EVERY == REVERSED_EVERY - 1:
            wrong = recent[0]
            yield (number, f"reversal:{wrong[1]}", wrong[2], -wrong[3], wrong[4], stamp, "bench", *wrong[7:13], wrong[0], "登记有误", wrong[15])
            continue
        # Keys come in no order, as those of messages do.
        line = (number, f"{n * 2654435761 % 2**32:08x}:{of_year}", kind, 1, stamp, stamp, "bench", f"GX{of_year}-{n:07d}" if n % 3 else None,
                community, tier, channel, topic, dispute, None, None, False)  # fmt: skip
        recent.append(line)
        yield line


def _chosen(chance: random.Random, among: list[str], rows: int) -> Iterator[str]:
    for begun in range(0, rows, CHUNK):
        yield from chance.choices(among, k=min(CHUNK, rows - begun))


def _texts(lines: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    """The lines as COPY reads them, some at a time."""
    while chunk := list(islice(lines, CHUNK)):
        yield "".join(["\t".join(["\\N" if v is None else v if v.__class__ is str else str(v) for v in line]) + "\n" for line in chunk])


def settle(database: Database) -> None:
    """Let the database learn what is in it, as it does by itself overnight."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
        else:
            for name in ("service_entries", "entry_keys", "daily_counts", "hourly_counts", "month_parts"):
                connection.exec_driver_sql(f"VACUUM ANALYZE {name}")


def lines_in(database: Database) -> int:
    """Return how many lines the books hold."""
    with database.reading() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM service_entries")).scalar_one())
