"""Nothing typed is lost and nothing is said twice, whatever the network does."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import watch

QUESTION = "借条过了三年还能要回来吗"


def test_what_is_said_offline_is_sent_once_when_online(resident):
    resident.context.set_offline(True)
    resident.page.fill("#say", QUESTION)
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator("#status")).to_contain_text("网络断了")
    expect(resident.page.locator(".said .state")).to_contain_text("自动再发")
    resident.context.set_offline(False)
    resident.answer_to(QUESTION)
    shown = resident.shown
    resident.page.reload()
    expect(resident.page.locator(".said")).to_have_count(1)
    assert resident.shown == shown
    expect(resident.page.locator("#status")).to_be_empty()


def test_what_was_not_sent_survives_a_reload(resident):
    resident.page.route("**/api/chat/messages", lambda route: route.abort())
    resident.page.fill("#say", QUESTION)
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator("[data-state=delayed]")).to_have_count(1)
    resident.page.unroute("**/api/chat/messages")
    resident.page.reload()
    resident.answer_to(QUESTION)
    expect(resident.page.locator(".said")).to_have_count(1)


def test_a_page_left_before_the_answer_came_finds_it_and_sends_nothing_again(resident):
    def never_answer(route):
        route.fetch()

    resident.page.route("**/api/chat/messages", never_answer)
    resident.page.fill("#say", QUESTION)
    resident.page.keyboard.press("Enter")
    answered = "id => fetch('/api/chat/history?conversation=' + id).then(r => r.json()).then(h => h.replies.length > 0)"
    resident.page.wait_for_function(answered, arg=conversation(resident))
    resident.page.unroute("**/api/chat/messages")
    sent = len(resident.posts())
    resident.page.reload()
    resident.answer_to(QUESTION)
    assert len(resident.posts()) == sent
    expect(resident.page.locator(".said")).to_have_count(1)


def conversation(resident) -> str:
    return resident.page.evaluate("localStorage.getItem('legal.conversation')")


def test_a_lost_answer_is_asked_for_again_under_the_same_id(resident):
    sent = []

    def lose_the_first(route):
        sent.append(json.loads(route.request.post_data)["id"])
        if len(sent) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    resident.page.route("**/api/chat/messages", lose_the_first)
    resident.says(QUESTION)
    assert len(sent) == 2 and len(set(sent)) == 1
    expect(resident.page.locator(".said")).to_have_count(1)
    ids = resident.page.locator("[data-reply]").evaluate_all("found => found.map(e => e.dataset.reply)")
    assert len(ids) == len(set(ids))


def test_while_the_service_is_away_the_message_waits(resident):
    answers = [503, 502]

    def away(route):
        if answers:
            route.fulfill(status=answers.pop(), json={"error": "系统正在恢复，请稍后再发一次。"})
        else:
            route.continue_()

    resident.page.route("**/api/chat/messages", away)
    resident.page.fill("#say", QUESTION)
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator("#status")).to_contain_text("系统正在恢复")
    resident.answer_to(QUESTION)
    expect(resident.page.locator(".said")).to_have_count(1)
    expect(resident.page.locator("#status")).to_be_empty()


@pytest.mark.parametrize("status", [400, 500])
def test_an_error_is_told_and_the_text_stays_in_the_box(resident, status):
    ids = []

    def refuse_once(route):
        ids.append(json.loads(route.request.post_data)["id"])
        if len(ids) == 1:
            route.fulfill(status=status, json={"error": "请求没有办成，请稍后再试。"})
        else:
            route.continue_()

    resident.page.route("**/api/chat/messages", refuse_once)
    resident.page.fill("#say", QUESTION)
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator("#log .note")).to_have_text("请求没有办成，请稍后再试。")
    expect(resident.page.locator("#say")).to_have_value(QUESTION)
    resident.page.click("#send")
    resident.answer_to(QUESTION)
    assert len(set(ids)) == 1, "what the server may have stored already is sent under the same id"
    expect(resident.page.locator(".said")).to_have_count(1)


def test_a_late_answer_comes_by_itself(resident):
    def in_no_time(route):
        answer = route.fetch()
        route.fulfill(json={**answer.json(), "messages": [], "pending": True, "notice": "消息已经收到，正在处理。"})

    resident.page.route("**/api/chat/messages", in_no_time)
    assert "借" in resident.says(QUESTION)
    expect(resident.page.locator("#status")).to_be_empty()


def test_without_event_streams_answers_are_looked_for(visit):
    resident = visit()
    resident.page.route("**/api/chat/events*", lambda route: route.fulfill(status=503, body=""))
    resident.opens()
    test_a_late_answer_comes_by_itself(resident)


def test_two_tabs_show_the_same_conversation(resident):
    resident.says(QUESTION)
    second = resident.context.new_page()
    watch(resident, second)
    second.goto(resident.url)
    expect(second.locator(".said")).to_have_count(1)
    second.fill("#say", "需要什么证据")
    second.keyboard.press("Enter")
    for tab in (second, resident.page):
        expect(tab.locator(".said").last).to_contain_text("需要什么证据")
        expect(tab.locator("#log > .entry").last).to_contain_text("请留好")
    first, other = (t.locator("#log > .entry .bubble").all_inner_texts() for t in (resident.page, second))
    assert first == other
    expect(resident.page.locator(".said")).to_have_count(2)


def test_two_messages_at_once_are_both_answered_in_order(resident):
    for text in (QUESTION, "公司拖欠工资怎么办"):
        resident.page.fill("#say", text)
        resident.page.keyboard.press("Enter")
    expect(resident.page.locator("[data-reply][data-message]:not(.kind-greeting)")).not_to_have_count(0)
    resident.answer_to("公司拖欠工资怎么办")
    expect(resident.page.locator(".said")).to_have_count(2)
    expect(resident.page.locator("[data-state=delayed], [data-state=sending]")).to_have_count(0)
