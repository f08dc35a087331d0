"""The same form from several hands at one moment, on PostgreSQL: one record, and nobody sees an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.office import BEIJING
from bot.storage.book_tables import BookFact
from bot.storage.tables import Case
from tests.console.desk import running_desk
from tests.console.test_enterprise import FORM
from tests.console.test_services import row, sheet, typed, upload
from tests.databases import migrated_postgres

pytestmark = pytest.mark.postgres
HANDS = 6


@pytest.fixture(scope="module")
def busy(tmp_path_factory, postgres_url):
    with running_desk(tmp_path_factory.mktemp("together"), migrated_postgres(postgres_url)) as desk:
        yield desk


def together(busy, who, act):
    """Let several browsers of one account do the same at the same moment; returns the statuses."""
    clients = [busy.login(who) for _ in range(HANDS)]
    proofs = [client.proof() for client in clients]
    with ThreadPoolExecutor(HANDS) as hands:
        return sorted(hands.map(lambda pair: act(*pair).status_code, zip(clients, proofs)))


def facts(busy, book, event=None):
    with busy.database.reading() as session:
        query = session.query(BookFact).filter(BookFact.book == book, BookFact.event != "reversed")
        return (query.filter(BookFact.event == event) if event else query).count()


def test_one_service_from_a_form_that_was_sent_many_times(busy):
    form = typed(token="together")
    assert together(busy, "advisor_c01", lambda c, csrf: c.post("/console/services/new", data={**form, "csrf": csrf})) == [303] * HANDS
    assert facts(busy, "service") == 1


def test_one_file_brought_many_times_writes_its_rows_once(busy):
    body, before = sheet([row("甲"), row("乙"), row("丙", number="纸-9")]), facts(busy, "service")
    assert together(busy, "advisor_c01", lambda c, _: upload(c, body)) == [200] * HANDS
    assert facts(busy, "service") == before + 3


def test_one_round_of_a_screening(busy):
    month = (datetime.now(BEIJING).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    form = {"community": "c01", "month": month, "round_no": "1", "households": "80", "zero_finding": "1"}
    assert together(busy, "mediator_c01", lambda c, csrf: c.post("/console/screenings/new", data={**form, "csrf": csrf})) == [303] * HANDS
    assert facts(busy, "screening") == 1


def test_one_enterprise_issue(busy):
    assert together(busy, "advisor_c01", lambda c, csrf: c.post("/console/enterprise/new", data={**FORM, "csrf": csrf})) == [303] * HANDS
    with busy.database.reading() as session:
        assert session.query(Case).filter(Case.kind == "enterprise").count() == 1
    assert facts(busy, "enterprise", "registered") == 1


def test_one_record_of_the_office(busy):
    form = {"ref": "活动1", "title": "宣传", "day": datetime.now(BEIJING).date().isoformat(), "evidence": "照片"}
    assert together(busy, "office", lambda c, csrf: c.post("/console/records/publicity_activities/new", data={**form, "csrf": csrf})) == [303] * HANDS
    assert facts(busy, "counter") == 1
