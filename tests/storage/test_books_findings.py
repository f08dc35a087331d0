"""Screenings and enterprise issues: what counts once, what must be said, when it is resolved."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.errors import BadRecord
from bot.ledger.advisors import Paper, assign_advisor, end_assignment
from bot.ledger.cases import open_case
from bot.ledger.enterprise import IssueEnd, confirm_issue, end_issue, register_issue, take_back_issue
from bot.ledger.mediation import accept_case, close_case, revisit
from bot.ledger.screenings import Finding, FindingEnd, end_finding, submit_screening
from bot.legal.cases import CaseKind
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import is_uscc, normalised
from bot.statistics.periods import read_period
from bot.storage.book_tables import BookFact
from tests.builders import make_request
from tests.conftest import NOON
from tests.databases import migrated_postgres, open_migrated
from tests.storage.books import USCC, at, counted, done, known, make_case, make_end, make_issue, make_screening


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


@pytest.mark.postgres
class TestAnotherHandBetweenTwoLooks:
    """What another transaction commits after one of this writer's looks into the books and before the next."""

    @pytest.fixture()
    def books(self, postgres_url, settings):
        opened = open_migrated(replace(settings, database_url=migrated_postgres(postgres_url)))
        yield opened
        opened.close()

    def doing_the_same_between(self, books, work, *arguments, **named):
        """Do something, and after its first look do the same in a transaction of its own; both tell what is in the books."""
        looks = []

        def look(_connection, _cursor, statement, *_more):
            if "FROM book_facts" in statement and not looks:
                looks.append(statement)
                done(books, work, *arguments, **named)

        sa.event.listen(books.engine, "after_cursor_execute", look)
        done(books, work, *arguments, **named)
        assert looks

    def facts(self, books, event):
        with books.reading() as session:
            return session.query(BookFact).filter(BookFact.event == event).count()

    def test_a_round_is_written_once(self, books):
        self.doing_the_same_between(books, submit_screening, make_screening())
        assert self.facts(books, "submitted") == 1

    def test_a_finding_ends_once(self, books):
        done(books, submit_screening, make_screening(findings=(Finding("F1", DisputeType.NEIGHBOUR),)))
        self.doing_the_same_between(books, end_finding, "F1", FindingEnd.SETTLED, at(3, 28), "m01")
        assert self.facts(books, "settled") == 1

    def test_an_issue_ends_once(self, books):
        done(books, register_issue, make_issue("Q1"))
        self.doing_the_same_between(books, end_issue, "Q1", IssueEnd.DONE, at(3, 28), "d01", resolution="货款已经付清")
        assert self.facts(books, IssueEnd.DONE.code) == 1

    def test_a_mediated_case_is_revisited_once(self, books):
        done(books, accept_case, make_case())
        done(books, close_case, make_end())
        self.doing_the_same_between(books, revisit, "M1", at(4, 3), "m01", result="满意")
        assert self.facts(books, "revisited") == 1

    def test_an_advisors_contract_ends_once(self, books):
        paper = Paper("office", "纸-1")
        done(books, assign_advisor, "HT1", "a01", "c01", at(1, 1), "示例律师事务所", paper)
        self.doing_the_same_between(books, end_assignment, "HT1", at(12, 15), paper)
        assert self.facts(books, "ended") == 1
