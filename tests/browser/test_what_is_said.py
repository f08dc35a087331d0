"""What residents type and what the kinds of answers look like."""

import json

import pytest
from playwright.sync_api import expect

QUESTION = "房东不退押金怎么办"


def test_the_first_visit_is_greeted_without_asking_the_server(resident):
    for words in ("问法律问题", "申请人民调解", "找社区法律顾问", "查进度", "转人工"):
        expect(resident.page.locator(".kind-greeting").get_by_role("button", name=words)).to_be_enabled()
    expect(resident.page.locator("#speaker")).to_have_text("智能助手自动回复")
    resident.page.get_by_role("button", name="问法律问题").click()
    expect(resident.page.locator(".kind-examples .choice")).to_have_count(4)
    assert [r for r in resident.requests if "/api/" in r] == []
    assert "押金" in resident.taps(QUESTION)


def test_an_emergency_stands_out_and_its_numbers_dial(resident):
    resident.says("救命他现在拿刀砍门要杀我")
    emergency = resident.page.locator(".kind-emergency")
    expect(emergency.get_by_role("link", name="拨打110 报警").last).to_have_attribute("href", "tel:110")
    assert resident.page.locator("#scroller").evaluate("e => e.querySelector('.kind-emergency').getBoundingClientRect().top < innerHeight / 3")
    for words in ("我现在安全", "需要人联系我", "清空本页"):
        expect(emergency.get_by_role("button", name=words)).to_be_enabled()


def test_clearing_leaves_a_calendar_and_no_trace_in_any_tab(resident):
    resident.says("救命他现在拿刀砍门要杀我")
    other = resident.context.new_page()
    other.goto(resident.url)
    expect(other.locator(".said")).to_have_count(1)
    resident.page.locator(".kind-emergency").get_by_role("button", name="清空本页").click()
    for tab in (resident.page, other):
        expect(tab).to_have_title("日历")
        expect(tab.locator("body")).not_to_contain_text("法律")
    assert resident.page.evaluate("Object.keys(localStorage).length") == 0
    resident.page.reload()
    expect(resident.page).to_have_title("日历")
    resident.page.get_by_role("button", name="返回").click()
    expect(resident.page.locator(".kind-greeting")).to_be_visible()
    expect(resident.page.locator(".said")).to_have_count(0)


def test_an_emergency_keeps_the_way_out_open(resident):
    resident.says("救命他现在拿刀砍门要杀我")
    resident.says(QUESTION)
    expect(resident.page.locator(".kind-emergency").get_by_role("button", name="清空本页")).to_be_enabled()
    expect(resident.page.locator("#clear-now")).to_be_visible()


def test_amounts_and_days_are_no_telephone_numbers(resident):
    texts = {"赔偿110元，120天内": 0, "请拨打110，或者12348。": 2, "共12345元": 0, "第120条": 0, "电话0376-1234567": 1, "1.110": 0}
    counts = resident.page.evaluate(
        """async texts => {
            const { paragraphs } = await import('/static/js/text.js');
            return texts.map(text => paragraphs(text).map(p => p.querySelectorAll('a').length).reduce((a, b) => a + b));
        }""",
        list(texts),
    )
    assert dict(zip(texts, counts)) == texts


@pytest.mark.parametrize("text", ["<img src=x onerror=document.title='broken'><b>粗</b>", "&lt;script&gt;"])
def test_markup_is_shown_as_it_was_typed(resident, text):
    resident.says(text)
    expect(resident.page.locator(".said .bubble").last).to_contain_text(text)
    assert resident.page.locator(".said img, .said b").count() == 0
    resident.page.reload()
    expect(resident.page.locator(".said .bubble").last).to_contain_text(text)
    assert resident.page.title() != "broken"


@pytest.mark.parametrize("text", ["", "   \n  "])
def test_nothing_is_not_sent(resident, text):
    resident.page.fill("#say", text)
    resident.page.click("#send")
    expect(resident.page.locator("#hint")).to_contain_text("请先写几个字")
    assert resident.posts() == []


