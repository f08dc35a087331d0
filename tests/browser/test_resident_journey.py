"""The whole way of one resident: question, citation, mediation request with a detour, number, progress, and the count."""

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

STORY = "楼上漏水泡坏了我家天花板怎么办"
YEAR = ("--from", "2026-01-01", "--to", "2099-12-31")


def mediation_requests(served) -> int:
    [figure] = json.loads(served.bot("stats", *YEAR, "--metric", "mediation_requests", "--format", "json"))["metrics"]
    return figure["total"]


def fill_in(resident: Visitor) -> None:
    """From the question to the summary, on the straight way."""
    resident.says(STORY)
    for act, text in (
        (resident.taps, "申请人民调解"),
        (resident.taps, "示例社区三"),
        (resident.taps, "同意"),
        (resident.says, "楼上住户李四"),
        (resident.says, "修好漏水点，赔我修天花板的钱"),
        (resident.says, "张三"),
        (resident.says, "13800138000"),
    ):
        act(text)


def test_a_question_becomes_one_counted_request(served, resident):
    before = mediation_requests(served)
    assert "法律怎么说" in resident.says(STORY)
    opens_a_citation(resident)
    assert "社区" in resident.taps("申请人民调解")
    assert "隐私告知" in resident.taps("示例社区三")
    resident.taps("同意")
    resident.says("楼上住户李四")
    resident.says("修好漏水点，赔我修天花板的钱")

    detour = resident.says("网上买的衣服七天内能不能无理由退货？")
    assert "接着登记" in detour and "姓名" in detour
    resident.says("张三")
    assert "13800138000" in resident.says("13800138000")

    assert "电话" in resident.says("电话写错了")
    summary = resident.says("13900139000")
    assert "13900139000" in summary and "13800138000" not in summary and "张三" in summary and STORY in summary

    number = re.search(r"[A-Z]+\d{4}-\d{5}", resident.taps("确认提交"))[0]
    progress = resident.taps("查进度")
    assert number in progress and "已登记" in progress
    assert mediation_requests(served) == before + 1


def opens_a_citation(resident: Visitor) -> None:
    page = resident.page
    page.get_by_role("button", name="民法典 第二百八十八条").click()
    sheet = page.get_by_role("dialog", name="民法典 第二百八十八条")
    expect(sheet.locator(".law-text")).to_contain_text("不动产的相邻权利人")
    expect(sheet).to_contain_text("施行日期：2021年1月1日")
    expect(sheet).to_contain_text("来源")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_double_click_on_confirm_files_one_request(served, resident):
    fill_in(resident)
    before = mediation_requests(served)
    resident.page.get_by_role("button", name="确认提交").dblclick()
    assert "已提交" in resident.answer_to("确认提交")
    assert resident.page.locator(".said", has_text="确认提交").count() == 1
    assert mediation_requests(served) == before + 1


def test_reloading_brings_the_conversation_back(resident):
    resident.says(STORY)
    resident.taps("申请人民调解")
    before = resident.shown
    resident.page.reload()
    expect(resident.page.locator(".said")).to_have_count(2)
    assert resident.shown == before
    assert "隐私告知" in resident.taps("示例社区三"), "the newest buttons work again, and the form goes on"


def test_only_the_newest_buttons_can_be_tapped(resident):
    resident.says(STORY)
    old = resident.page.locator(".kind-greeting .choice").first
    expect(old).to_be_disabled()
    resident.taps("申请人民调解")
    expect(resident.page.locator(".choice:enabled", has_text="申请人民调解")).to_have_count(0)
    expect(resident.page.locator(".choice:enabled", has_text="示例社区")).to_have_count(9)
