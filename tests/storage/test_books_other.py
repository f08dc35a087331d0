"""Services, screenings, enterprise issues, advisors and counters: what counts once, what never counts, what is missing."""

from datetime import date

import pytest

from bot.errors import BadRecord
from bot.ledger.advisor_services import record_service, take_back_service
from bot.ledger.advisors import (
    Paper,
    assign_advisor,
    close_service_point,
    end_assignment,
    open_service_point,
    record_litigation,
    record_meeting,
    record_opinion,
)
from bot.ledger.cases import open_case
from bot.ledger.counters import Counter, Record, record_counter
from bot.ledger.declarations import NOT_APPLICABLE, ZERO, declare
from bot.ledger.enterprise import IssueEnd, confirm_issue, end_issue, register_issue, take_back_issue
from bot.ledger.screenings import Finding, FindingEnd, end_finding, submit_screening
from bot.legal.advisor_services import EIGHT_ITEMS, Result, ServiceKind
from bot.legal.cases import CaseKind, Tier
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import is_uscc, normalised
from bot.statistics import metrics
from bot.statistics.periods import read_period
from tests.builders import make_request
from tests.conftest import NOON
from tests.storage.books import LATER, USCC, YEAR, at, counted, done, known, make_issue, make_screening, make_service

PAPER = Paper("office", "合同")


# --- services


def test_one_matter_on_one_day_counts_once(database):
    for n, kind in enumerate((ServiceKind.CONSULT_ONSITE, ServiceKind.DRAFT_DOCUMENT)):
        done(database, record_service, make_service(f"S{n}", kind=kind, served_at=at(3, 2, 9 + n)))
    assert counted(database, "advisor_service_items") == 1


@pytest.mark.parametrize("changed", [{"advisor": "a02"}, {"subject_ref": "r2"}, {"matter": "押金"}, {"served_at": at(3, 3), "new_substance": True}])
def test_another_advisor_person_matter_or_day_with_substance_counts_again(database, changed):
    done(database, record_service, make_service("S1"))
    done(database, record_service, make_service("S2", **changed))
    assert counted(database, "advisor_service_items") == 2


def test_the_next_day_without_new_substance_does_not_count(database):
    done(database, record_service, make_service("S1"))
    done(database, record_service, make_service("S2", served_at=at(3, 3)))
    assert counted(database, "advisor_service_items") == 1


def test_a_beijing_day_ends_at_midnight_in_beijing(database):
    done(database, record_service, make_service("S1", served_at=at(3, 2, 23, 59)))
    done(database, record_service, make_service("S2", served_at=at(3, 3, 0, 0), new_substance=True))
    assert counted(database, "advisor_service_items") == 2
    assert counted(database, "advisor_service_items", read_period("2026-03-02", "2026-03-02")) == 1


@pytest.mark.parametrize("result", [Result.NOT_CONNECTED, Result.MASS_MESSAGE, Result.RECEIPT_ONLY])
def test_what_is_no_service_is_kept_and_not_counted(database, result):
    done(database, record_service, make_service(result=result))
    assert counted(database, "advisor_service_items") == 0
    done(database, record_service, make_service("S2"))
    assert counted(database, "advisor_service_items") == 1


def test_a_record_taken_back_leaves_its_place_to_the_other_of_that_day(database):
    for n, kind in enumerate((ServiceKind.CONSULT_ONSITE, ServiceKind.DRAFT_DOCUMENT)):
        done(database, record_service, make_service(f"S{n}", kind=kind))
    done(database, take_back_service, "S0", "记错", "a01")
    assert (counted(database, "svc_consult_onsite"), counted(database, "svc_draft_document")) == (0, 1)
    done(database, take_back_service, "S1", "也记错", "a01")
    assert counted(database, "advisor_service_items") == 0


def test_a_lecture_counts_once_and_its_audience_apart(database):
    with pytest.raises(BadRecord, match="attendance"):
        done(database, record_service, make_service(kind=ServiceKind.LECTURE))
    done(database, record_service, make_service(kind=ServiceKind.LECTURE, attendance=45))
    assert (counted(database, "advisor_service_items"), counted(database, "lecture_attendance")) == (1, 45)


