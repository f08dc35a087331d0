"""What a person should look at is listed, record by record."""

from datetime import timedelta

from bot.ledger.advisor_services import record_service
from bot.ledger.mediation import accept_case, close_case
from bot.ledger.services import Service, record
from bot.legal.advisor_services import EVIDENCE_OF
from bot.legal.cases import Channel
from bot.legal.mediation import Outcome
from bot.statistics.flags import EVIDENCE, flags
from bot.statistics.views import View
from tests.storage.books import LATER, YEAR, at, done, make_case, make_end, make_service


def flagged(database, kind, seed=1):
    with database.reading() as session:
        return [flag for flag in flags(session, View(YEAR), seed) if flag.kind == kind]


def test_what_lacks_the_evidence_its_kind_needs_is_listed_with_what_to_bring(database):
    for number, evidence in (("M1", None), ("M2", "卷宗2")):
        done(database, accept_case, make_case(number))
        done(database, close_case, make_end(number, evidence_ref=evidence))
    [flag] = flagged(database, "no_evidence")
    assert "M1" in flag.subject and "协议书" in flag.why


def test_every_kind_of_service_that_needs_evidence_has_its_line_in_the_checklist():
    for kind in EVIDENCE_OF:
        assert EVIDENCE["service", kind.code] == EVIDENCE_OF[kind]


def test_services_minutes_apart_are_listed_and_services_hours_apart_are_not(database):
    for n, minute in enumerate((0, 9, 19)):
        done(database, record_service, make_service(f"S{n}", matter=str(n), served_at=at(3, 2, 10, minute)))
    assert [flag.subject for flag in flagged(database, "near_duplicate")] == ["service:S1"]


def test_a_perfect_rate_over_thirty_is_looked_at(database):
    for n in range(30):
        done(database, accept_case, make_case(f"M{n}"))
        done(database, close_case, make_end(f"M{n}"))
    assert [flag.subject for flag in flagged(database, "implausible_rate")] == ["success_rate", "success_rate_of_accepted"]
    done(database, accept_case, make_case("M30"))
    done(database, close_case, make_end("M30", Outcome.FAILED))
    assert flagged(database, "implausible_rate") == []


def test_an_automatic_answer_among_the_services_is_listed(database):
    with database.transaction() as session:
        record(session, Service("svc_consult_wechat", LATER - timedelta(days=30), "x", Channel.WEB), LATER)
    assert len(flagged(database, "bot_as_service")) == 1


def test_the_sample_for_visits_is_the_same_for_the_same_seed(database):
    for n in range(40):
        done(database, accept_case, make_case(f"M{n}"))
        done(database, close_case, make_end(f"M{n}"))
    drawn = [flagged(database, "revisit_sample", seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2] and len(drawn[0]) == 2
