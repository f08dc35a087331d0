"""Residents hear that their case moved on; never what it is about."""

from datetime import timedelta

import pytest

from bot.inbox import store
from bot.inbox.case_notices import TOLD, tell_resident
from bot.inbox.notices import notices_of
from bot.ledger.cases import open_case
from bot.legal.lifecycle import Action
from bot.legal.notices import NoticeKind
from bot.messages import Outbound
from tests.builders import make_inbound, make_request
from tests.conftest import NOON


@pytest.fixture()
def case(database):
    with database.transaction() as session:
        store.receive(session, make_inbound())
        return open_case(session, make_request(), "GX", NOON)


def test_each_kind_of_news_is_told_without_the_matter(database, case):
    with database.transaction() as session:
        for n, event in enumerate(("accepted", "assigned", "appointment", "agreed_written", "follow_up")):
            said = tell_resident(session, case, event, NOON + timedelta(minutes=n))
            words = Outbound.from_json(said.body).text
            assert case.number in words and "漏水" not in words and "张三" not in words
        assert notices_of(session, case.number) == list(NoticeKind)


def test_the_same_step_at_the_same_moment_is_told_once(database, case):
    with database.transaction() as session:
        assert tell_resident(session, case, "accepted", NOON) is not None
        assert tell_resident(session, case, "accepted", NOON) is None
        assert tell_resident(session, case, "noted", NOON) is None


def test_every_step_that_is_told_exists():
    assert set(TOLD) - {"appointment", "follow_up"} <= set(Action.codes())