def test_kinds_sum_to_the_services_and_the_eight_items_hold_each_kind_once(database):
    for n, kind in enumerate(ServiceKind):
        done(database, record_service, make_service(f"S{n}", kind=kind, matter=str(n), attendance=9))
    assert sum(counted(database, kind.book) for kind in ServiceKind) == counted(database, "advisor_service_items") == len(ServiceKind)
    assert sorted(k.code for _, kinds in EIGHT_ITEMS for k in kinds) == sorted(ServiceKind.codes())


def test_automatic_answers_are_no_services(database):
    assert "bot_answer" not in metrics.metric("advisor_service_items").kinds


# --- screenings


def test_no_dispute_is_said_and_not_left_out(database):
    with pytest.raises(BadRecord, match="either, not both"):
        done(database, submit_screening, make_screening(zero_finding=False))
    with pytest.raises(BadRecord, match="either, not both"):
        done(database, submit_screening, make_screening(findings=(Finding("F1", DisputeType.NEIGHBOUR),), zero_finding=True))
    assert known(database, "screening_findings") == ("missing", None)
    done(database, submit_screening, make_screening())
    assert known(database, "screening_findings") == ("zero", 0)
    assert known(database, "screening_rounds") == ("value", 1)


def test_a_round_counts_once_and_belongs_to_its_month(database):
    for _ in range(2):
        done(database, submit_screening, make_screening(submitted_at=at(4, 3)))
    assert counted(database, "screening_rounds", read_period("2026-03-01", "2026-03-31")) == 1
    assert counted(database, "screening_rounds") == 1
    with pytest.raises(BadRecord, match="2026-05"):
        done(database, submit_screening, make_screening("2026-05", submitted_at=at(4, 3)))


def test_a_finding_ends_once_and_what_became_a_case_is_counted_there(database):
    found = tuple(Finding(f"F{n}", DisputeType.NEIGHBOUR) for n in range(3))
    done(database, submit_screening, make_screening(findings=found))
    done(database, end_finding, "F0", FindingEnd.SETTLED, at(3, 28), "m01")
    with pytest.raises(BadRecord, match="ended as settled"):
        done(database, end_finding, "F0", FindingEnd.TO_POLICE, at(3, 28), "m01")
    with pytest.raises(BadRecord, match="number of the mediation"):
        done(database, end_finding, "F1", FindingEnd.TO_MEDIATION, at(3, 28), "m01")
    done(database, end_finding, "F1", FindingEnd.TO_MEDIATION, at(3, 28), "m01", case_number="M1")
    assert [counted(database, c) for c in ("screening_findings", "findings_settled", "findings_to_mediation", "findings_open", "mediation_resolved")] == [3, 1, 1, 1, 0]


# --- enterprise issues


def test_the_same_issue_twice_counts_once(database):
    done(database, register_issue, make_issue("Q1"))
    done(database, register_issue, make_issue("Q2", request="货款拖欠半年  请协调", raised_at=at(3, 9)))
    assert counted(database, "enterprise_issues_collected") == 1
    done(database, register_issue, make_issue("Q3", request="货款拖欠一年"))
    assert counted(database, "enterprise_issues_collected") == 2


def test_an_issue_from_the_chat_is_counted_once_with_its_request(database):
    with database.transaction() as session:
        case = open_case(session, make_request(kind=CaseKind.ENTERPRISE), "GX", NOON)
    done(database, register_issue, make_issue("Q1", case_number=case.number, raised_at=NOON))
    assert counted(database, "enterprise_issues_collected") == 1


def test_a_repeated_request_from_the_chat_is_taken_off(database):
    done(database, register_issue, make_issue("Q1"))
    with database.transaction() as session:
        case = open_case(session, make_request(kind=CaseKind.ENTERPRISE), "GX", NOON)
    assert counted(database, "enterprise_issues_collected") == 2
    done(database, register_issue, make_issue("Q2", case_number=case.number, raised_at=NOON))
    assert counted(database, "enterprise_issues_collected") == 1


