"""Carried over and received less done is open: in every book, place and type, whatever a desk does to its cases."""

import random
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BadFields, BadRecord, CaseRefused
from bot.ledger.case_corrections import correct_community, correct_matter
from bot.ledger.casework import case_of, life_of
from bot.ledger.casework_ends import withdraw
from bot.ledger.privacy import erase_conversation
from bot.legal.cases import CaseKind
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Action, allowed
from bot.legal.topics import Topic
from bot.statistics import metrics
from bot.statistics.figures import balance
from bot.statistics.periods import Period
from bot.statistics.registry import FLOWS, metric
from bot.statistics.rollups import recount
from bot.statistics.views import NONE, View
from bot.storage.database import open_database
from bot.storage.tables import Case
from tests.casework import Office, take_step
from tests.conftest import NOON
from tests.examples import some

ALL = Period(date(2025, 1, 1), date(2031, 1, 1))
KINDS = {CaseKind.ENTERPRISE: Topic.ENTERPRISE, CaseKind.MEDIATION: Topic.NEIGHBOUR}
STILL_OPEN = {
    CaseKind.ENTERPRISE: ("requested", "screened_for_scope", "dispatched", "processing", "resolved"),
    CaseKind.MEDIATION: ("accepted", "assigned", "in_mediation"),
}
SLICES = ("community", "dispute_type", "topic", "channel", "tier")
DONE = (Action.RECEIVED, Action.DISPATCHED, Action.PROCESSING, Action.RESOLVED)


def issue(office, key="a", *actions, words="货款拖欠半年，请协调。"):
    number = office.request(key, kind=CaseKind.ENTERPRISE, topic=Topic.ENTERPRISE, what_happened=words)
    office.walk(number, *actions, who="a01")
    return number


def left(office, use_case, number, now=NOON + timedelta(days=20)):
    with office.database.transaction() as session:
        use_case(session, case_of(session, number), now)


def open_now(office):
    with office.database.reading() as session:
        b = balance(session, metric("enterprise_open"), FLOWS[1].received, FLOWS[1].done, View(ALL))
    return b.received, b.done, b.closing


@pytest.fixture()
def office(database):
    return Office(database)


@pytest.mark.parametrize("actions, stands", [
    (DONE[:2], (0, 0, 0)), (DONE[:3], (0, 0, 0)),
    # What the unit has done is no longer the enterprise's to take out of the books.
    (DONE, (1, 0, 1)), ((*DONE, Action.ENTERPRISE_CONFIRMED), (1, 1, 0)), ((*DONE[:3], Action.EXPLAINED), (1, 1, 0)),
    ((*DONE, Action.CONTESTED), (0, 0, 0)),
])
def test_a_withdrawn_issue_is_counted_on_both_sides_or_on_none(office, actions, stands):
    left(office, withdraw, issue(office, "a", *actions))
    assert open_now(office) == stands


def test_a_repeated_letter_withdrawn_or_whose_first_is_withdrawn_leaves_nothing_below_nought(office):
    first, again = issue(office, "a", *DONE[:2]), issue(office, "b", *DONE[:2])
    left(office, withdraw, again)
    assert open_now(office) == (1, 0, 1)
    left(office, withdraw, first)
    assert open_now(office) == (0, 0, 0)


