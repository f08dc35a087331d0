"""`bot keys rotate --look-up` beside a running product: a resident asks for the case, and staff look for the resident, all the while."""

import re
import threading
from datetime import datetime, timezone

import pytest

from bot.channels import web
from bot.ledger.cases import open_case
from bot.storage import personal_data
from bot.storage.personal_data import FILE
from tests.builders import make_request
from tests.commands import run_bot
from tests.console.desk import running_desk
from tests.databases import migrated_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request, tmp_path):
    url = migrated_postgres(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else ""
    with running_desk(tmp_path, url) as running:
        yield running


class Resident:
    """Somebody on the page who filed a case."""

    def __init__(self, desk, phone):
        self.client, self.name = desk.visitor(), f"talk-{phone}"
        self.client.get("/")
        visitor = web.read_visitor(self.client.cookies[web.COOKIE], personal_data.keys())
        self.conversation = web.conversation_id(visitor, self.name, personal_data.keys())
        with desk.database.transaction() as session:
            request = make_request(conversation=self.conversation, source_key=phone, phone=phone, community="c01")
            self.number = open_case(session, request, "GX", datetime.now(timezone.utc)).number

    def cases(self):
        """What the resident's copy of everything names."""
        return [case["number"] for case in self.client.get("/api/chat/mine", params={"conversation": self.name}).json()["cases"]]


def rotate(desk):
    environment = {"BOT_VAR": str(desk.settings.var), "DATABASE_URL": desk.settings.database_url, "BOT_SECRET_KEYS": ""}
    done = run_bot("keys", "rotate", "--look-up", environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_resident_asks_for_the_case_before_while_and_after_the_key_changes(desk):
    early, staff = Resident(desk, "13800138001"), desk.login("advisor_c01")
    asked, missed, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            found = staff.get("/console/queue", params={"tab": "all", "search": "13800138001"}).text
            asked.append(early.number)
            if early.cases() != [early.number] or early.number not in found:
                missed.append(len(asked))

    asking = threading.Thread(target=ask)
    asking.start()
    said = rotate(desk)
    stop.set()
    asking.join()
    assert missed == [] and len(asked) > 3 and early.cases() == [early.number]
    assert "New key look-up-2" in said and "parties are now found by look-up-2" in said
    assert re.match(r"k1:.*\nlook-up-2:.*\nlook-up:", (desk.settings.var / FILE).read_text())
    late = Resident(desk, "13800138002")
    assert late.cases() == [late.number] and late.conversation.startswith("web:2.") and not early.conversation.startswith("web:2.")
