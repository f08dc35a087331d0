"""Sessions of staff: nobody plants, keeps, forges or guesses one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.ledger import audit, staff
from bot.legal.cases import Role
from bot.legal.one_time_codes import code, step_of
from bot.storage.staff_tables import StaffAccount, StaffSession
from tests.console.desk import PASSWORD, SECRET

NEW = "河边那棵老柳树1987年种的"


def sign_in(desk, who, password=PASSWORD, client=None):
    client = client or desk.visitor()
    return client, client.fill("/console/login", {"code": who, "password": password})


def with_token(desk, token):
    client = desk.visitor()
    client.cookies.set("staff", token)
    return client


def is_in(client):
    return client.get("/console/account").status_code == 200


def account(desk, who, **values):
    with desk.database.transaction() as session:
        session.execute(sa.update(StaffAccount).where(StaffAccount.code == who).values(**values))


@pytest.fixture()
def fresh(desk, request):
    """An advisor of one test only, with a first password."""
    name = "f" + re.sub(r"\W", "", request.node.name.removeprefix("test_"))[:20].lower()
    with desk.database.transaction() as session:
        password = staff.add(session, name, "示例新人", (Role.ADVISOR,), ("c01",), "-", datetime.now(timezone.utc))
    return name, password


def test_a_planted_session_is_not_taken_over(desk):
    planted = "planted-by-somebody-else"
    client, answer = sign_in(desk, "advisor_c01", client=with_token(desk, planted))
    assert answer.status_code == 303 and planted not in answer.headers["set-cookie"]
    assert not is_in(with_token(desk, planted))


def test_signing_in_ends_the_session_that_was_in_this_browser_before(desk):
    client = desk.login("advisor_c01")
    before = client.cookies["staff"]
    answer = client.post("/console/login", data={"csrf": client.proof("/console/account"), "code": "advisor_c01", "password": PASSWORD})
    after = re.search(r"staff=([^;]+)", answer.headers["set-cookie"])[1]
    assert after != before and not is_in(with_token(desk, before)) and is_in(with_token(desk, after))


@pytest.mark.parametrize("forged", ["", "a", "x" * 3000, "%00", "' OR 1=1 --", "staff=1", "null"])
def test_a_forged_session_opens_nothing(desk, forged):
    answer = desk.visitor().get("/console/account", headers={"Cookie": f"staff={forged}"})
    assert answer.status_code == 303 and "/console/login" in answer.headers["location"]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk):
    _, answer = sign_in(desk, "advisor_c01")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "max-age" not in cookie.lower() and "expires" not in cookie.lower()
    assert len(re.search(r"staff=([^;]+)", cookie)[1]) >= 43, "256 random bits"


def test_half_an_hour_of_nothing_signs_out(desk):
    client = desk.login("advisor_c01")
    assert is_in(client)
    with desk.database.transaction() as session:
        session.execute(sa.update(StaffSession).values(seen_at=datetime.now(timezone.utc) - timedelta(minutes=30)))
    assert not is_in(client)


def test_use_keeps_a_session_awake_and_a_page_that_refreshes_itself_does_not(desk):
    client = desk.login("advisor_c01")
    almost = datetime.now(timezone.utc) - timedelta(minutes=20)

    def seen():
        with desk.database.reading() as session:
            return session.execute(sa.select(sa.func.max(StaffSession.seen_at))).scalar_one()

    with desk.database.transaction() as session:
        session.execute(sa.update(StaffSession).values(seen_at=almost))
    client.get("/console/account", headers={"X-Background": "1"})
    assert seen() == almost
    client.get("/console/account")
    assert seen() > almost


def test_a_form_of_another_session_a_wrong_proof_and_another_site_are_refused(desk):
    mine, other = desk.login("advisor_c01"), desk.login("advisor_c01")
    for data, headers in [({}, {}), ({"csrf": "0" * 64}, {}), ({"csrf": other.proof()}, {}), ({"csrf": "字" * 9}, {}), ({"csrf": mine.proof()}, {"Origin": "https://evil.example"}), ({"csrf": mine.proof()}, {"Origin": "null"})]:
        assert mine.post("/console/account/sessions/end", data=data, headers=headers).status_code == 403
    assert is_in(other)
    assert mine.post("/console/account/sessions/end", data={"csrf": mine.proof(), "old": PASSWORD}, headers={"Origin": desk.url}).status_code == 303
    assert not is_in(other)


def test_ending_a_session_elsewhere_asks_for_the_password_and_guessing_there_counts(desk, fresh):
    who, password = fresh
    account(desk, who, must_change_password=False)
    mine, other = desk.login(who), desk.login(who)
    assert 'type="password"' in mine.get("/console/account/sessions/end").text
    for given in ({}, {"old": "x"}, {"old": "不是这个密码啊"}):
        assert mine.fill("/console/account/sessions/end", given).status_code == 400
    assert is_in(other)
    assert mine.fill("/console/account/sessions/end", {"old": password}).status_code == 303 and not is_in(other) and is_in(mine)
    for _ in range(3):
        mine.fill("/console/account/sessions/end", {"old": "不是这个密码啊"})
    assert "请" in mine.fill("/console/account/sessions/end", {"old": password}).text, "after five guesses the right one waits too"


def test_at_the_next_sign_in_the_owner_is_told_what_happened_to_the_account(desk, fresh):
    who, password = fresh
    account(desk, who, must_change_password=False)
    _, first = sign_in(desk, who, password)
    client, quiet = sign_in(desk, who, password)
    assert first.headers["location"] == quiet.headers["location"] == "/console", "nothing happened, nothing is in the way"
    sign_in(desk, who, "mistyped just now")
    assert sign_in(desk, who, password)[1].headers["location"] == "/console"
    with desk.database.transaction() as session:
        audit.note(session, "-", "sign_in_failed", who, datetime.now(timezone.utc) - timedelta(hours=1))
        audit.note(session, "admin", "staff_reset", who, datetime.now(timezone.utc))
    client, told = sign_in(desk, who, password)
    assert told.headers["location"] == "/console/account?next=/console"
    said = client.get(told.headers["location"]).text
    assert "上次登录以来" in said and "重置账号（admin）" in said and "登录失败" in said
    client, again = sign_in(desk, who, password)
    assert again.headers["location"] == "/console" and "上次登录以来" not in client.get("/console/account").text


def test_a_code_that_comes_a_second_time_is_written_down_for_its_owner(desk):
    client, _ = sign_in(desk, "office")
    digits = code(SECRET, step_of(datetime.now(timezone.utc)))
    assert client.fill("/console/login/code", {"digits": digits}).status_code == 303
    other, _ = sign_in(desk, "office")
    assert other.fill("/console/login/code", {"digits": digits}).status_code == 401
    with desk.database.reading() as session:
        assert audit.entries(session, action="code_reused", subject="office")


def test_somebody_elses_session_cannot_be_ended(desk):
    desk.login("advisor_c04")
    with desk.database.reading() as session:
        theirs = session.execute(sa.select(sa.func.max(StaffSession.id))).scalar_one()
    assert desk.login("advisor_c01").fill("/console/account/sessions/end", {"session": str(theirs), "old": PASSWORD}).status_code == 404


def test_an_unknown_account_and_a_wrong_password_are_answered_alike(desk):
    _, unknown = sign_in(desk, "nobody_here", "whatever it may be")
    _, wrong = sign_in(desk, "mediator_c01", "whatever it may be")
    assert unknown.status_code == wrong.status_code == 401
    strip = lambda answer: re.sub(r'[0-9a-f]{64}|value="[^"]*"', "", answer.text)  # noqa: E731
    assert strip(unknown) == strip(wrong)


def test_after_five_wrong_passwords_the_right_one_has_to_wait_and_others_do_not(desk, fresh):
    name, password = fresh
    assert [sign_in(desk, name, "not the password")[1].status_code for _ in range(5)] == [401] * 5
    _, answer = sign_in(desk, name, password)
    assert answer.status_code == 429 and re.search("请1[45]分钟后再试", answer.text)
    assert sign_in(desk, "advisor_c04")[1].status_code == 303


def test_wrong_digits_count_like_wrong_passwords(desk):
    desk.add("digits", (Role.OFFICE,), None)
    client, _ = sign_in(desk, "digits")
    assert [client.fill("/console/login/code", {"digits": "000000"}).status_code for _ in range(5)] == [401] * 5
    right = code(SECRET, step_of(datetime.now(timezone.utc)))
    assert client.fill("/console/login/code", {"digits": right}).status_code == 429
    assert not is_in(client)


def test_the_first_password_opens_nothing_but_the_page_to_change_it(desk, fresh):
    name, password = fresh
    client, answer = sign_in(desk, name, password)
    assert answer.headers["location"] == "/console/account/password"
    assert client.get("/console/account").headers["location"] == "/console/account/password"
    for new, again, words in [("short", "short", "至少"), (NEW, NEW + "x", "不一样"), (password, password, "不能和现在的一样"), ("aaaaaaaaaaaaa", "aaaaaaaaaaaaa", "常见")]:
        answer = client.fill("/console/account/password", {"old": password, "new": new, "again": again})
        assert answer.status_code == 400 and words in answer.text
    assert "现在的密码不对" in client.fill("/console/account/password", {"old": "wrong", "new": NEW, "again": NEW}).text
    before = client.cookies["staff"]
    assert client.fill("/console/account/password", {"old": password, "new": NEW, "again": NEW}).headers["location"] == "/console"
    assert client.cookies["staff"] != before and is_in(client) and not is_in(with_token(desk, before))
    assert sign_in(desk, name, password)[1].status_code == 401 and sign_in(desk, name, NEW)[1].status_code == 303


def test_a_new_password_signs_out_everywhere_else(desk, fresh):
    name, _ = fresh
    account(desk, name, must_change_password=False, password_hash=staff.HASHER.hash(PASSWORD))
    here, there = sign_in(desk, name)[0], sign_in(desk, name)[0]
    assert is_in(here) and is_in(there)
    here.fill("/console/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert is_in(here) and not is_in(there)


def test_the_office_sets_its_second_factor_up_before_it_sees_anything(desk):
    desk.add("newoffice", (Role.OFFICE,), None)
    account(desk, "newoffice", second_factor=None, second_factor_at=None)
    client, answer = sign_in(desk, "newoffice")
    assert answer.headers["location"] == "/console/account/factor" and client.get("/console/audit").headers["location"] == "/console/account/factor"
    page = client.get("/console/account/factor").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert secret in page and client.fill("/console/account/factor", {"digits": "123"}).status_code == 400
    before = client.cookies["staff"]
    digits = code(secret, step_of(datetime.now(timezone.utc)))
    assert client.fill("/console/account/factor", {"digits": digits}).status_code == 303
    assert client.cookies["staff"] != before and client.get("/console/audit").status_code == 200
    again, _ = sign_in(desk, "newoffice")
    assert again.fill("/console/login/code", {"digits": digits}).status_code == 401, "digits count once"


def test_a_session_before_the_second_factor_cannot_change_the_password(desk):
    client, answer = sign_in(desk, "office")
    assert "/login/code" in answer.headers["location"]
    answer = client.fill("/console/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303 and answer.headers["location"] == "/console/login/code"
    assert sign_in(desk, "office")[1].status_code == 303


def test_the_administrator_adds_resets_and_closes_accounts(desk):
    admin = desk.login("admin")
    answer = admin.fill("/console/staff/add", {"code": "b09", "name": "示例丙", "role": ["mediator"], "community": ["c02"]}, form_at="/console/staff")
    first = re.search(r'class="secret">([a-z0-9-]{19})<', answer.text)[1]
    assert first not in admin.get("/console/staff").text, "shown once"
    assert sign_in(desk, "b09", first)[1].status_code == 303
    client, _ = sign_in(desk, "b09", first)
    second = re.search(r'class="secret">([a-z0-9-]{19})<', admin.fill("/console/staff/b09/reset", form_at="/console/staff").text)[1]
    assert client.get("/console/account/password").headers["location"] == "/console/login" and sign_in(desk, "b09", first)[1].status_code == 401
    client, _ = sign_in(desk, "b09", second)
    assert "已停用" in admin.fill("/console/staff/b09/disable", form_at="/console/staff").text
    assert client.get("/console/account/password").headers["location"] == "/console/login" and sign_in(desk, "b09", second)[1].status_code == 401
    assert "不能停用自己" in admin.fill("/console/staff/admin/disable", form_at="/console/staff").text
    for bad in ({"code": "b09", "name": "x", "role": "mediator", "all": "1"}, {"code": "B9", "name": "x", "role": "mediator", "all": "1"}, {"code": "b10", "name": "x", "role": "king", "all": "1"}, {"code": "b10", "name": "<script>", "role": "mediator"}):
        assert admin.fill("/console/staff/add", bad, form_at="/console/staff").status_code == 400


def test_what_happened_to_accounts_stands_in_the_log_which_the_office_reads_and_proves(desk):
    sign_in(desk, "advisor_c01", "not the password")
    office = desk.login("office")
    page = office.get("/console/audit?action=sign_in_failed&subject=advisor_c01").text
    assert "登录失败" in page and "advisor_c01" in page
    assert "完整" in office.get("/console/audit/verify").text
    with desk.database.reading() as session:
        assert audit.verify(session).broken_at is None


def test_filters_of_the_log_take_anything_and_show_it_harmless(desk):
    office = desk.login("office")
    for odd in ("<script>alert(1)</script>", "' OR '1'='1", "\x00", "%", "9" * 400):
        page = office.get("/console/audit", params={"actor": odd, "subject": odd, "action": odd, "before": odd})
        assert page.status_code == 200 and "<script>alert" not in page.text
