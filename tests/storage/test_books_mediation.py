"""Mediation in the books: a case counts once, by its end, and corrections stay readable."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.errors import BadRecord
from bot.ledger.cases import open_case
from bot.ledger.facts import known_fact, reverse_fact
from bot.ledger.mediation import accept_case, after_agreement, close_case, mark_complex, record_prevention, revisit
from bot.ledger.mediation_corrections import merge_case, reclassify, reopen_case
from bot.legal.disputes import DisputeType
from bot.legal.mediation import AfterAgreement, Outcome, Prevention, Source, TerminationReason, Weight, complexity
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.tables import Case
from tests.builders import make_request
from tests.conftest import NOON
from tests.storage.books import LATER, YEAR, at, counted, done, known, make_case, make_end


def test_an_agreement_counts_when_it_is_made(database):
    done(database, accept_case, make_case())
    done(database, close_case, make_end())
    assert counted(database, "mediation_resolved") == 1
    assert counted(database, "mediation_resolved", read_period("2026-03-01", "2026-03-19")) == 0
    assert (counted(database, "cases_total"), counted(database, "parties_total"), counted(database, "agreement_amount")) == (1, 2, Decimal("1234.50"))


@pytest.mark.parametrize("outcome, code", [
    (Outcome.AGREED_WRITTEN, "agreements_written"), (Outcome.AGREED_ORAL, "agreements_oral"), (Outcome.FAILED, "mediation_failed"),
    (Outcome.TERMINATED, "mediation_terminated"), (Outcome.TRANSFERRED, "transferred_out"),
])
def test_each_end_counts_in_its_own_metric(database, outcome, code):
    done(database, accept_case, make_case())
    done(database, close_case, make_end(outcome=outcome))
    assert counted(database, code) == 1
    assert counted(database, "mediation_resolved") == (1 if outcome in (Outcome.AGREED_WRITTEN, Outcome.AGREED_ORAL) else 0)


def test_the_same_end_twice_counts_once(database):
    done(database, accept_case, make_case())
    for _ in range(2):
        done(database, accept_case, make_case())
        done(database, close_case, make_end())
    assert counted(database, "mediation_resolved") == counted(database, "cases_total") == 1


def test_a_case_cannot_end_twice_or_before_it_began(database):
    done(database, accept_case, make_case())
    with pytest.raises(BadRecord, match="before it was accepted"):
        done(database, close_case, make_end(closed_at=at(3, 1)))
    done(database, close_case, make_end())
    with pytest.raises(BadRecord, match="cannot follow agreed_written"):
        done(database, close_case, make_end(outcome=Outcome.FAILED, closed_at=at(4, 1)))
    assert counted(database, "mediation_failed") == 0


@pytest.mark.parametrize("wrong, named", [
    ({"parties": 1}, "at least two"), ({"source": Source.REFERRAL}, "who referred"), ({"dispute_type": DisputeType.OTHER}, "other_note"),
    ({"accepted_at": at(2, 1, year=2027)}, "lies after"),
])
def test_an_incomplete_case_is_refused_and_changes_nothing(database, wrong, named):
    with pytest.raises(BadRecord, match=named):
        done(database, accept_case, make_case(**wrong))
    assert counted(database, "cases_total") == 0


@pytest.mark.parametrize("outcome, named", [(Outcome.FAILED, "path advised"), (Outcome.TERMINATED, "reason"), (Outcome.TRANSFERRED, "organisation")])
def test_an_end_needs_what_the_law_wants_written(database, outcome, named):
    done(database, accept_case, make_case())
    with pytest.raises(BadRecord, match=named):
        done(database, close_case, make_end(outcome=outcome, advised_path=None, reason=None, to=None))


@pytest.mark.parametrize("amount", [Decimal("-1"), Decimal("1.005")])
def test_an_amount_is_yuan_with_two_decimals(database, amount):
    done(database, accept_case, make_case())
    with pytest.raises(BadRecord, match="decimals"):
        done(database, close_case, make_end(amount=amount))


def test_a_merged_case_counts_no_more(database):
    for number in ("M1", "M2"):
        done(database, accept_case, make_case(number))
        done(database, close_case, make_end(number))
    done(database, merge_case, "M2", "M1", "m01")
    assert (counted(database, "cases_total"), counted(database, "mediation_resolved"), counted(database, "mediation_open")) == (1, 1, 0)
    assert counted(database, "agreement_amount") == Decimal("1234.50")
    with pytest.raises(BadRecord, match="accepted"):
        done(database, close_case, make_end("M2", closed_at=at(4, 4)))


def test_a_case_is_not_merged_into_itself_or_a_merged_one(database):
    for number in ("M1", "M2"):
        done(database, accept_case, make_case(number))
    done(database, merge_case, "M2", "M1", "m01")
    for into in ("M1", "M2", "M9"):
        with pytest.raises(BadRecord, match="cannot be merged"):
            done(database, merge_case, "M1", into, "m01")


def test_another_type_moves_every_count_and_keeps_the_total(database):
    done(database, accept_case, make_case())
    done(database, close_case, make_end())
    done(database, reclassify, "M1", DisputeType.PROPERTY_MGMT, "登记错误", "m01")
    with database.reading() as session:
        for code in ("cases_total", "mediation_resolved"):
            assert metrics.table(session, metrics.metric(code), YEAR, ["dispute_type"]) == [(("property_mgmt",), 1)]
    done(database, reclassify, "M1", DisputeType.NEIGHBOUR, "再改回", "m01")
    assert counted(database, "cases_total") == 1
    done(database, accept_case, make_case())
    assert counted(database, "cases_total") == 1


def test_a_wrong_end_is_taken_back_and_the_right_one_counts(database):
    done(database, accept_case, make_case())
    done(database, close_case, make_end())
    done(database, after_agreement, "M1", AfterAgreement.PERFORMED, at(4, 1), "m01")
    done(database, reopen_case, "M1", "协议未签字", "m01")
    done(database, close_case, make_end(outcome=Outcome.FAILED))
    assert (counted(database, "mediation_resolved"), counted(database, "mediation_failed"), counted(database, "agreements_performed")) == (0, 1, 0)
    done(database, reopen_case, "M1", "又签了", "m01")
    done(database, close_case, make_end(amount=Decimal(5)))
    assert (counted(database, "mediation_resolved"), counted(database, "agreement_amount")) == (1, 5)


def test_confirmation_follows_an_agreement_only(database):
    done(database, accept_case, make_case())
    with pytest.raises(BadRecord, match="agreed_oral or agreed_written"):
        done(database, after_agreement, "M1", AfterAgreement.CONFIRMATION_APPLIED, at(4, 1), "m01")
    done(database, close_case, make_end())
    with pytest.raises(BadRecord, match="confirmation_applied"):
        done(database, after_agreement, "M1", AfterAgreement.CONFIRMED, at(4, 1), "m01")
    for step in (AfterAgreement.CONFIRMATION_APPLIED, AfterAgreement.CONFIRMED, AfterAgreement.PERFORMED):
        done(database, after_agreement, "M1", step, at(4, 2), "m01")
    done(database, revisit, "M1", at(4, 3), "m01", result="满意")
    assert [counted(database, c) for c in ("confirmations_applied", "judicial_confirmations", "agreements_performed", "revisits")] == [1, 1, 1, 1]
    with pytest.raises(BadRecord, match="cannot follow"):
        done(database, after_agreement, "M1", AfterAgreement.CONFIRMATION_REJECTED, at(4, 5), "m01")


def test_rates_are_given_by_both_definitions(database):
    for n, outcome in enumerate((Outcome.AGREED_WRITTEN, Outcome.AGREED_ORAL, Outcome.FAILED, Outcome.TERMINATED)):
        done(database, accept_case, make_case(f"M{n}"))
        done(database, close_case, make_end(f"M{n}", outcome))
    assert known(database, "success_rate") == ("value", Decimal("66.7"))
    assert known(database, "success_rate_of_accepted") == ("value", Decimal("50.0"))
    assert known(database, "success_rate", read_period("2025-01-01", "2025-12-31")) == ("na", None)


def test_one_event_prevents_one_thing_and_needs_its_proof(database):
    def prevent(what, evidence="照片1", persons=2):
        return done(database, record_prevention, "E1", what, persons, at(3, 3), "m01", "及时劝阻", evidence)

    with pytest.raises(BadRecord, match="evidence"):
        prevent(Prevention.CRIME, evidence="")
    with pytest.raises(BadRecord, match="persons"):
        prevent(Prevention.CRIME, persons=0)
    prevent(Prevention.CRIME)
    with pytest.raises(BadRecord, match="one event has one"):
        prevent(Prevention.SUICIDE)
    assert (counted(database, "prevented_crime"), counted(database, "prevented_crime_people"), counted(database, "prevented_total")) == (1, 2, 1)


def test_a_case_is_complex_for_reasons_and_once(database):
    done(database, accept_case, make_case(parties=12))
    reasons = complexity(Weight(parties=12, amount=Decimal(200_000), days=31))
    assert len(reasons) == 3 and complexity(Weight()) == ()
    with pytest.raises(BadRecord, match="why it is complex"):
        done(database, mark_complex, "M1", (), at(3, 3), "m01")
    done(database, mark_complex, "M1", reasons, at(3, 3), "m01")
    assert counted(database, "complex_cases") == 1


def test_a_resident_sees_what_became_of_the_case(database):
    with database.transaction() as session:
        number = open_case(session, make_request(), "GX", NOON).number
    done(database, accept_case, make_case(number, accepted_at=at(3, 17)))
    done(database, close_case, make_end(number))
    with database.reading() as session:
        assert session.get(Case, number).status == "agreed_written"
    with database.reading() as session:
        lines = metrics.rows(session, metrics.metric("mediation_resolved"), YEAR)
    assert [line.case_number for line in lines] == [number]


def test_what_was_taken_back_does_not_come_back_by_itself(database):
    done(database, accept_case, make_case())
    with database.transaction() as session:
        reverse_fact(session, known_fact(session, "mediation:M1:accepted"), "不属本调委会", "m01", LATER)
    assert counted(database, "cases_total") == 0
    with pytest.raises(BadRecord, match="taken back"):
        done(database, accept_case, make_case())


@pytest.mark.parametrize("statement", ["UPDATE book_facts SET event = 'x'", "DELETE FROM fact_entries", "DELETE FROM book_facts"])
def test_the_database_refuses_to_change_facts(database, statement):
    done(database, accept_case, make_case())
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(sa.text(statement))


def test_a_termination_has_one_of_the_known_reasons(database):
    done(database, accept_case, make_case())
    for reason in TerminationReason:
        done(database, close_case, make_end(outcome=Outcome.TERMINATED, reason=reason))
        done(database, reopen_case, "M1", "试", "m01")
    assert counted(database, "mediation_terminated") == 0
