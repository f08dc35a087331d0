"""Accounts, sessions, failures and the audit log, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import AccountRefused
from bot.inbox import handover, store
from bot.ledger import audit, cases, second_factor, sign_in_failures, staff, staff_sessions
from bot.legal.cases import Role
from bot.legal.handover import Reason
from bot.legal.one_time_codes import code, step_of
from bot.legal.permissions import Permission
from bot.storage.staff_tables import AuditEntry, StaffAccount, StaffSession
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

MINUTE = timedelta(minutes=1)
OTHER_PASSWORD = "樟树下的那张石桌子2026"


def make(session, who="a01", roles=(Role.ADVISOR,), communities=("c01",)):
    return staff.add(session, who, "示例顾问甲", roles, communities, "cli:test", NOON)


def sign_in(session, who="a01", at=NOON, **more):
    return staff_sessions.open_session(session, staff.account_of(session, who).id, "Mozilla/5.0 (Windows) Firefox/128", at, **more)


def test_the_first_password_fits_and_nothing_else_does(database):
    with database.transaction() as session:
        password = make(session)
        known = staff.password_hash_of(session, "a01", NOON)
        assert known.startswith("$argon2id$") and password not in known
        assert staff.fits(known, password) and not staff.fits(known, password + "x") and not staff.fits(known, "")
        assert not staff.fits(staff.password_hash_of(session, "nobody", NOON), password)


def test_the_database_holds_no_name_password_secret_or_token_in_the_clear(database):
    with database.transaction() as session:
        password = make(session)
        secret = second_factor.begin(session, staff.account_of(session, "a01").id)
        token = sign_in(session)
    with database.engine.connect() as connection:
        stored = str([connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in ("staff", "staff_sessions", "audit_log", "sign_in_failures")])
    for hidden in (password, secret, token, "示例顾问甲", "$argon2id"):
        assert hidden not in stored


@pytest.mark.parametrize("given, why", [
    ({"who": "A01"}, "小写字母"), ({"who": "a"}, "小写字母"), ({"who": "a01; drop"}, "小写字母"), ({"roles": ()}, "角色"), ({"communities": ()}, "社区"),
])
def test_an_account_that_cannot_be_is_refused_with_what_to_do(database, given, why):
    with database.transaction() as session, pytest.raises(AccountRefused) as refusal:
        make(session, **given)
    assert why in refusal.value.hint


def test_a_code_is_taken_once(database):
    with database.transaction() as session:
        make(session)
        with pytest.raises(AccountRefused, match="已经有了"):
            make(session)


def test_a_first_password_that_nobody_used_for_three_days_fits_no_more(database):
    with database.transaction() as session:
        password = make(session)
        almost, late = NOON + staff.FIRST_PASSWORD_LASTS - MINUTE, NOON + staff.FIRST_PASSWORD_LASTS
        assert staff.fits(staff.password_hash_of(session, "a01", almost), password)
        assert not staff.fits(staff.password_hash_of(session, "a01", late), password)
        staff.change_password(session, "a01", staff.new_password_hash("a01", OTHER_PASSWORD), NOON)
        assert staff.fits(staff.password_hash_of(session, "a01", late), OTHER_PASSWORD), "an own password does not expire"


def test_roles_give_permissions_and_communities_limit_them(database):
    with database.transaction() as session:
        make(session)
        make(session, "chief", (Role.OFFICE, Role.ADMIN), None)
        advisor, chief = (staff.get(session, staff.account_of(session, who).id) for who in ("a01", "chief"))
    assert advisor.may(Permission.OPEN_PERSONAL) and not advisor.may(Permission.MANAGE_STAFF)
    assert advisor.may_see("c01") and not advisor.may_see("c04") and not advisor.may_see(None)
    assert chief.may(Permission.MANAGE_STAFF) and chief.may(Permission.SEE_CASES) and chief.may_see("c04") and chief.may_see(None)


def test_the_administrator_sees_no_case(database):
    with database.transaction() as session:
        make(session, "root1", (Role.ADMIN,), None)
        admin = staff.get(session, staff.account_of(session, "root1").id)
    assert not admin.permissions & {Permission.SEE_CASES, Permission.OPEN_PERSONAL, Permission.TALK, Permission.WORK_CASES}


def test_a_session_ends_after_half_an_hour_of_nothing_and_after_twelve_hours_of_work(database):
    with database.transaction() as session:
        make(session)
        token = sign_in(session)
        assert staff_sessions.find(session, token, NOON + 29 * MINUTE)
        assert staff_sessions.find(session, token, NOON + 30 * MINUTE) is None
        found = staff_sessions.find(session, token, NOON)
        for minutes in range(20, 12 * 60, 20):
            staff_sessions.touch(session, found.id, NOON + minutes * MINUTE)
        assert staff_sessions.find(session, token, NOON + 719 * MINUTE)
        assert staff_sessions.find(session, token, NOON + 720 * MINUTE) is None


def test_a_new_token_takes_the_place_of_the_old_and_not_more_time(database):
    with database.transaction() as session:
        make(session)
        old = sign_in(session)
        new = sign_in(session, at=NOON + 25 * MINUTE, old_token=old)
        assert staff_sessions.find(session, old, NOON + 26 * MINUTE) is None and staff_sessions.find(session, new, NOON + 26 * MINUTE)
        ends = session.execute(sa.select(StaffSession.ends_at)).scalars().all()
    assert ends == [NOON + staff_sessions.LONGEST]


@pytest.mark.parametrize("act", ["disable", "reset", "password"])
def test_closing_resetting_and_a_new_password_end_all_sessions(database, act):
    with database.transaction() as session:
        make(session)
        tokens = [sign_in(session), sign_in(session)]
        if act == "disable":
            staff.disable(session, "a01", "root1", NOON)
        elif act == "reset":
            staff.reset(session, "a01", "root1", NOON)
        else:
            staff.change_password(session, "a01", staff.new_password_hash("a01", OTHER_PASSWORD), NOON)
        assert [staff_sessions.find(session, token, NOON) for token in tokens] == [None, None]


def test_a_closed_account_has_no_password_that_fits_until_it_is_reset(database):
    with database.transaction() as session:
        password = make(session)
        staff.disable(session, "a01", "root1", NOON)
        assert not staff.fits(staff.password_hash_of(session, "a01", NOON), password)
        fresh = staff.reset(session, "a01", "root1", NOON)
        assert staff.fits(staff.password_hash_of(session, "a01", NOON), fresh)


def test_a_session_is_whole_only_with_an_own_password_and_the_second_factor_where_required(database):
    with database.transaction() as session:
        for who, roles in (("a01", (Role.ADVISOR,)), ("chief", (Role.OFFICE,))):
            make(session, who, roles, None)
            assert not staff_sessions.find(session, sign_in(session, who), NOON).is_whole
            staff.account_of(session, who).must_change_password = False
        assert staff_sessions.find(session, sign_in(session, "a01"), NOON).is_whole
        assert not staff_sessions.find(session, sign_in(session, "chief"), NOON).is_whole
        assert staff_sessions.find(session, sign_in(session, "chief", proven=True), NOON).is_whole


def test_a_second_factor_that_an_advisor_set_up_is_asked_for_too(database):
    with database.transaction() as session:
        make(session)
        account: StaffAccount = staff.account_of(session, "a01")
        account.must_change_password = False
        secret = second_factor.begin(session, account.id)
        assert secret == second_factor.begin(session, account.id)
        with pytest.raises(AccountRefused):
            second_factor.confirm(session, account.id, "000000x", NOON)
        digits = code(secret, step_of(NOON))
        second_factor.confirm(session, account.id, digits, NOON)
        assert not staff_sessions.find(session, sign_in(session), NOON).is_whole
        assert not second_factor.check(session, account.id, digits, NOON)
        assert second_factor.check(session, account.id, code(secret, step_of(NOON) + 1), NOON)
        with pytest.raises(AccountRefused, match="已经有"):
            second_factor.begin(session, account.id)


def test_after_five_failures_an_account_waits_a_quarter_of_an_hour(database):
    with database.transaction() as session:
        for n in range(5):
            assert sign_in_failures.minutes_to_wait(session, "a01", f"10.0.0.{n}", NOON) == 0
            sign_in_failures.write(session, "A01" if n else "a01", f"10.0.0.{n}", NOON)
        assert sign_in_failures.minutes_to_wait(session, "a01", "10.9.9.9", NOON + MINUTE) == 14
        assert sign_in_failures.minutes_to_wait(session, "b02", "10.9.9.9", NOON + MINUTE) == 0
        assert sign_in_failures.minutes_to_wait(session, "a01", "10.9.9.9", NOON + 15 * MINUTE) == 0


def test_an_address_that_tries_many_accounts_waits_too(database):
    with database.transaction() as session:
        for n in range(30):
            sign_in_failures.write(session, f"a{n:02}", "10.0.0.1", NOON)
        assert sign_in_failures.minutes_to_wait(session, "fresh", "10.0.0.1", NOON) == 15
        assert sign_in_failures.minutes_to_wait(session, "fresh", "10.0.0.2", NOON) == 0


def test_a_good_sign_in_forgives_the_account(database):
    with database.transaction() as session:
        for _ in range(5):
            sign_in_failures.write(session, "a01", "10.0.0.1", NOON)
        sign_in_failures.forgive(session, "a01")
        assert sign_in_failures.minutes_to_wait(session, "a01", "10.0.0.1", NOON) == 0


def test_the_log_is_chained_and_holds(database):
    with database.transaction() as session:
        for n in range(20):
            audit.note(session, "a01", "opened", f"GX2026-{n:05}", NOON + n * MINUTE, "电话联系居民")
    with database.reading() as session:
        proof = audit.verify(session)
        assert (proof.entries, proof.broken_at, proof.holds) == (20, None, True)
        assert audit.verify(session, proof.head).holds and not audit.verify(session, "f" * 64).holds
        assert [e.number for e in audit.entries(session, subject="GX2026-00003")] == [4]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'nobody' WHERE number = 2", "DELETE FROM audit_log WHERE number = 3", "all at once"])
def test_the_database_itself_refuses_to_change_the_log(database, statement):
    if statement == "all at once":
        again = "INSERT OR REPLACE INTO audit_log SELECT number, at, 'x', action, subject, reason, previous, hash FROM audit_log"
        statement = again if database.is_sqlite else "TRUNCATE audit_log"
    with database.transaction() as session:
        for _ in range(3):
            audit.note(session, "a01", "opened", "GX2026-00001", NOON)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(sa.text(statement))


@pytest.mark.parametrize("change", ["actor = 'b02'", "subject = 'GX2026-00099'", "reason = 'x'", "at = '2020-01-01 00:00:00'", "hash = 'abc'"])
def test_an_entry_changed_behind_the_programs_back_is_found(database, change):
    with database.transaction() as session:
        for _ in range(5):
            audit.note(session, "a01", "opened", "GX2026-00001", NOON, "核对")
    drop = ("DROP TRIGGER audit_log_no_update",) if database.is_sqlite else ("DROP TRIGGER audit_log_append_only ON audit_log",)
    with database.transaction() as session:
        for statement in (*drop, f"UPDATE audit_log SET {change} WHERE number = 3"):
            session.execute(sa.text(statement))
    with database.reading() as session:
        assert audit.verify(session).broken_at == 3


def test_an_entry_taken_out_is_found_and_a_cut_off_end_by_its_noted_hash(database):
    with database.transaction() as session:
        for _ in range(5):
            audit.note(session, "a01", "opened", "GX2026-00001", NOON)
        head = audit.verify(session).head
    drop = "DROP TRIGGER audit_log_no_delete" if database.is_sqlite else "DROP TRIGGER audit_log_append_only ON audit_log"
    with database.transaction() as session:
        session.execute(sa.text(drop))
        session.execute(sa.text("DELETE FROM audit_log WHERE number = 5"))
        proof = audit.verify(session, head)
        assert (proof.entries, proof.broken_at, proof.holds) == (4, None, False)
        session.execute(sa.text("DELETE FROM audit_log WHERE number = 2"))
        assert audit.verify(session).broken_at == 3


def test_many_who_write_at_once_leave_one_chain(database):
    def write(who):
        for n in range(10):
            with database.transaction() as session:
                audit.note(session, who, "opened", f"GX2026-{n:05}", NOON)

    threads = [threading.Thread(target=write, args=(f"a{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert (audit.verify(session).entries, audit.verify(session).broken_at) == (40, None)


def test_names_of_a_cases_people_do_not_get_into_the_log(database):
    with database.transaction() as session:
        store.receive(session, make_inbound())
        number = cases.open_case(session, make_request(name="张三", other_party="李四光"), "GX", NOON).number
        audit.note(session, "a01", "opened", number, NOON, "张三来电，约李四光周三到场")
        handed = handover.ask_for_person(session, "web:a", Reason.ASKED, NOON, "k").handover.id
        audit.note(session, "a01", "opened", f"handover:{handed}", NOON, "张三要见面")
        reasons = list(session.execute(sa.select(AuditEntry.reason).order_by(AuditEntry.number)).scalars())
    assert reasons == ["〔当事人〕来电，约〔当事人〕周三到场", "〔当事人〕要见面"]


def test_phone_and_document_numbers_do_not_get_into_the_log(database):
    with database.transaction() as session:
        audit.note(session, "a01", "opened", "GX2026-00001", NOON, "给13800138000回电，证件11010519491231002X")
        [reason] = session.execute(sa.select(AuditEntry.reason)).scalars()
    assert "13800138000" not in reason and "11010519491231002X" not in reason
