"""The desk's work on cases, on both databases: one count a case, the request never overwritten, nothing half-written."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.errors import BadFields, CaseRefused, StaleCase
from bot.ledger import casework_ends as ends
from bot.ledger import casework_people as people
from bot.ledger import casework_start as start
from bot.ledger.case_times import hurry, set_missing_due
from bot.ledger.casework import case_of, events_of
from bot.ledger.risks import handle_risks, note_risk
from bot.legal.lifecycle import Action, Body, Refusal
from bot.legal.mediation import Source
from bot.legal.topics import Topic
from tests.casework import HOURS, TO_AGREEMENT, Office, later
from tests.conftest import NOON
from tests.storage.books import counted


@pytest.fixture()
def office(database):
    return Office(database)


def test_a_mediation_from_request_to_archive_counts_once(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    office.walk(number, Action.CONFIRMATION_APPLIED, Action.CONFIRMATION_ACCEPTED, now=later(days=2))
    office.walk(number, Action.CONFIRMED, now=later(days=10))
    office.walk(number, Action.PERFORMED, Action.REVISITED, Action.ARCHIVED, now=later(days=20))
    case = office.case(number)
    assert (case.status, case.requested_at, case.received_at, case.accepted_at) == ("archived", NOON, NOON, NOON)
    figures = ("cases_total", "mediation_resolved", "agreements_written", "judicial_confirmations", "agreements_performed", "revisits", "mediation_open")
    assert office.count(*figures) == [1, 1, 1, 1, 1, 1, 0]
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
    assert office.count("cases_total") == [1]


def test_a_refused_request_keeps_its_time_and_is_no_mediation(office):
    number = office.request()
    office.step(number, Action.NOT_ACCEPTED, now=later(days=1))
    case = office.case(number)
    assert (case.status, case.requested_at, case.ended_at) == ("not_accepted", NOON, later(days=1))
    assert office.count("cases_total", "mediation_requests") == [0, 1]


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


def test_escalation_goes_up_tier_by_tier(office):
    number = office.request()
    office.walk(number, Action.ESCALATED, Action.ESCALATED)
    assert office.case(number).tier == "district"
    with office.unchanged(number), pytest.raises(CaseRefused, match="区一级"):
        office.step(number, Action.ESCALATED)


def test_a_missing_party_is_added_before_acceptance(office):
    number = office.request(other_party=None)
    with office.unchanged(number), pytest.raises(BadFields, match="两方"):
        office.step(number, Action.ACCEPTED)
    office.do(number, people.add_party, "other", "李四", "13900139000")
    office.step(number, Action.ACCEPTED)
    assert counted(office.database, "parties_total") == 2


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
