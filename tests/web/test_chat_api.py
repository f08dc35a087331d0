"""The chat's HTTP interface, on the running product."""

import re
import threading
import urllib.request

import pytest

from tests.web.talk import Listener, Speaker, get, post


def test_a_question_is_answered_with_citations_that_open(served):
    answer = Speaker(served.url).says("楼上漏水把我家泡了怎么办")
    assert answer["pending"] is False
    [citation, *_] = answer["messages"][0]["citations"]
    from urllib.parse import quote

    article = get(f"{served.url}/api/laws/article?law={quote(citation['law'])}&article={quote(citation['article'])}")
    assert article["text"] and re.match(r"\d{4}-\d\d-\d\d", article["effective_date"])


def test_the_same_message_twice_gets_the_same_answer(served):
    speaker = Speaker(served.url)
    assert speaker.says("你好", "same") == speaker.says("你好", "same")
    assert len(speaker.history()["said"]) == 1


def test_parallel_deliveries_of_one_message_leave_one_answer(served):
    speaker, answers = Speaker(served.url), []
    threads = [threading.Thread(target=lambda: answers.append(speaker.says("房东不退押金怎么办", "same"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and all(a == answers[0] for a in answers)
    assert len(speaker.history()["replies"]) == len(answers[0]["messages"])


def test_two_messages_at_once_are_answered_in_order(served):
    speaker = Speaker(served.url)
    threads = [threading.Thread(target=speaker.says, args=(text, text)) for text in ("你好", "谢谢")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = speaker.history()
    rows = [said["row"] for said in history["said"]]
    assert [r["message"] for r in history["replies"]] == sorted(rows)


def test_an_open_page_hears_the_answer_and_resumes_where_it_was(served):
    speaker = Speaker(served.url)
    listener = Listener(served.url, speaker.conversation, enough=2)
    listener.start()
    listener.listening.wait(10)
    speaker.says("房东不退押金怎么办")
    listener.join(20)
    assert [e["said_by"] for e in listener.events] == ["bot", "bot"]
    rest = Listener(served.url, speaker.conversation, enough=1, after=listener.events[0]["id"])
    rest.start()
    rest.join(20)
    assert rest.events == listener.events[1:]


def test_history_restores_a_conversation(served):
    speaker = Speaker(served.url)
    speaker.says("你好", "first")
    history = speaker.history()
    assert [(s["id"], s["text"], s["pending"]) for s in history["said"]] == [("first", "你好", False)]
    assert history["replies"][0]["buttons"]


def test_a_cookie_binds_a_conversation_to_its_visitor(served):
    with urllib.request.urlopen(served.url) as page:
        cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    conversation = Speaker(served.url).conversation
    headers = {"Cookie": cookie.split(";")[0]}
    Speaker(served.url, conversation).says("没有饼干的人说的话")
    request = urllib.request.Request(f"{served.url}/api/chat/history?conversation={conversation}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        assert b'"said":[]' in answer.read()


@pytest.mark.parametrize("forged", ["visitor=abc", "visitor=abc.def", "visitor=.", "visitor=" + "x" * 3000])
def test_a_forged_cookie_opens_nothing_and_breaks_nothing(served, forged):
    request = urllib.request.Request(f"{served.url}/api/chat/history?conversation=any-name", headers={"Cookie": forged})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"not json", 400), (b"[]", 400), (b"null", 400), ({}, 400),
    ({"conversation": "a", "id": "b"}, 400),
    ({"conversation": "a", "id": "b", "text": 5}, 400),
    ({"conversation": "../../etc", "id": "b", "text": "x"}, 400),
    ({"conversation": "a", "id": "b" * 65, "text": "x"}, 400),
    ({"conversation": "a", "id": "b", "text": "字" * 10_001}, 400),
    (b'{"conversation":"a","id":"b","text":"' + b"x" * 100_000 + b'"}', 413),
])
def test_bad_input_gets_a_clear_error_in_chinese(served, body, status):
    got, answer = post(served.url, body)
    assert got == status and re.search("[\u4e00-\u9fff]{4}", answer["error"])


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u200b"])
def test_nothing_readable_is_answered_and_not_stored(served, text):
    speaker = Speaker(served.url)
    answer = speaker.says(text)
    assert "没有看到文字" in answer["messages"][0]["text"]
    assert speaker.history()["said"] == []


def test_ten_thousand_characters_are_answered(served):
    assert Speaker(served.url).says("邻居装修太吵了。" * 1250)["messages"]


def test_an_unknown_page_and_a_wrong_method_say_so_in_chinese(served):
    for request in (urllib.request.Request(f"{served.url}/nothing"), urllib.request.Request(f"{served.url}/api/chat/messages", method="GET")):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request)
        assert refusal.value.code in (404, 405) and "Traceback" not in refusal.value.read().decode()


def test_pages_carry_security_headers(served):
    with urllib.request.urlopen(served.url) as page:
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_health_and_readiness(served):
    assert get(f"{served.url}/healthz") == {"ok": True}
    assert get(f"{served.url}/readyz")["ready"] is True


def test_metrics_are_numbers_without_words(served):
    Speaker(served.url).says("我叫张三")
    with urllib.request.urlopen(f"{served.url}/metrics") as answer:
        counted = answer.read().decode()
    assert "inbox_conversations_waiting" in counted and "pages_listening" in counted and "张三" not in counted


@pytest.mark.parametrize("query, status", [("text=%E6%BC%8F%E6%B0%B4", 503), ("text=", 400), ("", 400)])
def test_a_law_search_that_is_not_ready_or_empty_says_so_in_chinese(served, query, status):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{served.url}/api/laws/search?{query}")
    assert refusal.value.code == status and re.search("[\u4e00-\u9fff]{4}", refusal.value.read().decode("unicode_escape"))
