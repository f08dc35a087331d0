"""Two people at one case at the same moment, and any order of steps: one wins, the other is told, the books stay right."""

import random
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BadFields, CaseRefused, StaleCase
from bot.ledger import casework_people as people
from bot.ledger import casework_start as start
from bot.ledger.casework import case_of, life_of
from bot.ledger.casework_ends import terminate, withdraw
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import AFTER_AGREEMENT, Action, Status, allowed, step_of, why_not
from bot.legal.mediation import TerminationReason
from bot.legal.topics import Topic
from bot.storage.casework_tables import CaseAssignment
from bot.storage.tables import Case, CaseEvent, ServiceEntry
from tests.casework import Office, take_step
from tests.conftest import NOON
from tests.databases import open_migrated
from tests.examples import some


def at_once(*works):
    """Run them in threads that start together; returns what each raised, or None."""
    gate, said = threading.Barrier(len(works)), [None] * len(works)

    def run(n, work):
        gate.wait(30)
        try:
            work()
        except (CaseRefused, BadFields) as error:
            said[n] = error

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return said


def test_of_two_who_grab_a_case_one_wins_and_the_other_is_told_who(database):
    office = Office(database)
    for key in "abcde":
        number = office.request(key)
        office.step(number, Action.ACCEPTED)
        seen = office.case(number).version
        said = at_once(*(lambda who=who: office.do(number, people.take, who=who, version=seen) for who in ("m01", "m02")))
        winner = office.case(number).assignee
        (refused,) = [error for error in said if error is not None]
        assert isinstance(refused, StaleCase) and f"{winner} 在" in str(refused) and "我来承办" in str(refused)
        with database.reading() as session:
            held = session.execute(sa.select(CaseAssignment.staff).where(CaseAssignment.case_number == number)).scalars().all()
        assert held == [winner]


def test_two_acceptances_at_once_count_one_case(database):
    office = Office(database)
    number = office.request()
    said = at_once(*(lambda who=who: office.do(number, start.accept, start.Acceptance(), who=who, version=1) for who in ("m01", "m02", "a01")))
    assert sum(error is None for error in said) == 1
    with database.reading() as session:
        counted = session.execute(sa.select(sa.func.sum(ServiceEntry.quantity)).where(ServiceEntry.kind == "mediation_accepted")).scalar_one()
    assert counted == 1


@pytest.fixture()
def office_of_many(settings):
    """One database (SQLite) for all examples; each takes cases of its own."""
    database = open_migrated(settings)
    office = Office(database)
    office.turn, office.reached = 0, set()
    yield office
    database.close()
    assert len(office.reached) > 12, "the examples did not get far enough to show anything"


ENDING = (Action.NOT_ACCEPTED, Action.MERGED, Action.TERMINATED, Action.TRANSFERRED, Action.FAILED, Action.ARCHIVED)
STAYING = (Action.NOTED, Action.WHISTLED, Action.ESCALATED, Action.ASSIGNED, Action.SUBSTITUTED)
@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_who_merge_two_cases_into_each_other_do_not_wait_for_good(database):
    office = Office(database)
    first, second = office.request("a"), office.request("b")
    with database.transaction() as session:
        office.step(first, Action.NOTED)
        begin_to_merge = session.get(Case, second, with_for_update={"key_share": True})
        assert begin_to_merge is not None
        with office.unchanged(first), pytest.raises(StaleCase, match=f"{second} 正在被别人改动"):
            office.step(first, Action.MERGED, into=second)
    office.step(first, Action.MERGED, into=second)
    assert office.case(first).merged_into == second


def test_the_resident_and_the_desk_at_the_same_moment_leave_one_end(database):
    office = Office(database)
    for key in "abc":
        number = office.request(key)
        office.step(number, Action.ACCEPTED)
        seen = office.case(number).version

        def withdraw_it(number=number):
            with database.transaction() as session:
                withdraw(session, case_of(session, number), NOON)

        def terminate_it(number=number, seen=seen):
            office.do(number, terminate, TerminationReason.LOST_CONTACT, "联系不上。", version=seen)

        at_once(withdraw_it, terminate_it)
        assert office.case(number).status in ("withdrawn", "terminated")
        books_are_right(office, number, Status.from_code(office.case(number).status))


