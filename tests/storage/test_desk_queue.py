"""The desk's queue: what hurts first is on top, and nobody sees what is not theirs."""

from datetime import date, timedelta

import pytest

from bot.inbox import store
from bot.ledger.case_deadlines import LIMITATION, set_deadline
from bot.ledger.cases import open_case
from bot.ledger.desk import PAGE, Filters, Tab, counts, pulse, queue
from bot.ledger.risks import note_risk
from bot.legal.cases import CaseKind
from bot.legal.sums import Uncountable
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

ALL = Filters(tab=Tab.ALL)


def write(database, key, at=NOON, due=None, assignee=None, **changed):
    with database.transaction() as session:
        case = open_case(session, make_request(source_key=key, conversation=f"web:{key}", **changed), "GX", at)
        case.due_at, case.assignee = due, assignee
        return case.number


def numbers(database, filters=ALL, scope=None, staff="a01", now=NOON, page=1):
    with database.reading() as session:
        return [line.number for line in queue(session, scope, staff, filters, now, page).lines]


def test_what_hurts_first_is_on_top(database):
    calm = write(database, "calm", due=NOON + timedelta(days=2))
    soon = write(database, "soon", due=NOON + timedelta(hours=2))
    late = write(database, "late", due=NOON - timedelta(hours=1))
    ending = write(database, "ending", due=NOON + timedelta(days=3))
    danger = write(database, "danger", due=NOON + timedelta(days=3))
    with database.transaction() as session:
        ending_case = session.get(type(open_case(session, make_request(source_key="ending"), "GX", NOON)), ending)
        set_deadline(session, ending_case, "bequest", date(2026, 1, 25), "a01", NOON)
        store.receive(session, make_inbound("救命", "m1", "web:danger"))
        note_risk(session, "web:danger", "violence_now", "web:danger:m1", NOON)
    assert numbers(database) == [danger, ending, late, soon, calm]


def test_tabs_count_new_mine_overdue_and_risk(database):
    write(database, "new")
    write(database, "mine", assignee="a01", due=NOON - timedelta(hours=1))
    write(database, "theirs", assignee="a02")
    with database.reading() as session:
        assert counts(session, None, "a01", Filters(), NOON) == {"new": 1, "mine": 1, "overdue": 1, "risk": 0, "all": 3}
    assert len(numbers(database, Filters(tab=Tab.MINE))) == 1


def test_an_advisor_sees_own_communities_only(database):
    own = write(database, "own", community="c03")
    write(database, "other", community="c04")
    write(database, "nowhere", community=None)
    assert numbers(database, scope=frozenset({"c03"})) == [own]
    assert numbers(database, scope=frozenset()) == []
    assert len(numbers(database)) == 3


def test_ended_merged_and_demonstration_cases_are_not_in_the_queue(database):
    write(database, "demo", is_demo=True)
    merged, ended = write(database, "merged"), write(database, "ended")
    with database.transaction() as session:
        from bot.storage.tables import Case

        session.get(Case, merged).merged_into = ended
        session.get(Case, ended).status = "archived"
    assert numbers(database) == []
    assert len(numbers(database, Filters(tab=Tab.ALL, with_demo=True))) == 1


@pytest.mark.parametrize("search", ["GX2026-00001", "00001", "gx2026-00001", "张三", " 138 0013 8000 ", "李四"])
def test_a_case_is_found_by_number_exact_name_or_phone(database, search):
    found = write(database, "a")
    write(database, "b", name="王五", phone="13900139000", other_party="赵六")
    assert numbers(database, Filters(tab=Tab.ALL, search=search)) == [found]


def test_half_a_name_finds_nothing(database):
    write(database, "a")
    assert numbers(database, Filters(tab=Tab.ALL, search="张")) == []
    assert numbers(database, Filters(tab=Tab.ALL, search="%")) == []


def test_filters_narrow_and_pages_hold_fifty(database):
    for n in range(PAGE + 3):
        write(database, f"n{n}", at=NOON + timedelta(seconds=n), kind=CaseKind.ADVICE if n < 2 else CaseKind.MEDIATION)
    assert len(numbers(database)) == PAGE
    assert len(numbers(database, page=2)) == 3
    assert numbers(database, page=99) == numbers(database, page=2)
    assert len(numbers(database, Filters(tab=Tab.ALL, kind="advice"))) == 2


def test_the_pulse_changes_when_something_happens(database):
    def look():
        with database.reading() as session:
            return pulse(session)

    before = look()
    assert look() == before
    write(database, "a")
    after_case = look()
    assert after_case != before
    with database.transaction() as session:
        store.receive(session, make_inbound())
    assert look() != after_case


def test_a_period_is_computed_with_the_interruption_by_the_request(database):
    number = write(database, "a")
    with database.transaction() as session:
        from bot.storage.tables import Case

        case = session.get(Case, number)
        assert set_deadline(session, case, LIMITATION, date(2024, 1, 1), "a01", NOON).last_on == date(2029, 3, 16)
        case.kind = "advice"
        assert set_deadline(session, case, LIMITATION, date(2024, 1, 1), "a01", NOON).last_on == date(2027, 1, 1)
        with pytest.raises(Uncountable):
            set_deadline(session, case, LIMITATION, date(2030, 1, 1), "a01", NOON)
        with pytest.raises(Uncountable):
            set_deadline(session, case, "invented", date(2024, 1, 1), "a01", NOON)
