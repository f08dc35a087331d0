"""Services of advisors and their work for offices: what counts once, what never counts."""


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
from bot.legal.advisor_services import EIGHT_ITEMS, Result, ServiceKind
from bot.legal.cases import Tier
from bot.statistics import metrics
from bot.statistics.periods import read_period
from tests.conftest import NOON
from tests.storage.books import LATER, YEAR, at, counted, done, known, make_service

PAPER = Paper("office", "合同")


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
