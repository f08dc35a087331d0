"""Services, screenings, enterprise issues and records as people enter them: phone and PC, keyboard, axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.ledger.screening_log import rounds
from bot.office import BEIJING
from bot.storage.book_tables import BookFact
from tests.console.browser import DESKTOP, PHONE, severe
from tests.storage.books import USCC

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
PAGES = {
    "advisor_c01": ("/console/services", "/console/services/new", "/console/services/import", "/console/screenings", "/console/screenings/new?community=c01", "/console/enterprise", "/console/enterprise/new"),
    "office": ("/console/records", "/console/records/legal_opinions", "/console/records/advisor_discussions/new", "/console/records/repealed_documents/declare", "/console/screenings"),
}  # fmt: skip


def services(desk):
    with desk.database.reading() as session:
        return session.query(BookFact).filter(BookFact.book == "service", BookFact.event != "reversed").count()


@SIZES
@pytest.mark.parametrize("who, path", [(who, path) for who, paths in PAGES.items() for path in paths])
def test_every_page_of_the_books_fits_and_can_be_used_by_everybody(screen, size, who, path):
    page = screen(who, size).open(path)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page can be pushed sideways"
    assert severe(page) == []


@SIZES
def test_a_service_is_recorded_with_seven_acts(desk, screen, size):
    before, page = services(desk), screen("advisor_c01", size).open("/console/services/new")
    expect(page.locator('[data-field="attendance"]')).to_be_hidden()
    page.get_by_text("电话咨询", exact=True).click()
    page.fill("[name=who]", "王五")
    page.fill("[name=matter]", f"物业费{size[0]}")
    page.fill("[name=minutes]", "15")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("status")).to_contain_text("计入法律服务事项")
    assert services(desk) == before + 1


def test_the_form_asks_only_for_what_the_kind_needs(screen):
    page = screen("advisor_c01", PHONE).open("/console/services/new")
    page.get_by_text("法治讲座", exact=True).click()
    expect(page.locator('[data-field="attendance"]')).to_be_visible()
    expect(page.locator('[data-field="evidence"]')).to_be_visible()
    assert page.locator("[name=who]").evaluate("e => !e.required") and page.locator("[name=attendance]").evaluate("e => e.required")
    page.get_by_text("现场咨询", exact=True).click()
    expect(page.locator('[data-field="attendance"]')).to_be_hidden()


def test_a_mistake_is_shown_at_its_field_and_what_was_typed_stays(screen):
    page = screen("advisor_c01", PHONE).open("/console/services/new")
    page.get_by_text("电话咨询", exact=True).click()
    page.fill("[name=who]", "王五")
    page.fill("[name=matter]", "有一件事")
    page.fill("[name=served_at]", "2099-01-01T10:00")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_contain_text("还没有到")
    expect(page.locator("[name=served_at]")).to_have_attribute("aria-invalid", "true")
    assert page.input_value("[name=matter]") == "有一件事" and page.locator("[name=kind]:checked").input_value() == "consult_phone"


def test_a_service_is_recorded_with_the_keyboard_alone(desk, screen):
    before, page = services(desk), screen("advisor_c01").open("/console/services/new")
    page.locator("[name=kind]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("赵六")
    page.keyboard.press("Tab")
    page.keyboard.type("键盘")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已登记")
    assert services(desk) == before + 1


def test_a_service_is_taken_back_on_a_phone(screen):
    page = screen("advisor_c01", PHONE).open("/console/services/new")
    page.get_by_text("代写文书", exact=True).click()
    page.fill("[name=who]", "钱七")
    page.fill("[name=matter]", "写错的")
    page.get_by_role("button", name="登记").click()
    row = page.locator("tr", has_text="代写文书").first
    row.get_by_text("撤销").first.click()
    row.get_by_label("撤销原因").fill("记错了")
    row.get_by_role("button", name="撤销这条").click()
    expect(page.locator("tr.undone").first).to_contain_text("已撤销：记错了")


def test_two_disputes_of_a_screening_are_added_on_a_phone(desk, screen):
    page = screen("mediator_c01", PHONE).open("/console/screenings")
    page.get_by_role("link", name=re.compile("填报")).first.click()
    page.fill("[name=households]", "60")
    page.select_option("[name=f1_type]", "neighbour")
    page.select_option("[name=f1_risk]", "high")
    page.fill("[name=f1_responsible]", "网格长")
    page.fill("[name=f1_measures]", "上门疏导")
    page.get_by_role("button", name="再加一件").click()
    page.select_option("[name=f2_type]", "contract")
    page.select_option("[name=f2_risk]", "low")
    page.fill("[name=f2_responsible]", "调解员")
    page.fill("[name=f2_measures]", "约谈")
    assert severe(page) == []
    page.get_by_role("button", name="报上").click()
    expect(page.get_by_role("status")).to_contain_text("已经报上")
    expect(page.get_by_text("未化解的纠纷（2件）")).to_be_visible()
    with desk.database.reading() as session:
        from datetime import datetime

        assert [r.found for r in rounds(session, f"{datetime.now(BEIJING):%Y-%m}", frozenset({"c01"}))] == [2]


def test_no_dispute_is_declared_with_one_tap(screen):
    page = screen("advisor_c04", PHONE).open("/console/screenings/new?community=c04")
    page.fill("[name=households]", "50")
    page.get_by_text("本轮没有发现矛盾纠纷").click()
    expect(page.locator("#found")).to_be_hidden()
    page.get_by_role("button", name="报上").click()
    expect(page.get_by_text("已报，无纠纷")).to_be_visible()


def test_an_enterprise_issue_is_registered_on_a_phone(screen):
    page = screen("advisor_c01", PHONE).open("/console/enterprise/new")
    for name, value in (("enterprise", "示例商贸公司"), ("uscc", USCC), ("owner_unit", "示例单位"), ("what", "货款拖欠。"), ("wish", "付清"), ("name", "张三"), ("phone", "13800138000")):
        page.fill(f"[name={name}]", value)
    page.select_option("[name=category]", "payment")
    page.select_option("[name=community]", "c01")
    page.get_by_text("对方同意登记").click()
    page.get_by_role("button", name="登记并转办").click()
    expect(page.get_by_role("status")).to_contain_text("已登记")


def test_a_zero_is_declared_by_the_office(screen):
    page = screen("office").open("/console/records")
    row = page.locator("tr", has_text="行政复议案件").first
    expect(row).to_contain_text("未报")
    row.get_by_role("link", name=re.compile("申报零")).click()
    page.fill("[name=reason]", "没有复议案件")
    page.get_by_role("button", name="申报零或不适用").click()
    expect(page.get_by_role("status")).to_contain_text("已申报")
