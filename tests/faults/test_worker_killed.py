"""Killing parts of the product loses nothing and doubles nothing."""

import json
import os
import signal
import threading
import time

import pytest

from tests.web.talk import Speaker, get

PATIENCE = 90


def until(true, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def kill_workers(served):
    pids = served.worker_pids()
    assert pids, "no worker is running"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def ready(served):
    try:
        return get(f"{served.url}/readyz", timeout=3)["ready"]
    except OSError:
        return False


@pytest.fixture()
def all_up(served):
    until(lambda: ready(served))
    yield served
    until(lambda: ready(served))


def test_a_message_typed_while_the_worker_is_dead_is_answered_when_it_is_back(all_up):
    speaker = Speaker(all_up.url)
    kill_workers(all_up)
    first = speaker.says("楼上漏水把我家泡了怎么办", "while-dead")
    if first["pending"]:
        assert "收到" in first["notice"]
    until(lambda: not any(s["pending"] for s in speaker.history()["said"]))
    history = speaker.history()
    assert "漏水" in history["replies"][0]["text"] and len(history["said"]) == 1


def test_killing_the_worker_at_the_moment_of_filing_opens_exactly_one_case(all_up):
    before = requests(all_up)
    speaker = Speaker(all_up.url)
    for text in ("楼上漏水把我家泡了怎么办", "申请人民调解", "示例社区二", "同意", "李四", "修好并赔偿", "张三", "13800138000"):
        assert speaker.says(text)["messages"], text
    sender = threading.Thread(target=speaker.says, args=("确认提交", "confirm"))
    sender.start()
    kill_workers(all_up)
    sender.join()
    until(lambda: not any(s["pending"] for s in speaker.history()["said"]))
    speaker.says("确认提交", "confirm")
    assert requests(all_up) == before + 1


def test_many_residents_and_three_kills_lose_and_double_nothing(all_up):
    speakers = [Speaker(all_up.url) for _ in range(12)]
    texts = ("你好", "房东不退押金怎么办", "需要什么证据", "谢谢")

    def talk(speaker):
        for n, text in enumerate(texts):
            speaker.says(text, f"m{n}")

    threads = [threading.Thread(target=talk, args=(speaker,)) for speaker in speakers]
    for thread in threads:
        thread.start()
    for _ in range(3):
        kill_workers(all_up)
        until(lambda: ready(all_up))
    for thread in threads:
        thread.join()
    until(lambda: not any(s["pending"] for speaker in speakers for s in speaker.history()["said"]))
    for speaker in speakers:
        history = speaker.history()
        answered = [r["message"] for r in history["replies"]]
        assert [s["text"] for s in history["said"]] == list(texts)
        assert {s["row"] for s in history["said"]} == set(answered)
        assert answered == sorted(answered) and "请留好" in " ".join(r["text"] for r in history["replies"])


def requests(served) -> int:
    found = json.loads(served.bot("stats", "--from", "2020-01-01", "--to", "2099-12-31", "--metric", "requests", "--format", "json"))
    return found["metrics"][0]["total"]
