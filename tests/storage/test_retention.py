"""What is past its time goes, by kind; everything else and every figure stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.inbox import store, wechat_store
from bot.ledger.cases import open_case
from bot.ledger.retention import KINDS, look, remove_some
from bot.legal.cases import CaseKind
from bot.messages import Outbound
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.rotation import places
from bot.storage.tables import Case, CasePerson, Consent, Message, ReviewQuestion, RiskEvent
from bot.storage.wechat_tables import WeChatResident
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

DAY = timedelta(days=1)


def say(session, conversation, answered=True):
    message = store.receive(session, make_inbound("我叫张三", conversation=conversation))
    if answered:
        store.answer(session, message, [Outbound("您好")], NOON)


def case(session, key, ended=True, accepted=False, **changed):
    made = open_case(session, make_request(source_key=key, conversation=f"web:{key}", **changed), "GX", NOON)
    say(session, f"web:{key}")
    made.ended_at = NOON if ended else None
    made.accepted_at = NOON if accepted else None
    return made.number


def past(database, now):
    with database.reading() as session:
        return {p.kind.code: p.count for p in look(session, now) if p.count}


def remove(database, now):
    with database.transaction() as session:
        for kind in KINDS:
            while remove_some(session, kind, now, 2):
                pass


def test_a_conversation_without_a_case_goes_after_90_days_and_not_before(database):
    with database.transaction() as session:
        say(session, "web:old")
        say(session, "web:waits", answered=False)
    assert past(database, NOON + 89 * DAY) == {}
    assert past(database, NOON + 91 * DAY) == {"conversation": 1}
    remove(database, NOON + 91 * DAY)
    with database.reading() as session:
        assert session.execute(sa.select(Message.conversation_id)).scalars().all() == ["web:waits"]


@pytest.mark.parametrize("code, years, changed", [
    ("request", 5, {}), ("mediation", 10, {"accepted": True}), ("case", 3, {"kind": CaseKind.ADVICE}),
])
def test_a_case_is_kept_for_its_years_from_its_end(database, code, years, changed):
    with database.transaction() as session:
        number = case(session, "a", **changed)
        case(session, "open", ended=False, **changed)
    assert past(database, NOON + years * 365 * DAY) == {}
    later = NOON + (years * 366 + 1) * DAY
    assert past(database, later) == {code: 1}
    remove(database, later)
    assert past(database, later) == {}
    with database.reading() as session:
        names = dict(session.execute(sa.select(CasePerson.case_number, sa.func.count(CasePerson.name)).group_by(CasePerson.case_number)).all())
        assert names.get(number, 0) == 0 and len([n for n in names.values() if n]) == 1
        assert session.get(Case, number).requested_at == NOON
        assert metrics.count(session, metrics.metric("requests"), read_period("2026-03-16", "2026-03-16")) == 2


def test_nothing_encrypted_of_a_case_is_left_when_its_time_is_over(database):
    with database.transaction() as session:
        case(session, "a", what_happened="暗号鹦鹉", wish="暗号鹦鹉", name="暗号", other_party="暗号乙")
    remove(database, NOON + 6 * 366 * DAY)
    with database.reading() as session:
        words = [str(v) for place in places() if place.name != "trackers.body" for v in session.execute(sa.select(place.column)).scalars()]
    assert not [w for w in words if "暗号" in w]


def test_an_address_on_wechat_goes_with_the_words_and_90_days_after_who_left_left(database):
    with database.transaction() as session:
        for name in ("left", "talks", "filed"):
            wechat_store.note_resident(session, f"wechat:{name}", f"o-{name}", NOON)
        store.receive(session, make_inbound(conversation="wechat:talks"))
        open_case(session, make_request(conversation="wechat:filed"), "GX", NOON)
    assert past(database, NOON + 89 * DAY) == {}
    remove(database, NOON + 91 * DAY)
    with database.reading() as session:
        assert set(session.execute(sa.select(WeChatResident.conversation_id)).scalars()) == {"wechat:talks", "wechat:filed"}


def test_a_question_that_was_kept_for_learning_goes_after_a_year(database):
    with database.transaction() as session:
        session.add(ReviewQuestion(source_key="q", text="漏水", band="ask", guesses="[]", asked_at=NOON))
    assert past(database, NOON + 366 * DAY) == {}
    remove(database, NOON + 367 * DAY)
    assert past(database, NOON + 999 * DAY) == {}


def test_records_of_risk_and_withdrawn_consent_go_after_three_years(database):
    with database.transaction() as session:
        session.add(RiskEvent(source_key="r", conversation_id="web:a", code="x", seen_at=NOON))
        for n, withdrawn in enumerate((NOON, None)):
            session.add(Consent(source_key=str(n), conversation_id="web:a", version="1", notice="告知", channel="web", given_at=NOON, withdrawn_at=withdrawn))
    assert past(database, NOON + 3 * 365 * DAY) == {}
    remove(database, NOON + 1100 * DAY)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(RiskEvent)).scalar_one() == 0
        assert session.execute(sa.select(Consent.withdrawn_at)).scalars().all() == [None]
