"""A desk whose books hold the whole year before this one: mediations, services, screenings, enterprise issues, answers, ratings."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.demo_books import write_books
from bot.ledger.replies import first_reply, person_asked_for
from bot.ledger.services import Service, record
from bot.legal.cases import Channel
from bot.office import BEIJING, read_office
from bot.settings import ROOT
from bot.storage.database import Database

YEAR = datetime.now(BEIJING).year - 1
PERIOD = f"period={YEAR}"


def fill_year(database: Database, cases: int = 40) -> None:
    """Write real (not demonstration) books of the year."""
    office = read_office(ROOT / "office.yml")
    with database.transaction() as session:
        write_books(session, office, YEAR, cases, 7, datetime.now(BEIJING), is_demo=False)
        for n in range(40):
            at = datetime(YEAR, 1 + n % 12, 3, 9 + n % 8, n, tzinfo=BEIJING)
            community = f"c0{1 + n % 3}"
            record(session, Service("rating_2" if n % 9 == 0 else "rating_5", at, f"rating:{n}", Channel.WEB), at)
            record(session, Service("bot_answer", at, f"answer:web:secret-conversation:{n}", Channel.WEB, topic="neighbour", community=community), at)
            person_asked_for(session, f"handover:{n}", Channel.WEB, at, community)
            first_reply(session, f"handover:{n}", at, Channel.WEB, "advisor_c01", at + timedelta(minutes=5 * n), community=community)
