"""How long the desk's queue takes on the server with many open cases: python -m bench.desk_queue [--cases 5000]

Builds a fictional database in a temporary folder, asks for each tab as an advisor and as the office, and prints medians and
the slowest of twenty. On PostgreSQL with DATABASE_URL set to an empty database.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
import urllib.request
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from bench.web_process import WebProcess, web_process
from bot.ledger.cases import Request, open_case
from bot.ledger.desk import Filters, Tab, pulse, queue
from bot.legal.cases import CaseKind, Channel, Role
from bot.legal.topics import Topic
from bot.office import Office, read_office
from bot.settings import ROOT
from bot.storage.database import Database
from bot.storage.desk_tables import CaseDeadline
from bot.storage.tables import Conversation, RiskEvent

ROUNDS = 20


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=5000)
    wanted = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as folder, web_process(Path(folder), os.environ.get("DATABASE_URL", "")) as web:
        fill(web.database, read_office(ROOT / "office.yml"), wanted, datetime.now(timezone.utc))
        measure(web.database, wanted)
        measure_pages(web)


def fill(database: Database, office: Office, wanted: int, now: datetime) -> None:
    """Open so many cases: some overdue, some with a period that ends, some with an emergency."""
    chance = random.Random(1)
    topics, kinds = list(Topic), list(CaseKind)
    with database.transaction() as session:
        for n in range(wanted):
            at = now - timedelta(minutes=chance.randrange(60 * 24 * 90))
            conversation = f"web:bench{n}"
            session.add(Conversation(id=conversation, channel="web", started_at=at))
            request = Request(
                kind=chance.choice(kinds), source_key=f"bench:{n}", conversation=conversation, channel=Channel.WEB, topic=chance.choice(topics),
                community=chance.choice(office.communities).code, what_happened="虚构的事项，用来量时间。", wish="虚构", name=f"虚构{n}", phone="13800138000",
            )  # fmt: skip
            case = open_case(session, request, "BQ", at)
            case.due_at = at + timedelta(hours=chance.randrange(24 * 120))
            case.assignee = chance.choice((None, "a01", "a02", "a03"))
            if chance.random() < 0.2:
                last = date.today() + timedelta(days=chance.randrange(700))
                session.add(CaseDeadline(case_number=case.number, code="bequest", start_on=last - timedelta(days=60), last_on=last, set_by="a01", set_at=at))
            if chance.random() < 0.02:
                session.add(RiskEvent(source_key=f"bench:{n}", conversation_id=conversation, code="dv", seen_at=at))


def measure(database: Database, wanted: int) -> None:
    """Print a line for each tab and each kind of reader."""
    now = datetime.now(timezone.utc)
    print(f"{wanted} open cases, {database.engine.dialect.name}; milliseconds: median, slowest of {ROUNDS}")
    for name, scope in (("office, all communities", None), ("advisor, three communities", frozenset({"c01", "c02", "c03"}))):
        for tab in Tab:
            times = [_timed(database, scope, Filters(tab=tab), now) for _ in range(ROUNDS)]
            print(f"{name:28} {tab.code:8} {statistics.median(times):7.1f} {max(times):7.1f}")
    times = [_timed(database, None, Filters(tab=Tab.ALL, search="虚构77"), now) for _ in range(ROUNDS)]
    print(f"{'office, looking for a name':28} {'all':8} {statistics.median(times):7.1f} {max(times):7.1f}")
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with database.reading() as session:
            pulse(session)
        times.append((time.perf_counter() - started) * 1000)
    print(f"{'the pulse of live pages':28} {'':8} {statistics.median(times):7.1f} {max(times):7.1f}")


def measure_pages(web: WebProcess) -> None:
    """Print a line for each tab as a whole page over HTTP, rendered, from a second process."""
    print(f"the page over HTTP; milliseconds: median, slowest of {ROUNDS}")
    people = (("office, all communities", Role.OFFICE, None), ("advisor, three communities", Role.ADVISOR, ("c01", "c02", "c03")))
    for n, (name, role, communities) in enumerate(people):
        cookie = web.signed_in(f"bench{n}", "示例", role, communities)
        for tab in Tab:
            times = [_asked(f"{web.url}/console/queue?tab={tab.code}", cookie) for _ in range(ROUNDS)]
            print(f"{name:28} {tab.code:8} {statistics.median(times):7.1f} {max(times):7.1f}")


def _asked(url: str, cookie: str) -> float:
    started = time.perf_counter()
    request = urllib.request.Request(url, headers={"Cookie": f"staff={cookie}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert "办件队列" in answer.read().decode()
    return (time.perf_counter() - started) * 1000


def _timed(database: Database, scope: frozenset[str] | None, filters: Filters, now: datetime) -> float:
    started = time.perf_counter()
    with database.reading() as session:
        queue(session, scope, "a01", filters, now)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