def test_done_is_not_resolved_until_the_enterprise_agrees(database):
    done(database, register_issue, make_issue())
    with pytest.raises(BadRecord, match="was not done"):
        done(database, confirm_issue, "Q1", at(4, 1), "office")
    done(database, end_issue, "Q1", IssueEnd.DONE, at(4, 1), "office", resolution="已付款")
    assert known(database, "enterprise_issues_resolved") == ("missing", None)
    done(database, confirm_issue, "Q1", at(4, 2), "office")
    assert known(database, "enterprise_issues_resolved") == ("value", 1) and counted(database, "enterprise_open") == 0


def test_silence_agrees_after_fifteen_days(database):
    done(database, register_issue, make_issue())
    done(database, end_issue, "Q1", IssueEnd.DONE, at(4, 1), "office", resolution="已付款")
    with pytest.raises(BadRecord, match="15 days"):
        done(database, confirm_issue, "Q1", at(4, 15), "office", silent=True)
    done(database, confirm_issue, "Q1", at(4, 16), "office", silent=True)
    assert counted(database, "enterprise_issues_resolved") == 1


def test_explained_is_counted_apart_and_last_years_issues_too(database):
    done(database, register_issue, make_issue("Q1"))
    done(database, end_issue, "Q1", IssueEnd.EXPLAINED, at(4, 1), "office", resolution="政策如此")
    done(database, register_issue, make_issue("Q2", request="要路灯", raised_at=at(12, 1, year=2025)))
    done(database, end_issue, "Q2", IssueEnd.DONE, at(1, 5), "office", resolution="已装")
    done(database, confirm_issue, "Q2", at(1, 6), "office")
    codes = ("enterprise_issues_collected", "enterprise_issues_resolved", "enterprise_carried_over_resolved", "enterprise_explained", "enterprise_open")
    assert [counted(database, c) for c in codes] == [1, 0, 1, 1, 0]


def test_an_issue_taken_back_can_be_registered_anew(database):
    done(database, register_issue, make_issue("Q1"))
    done(database, take_back_issue, "Q1", "登记错单位", "office")
    assert counted(database, "enterprise_issues_collected") == 0
    done(database, register_issue, make_issue("Q2"))
    assert counted(database, "enterprise_issues_collected") == 1


@pytest.mark.parametrize("code", ["", "91000000DEM0000000", "91000000DEM00000R", "91000000dem000000R"])
def test_a_wrong_credit_code_is_refused(database, code):
    with pytest.raises(BadRecord, match="credit code"):
        done(database, register_issue, make_issue(uscc=code))


def test_the_check_character_is_that_of_the_standard():
    assert is_uscc(USCC) and is_uscc("91350100M000100Y43") and not is_uscc("91350100M000100Y44")
    assert normalised("货款，拖欠 ＡＢ！") == "货款拖欠ab"


# --- advisors


def test_a_community_is_covered_by_engagement_and_service(database):
    done(database, assign_advisor, "HT1", "a01", "c01", at(1, 1), "律所", PAPER)
    done(database, assign_advisor, "HT2", "a01", "c02", at(1, 1), "律所", PAPER)
    assert known(database, "advisor_coverage") == ("missing", None)
    done(database, record_service, make_service(served_at=at(12, 1)))
    assert counted(database, "advisor_coverage") == 1
    assert counted(database, "advisor_coverage", read_period("2026-01-01", "2026-11-30")) == 0
    done(database, end_assignment, "HT1", at(12, 15), PAPER)
    assert counted(database, "advisor_coverage") == 0


def test_service_points_are_those_open_on_the_last_day(database):
    done(database, open_service_point, "P1", Tier.DISTRICT, "中心", None, at(1, 2), PAPER)
    done(database, open_service_point, "P2", Tier.COMMUNITY, "工作室", "c01", at(2, 1), PAPER)
    done(database, close_service_point, "P2", at(9, 1), PAPER)
    with database.reading() as session:
        which = metrics.metric("service_points_by_tier")
        assert metrics.table(session, which, YEAR, ["tier"]) == [(("district",), 1)]
        assert metrics.count(session, which, read_period("2026-01-01", "2026-08-31")) == 2