def test_an_issue_resolved_elsewhere_than_registered_leaves_both_communities_at_nought(office):
    number = issue(office, "a", *DONE, Action.ENTERPRISE_CONFIRMED)
    with office.database.transaction() as session:
        correct_community(session, case_of(session, number), "c07", "office", NOON + timedelta(days=30))
    with office.database.reading() as session:
        for name in SLICES:
            assert metrics.table(session, metric("enterprise_open"), View(ALL), [name]) == [], name


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One office for all examples: the identities must hold over everything that was ever done."""
    from dataclasses import replace

    from bot.settings import ROOT, read_settings

    folder = tmp_path_factory.mktemp("stocks")
    opened = open_database(replace(read_settings(env_file=folder / "none"), var=folder, database_url=f"sqlite:///{folder / 'bot.db'}", office=ROOT / "office.yml"))
    opened.migrate()
    made = Office(opened)
    made.turn, made.erased_open = 0, dict.fromkeys(KINDS, 0)
    yield made
    opened.close()


@settings(max_examples=some(6), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_whatever_a_desk_does_the_stock_is_what_came_in_less_what_left(desk, seed):
    chance = random.Random(seed)
    now = NOON + timedelta(days=chance.randrange(300))
    numbers = {kind: [_request(desk, kind, topic, now, chance) for _ in range(3)] for kind, topic in KINDS.items()}
    for _ in range(30):
        kind = chance.choice(list(KINDS))
        now += timedelta(days=chance.randrange(12))
        _do_something(desk, kind, chance.choice(numbers[kind]), numbers[kind], chance, now)
    periods = [ALL, Period(NOON.date() + timedelta(days=chance.randrange(200)), NOON.date() + timedelta(days=200 + chance.randrange(300)))]
    with desk.database.reading() as session:
        for flow in FLOWS:
            for period in periods:
                _balances(session, flow, View(period))
        for kind, code in ((CaseKind.ENTERPRISE, "enterprise_open"), (CaseKind.MEDIATION, "mediation_open")):
            still = sa.select(sa.func.count()).select_from(Case).where(Case.kind == kind.code, Case.status.in_(STILL_OPEN[kind]))
            assert metrics.count(session, metric(code), View(ALL)) == session.execute(still).scalar_one() + desk.erased_open[kind]
        assert recount(session) == []


def _request(desk, kind, topic, now, chance):
    desk.turn += 1
    return desk.request(f"s{desk.turn}", kind=kind, at=now, topic=topic, what_happened=f"欠款或漏水，第{chance.randrange(6)}种说法。")


def _do_something(desk, kind, number, others, chance, now):
    """A step of the desk, a correction, a withdrawal or an erasure; what is refused changes nothing."""
    what = chance.choice(["step"] * 9 + ["community", "matter", "withdraw", "erase"])
    try:
        with desk.database.transaction() as session:
            case = case_of(session, number)
            if what == "step":
                who = chance.choice(("m01", "a01", "office"))
                act = desk.act(session, number, who, now=now)
                found = [action for action in allowed(life_of(session, case), act.actor) if action not in (Action.WHISTLED, Action.NOTED)]
                action = chance.choice(found or [Action.NOTED])
                take_step(session, act, action, now, **({"into": chance.choice(others)} if action is Action.MERGED else {}))
            elif what == "community":
                correct_community(session, case, chance.choice(("c03", "c07")), "office", now)
            elif what == "matter":
                correct_matter(session, case, KINDS[kind], chance.choice(list(DisputeType)[:3]), "office", now)
            elif what == "withdraw":
                withdraw(session, case, now)
            elif case.conversation_id is not None:
                counted = kind is CaseKind.ENTERPRISE and case.status in STILL_OPEN[kind] and case.status != "resolved" and case.withdrawn_at is None
                erase_conversation(session, case.conversation_id, now)
                desk.erased_open[kind] += counted
    except (BadFields, BadRecord, CaseRefused):
        pass


def _balances(session, flow, view):
    whole = balance(session, metric(flow.stock), flow.received, flow.done, view)
    assert whole.opening + whole.received - whole.done == whole.closing
    for name in SLICES:
        parts = {codes[0]: n for codes, n in metrics.table(session, metric(flow.stock), view, [name])}
        assert sum(parts.values()) == whole.closing and all(n > 0 for n in parts.values()), (flow.code, name, parts)
        for code, part in parts.items():
            b = balance(session, metric(flow.stock), flow.received, flow.done, View(view.period, where=((name, code or NONE),)))
            assert b.opening + b.received - b.done == b.closing == part
