"""Advice, legal aid and enterprise issues on both databases: each counted once, and only when it is done."""

from datetime import date

import pytest

from bot.errors import BadFields
from bot.ledger import casework_ends as ends
from bot.ledger import casework_services as services
from bot.ledger.casework import case_of
from bot.legal.cases import CaseKind
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action
from bot.legal.topics import Topic
from tests.casework import Office, later
from tests.conftest import NOON
from tests.storage.books import USCC


@pytest.fixture()
def office(database):
    return Office(database)


def test_advice_is_one_service_of_the_advisor_and_a_second_answer_counts_on_another_day(office):
    number = office.request(kind=CaseKind.ADVICE)
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.ANSWERED, who="a01")
    assert office.count("advisor_service_items") == [1]
    office.walk(number, Action.ASKED_AGAIN, Action.ANSWERED, who="a01", now=later(hours=1))
    assert office.count("advisor_service_items") == [1]
    office.walk(number, Action.ASKED_AGAIN, Action.ANSWERED, Action.ARCHIVED, who="a01", now=later(days=2))
    assert office.count("advisor_service_items", "cases_total") == [2, 0]


def test_legal_aid_is_guided_and_counted_as_a_referral(office):
    number = office.request(kind=CaseKind.LEGAL_AID)
    office.walk(number, Action.ACCEPTED, Action.TAKEN, Action.GUIDED, Action.ARCHIVED, who="a01")
    assert office.case(number).status == "archived"
    assert office.count("svc_legal_aid_referral") == [1]


def test_an_enterprise_issue_counts_as_resolved_only_when_the_enterprise_agrees(office):
    number = office.request(kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE)
    with office.unchanged(number), pytest.raises(BadFields, match="校验码"):
        office.do(number, services.dispatch, "91000000DEM0000007", EnterpriseCategory.PAYMENT, "示例单位", who="a01")
    office.walk(number, Action.DISPATCHED, Action.PROCESSING, Action.RESOLVED, who="a01")
    assert office.count("enterprise_issues_collected", "enterprise_issues_resolved") == [1, 0]
    with office.unchanged(number), pytest.raises(BadFields, match="不满15日"):
        office.do(number, services.confirm_enterprise, date(2026, 3, 20), "silent", who="a01", now=later(days=4))
    office.walk(number, Action.CONTESTED, Action.RESOLVED, Action.ENTERPRISE_CONFIRMED, Action.ARCHIVED, who="a01", now=later(days=5))
    assert office.count("enterprise_issues_collected", "enterprise_issues_resolved", "enterprise_open") == [1, 1, 0]


def test_a_repeated_letter_of_an_enterprise_is_merged_into_the_first(office):
    first, again = (office.request(key, kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE) for key in "ab")
    office.step(first, Action.DISPATCHED, who="a01")
    office.step(again, Action.DISPATCHED, who="a01")
    assert (office.case(again).status, office.case(again).merged_into) == ("merged", first)
    assert office.count("enterprise_issues_collected", "enterprise_open") == [1, 1]


@pytest.mark.parametrize("end", [Action.NOT_ACCEPTED, "withdrawn"])
def test_an_enterprise_request_that_is_no_issue_leaves_no_open_issue(office, end):
    number = office.request(kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE)
    if end == "withdrawn":
        with office.database.transaction() as session:
            ends.withdraw(session, case_of(session, number), NOON)
    else:
        office.step(number, end, who="a01")
    assert office.count("enterprise_issues_collected", "enterprise_open") == [0, 0]


def test_the_uscc_of_the_fixture_is_valid():
    from bot.legal.enterprise import is_uscc

    assert is_uscc(USCC)
