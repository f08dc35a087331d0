"""What the platform lets us push after an act of the resident: five after a message, three in a minute after a click."""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa

from bot.inbox import wechat_outbox, wechat_store
from bot.messages import Outbound
from bot.storage.wechat_tables import WeChatWindow
from tests.wechat.background import until
from tests.wechat.conftest import long_answer

LATE = "（补发："


def test_a_long_answer_begins_in_the_http_answer_and_goes_on_pushed(running):
    running.worker.script["长"] = long_answer(40)
    running.says("o1", "长")
    shown = running.platform.phones["o1"]
    assert [s.how for s in shown] == ["passive", "push", "push"]
    assert [s.text[-5:] for s in shown] == ["（1/3）", "（2/3）", "（3/3）"] and running.used() == 2
    assert "".join(s.text[:-5] for s in shown) == long_answer(40)[0].text


def test_several_replies_travel_in_as_few_texts_as_possible(impatient):
    impatient.worker.script["慢"] = [Outbound(f"第{n}条") for n in range(8)]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["\n\n".join(f"第{n}条" for n in range(8))]


def test_after_a_click_three_texts_are_the_most_and_more_brings_the_rest(impatient):
    impatient.worker.script["问法律问题"] = long_answer(75)
    impatient.worker.hold("问法律问题")
    impatient.platform.deliver(impatient.platform.event("o1", "CLICK", "ask_law"))
    impatient.worker.release("问法律问题")
    until(lambda: impatient.part_states() == {"sent", "held"})
    impatient.product.quiet()
    assert len(impatient.platform.pushed("o1")) == 3 and impatient.platform.calls.count("send") == 3
    assert impatient.platform.pushed("o1")[-1].endswith("（还有2段，回复“继续”接着看）")
    impatient.says("o1", "继续")
    assert len(impatient.platform.texts("o1")) == 5 and impatient.worker.asked == ["问法律问题"]
    assert sum(text.count("句：") for text in impatient.platform.texts("o1")) == 75


def test_after_a_message_five_texts_are_the_most(running):
    running.says("o1", "你好")
    for n in range(7):
        running.person_says(long_answer(10)[0].text + f"{n}")
        running.product.quiet()
    assert len(running.platform.pushed("o1")) == 5 and running.platform.calls.count("send") == 5
    shown = running.says("o1", "收到")
    assert sum(text.count(LATE) for text in shown) == 2 and sum(text.count("第001句") for text in shown) == 7


def test_when_the_minute_after_a_click_is_over_nothing_is_sent(impatient):
    impatient.worker.hold("查进度")
    impatient.platform.deliver(impatient.platform.event("o1", "CLICK", "check_case"))
    impatient.product.write(lambda s: s.execute(sa.update(WeChatWindow).values(ends_at=datetime.now(timezone.utc))))
    impatient.worker.release("查进度")
    until(lambda: impatient.part_states() == {"held"})
    assert "send" not in impatient.platform.calls
    assert impatient.says("o1", "在吗")[-1].endswith("答：查进度")


def test_a_click_gives_no_quota_of_a_message(running):
    running.platform.deliver(running.platform.event("o1", "CLICK", "check_case"))
    running.product.quiet()
    windows = running.product.read(lambda s: s.execute(sa.select(WeChatWindow.kind, WeChatWindow.allowance)).all())
    assert [tuple(w) for w in windows] == [("click", 3)]


def test_what_ends_first_is_used_first(running):
    now = datetime.now(timezone.utc)

    def write(session):
        for kind in ("message", "click"):
            wechat_store.open_window(session, "wechat:x", kind, now)
        return [wechat_store.allowed(session, "wechat:x", now), *(wechat_store.spend(session, "wechat:x", now) for _ in range(4))]

    assert running.product.write(write) == [8, "click", "click", "click", "message"]


def test_somebody_who_left_gets_nothing_until_they_are_back(impatient):
    impatient.worker.hold("慢")
    impatient.platform.deliver(impatient.platform.text("o1", "慢"))
    assert impatient.platform.deliver(impatient.platform.event("o1", "unsubscribe")).bodies == ["success"]
    impatient.worker.release("慢")
    until(lambda: impatient.part_states() == {"held"})
    assert "send" not in impatient.platform.calls
    impatient.platform.deliver(impatient.platform.event("o1", "subscribe"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1")[-1].endswith("答：慢")


def test_what_reached_the_resident_is_not_kept_twice_for_ever(running):
    running.says("o1", "你好")
    running.product.write(lambda s: wechat_outbox.tidy(s, datetime.now(timezone.utc) + timedelta(days=4)))
    assert running.part_states() == set() and running.says("o1", "还好") == ["答：你好", "答：还好"]