def test_the_time_of_a_request_cannot_be_overwritten_by_anybody(database):
    office = Office(database)
    number = office.request()
    with pytest.raises(sa.exc.DBAPIError, match="never overwritten"), database.transaction() as session:
        session.execute(sa.update(Case).where(Case.number == number).values(requested_at=NOON + timedelta(seconds=1)))
    with database.transaction() as session:
        session.execute(sa.update(Case).where(Case.number == number).values(requested_at=NOON, tier="district"))
    assert office.case(number).requested_at == NOON


STAFF = ("m01", "m02", "a01", "office")


@settings(max_examples=some(11), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([CaseKind.MEDIATION, CaseKind.MEDIATION, *CaseKind]), seed=st.integers(0, 10**6))
def test_whatever_is_tried_only_allowed_steps_write_and_a_case_counts_once(office_of_many, kind, seed):
    office, chance = office_of_many, random.Random(seed)
    office.turn += 1
    topic = Topic.ENTERPRISE if kind is CaseKind.ENTERPRISE else Topic.NEIGHBOUR
    number, other = (office.request(f"{key}{office.turn}", kind=kind, topic=topic, what_happened=f"{key}漏水，第{office.turn}次。") for key in "pq")
    for n in range(24):
        who = chance.choice(STAFF)
        action = likely(office, number, who, chance) if chance.random() < 0.7 else chance.choice([a for a in Action if a is not Action.WITHDRAWN])
        if action is not None:
            try_step(office, number, action, who, NOON + timedelta(minutes=n), other)
    case = office.case(number)
    assert case.requested_at == NOON and case.version == 1 + written(office, number)
    books_are_right(office, number, Status.from_code(case.status))


def likely(office, number, who, chance):
    """One of the steps that are allowed just now; seldom one that ends a case, so that cases get far."""
    with office.database.reading() as session:
        found = allowed(life_of(session, office.case(number)), office.act(session, number, who).actor)
    on = [action for action in found if action not in (*ENDING, *STAYING)] if chance.random() < 0.9 else list(found)
    return chance.choice(on or found) if found else None


def try_step(office, number, action, who, now, other):
    """An allowed step leads where the table says; any other raises and changes nothing."""
    before = office.everything(number)
    with office.database.reading() as session:
        act = office.act(session, number, who)
        life = life_of(session, office.case(number))
    refusal, step = why_not(life, action, act.actor), step_of(life, action)
    try:
        with office.database.transaction() as session:
            take_step(session, act, action, now, **({"into": other} if action is Action.MERGED else {}))
    except BadFields:
        assert office.everything(number) == before
    except CaseRefused as error:
        assert office.everything(number) == before and (refusal is None or refusal in str(error) or action is Action.SUBSTITUTED)
        assert refusal is not None or action in (Action.SUBSTITUTED, Action.ASSIGNED, Action.TAKEN)
    else:
        assert refusal is None
        office.reached.add(office.case(number).status)
        after = Status.from_code(office.case(number).status)
        goes_on = action is Action.ACCEPTED and after is Status.ASSIGNED and life.in_charge is not None
        assert after is (step.after or life.status) or goes_on


def written(office, number):
    """Steps that were taken: events of staff, but for the one that follows an acceptance by itself."""
    with office.database.reading() as session:
        events = session.execute(sa.select(CaseEvent).where(CaseEvent.case_number == number, CaseEvent.actor != "resident").order_by(CaseEvent.id)).scalars().all()
    by_itself = [b for a, b in zip(events, events[1:]) if (a.event, b.event) == ("accepted", "assigned") and a.happened_at == b.happened_at]
    return len(events) - len(by_itself)


def books_are_right(office, number, status):
    with office.database.reading() as session:
        query = sa.select(ServiceEntry.kind, sa.func.sum(ServiceEntry.quantity)).where(ServiceEntry.case_number == number).group_by(ServiceEntry.kind)
        sums = {kind: int(total) for kind, total in session.execute(query) if total}
    agreed = sums.get("mediation_agreed_written", 0) + sums.get("mediation_agreed_oral", 0)
    ended = agreed + sum(sums.get(f"mediation_{end}", 0) for end in ("failed", "terminated", "transferred_out"))
    assert sums.get("mediation_accepted", 0) <= 1 and ended <= sums.get("mediation_accepted", 0)
    assert (agreed == 1) == (status in AFTER_AGREEMENT) or status is Status.ARCHIVED
    if status is Status.MERGED:
        assert not {kind for kind in sums if kind.startswith(("mediation_a", "agreement"))}
