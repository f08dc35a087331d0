"""Signing in, a first password, the second factor, the account and the log: in Chromium, on phone and PC, by keyboard."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.ledger import staff
from bot.legal.cases import Role
from bot.legal.one_time_codes import code, step_of
from bot.storage.staff_tables import StaffAccount
from tests.console.browser import DESKTOP, PHONE, Screen, chromium_here, severe
from tests.console.desk import PASSWORD

pytestmark = pytest.mark.browser
NEW = "河边那棵老柳树1987年种的"


@pytest.fixture(scope="module")
def browser():
    with chromium_here() as chromium:
        yield chromium


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "pc"])
@pytest.mark.parametrize("who, path", [
    ("", "/console/login"), ("advisor_c01", "/console/account"), ("advisor_c01", "/console/account/password"), ("office", "/console/audit"),
    ("office", "/console/audit/verify"), ("admin", "/console/staff"),
])
def test_pages_fit_the_screen_break_no_rule_and_can_be_used_by_everybody(desk, browser, who, path, size):
    screen = Screen.of(desk, browser, who, size)
    page = screen.open(path)
    page.locator("h1").wait_for()
    assert screen.overflow() <= 0 and screen.troubles == [] and severe(page) == []


def test_a_newcomer_of_the_office_comes_in_by_keyboard(desk, browser):
    with desk.database.transaction() as session:
        first = staff.add(session, "newcomer", "示例新人", (Role.OFFICE,), None, "-", datetime.now(timezone.utc))
    screen = Screen.of(desk, browser, "", PHONE)
    page = screen.open("/console/audit")
    page.keyboard.type("newcomer")
    page.keyboard.press("Tab")
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="先设一个自己的密码").wait_for()
    page.get_by_label("拿到的初始密码").fill(first)
    new = page.get_by_label("新密码", exact=True)
    new.fill("短")
    assert "还差11个字" in page.locator(".strength").inner_text()
    new.fill(NEW)
    assert page.locator(".strength span").inner_text() == "好"
    page.get_by_label("显示密码").nth(1).check()
    assert new.get_attribute("type") == "text" and page.get_by_label("再输一遍").get_attribute("type") == "text"
    page.get_by_label("再输一遍").fill(NEW)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name="设置两步验证").wait_for()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("6位数字").fill(code(secret, step_of(datetime.now(timezone.utc))))
    page.keyboard.press("Enter")
    page.locator(".who").wait_for()
    page.goto(f"{desk.url}/console/audit?actor=newcomer")
    assert "开启两步验证" in page.locator("table").inner_text() and screen.troubles == []


def test_after_signing_out_the_back_button_shows_nothing(desk, browser):
    screen = Screen.of(desk, browser, "advisor_c01")
    page = screen.open("/console/account")
    page.get_by_role("button", name="退出", exact=True).first.click()
    page.wait_for_url(re.compile("/console/login"))
    page.go_back()
    page.get_by_role("heading", name="登录工作台").wait_for()


def test_a_wrong_password_is_said_and_the_account_name_stays(desk, browser):
    with desk.database.transaction() as session:
        session.execute(sa.update(StaffAccount).where(StaffAccount.code == "mediator_c01").values(must_change_password=False))
    page = Screen.of(desk, browser, "").open("/console/login?next=/console/account")
    page.get_by_label("账号").fill("mediator_c01")
    page.get_by_label("密码", exact=True).fill("not the password")
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").inner_text() == "账号或密码不对。" and page.get_by_label("账号").input_value() == "mediator_c01"
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="我的账号").wait_for()