def test_work_for_offices_counts_by_number(database):
    for _ in range(2):
        done(database, record_litigation, "L1", at(3, 1), "管委会", "a01", PAPER)
        done(database, record_opinion, "O1", at(3, 1), "单位", "contract", "a01", PAPER)
        done(database, record_opinion, "O1v2", at(3, 2), "单位", "contract", "a01", PAPER, revises="O1")
        done(database, record_meeting, "T1", at(3, 1), "风险评估", ("a01", "a02"), PAPER)
    codes = ("litigation_cases", "legal_opinions", "advisor_discussions", "advisor_discussion_attendance", "advisor_service_items")
    assert [counted(database, c) for c in codes] == [1, 1, 1, 2, 0]


# --- counters and declarations


def counter(kind=Counter.PUBLICITY, ref="A1", **changed):
    return Record(**{"counter": kind, "ref": ref, "held_at": at(3, 1), "title": "宣传", "evidence_ref": "照片", "by": "office", **changed})


@pytest.mark.parametrize("changed, named", [({"evidence_ref": " "}, "evidence"), ({"value": 20}, "cannot be typed"), ({"value": 0}, "cannot be typed"), ({"title": ""}, "title")])
def test_a_counter_needs_its_evidence_and_takes_no_total(database, changed, named):
    with pytest.raises(BadRecord, match=named):
        done(database, record_counter, counter(**changed))
    assert known(database, "publicity_activities") == ("missing", None)


def test_what_was_held_once_counts_under_one_name(database):
    done(database, record_counter, counter())
    done(database, record_counter, counter())
    with pytest.raises(BadRecord, match="counts once"):
        done(database, record_counter, counter(Counter.OFFICIAL_LECTURE))
    assert (counted(database, "publicity_activities"), counted(database, "legal_lectures_officials")) == (1, 0)


def test_what_another_system_shows_is_taken_with_its_value(database):
    done(database, record_counter, counter(Counter.PAGEVIEWS, "2026-03", value=88_123))
    assert counted(database, "site_pageviews") == 88_123


def test_every_counter_is_a_metric_of_scope_c(database):
    assert {m.code for m in metrics.METRICS if m.scope == "C"} == set(Counter.codes())


def test_nothing_is_missing_until_a_zero_is_declared_for_every_day(database):
    code = "reconsideration_cases"
    assert known(database, code) == ("missing", None)
    done(database, declare, code, date(2026, 1, 1), date(2026, 7, 1), ZERO, "office", "无案件")
    assert known(database, code) == ("missing", None)
    done(database, declare, code, date(2026, 7, 1), date(2027, 1, 1), ZERO, "office", "无案件")
    assert known(database, code) == ("zero", 0)
    done(database, record_counter, counter(Counter.RECONSIDERATION, "复议1"))
    assert known(database, code) == ("value", 1)


def test_a_zero_is_declared_for_days_that_are_over_and_with_a_reason(database):
    for first, end, reason, named in ((date(2027, 1, 1), date(2028, 1, 1), "无", "not over"), (date(2026, 2, 1), date(2026, 2, 1), "无", "empty"), (date(2026, 1, 1), date(2026, 2, 1), "", "reason")):
        with pytest.raises(BadRecord, match=named):
            done(database, declare, "repealed_documents", first, end, ZERO, "office", reason)


def test_not_applicable_is_neither_zero_nor_missing(database):
    done(database, declare, "site_pageviews", date(2026, 1, 1), date(2027, 1, 1), NOT_APPLICABLE, "office", "网站停用")
    assert known(database, "site_pageviews") == ("na", None)


def test_satisfaction_of_few_is_not_shown(database):
    from bot.ledger.services import Service, record
    from bot.legal.cases import Channel

    with database.transaction() as session:
        for n in range(29):
            record(session, Service("rating_5" if n else "rating_2", NOON, f"r{n}", Channel.WEB), LATER)
    assert known(database, "satisfaction") == ("na", None) and counted(database, "ratings") == 29
    with database.transaction() as session:
        record(session, Service("rating_3", NOON, "r29", Channel.WEB), LATER)
    assert str(known(database, "satisfaction")[1]) == "93.3"
