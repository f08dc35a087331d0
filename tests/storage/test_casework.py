"""The desk's work on cases, on both databases: one count a case, the request never overwritten, nothing half-written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.errors import BadFields, CaseRefused, StaleCase
from bot.ledger import casework_after as after
from bot.ledger import casework_ends as ends
from bot.ledger import casework_mediation as mediation
from bot.ledger import casework_people as people
from bot.ledger import casework_services as services
from bot.ledger import casework_start as start
from bot.ledger.case_times import due_of, hurry, set_missing_due
from bot.ledger.casework import case_of, events_of
from bot.ledger.risks import handle_risks, note_risk
from bot.legal.agreement_checks import Term
from bot.legal.cases import CaseKind
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action, Body, Refusal
from bot.legal.mediation import Prevention, Source, TerminationReason, Weight
from bot.legal.time_limits import Limit
from bot.legal.topics import Topic
from tests.casework import HOURS, TO_AGREEMENT, Office, later, make_agreement, make_session
from tests.conftest import NOON
from tests.storage.books import USCC, counted


@pytest.fixture()
def office(database):
    return Office(database)


def count(office, *codes):
    return [counted(office.database, code) for code in codes]


def test_a_mediation_from_request_to_archive_counts_once(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    office.walk(number, Action.CONFIRMATION_APPLIED, Action.CONFIRMATION_ACCEPTED, now=later(days=2))
    office.walk(number, Action.CONFIRMED, now=later(days=10))
    office.walk(number, Action.PERFORMED, Action.REVISITED, Action.ARCHIVED, now=later(days=20))
    case = office.case(number)
    assert (case.status, case.requested_at, case.received_at, case.accepted_at) == ("archived", NOON, NOON, NOON)
    figures = ("cases_total", "mediation_resolved", "agreements_written", "judicial_confirmations", "agreements_performed", "revisits", "mediation_open")
    assert count(office, *figures) == [1, 1, 1, 1, 1, 1, 0]
    assert counted(office.database, "agreement_amount") == Decimal("3000.50") and counted(office.database, "parties_total") == 2
    assert office.events(number) == [
        "requested", "received", "accepted", "taken", "session_held", "agreed_written", "confirmation_applied", "confirmation_accepted", "confirmed",
        "performed", "revisited", "archived",
    ]  # fmt: skip


def test_every_step_is_an_event_with_actor_time_and_states(office):
    number = office.request()
    office.step(number, Action.ACCEPTED, now=later(hours=2))
    with office.database.reading() as session:
        last = events_of(session, number)[-1]
        assert (last.event, last.actor, last.happened_at, last.status_before, last.status_after) == ("accepted", "m01", later(hours=2), "requested", "accepted")
        assert case_of(session, number).version == 2


def test_a_stale_form_is_refused_with_who_was_first_and_writes_nothing(office):
    number = office.request()
    seen = office.case(number).version
    office.step(number, Action.NOTED, who="a01")
    with office.unchanged(number), pytest.raises(StaleCase, match="a01.*办理备注"):
        office.do(number, start.receive, who="m01", version=seen)


def test_an_illegal_step_is_refused_and_writes_nothing(office):
    number = office.request()
    with office.unchanged(number), pytest.raises(CaseRefused, match="不能“达成书面协议”"):
        office.step(number, Action.AGREED_WRITTEN)


@pytest.mark.parametrize(
    "use_case, values, field",
    [
        (start.refuse, (None, None, ""), "refusal"),
        (start.refuse, (Refusal.OUT_OF_AREA, None, ""), "advised_path"),
        (start.whistle, (Body.POLICE, " "), "reason"),
        (start.note_work, ("",), "note"),
        (start.accept, (start.Acceptance(parties=1),), "parties"),
        (start.accept, (start.Acceptance(source=Source.REFERRAL),), "referrer"),
        (people.escalate, ("",), "reason"),
        (ends.merge, ("GX2026-00099", "同一件事"), "into"),
    ],
)
def test_a_missing_value_is_named_and_nothing_is_written(office, use_case, values, field):
    number = office.request()
    with office.unchanged(number), pytest.raises(BadFields) as refused:
        office.do(number, use_case, *values)
    assert field in refused.value.fields


def test_another_dispute_has_to_say_what_it_is(office):
    number = office.request(topic=Topic.OTHER)
    with office.unchanged(number), pytest.raises(BadFields, match="什么纠纷"):
        office.step(number, Action.ACCEPTED)
    office.step(number, Action.ACCEPTED, other_note="消防通道堆物")
    assert count(office, "cases_total") == [1]


def test_a_refused_request_keeps_its_time_and_is_no_mediation(office):
    number = office.request()
    office.step(number, Action.NOT_ACCEPTED, now=later(days=1))
    case = office.case(number)
    assert (case.status, case.requested_at, case.ended_at) == ("not_accepted", NOON, later(days=1))
    assert count(office, "cases_total", "mediation_requests") == [0, 1]


def test_taking_a_case_in_and_going_on_with_it_is_one_act(office):
    number = office.request()
    office.step(number, Action.ACCEPTED, to_me=True)
    case = office.case(number)
    assert (case.status, case.assignee) == ("assigned", "m01")


def test_taking_over_needs_a_reason_and_the_history_keeps_both(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    with office.unchanged(number), pytest.raises(BadFields, match="换人请写明原因"):
        office.do(number, people.take, who="m02")
    with office.unchanged(number), pytest.raises(CaseRefused, match="m01 承办"):
        office.step(number, Action.SESSION_HELD, who="m02")
    office.do(number, people.take, reason="原承办人调岗", who="m02")
    office.step(number, Action.SESSION_HELD, who="m02")
    assert office.case(number).assignee == "m02"


def test_only_the_office_assigns_and_only_to_those_of_the_community(office):
    number = office.request()
    office.step(number, Action.ACCEPTED)
    with office.unchanged(number), pytest.raises(CaseRefused, match="分派和改派"):
        office.do(number, people.assign, "m02", who="m01")
    with office.unchanged(number), pytest.raises(BadFields, match="没有这个社区"):
        office.do(number, people.assign, "nobody", who="office")
    office.do(number, people.assign, "m02", who="office")
    assert (office.case(number).assignee, office.case(number).status) == ("m02", "assigned")


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
    assert count(office, "agreements_oral", "mediation_resolved") == [1, 1]
    with office.unchanged(number), pytest.raises(CaseRefused):
        office.step(number, Action.CONFIRMATION_APPLIED, now=later(days=1))
    office.walk(number, Action.WRITTEN_DOWN, Action.CONFIRMATION_APPLIED, now=later(days=1))
    assert count(office, "agreements_oral", "agreements_written", "mediation_resolved", "cases_total") == [0, 1, 1, 1]


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
    assert office.case(number).due_code is None and count(office, "revisits") == [2]


def test_a_failed_mediation_names_the_path_that_was_advised(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    with office.unchanged(number), pytest.raises(BadFields, match="途径"):
        office.do(number, mediation.fail, None, "")
    office.walk(number, Action.FAILED, Action.ARCHIVED)
    assert count(office, "mediation_failed", "mediation_resolved", "mediation_open") == [1, 0, 0]


def test_a_transfer_is_counted_once_and_not_as_a_success(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TRANSFERRED)
    assert office.case(number).status == "transferred_out"
    assert count(office, "cases_total", "transferred_out", "mediation_resolved", "mediation_open") == [1, 1, 0, 0]


def test_merged_cases_count_as_one_and_both_requests_keep_their_time(office):
    first, second = office.request("a"), office.request("b", at=later(hours=1))
    office.walk(first, Action.ACCEPTED, now=later(hours=2))
    office.walk(second, Action.ACCEPTED, now=later(hours=2))
    seen = office.case(first).version
    office.step(second, Action.MERGED, into=first, now=later(hours=3))
    case = office.case(second)
    assert (case.status, case.merged_into, case.requested_at) == ("merged", first, later(hours=1))
    assert count(office, "cases_total", "mediation_requests", "parties_total") == [1, 2, 2]
    assert office.case(first).version == seen + 1
    with office.unchanged(second), pytest.raises(CaseRefused):
        office.step(second, Action.NOTED)


def test_an_accepted_case_is_not_merged_into_one_that_nobody_took_in(office):
    first, second = office.request("a"), office.request("b")
    office.step(first, Action.ACCEPTED)
    with office.unchanged(first), pytest.raises(BadFields, match="先受理"):
        office.step(first, Action.MERGED, into=second)


def test_cases_of_other_communities_and_kinds_are_not_merged(office):
    first, elsewhere, advice = office.request("a"), office.request("b", community="c04"), office.request("c", kind=CaseKind.ADVICE)
    for other in (elsewhere, advice, first):
        with office.unchanged(first), pytest.raises(BadFields):
            office.step(first, Action.MERGED, into=other)


def test_a_resident_who_withdraws_ends_an_accepted_mediation_in_the_books_too(office):
    number = office.request()
    office.step(number, Action.ACCEPTED)
    with office.database.transaction() as session:
        ends.withdraw(session, case_of(session, number), later(days=1))
    case = office.case(number)
    assert (case.status, case.withdrawn_at, case.requested_at, case.due_at) == ("withdrawn", later(days=1), NOON, None)
    assert count(office, "mediation_terminated", "mediation_open") == [1, 0]


def test_withdrawing_after_the_end_leaves_the_end(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    with office.database.transaction() as session:
        ends.withdraw(session, case_of(session, number), later(days=1))
    assert office.case(number).status == "agreed_written" and office.case(number).withdrawn_at == later(days=1)
    assert count(office, "mediation_resolved") == [1]


def test_a_wrong_end_is_put_right_and_counted_once(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    with office.unchanged(number), pytest.raises(CaseRefused, match="权限"):
        office.step(number, Action.REOPENED)
    office.step(number, Action.REOPENED, who="office", now=later(days=1))
    assert count(office, "mediation_resolved", "mediation_open") == [0, 1]
    office.walk(number, Action.AGREED_WRITTEN, Action.CONFIRMATION_APPLIED, now=later(days=2))
    assert count(office, "mediation_resolved", "confirmations_applied", "cases_total") == [1, 1, 1]


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
    assert count(office, "complex_cases", "prevented_crime", "prevented_crime_people") == [1, 1, 2]


def test_what_makes_a_case_complex_is_counted_from_the_case(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD)
    office.do(number, mediation.agree, make_agreement(NOON, terms=(Term(1, "赔偿。", Decimal(150_000), "other", None, "转账", date(2026, 5, 1)),)), True)
    with office.database.reading() as session:
        weight = after.weight_of(session, case_of(session, number), later(days=3))
    assert (weight.parties, weight.amount, weight.days) == (2, Decimal(150_000), 0)


def test_escalation_goes_up_tier_by_tier(office):
    number = office.request()
    office.walk(number, Action.ESCALATED, Action.ESCALATED)
    assert office.case(number).tier == "district"
    with office.unchanged(number), pytest.raises(CaseRefused, match="区一级"):
        office.step(number, Action.ESCALATED)


def test_advice_is_one_service_of_the_advisor_and_a_second_answer_counts_on_another_day(office):
    number = office.request(kind=CaseKind.ADVICE)
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.ANSWERED, who="a01")
    assert count(office, "advisor_service_items") == [1]
    office.walk(number, Action.ASKED_AGAIN, Action.ANSWERED, who="a01", now=later(hours=1))
    assert count(office, "advisor_service_items") == [1]
    office.walk(number, Action.ASKED_AGAIN, Action.ANSWERED, Action.ARCHIVED, who="a01", now=later(days=2))
    assert count(office, "advisor_service_items", "cases_total") == [2, 0]


def test_legal_aid_is_guided_and_counted_as_a_referral(office):
    number = office.request(kind=CaseKind.LEGAL_AID)
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.GUIDED, Action.ARCHIVED, who="a01")
    assert office.case(number).status == "archived"
    assert count(office, "svc_legal_aid_referral") == [1]


def test_an_enterprise_issue_counts_as_resolved_only_when_the_enterprise_agrees(office):
    number = office.request(kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE)
    with office.unchanged(number), pytest.raises(BadFields, match="校验码"):
        office.do(number, services.dispatch, "91000000DEM0000007", EnterpriseCategory.PAYMENT, "示例单位", who="a01")
    office.walk(number, Action.DISPATCHED, Action.PROCESSING, Action.RESOLVED, who="a01")
    assert count(office, "enterprise_issues_collected", "enterprise_issues_resolved") == [1, 0]
    with office.unchanged(number), pytest.raises(BadFields, match="不满15日"):
        office.do(number, services.confirm_enterprise, date(2026, 3, 20), "silent", who="a01", now=later(days=4))
    office.walk(number, Action.CONTESTED, Action.RESOLVED, Action.ENTERPRISE_CONFIRMED, Action.ARCHIVED, who="a01", now=later(days=5))
    assert count(office, "enterprise_issues_collected", "enterprise_issues_resolved", "enterprise_open") == [1, 1, 0]


def test_a_repeated_letter_of_an_enterprise_is_merged_into_the_first(office):
    first, again = (office.request(key, kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE) for key in "ab")
    office.step(first, Action.DISPATCHED, who="a01")
    office.step(again, Action.DISPATCHED, who="a01")
    assert (office.case(again).status, office.case(again).merged_into) == ("merged", first)
    assert count(office, "enterprise_issues_collected", "enterprise_open") == [1, 1]


@pytest.mark.parametrize("end", [Action.NOT_ACCEPTED, "withdrawn"])
def test_an_enterprise_request_that_is_no_issue_leaves_no_open_issue(office, end):
    number = office.request(kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE)
    if end == "withdrawn":
        with office.database.transaction() as session:
            ends.withdraw(session, case_of(session, number), NOON)
    else:
        office.step(number, end, who="a01")
    assert count(office, "enterprise_issues_collected", "enterprise_open") == [0, 0]


def test_a_termination_says_why(office):
    number = office.request()
    office.step(number, Action.ACCEPTED)
    with office.unchanged(number), pytest.raises(BadFields, match="终止的原因"):
        office.do(number, ends.terminate, None, "联系不上")
    office.do(number, ends.terminate, TerminationReason.PARTY_REFUSED, "对方不来。")
    assert count(office, "mediation_terminated") == [1]


def test_a_missing_party_is_added_before_acceptance(office):
    number = office.request(other_party=None)
    with office.unchanged(number), pytest.raises(BadFields, match="两方"):
        office.step(number, Action.ACCEPTED)
    office.do(number, people.add_party, "other", "李四", "13900139000")
    office.step(number, Action.ACCEPTED)
    assert counted(office.database, "parties_total") == 2


def test_a_session_is_recorded_whole(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    office.do(number, mediation.hold_session, make_session(NOON - timedelta(0), attendees="张三、李四", agreed_points="先修水管"))
    with office.database.reading() as session:
        (held,) = mediation.sessions_of(session, number)
        assert (held.session_no, held.attendees, held.agreed_points, held.recorded_by) == (1, "张三、李四", "先修水管", "m01")


def test_the_uscc_of_the_fixture_is_valid():
    from bot.legal.enterprise import is_uscc

    assert is_uscc(USCC)


def test_an_emergency_makes_an_open_case_urgent_until_somebody_has_dealt_with_it(office):
    number = office.request()
    assert (office.case(number).due_code, office.case(number).due_at) == ("receipt", later(hours=22))  # four office hours from noon end at ten the next day
    with office.database.transaction() as session:
        note_risk(session, "web:a", "violence_now", "web:a:m2", later(hours=3))
        hurry(session, "web:a", HOURS)
    assert (office.case(number).due_code, office.case(number).due_at) == ("risk", later(hours=3) + timedelta(minutes=15))
    with office.database.transaction() as session:
        handle_risks(session, "web:a", "m01", number, "已电话联系，人安全。", later(hours=4))
    office.step(number, Action.RECEIVED, now=later(hours=4))
    assert office.case(number).due_code == "acceptance"


def test_cases_of_an_earlier_release_get_their_limit(office):
    number = office.request()
    with office.database.transaction() as session:
        case = case_of(session, number)
        due, case.due_at, case.due_code = case.due_at, None, None
    with office.database.transaction() as session:
        assert set_missing_due(session, HOURS) == 1
        assert case_of(session, number).due_at == due
        session.flush()
        assert set_missing_due(session, HOURS) == 0
