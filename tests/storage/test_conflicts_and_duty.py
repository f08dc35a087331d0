"""Conflicts of interest are found on keyed hashes, warned of and decided; who is away is stood in for by who is on duty."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.errors import BadFields, CaseRefused
from bot.ledger import audit, duty
from bot.ledger import casework_people as people
from bot.ledger.casework import case_of
from bot.ledger.conflicts import ConflictFound, ConflictKind, checks_of, find_conflicts
from bot.ledger.people import name_hash, phone_hash
from bot.ledger.privacy import correct_applicant, erase_conversation
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from bot.legal.parties import name_key, phone_key
from bot.storage.tables import CasePerson
from tests.casework import HOURS, Office, later
from tests.conftest import NOON

TODAY = date(2026, 3, 16)


@pytest.fixture()
def office(database):
    return Office(database)


def advised(office, who="a01", **parties):
    """A case in which somebody advised the applicant."""
    number = office.request("earlier", kind=CaseKind.ADVICE, **parties)
    office.walk(number, Action.ACCEPTED, Action.TAKEN, who=who)
    return number


def found(office, number, who="a01"):
    with office.database.reading() as session:
        return [(c.kind, c.other, c.by_phone) for c in find_conflicts(session, case_of(session, number), who, f"示例{who}")]


@pytest.mark.parametrize("one, other", [("张三", "张 三"), ("张三", "张三先生"), ("ＡＢＣ公司", "abc公司"), ("示例（一）有限公司", "示例(一)有限公司")])
def test_one_name_written_differently_is_one(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("one, other", [("13800138000", "+86 138-0013-8000"), ("0376-1234567", "03761234567")])
def test_one_number_written_differently_is_one(one, other):
    assert phone_key(one) == phone_key(other)


def test_names_that_differ_are_not_one():
    assert name_key("张三") != name_key("张三丰") and name_key("女士") == "女士" and name_key(None) == phone_key(None) == ""


def test_who_advised_the_other_side_is_warned_of(office):
    before = advised(office, name="李四", phone="13900139000", other_party=None)
    number = office.request(kind=CaseKind.ADVICE, name="张三", other_party="李四")
    assert found(office, number) == [(ConflictKind.ADVISED_OTHER_SIDE, before, False)]
    assert found(office, number, "m01") == []


def test_a_phone_number_makes_it_sure(office):
    before = advised(office, name="李四", phone="13900139000", other_party=None)
    number = office.request(kind=CaseKind.MEDIATION, name="李先生", phone="139 0013 9000", other_party="王五")
    assert found(office, number) == [(ConflictKind.ADVISED_A_PARTY, before, True)]


def test_who_advised_against_the_applicant_is_warned_of(office):
    before = advised(office, name="王五", phone="13700137000", other_party="张三")
    number = office.request(kind=CaseKind.ADVICE, name="张三", other_party="李四")
    assert found(office, number) == [(ConflictKind.ADVISED_AGAINST, before, False)]


def test_a_namesake_of_the_staff_is_warned_of(office):
    assert found(office, office.request(name="示例a01")) == [(ConflictKind.IS_PARTY, None, False)]


def test_the_same_client_again_is_no_conflict(office):
    advised(office, name="张三", phone="13800138000", other_party=None)
    assert found(office, office.request(kind=CaseKind.ADVICE, name="张三", other_party="李四")) == []


def test_a_conflict_stops_an_assignment_until_somebody_decides_with_a_reason(office):
    advised(office, name="李四", other_party=None)
    number = office.request(kind=CaseKind.ADVICE, name="张三", other_party="李四")
    office.step(number, Action.ACCEPTED, who="a01")
    with office.unchanged(number), pytest.raises(ConflictFound, match="曾为对方当事人.*GX2026-00001.*同名") as refused:
        office.do(number, people.take, who="a01")
    assert len(refused.value.conflicts) == 1
    office.do(number, people.take, conflict_reason="核实过，是同名的另一个人。", who="a01")
    with office.database.reading() as session:
        (check,) = checks_of(session, number)
        assert (check.staff, check.decision, check.decided_by, check.reason) == ("a01", "assigned_anyway", "a01", "核实过，是同名的另一个人。")
        assert "李四" not in check.found
        assert audit.verify(session).broken_at is None
        logged = session.execute(sa.text("SELECT count(*) FROM audit_log WHERE action = 'conflict_overruled'")).scalar_one()
    assert logged == 1


def test_a_clear_check_is_recorded_too(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    with office.database.reading() as session:
        assert [c.decision for c in checks_of(session, number)] == ["clear"]


def test_hashes_follow_corrections_and_go_with_the_person(office):
    number = office.request("x", kind=CaseKind.ADVICE)
    with office.database.transaction() as session:
        correct_applicant(session, [case_of(session, number)], "name", "张小三", NOON)
    with office.database.reading() as session:
        person = session.execute(sa.select(CasePerson).where(CasePerson.side == "applicant")).scalar_one()
        assert (person.name_hash, person.phone_hash) == (name_hash("张小三"), phone_hash("13800138000"))
    with office.database.transaction() as session:
        erase_conversation(session, "web:x", NOON)
    with office.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(CasePerson)).scalar_one() == 0


def away(office, who, first=TODAY, back_on=TODAY + timedelta(days=3)):
    with office.database.transaction() as session:
        return duty.note_absence(session, who, first, back_on, "培训", "office", NOON).id


def on_duty(office, who, day=TODAY, community=None):
    with office.database.transaction() as session:
        duty.put_on_duty(session, day, community, who, "office", NOON)


def test_the_community_s_own_duty_comes_before_the_one_for_all(office):
    on_duty(office, "m01")
    on_duty(office, "m02", community="c03")
    with office.database.reading() as session:
        assert [duty.on_duty(session, TODAY, c) for c in ("c03", "c04", None)] == ["m02", "m01", "m01"]
        assert duty.on_duty(session, TODAY + timedelta(days=1), "c03") is None
    on_duty(office, None, community="c03")
    with office.database.reading() as session:
        assert duty.on_duty(session, TODAY, "c03") == "m01"


def test_the_case_of_somebody_who_is_away_goes_to_whoever_is_on_duty(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    with office.unchanged(number), pytest.raises(CaseRefused, match="没有登记离岗"):
        office.do(number, people.substitute, who="a01")
    away(office, "m01")
    with office.unchanged(number), pytest.raises(CaseRefused, match="没有可以替班"):
        office.do(number, people.substitute, who="a01")
    on_duty(office, "m02", community="c03")
    office.do(number, people.substitute, who="a01")
    assert office.case(number).assignee == "m02" and office.events(number)[-1] == "substituted"


def test_all_cases_of_who_is_away_are_handed_on_but_those_with_a_conflict(office):
    earlier = office.request("earlier", kind=CaseKind.ADVICE, name="王五", phone="13700137000", other_party=None)
    office.walk(earlier, Action.ACCEPTED, Action.TAKEN, who="m02")
    plain, against = office.request("plain"), office.request("against", kind=CaseKind.ADVICE, name="张三", other_party="王五")
    for number in (plain, against):
        office.walk(number, Action.ACCEPTED, Action.TAKEN)
    away(office, "m01")
    on_duty(office, "m02", community="c03")
    with office.database.transaction() as session:
        moved, left = people.substitute_all(session, "m01", office.staff["office"], HOURS, NOON)
    assert moved == [plain] and list(left) == [against] and "曾为对方当事人" in left[against]
    assert (office.case(plain).assignee, office.case(against).assignee) == ("m02", "m01")
    assert office.events(against)[-1] == "taken"


def test_whoever_stands_in_may_work_without_taking_the_case(office):
    number = office.request()
    office.walk(number, Action.ACCEPTED, Action.TAKEN)
    away(office, "m01")
    on_duty(office, "m02", community="c03")
    office.step(number, Action.SESSION_HELD, who="m02")
    assert office.case(number).assignee == "m01"
    with office.unchanged(number), pytest.raises(CaseRefused, match="m01 承办"):
        office.step(number, Action.SESSION_HELD, who="m02", now=later(days=3))


def test_nobody_gets_a_case_while_away(office):
    number = office.request()
    office.step(number, Action.ACCEPTED)
    away(office, "m02")
    on_duty(office, "m01", community="c03")
    with office.unchanged(number), pytest.raises(BadFields, match="m02 今天离岗，值班的是 m01"):
        office.do(number, people.assign, "m02", who="office")


def test_absences_are_half_open_do_not_overlap_and_are_taken_back_visibly(office):
    number = away(office, "m01")
    with office.database.transaction() as session:
        assert [duty.is_away(session, "m01", TODAY + timedelta(days=n)) for n in (-1, 0, 2, 3)] == [False, True, True, False]
        with pytest.raises(BadFields, match="已经登记过"):
            duty.note_absence(session, "m01", TODAY + timedelta(days=2), TODAY + timedelta(days=4), "培训", "office", NOON)
        with pytest.raises(BadFields, match="返岗日"):
            duty.note_absence(session, "m01", TODAY, TODAY, "培训", "office", NOON)
        duty.cancel_absence(session, number, "office", NOON)
        assert not duty.is_away(session, "m01", TODAY) and duty.absences_from(session, TODAY) == []
        with pytest.raises(CaseRefused):
            duty.cancel_absence(session, number, "office", NOON)
