"""The desk's casework pages as people use them: on a phone and an office PC, with the keyboard alone, current by themselves."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from bot.inbox import person_guard, store
from bot.inbox.handover import ask_for_person, give_back, take
from bot.ledger.cases import open_case
from bot.ledger.risks import note_risk
from bot.ledger.suggestions import keep_suggestion
from bot.legal.cases import CaseKind, Channel, Role
from bot.legal.handover import Reason
from bot.messages import Inbound
from bot.storage.tables import Case
from tests.builders import make_request
from tests.console.browser import DESKTOP, PHONE, severe
from tests.unit.test_attachments import PDF

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def now():
    return datetime.now(timezone.utc)


def make_case(desk, community="c01", hours=2.0, **changed):
    """A case with a conversation, suggestions of the model and a time limit; returns its number."""
    key = str(uuid.uuid4())
    meaning = {"topics": [["neighbour", 0.81], ["property_management", 0.12]], "card": "water_leak", "card_confidence": 0.7}
    meaning["entities"] = [{"kind": "date", "unit": "day", "value": "2026-03-01"}]
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WEB, f"web:{key}", "m1", "楼上漏水泡坏了我家天花板，怎么办", now()))
        case = open_case(session, make_request(source_key=key, conversation=f"web:{key}", community=community, **changed), "GX", now())
        keep_suggestion(session, case.number, meaning, now())
        case.due_at, case.due_code = now() + timedelta(hours=hours), "receipt"
        return case.number


def make_waiting(desk, reason=Reason.ASKED):
    """A resident who waits for a person; returns (number, conversation)."""
    conversation = f"web:{uuid.uuid4()}"
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WEB, conversation, "m1", "我要找人，电话13800138000", now()))
        return ask_for_person(session, conversation, reason, now(), f"h:{conversation}").handover.id, conversation


def say(desk, conversation, text):
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WEB, conversation, str(uuid.uuid4()), text, now()))


@pytest.mark.parametrize("size, scheme", [(PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_screen(desk, screen, size, scheme):
    number = make_case(desk, hours=-3)
    with desk.database.transaction() as session:
        note_risk(session, session.get(Case, number).conversation_id, "dv", f"axe:{number}", now())
    handed, conversation = make_waiting(desk, Reason.EMERGENCY)
    one = screen(size=size, scheme=scheme)
    for path in ("/console/queue?tab=all", f"/console/cases/{number}", "/console/people", f"/console/people/{handed}"):
        one.open(path)
        assert severe(one.page) == [], path
        assert one.overflow() <= 0, path
    with desk.database.transaction() as session:
        take(session, conversation, "advisor_c01", Role.ADVISOR, now())
    one.open(f"/console/people/{handed}")
    assert severe(one.page) == [] and one.overflow() <= 0, "a conversation of one's own"
    one.open("/console/queue?tab=all").keyboard.press("?")
    assert severe(one.page) == [], "the help"


def test_the_queue_is_worked_with_the_keyboard_alone(desk, screen):
    first, second = (make_case(desk, hours=hours, kind=CaseKind.LEGAL_AID) for hours in (-20, -10))
    page = screen().open("/console/queue?tab=overdue&kind=legal_aid")
    rows = page.locator("#list a.case-link")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    assert [rows.nth(n).inner_text() for n in range(2)] == [first, second]
    page.keyboard.press("/")
    expect(page.locator("[name=search]")).to_be_focused()
    page.keyboard.type("j1?")
    expect(page.locator("[name=search]")).to_have_value("j1?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("5")
    expect(page).to_have_url(re.compile("tab=all"))
    page.locator("[name=search]").fill(second)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"search={second}"))
    page.wait_for_load_state("load")  # the row may be there before the script that hears the keys
    expect(rows).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(second)


def test_the_queue_is_current_by_itself_and_keeps_ones_place(desk, screen):
    held = make_case(desk, hours=1)
    page = screen().open("/console/queue?tab=new")
    expect(page.locator("#live")).to_have_text("自动更新中")
    page.locator(f"a[href='/console/cases/{held}']").focus()
    before = int(page.locator("[data-count=new]").inner_text())
    fresh = make_case(desk, hours=0.5)
    expect(page.locator(f"a[href='/console/cases/{fresh}']")).to_be_visible()
    expect(page.locator("[data-count=new]")).to_have_text(str(before + 1))
    expect(page).to_have_title(re.compile(rf"新{before + 1}"))
    expect(page.locator(f"a[href='/console/cases/{held}']")).to_be_focused()


def test_a_filter_is_chosen_and_stands_in_the_address(desk, screen):
    make_case(desk)
    page = screen("office").open("/console/queue?tab=all")
    page.select_option("[name=community]", "c01")
    expect(page).to_have_url(re.compile("community=c01"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("community=c01"))


@SIZES
def test_a_case_is_opened_corrected_and_answered(desk, screen, size):
    number = make_case(desk)
    page = screen(size=size).open(f"/console/cases/{number}")
    expect(page.locator("main")).not_to_contain_text("13800138000")
    page.get_by_label("查看完整信息的原因").fill("电话联系当事人")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.locator("main")).to_contain_text("13800138000")
    page.get_by_role("button", name=re.compile("物业管理 物业纠纷")).click()
    expect(page.get_by_role("button", name=re.compile("物业管理 物业纠纷"))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="计算并提醒").click()
    expect(page.locator("#limits")).to_contain_text("诉讼时效")
    page.locator("#talk-of-case textarea").fill("您好，我是承办人。")
    page.get_by_role("button", name="接手并发送").click()
    expect(page.locator("#talk")).to_contain_text("您好，我是承办人。")


def test_an_article_opens_over_the_case_and_closes_with_escape(desk, screen):
    page = screen().open(f"/console/cases/{make_case(desk)}")
    page.locator("button.law").first.click()
    expect(page.locator("#article")).to_be_visible()
    expect(page.locator("#article-text")).not_to_have_text("正在打开……")
    page.keyboard.press("Escape")
    expect(page.locator("#article")).to_be_hidden()


@SIZES
def test_a_resident_is_taken_answered_with_a_canned_reply_and_given_back(desk, screen, size):
    number, conversation = make_waiting(desk)
    page = screen(size=size).open("/console/people")
    page.locator(f"a[href='/console/people/{number}']").locator("xpath=..").get_by_role("button", name="接手").click()
    expect(page.locator("#talk")).to_contain_text("13800138000")
    page.select_option("#canned", label="请补充经过")
    expect(page.locator("#text")).to_have_value(re.compile("为了把事情弄清楚"))
    page.locator("#text").press("Control+Enter")
    expect(page.locator(".said-by-person .words").last).to_contain_text("为了把事情弄清楚")
    expect(page.locator("#live")).to_have_text("自动更新中")
    page.locator("#text").fill("  ")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("还没有写内容")
    expect(page.locator("#live")).to_have_text("自动更新中")
    page.locator("#text").fill("写了一半的话")
    say(desk, conversation, "漏了三天了")
    expect(page.locator(".said-by-resident .words").last).to_contain_text("漏了三天了")
    expect(page.locator("#text")).to_have_value("写了一半的话")
    page.get_by_label("给同事的备注").fill("等居民补材料")
    page.get_by_role("button", name="交还，请居民评分").click()
    expect(page).to_have_url(re.compile("/console/people$"))


def test_files_are_sent_and_those_that_must_not_be_are_refused_in_words(desk, screen):
    number, conversation = make_waiting(desk)
    with desk.database.transaction() as session:
        take(session, conversation, "advisor_c01", Role.ADVISOR, now())
    page = screen().open(f"/console/people/{number}")
    for name, body, words in (("大.pdf", b"%PDF-" + b"\0" * 20 * 1024 * 1024, "超过10MB"), ("程序.exe", b"MZ\x90\0" * 40, "不能发"), ("改名.pdf", b"MZ\x90\0" * 40, "不能发")):
        page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": body})
        page.get_by_role("button", name="发文件", exact=True).click()
        expect(page.locator("#upload-said")).to_contain_text(words)
    page.set_input_files("#file", {"name": "告知书.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="发文件", exact=True).click()
    expect(page.locator("#upload-said")).to_contain_text("已发给居民")
    expect(page.locator("#talk")).to_contain_text("告知书.pdf")


def test_somebody_else_taking_or_ending_it_is_said_on_an_open_page(desk, screen):
    number, conversation = make_waiting(desk)
    page = screen().open(f"/console/people/{number}")
    expect(page.locator("#live")).to_have_text("自动更新中")
    with desk.database.transaction() as session:
        take(session, conversation, "mediator_c01", Role.MEDIATOR, now())
    expect(page.locator("#changed")).to_be_visible()
    with desk.database.transaction() as session:
        give_back(session, conversation, "mediator_c01", "", now())


def test_danger_is_announced_on_an_open_conversation(desk, screen):
    number, conversation = make_waiting(desk)
    with desk.database.transaction() as session:
        take(session, conversation, "advisor_c01", Role.ADVISOR, now())
    page = screen().open(f"/console/people/{number}")
    expect(page.locator("#live")).to_have_text("自动更新中")
    with desk.database.transaction() as session:
        stored = store.receive(session, Inbound(Channel.WEB, conversation, "danger", "他正拿刀砍门，快救我", now()))
        person_guard.watch(session, stored, now())
    expect(page.locator("#danger")).to_be_visible()
    page.get_by_role("link", name="登记处置").click()
    expect(page.locator("#risk-title")).to_be_visible()


def test_who_waits_is_counted_in_the_title_by_itself(desk, screen):
    page = screen().open("/console/people")
    expect(page.locator("#live")).to_have_text("自动更新中")
    number, _ = make_waiting(desk)
    expect(page.locator(f"a[href='/console/people/{number}']")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(等\d+\)"))
    page.keyboard.press("j")
    expect(page.locator("a.person-link").first).to_be_focused()


def test_a_case_prints_without_forms_and_buttons(desk, screen):
    page = screen().open(f"/console/cases/{make_case(desk)}")
    page.emulate_media(media="print")
    expect(page.locator("#talk-of-case textarea")).to_be_hidden()
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.locator("#told-title")).to_be_visible()
