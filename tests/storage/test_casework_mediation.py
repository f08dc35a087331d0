"""A mediation on both databases: sessions, agreement, confirmation, visits; each needs its ground and counts once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.errors import BadFields, CaseRefused
from bot.ledger import casework_after as after
from bot.ledger import casework_mediation as mediation
from bot.ledger.case_times import due_of
from bot.ledger.casework import case_of
from bot.legal.agreement_checks import Term
from bot.legal.lifecycle import Action
from bot.legal.mediation import Prevention, Weight
from bot.legal.time_limits import Limit
from tests.casework import HOURS, TO_AGREEMENT, Office, later, make_agreement, make_session
from tests.conftest import NOON


@pytest.fixture()
def office(database):
    return Office(database)


def test_rights_are_told_before_the_first_session(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    with office.unchanged(number), pytest.raises(BadFields, match="权利义务"):
        office.step(number, Action.SESSION_HELD, rights_notified=False)
    with office.unchanged(number), pytest.raises(BadFields, match="还没有到"):
        office.step(number, Action.SESSION_HELD, held_at=later(days=1))
    with office.unchanged(number), pytest.raises(BadFields, match="早于受理"):
        office.step(number, Action.SESSION_HELD, held_at=later(days=-1))


def test_what_one_side_said_is_never_read_with_the_other(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD, Action.SESSION_HELD)
    with office.database.reading() as session:
        one, other = (mediation.statements_of(session, number, side) for side in ("applicant", "other"))
        assert sorted(one) == sorted(other) == [1, 2]
        assert "三千" in one[1] and "两千五" not in "".join(one.values())
        assert "两千五" in other[1] and "要求赔" not in "".join(other.values())
        stored = session.connection().exec_driver_sql("SELECT text FROM mediation_statements").scalars().all()
        assert len(stored) == 4 and not any("天花板" in text for text in stored)


@pytest.mark.parametrize(
    "changed, field, words",
    [
        ({"terms": ()}, "term_1", "至少一条"),
        ({"terms": (Term(1, "赔偿。", Decimal(100)),)}, "term_1", "付款日期和付款方式"),
        ({"terms": (Term(1, "支付修理费。"),)}, "term_1", "金额"),
        ({"checks": frozenset()}, "check_voluntary", "自愿"),
        ({"terms": (Term(1, "确认房屋归申请人所有。"),), "checks": frozenset({"voluntary", "others", "morals"})}, "check_property", "确权"),
        ({"effective_at": later(days=1)}, "effective_at", "还没有到"),
    ],
)
def test_a_written_agreement_has_to_be_fit(office, changed, field, words):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    with office.unchanged(number), pytest.raises(BadFields) as refused:
        office.do(number, mediation.agree, make_agreement(NOON, **changed), True)
    assert words in refused.value.fields[field]


def test_an_oral_agreement_is_put_into_writing_before_a_court_confirms_it_and_stays_one(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD, Action.AGREED_ORAL)
    assert office.count("agreements_oral", "mediation_resolved") == [1, 1]
    with office.unchanged(number), pytest.raises(CaseRefused):
        office.step(number, Action.CONFIRMATION_APPLIED, now=later(days=1))
    office.walk(number, Action.WRITTEN_DOWN, Action.CONFIRMATION_APPLIED, now=later(days=1))
    assert office.count("agreements_oral", "agreements_written", "mediation_resolved", "cases_total") == [0, 1, 1, 1]


def test_confirmation_is_asked_for_within_thirty_days(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    with office.database.reading() as session:
        dues = {due.limit: due.at.date() for due in due_of(session, case_of(session, number), HOURS)}
    assert dues[Limit.CONFIRMATION] == date(2026, 4, 15)
    with office.unchanged(number), pytest.raises(BadFields, match="2026-04-15"):
        office.step(number, Action.CONFIRMATION_APPLIED, now=later(days=31))
    office.step(number, Action.CONFIRMATION_APPLIED, now=later(days=30))
    with office.unchanged(number), pytest.raises(BadFields, match="早于申请确认"):
        office.do(number, after.follow, Action.CONFIRMED, date(2026, 4, 14), now=later(days=40), evidence="1号")


def test_visits_come_due_by_the_days_of_the_agreement(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    case = office.case(number)
    assert (case.due_code, case.due_at.date()) == ("first_visit", date(2026, 4, 4))  # due on 1 April, three days later
    office.step(number, Action.REVISITED, now=later(days=18))
    assert (office.case(number).due_code, office.case(number).due_at.date()) == ("second_visit", date(2026, 5, 4))
    office.step(number, Action.REVISITED, now=later(days=50))
    assert office.case(number).due_code is None and office.count("revisits") == [2]


def test_a_failed_mediation_names_the_path_that_was_advised(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    with office.unchanged(number), pytest.raises(BadFields, match="途径"):
        office.do(number, mediation.fail, None, "")
    office.walk(number, Action.FAILED, Action.ARCHIVED)
    assert office.count("mediation_failed", "mediation_resolved", "mediation_open") == [1, 0, 0]


def test_complex_and_prevention_need_their_ground_and_count_once(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    with office.unchanged(number), pytest.raises(BadFields, match="不算疑难复杂"):
        office.do(number, after.mark, Weight(), "", reason="感觉很难")
    with office.unchanged(number), pytest.raises(BadFields, match="佐证"):
        office.do(number, after.prevent, Prevention.AFFRAY, 3, "劝开了", "", False)
    office.walk(number, Action.COMPLEX, Action.PREVENTION)
    for again in (Action.COMPLEX, Action.PREVENTION):
        with office.unchanged(number), pytest.raises(CaseRefused, match="只登记一次"):
            office.step(number, again)
    assert office.count("complex_cases", "prevented_crime", "prevented_crime_people") == [1, 1, 2]


def test_what_makes_a_case_complex_is_counted_from_the_case(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    office.do(number, mediation.agree, make_agreement(NOON, terms=(Term(1, "赔偿。", Decimal(150_000), "other", None, "转账", date(2026, 5, 1)),)), True)
    with office.database.reading() as session:
        weight = after.weight_of(session, case_of(session, number), later(days=3))
    assert (weight.parties, weight.amount, weight.days) == (2, Decimal(150_000), 0)


def test_a_session_is_recorded_whole(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    office.do(number, mediation.hold_session, make_session(NOON - timedelta(0), attendees="张三、李四", agreed_points="先修水管"))
    with office.database.reading() as session:
        (held,) = mediation.sessions_of(session, number)
        assert (held.session_no, held.attendees, held.agreed_points, held.recorded_by) == (1, "张三、李四", "先修水管", "m01")
