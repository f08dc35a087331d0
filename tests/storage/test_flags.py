"""What a person should look at is listed, record by record."""

from datetime import timedelta

from bot.ledger.advisor_services import record_service
from bot.ledger.mediation import accept_case, close_case
from bot.ledger.services import Service, record
from bot.legal.advisor_services import ServiceKind
from bot.legal.cases import Channel
from bot.legal.mediation import Outcome
from bot.statistics.flags import flags
from bot.statistics.views import View
from tests.storage.books import LATER, YEAR, at, done, make_case, make_end, make_service


def flagged(database, kind, seed=1):
    with database.reading() as session:
        return [flag for flag in flags(session, View(YEAR), seed) if flag.kind == kind]


def test_a_document_without_its_evidence_is_listed(database):
    done(database, record_service, make_service(kind=ServiceKind.DRAFT_DOCUMENT))
    done(database, record_service, make_service("S2", kind=ServiceKind.DRAFT_DOCUMENT, matter="b", evidence_ref="文书1", served_at=at(3, 9)))
    assert len(flagged(database, "no_evidence")) == 1


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
