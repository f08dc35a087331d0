"""How cases end, on both databases: transferred, merged, withdrawn, terminated, put right; each end counts once."""

import pytest

from bot.errors import BadFields, CaseRefused
from bot.ledger import casework_ends as ends
from bot.ledger.casework import case_of
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from bot.legal.mediation import TerminationReason
from tests.casework import TO_AGREEMENT, Office, later
from tests.conftest import NOON


@pytest.fixture()
def office(database):
    return Office(database)


def test_a_transfer_is_counted_once_and_not_as_a_success(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TRANSFERRED)
    assert office.case(number).status == "transferred_out"
    assert office.count("cases_total", "transferred_out", "mediation_resolved", "mediation_open") == [1, 1, 0, 0]


def test_merged_cases_count_as_one_and_both_requests_keep_their_time(office):
    first, second = office.request("a"), office.request("b", at=later(hours=1))
    office.walk(first, Action.ACCEPTED, now=later(hours=2))
    office.walk(second, Action.ACCEPTED, now=later(hours=2))
    seen = office.case(first).version
    office.step(second, Action.MERGED, into=first, now=later(hours=3))
    case = office.case(second)
    assert (case.status, case.merged_into, case.requested_at) == ("merged", first, later(hours=1))
    assert office.count("cases_total", "mediation_requests", "parties_total") == [1, 2, 2]
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
    assert office.count("mediation_terminated", "mediation_open") == [1, 0]


def test_withdrawing_after_the_end_leaves_the_end(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    with office.database.transaction() as session:
        ends.withdraw(session, case_of(session, number), later(days=1))
    assert office.case(number).status == "agreed_written" and office.case(number).withdrawn_at == later(days=1)
    assert office.count("mediation_resolved") == [1]


def test_a_wrong_end_is_put_right_and_counted_once(office):
    number = office.request()
    office.walk(number, *TO_AGREEMENT)
    with office.unchanged(number), pytest.raises(CaseRefused, match="权限"):
        office.step(number, Action.REOPENED)
    office.step(number, Action.REOPENED, who="office", now=later(days=1))
    assert office.count("mediation_resolved", "mediation_open") == [0, 1]
    office.walk(number, Action.AGREED_WRITTEN, Action.CONFIRMATION_APPLIED, now=later(days=2))
    assert office.count("mediation_resolved", "confirmations_applied", "cases_total") == [1, 1, 1]


def test_a_termination_says_why(office):
    number = office.request()
    office.step(number, Action.ACCEPTED)
    with office.unchanged(number), pytest.raises(BadFields, match="终止的原因"):
        office.do(number, ends.terminate, None, "联系不上")
    office.do(number, ends.terminate, TerminationReason.PARTY_REFUSED, "对方不来。")
    assert office.count("mediation_terminated") == [1]