def test_too_long_a_text_is_told_before_it_is_sent(resident):
    resident.page.fill("#say", "漏" * 10_001)
    expect(resident.page.locator("#hint")).to_contain_text("10,001")
    resident.page.focus("#say")
    resident.page.keyboard.press("Enter")
    assert resident.posts() == []
    resident.page.fill("#say", "漏水" * 5_000)
    expect(resident.page.locator("#hint")).to_contain_text("10,000")
    resident.page.click("#send")
    expect(resident.page.locator("#log > .entry.reply")).not_to_have_count(1)


@pytest.mark.parametrize("text", ["😀😀😀", "/restart", '/intent{"a":"b"}', "\u200b\u200b"])
def test_whatever_is_typed_is_answered(resident, text):
    resident.page.fill("#say", text)
    resident.page.click("#send")
    expect(resident.page.locator("#log > .entry").last).to_have_class("entry reply kind-text by-bot")


def test_a_person_is_told_from_the_assistant(resident):
    said = {"id": 10**9, "message": None, "said_by": "advisor", "at": "2026-11-23T04:00:00+00:00", "kind": "text"}
    event = f"id: {10**9}\ndata: {json.dumps({**said, 'text': '您好，我看过您的情况了。', 'buttons': [], 'citations': [], 'data': {}})}\n\n"
    resident.page.route("**/api/chat/events*", lambda route: route.fulfill(content_type="text/event-stream", body=event))
    resident.says(QUESTION)
    expect(resident.page.locator(".by-person .by")).to_contain_text("人工回复 · 社区法律顾问")
    expect(resident.page.locator("#speaker")).to_contain_text("人工回复")
    expect(resident.page.locator(".by-person")).to_have_count(1)


def test_answers_are_read_aloud_on_request(resident):
    resident.says(QUESTION)
    button = resident.page.locator(".tool:visible").last
    resident.page.evaluate("() => { speechSynthesis.speak = words => (window.spoken = words.text); }")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert "押金" in resident.page.evaluate("window.spoken")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_where_speech_is_missing_its_buttons_are_missing(visit):
    resident = visit()
    resident.page.add_init_script("delete window.speechSynthesis; delete window.webkitSpeechRecognition; delete window.SpeechRecognition")
    resident.opens()
    expect(resident.page.locator("#microphone")).to_be_hidden()
    expect(resident.page.locator(".tool")).to_have_count(0)


def test_the_draft_survives_a_reload(resident):
    resident.page.fill("#say", "我想问")
    resident.page.reload()
    expect(resident.page.locator("#say")).to_have_value("我想问")


def test_a_posters_code_in_the_address_is_taken_over_by_the_form(resident):
    resident.page.goto(f"{resident.url}/?community=c05")
    expect(resident.page).to_have_url(f"{resident.url}/")
    resident.says("楼上卫生间漏水把我家天花板泡坏了,楼上不肯修怎么办")
    said = resident.says("申请人民调解")
    assert "示例社区五" in said and "隐私告知" in said


def test_an_unsure_answer_offers_articles_that_may_be_related_and_says_that_they_are_no_answer(resident):
    article = {"law": "中华人民共和国民法典", "article": "第二百八十八条", "label": "民法典 第二百八十八条"}
    body = {"articles": [article], "note": "可能相关的法条，只供参考，不是答复。"}
    resident.page.route("**/api/laws/search?**", lambda route: route.fulfill(json=body))
    resident.says("我想问个事")
    entry = resident.page.locator("#log > .entry").last
    if entry.get_by_role("button", name="可能相关的法条").count() == 0:
        resident.says("我家那个事情到底该怎么弄才好呢 他们都说不关他们的事")
        entry = resident.page.locator("#log > .entry").last
    entry.get_by_role("button", name="可能相关的法条").click()
    expect(entry).to_contain_text("不是答复")
    entry.get_by_role("button", name="第二百八十八条").click()
    expect(resident.page.locator("#sheet")).to_contain_text("不动产")


def test_a_copy_of_all_that_is_stored_can_be_taken_home(resident):
    resident.says(QUESTION)
    resident.says("我的信息")
    with resident.page.expect_download() as download:
        resident.page.get_by_role("link", name="下载我的信息").click()
    copy = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [message["text"] for message in copy["messages"]] == [QUESTION, "我的信息"]
