"""The customer-service interface: one token for all, its errors, its quota, and nothing lost over a restart."""

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.channels.wechat_text import resent_mark
from bot.inbox import store, wechat_store, wechat_token
from bot.messages import Outbound
from bot.storage.tables import Conversation, Reply
from bot.storage.wechat_tables import WeChatAccount, WeChatPart, WeChatResident, WeChatWindow
from tests.wechat.background import until
from tests.wechat.conftest import IMPATIENT, long_answer
from tests.wechat.platform import APP_ID

LATE = "（补发："


def states(world):
    return world.product.read(lambda s: set(s.execute(sa.select(WeChatPart.state)).scalars()))


def person_says(world, text, said_by="advisor"):
    """A reply of a person, stored as the console stores it: nobody asked for it just now."""
    now = datetime.now(timezone.utc)

    def write(session):
        conversation = session.execute(sa.select(Conversation.id)).scalars().one()
        session.add(Reply(conversation_id=conversation, message_id=None, part=0, body=Outbound(text).to_json(), said_by=said_by, created_at=now))

    world.product.write(write)


def test_one_token_serves_many_answers(impatient):
    for n in range(3):
        impatient.slowly("o1", f"慢{n}")
    until(lambda: len(impatient.platform.pushed("o1")) == 3)
    assert impatient.platform.calls.count("token") == 1


def test_two_processes_share_one_token(impatient):
    impatient.slowly("o1", "慢一")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.platform.address = impatient.another(answer_wait=IMPATIENT).url
    impatient.product.stop()
    impatient.slowly("o1", "慢二")
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    assert impatient.platform.calls.count("token") == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_ended_is_renewed_once_and_the_text_sent_once(impatient, code):
    impatient.slowly("o1", "慢一")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.platform.end_token()
    impatient.platform.troubles = [code]
    impatient.slowly("o1", "慢二")
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    impatient.product.quiet()
    assert impatient.platform.pushed("o1") == ["答：慢一", "答：慢二"]
    assert impatient.platform.calls.count("token") == 2 and impatient.platform.forced == 0


def test_a_token_that_the_platform_gives_again_after_calling_it_ended_is_forced(impatient):
    impatient.slowly("o1", "慢一")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.platform.troubles = [42001]
    impatient.slowly("o1", "慢二")
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    assert impatient.platform.forced == 1


def test_a_token_near_its_end_is_renewed_before_it_ends(impatient):
    impatient.slowly("o1", "慢一")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.platform.end_token()
    soon = datetime.now(timezone.utc) + timedelta(minutes=4)
    impatient.product.write(lambda s: s.execute(sa.update(WeChatAccount).values(expires_at=soon)))
    impatient.slowly("o1", "慢二")
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    assert impatient.platform.calls.count("token") == 2 and impatient.platform.calls.count("send") == 2


def test_many_who_need_a_token_at_once_fetch_one(impatient):
    for n in range(6):
        impatient.worker.hold(f"慢{n}")
    waiting = [impatient.platform.deliver_beside(impatient.platform.text(f"o{n}", f"慢{n}")) for n in range(6)]
    assert all(delivery.result(20).bodies == ["success"] for delivery in waiting)
    for n in range(6):
        impatient.worker.release(f"慢{n}")
    until(lambda: all(impatient.platform.pushed(f"o{n}") for n in range(6)))
    assert impatient.platform.calls.count("token") == 1


def test_a_keeper_whose_owner_died_is_replaced_when_its_lease_ends(impatient):
    def left_behind(session):
        wechat_store.insert_once(session, WeChatAccount, {"app_id": APP_ID})
        ended = datetime.now(timezone.utc) - timedelta(seconds=1)
        session.execute(sa.update(WeChatAccount).values(refreshing_until=ended + timedelta(seconds=1.2)))

    impatient.product.write(left_behind)
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    assert wechat_token.LEASE < timedelta(minutes=1)


def test_settings_that_the_platform_refuses_keep_the_answer_until_they_are_mended(impatient, caplog):
    impatient.platform.token_error = 40164
    impatient.slowly("o1", "慢")
    until(lambda: "40164" in caplog.text)
    impatient.platform.token_error = 0
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == ["答：慢"] and "IP白名单" in caplog.text


def test_a_busy_platform_is_asked_again(impatient):
    impatient.platform.troubles = [-1, -1, 45009]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["答：慢"] and impatient.platform.calls.count("send") == 4
    assert used(impatient) == 1


@pytest.mark.parametrize("code", [45015, 45047, 43004, 45002, 99999])
def test_what_the_platform_does_not_take_comes_with_the_next_message_marked_with_its_time(impatient, code):
    impatient.platform.troubles = [code]
    impatient.slowly("o1", "慢")
    until(lambda: states(impatient) == {"held"})
    assert impatient.platform.texts("o1") == []
    [said] = impatient.says("o1", "再问")
    assert said.startswith("答：再问\n\n" + LATE) and said.endswith("答：慢") and impatient.platform.calls.count("send") == 1


def test_losing_the_permission_on_the_way_holds_the_answer(impatient):
    impatient.platform.troubles = [48001]
    impatient.slowly("o1", "慢")
    until(lambda: states(impatient) == {"held"})
    assert impatient.product.read(lambda s: wechat_store.may_push(s, APP_ID, datetime.now(timezone.utc))) is False


def test_a_no_is_believed_for_a_day(impatient):
    now = datetime.now(timezone.utc)
    impatient.product.write(lambda s: wechat_store.note_permission(s, APP_ID, False, now))
    ask = lambda hours: impatient.product.read(lambda s: wechat_store.may_push(s, APP_ID, now + timedelta(hours=hours)))
    assert ask(23) is False and ask(25) is None


def test_a_platform_that_is_down_gets_the_answer_when_it_is_up_again(impatient):
    impatient.platform.stop()
    impatient.slowly("o1", "慢")
    until(lambda: impatient.product.read(lambda s: s.execute(sa.select(sa.func.max(WeChatPart.tries))).scalar_one() or 0) >= 2)
    impatient.platform.start()
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == ["答：慢"] and used(impatient) == 1


def test_a_cut_before_the_platform_took_the_text_loses_nothing(impatient):
    impatient.platform.troubles = ["cut before"]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == [resent_mark() + "答：慢"]


@pytest.mark.parametrize("trouble", ["cut after", "html", "slow"])
def test_when_nobody_knows_whether_a_text_arrived_it_is_repeated_once_and_says_so(impatient, trouble):
    impatient.platform.troubles = [trouble]
    impatient.slowly("o1", "慢")
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["答：慢", resent_mark() + "答：慢"] and used(impatient) == 2


def test_a_platform_that_never_answers_gets_a_text_twice_and_no_more(impatient):
    impatient.platform.troubles = ["cut after"] * 9
    impatient.slowly("o1", "慢")
    until(lambda: states(impatient) == {"held"})
    assert impatient.platform.calls.count("send") == 2


def test_an_answer_stored_while_the_web_process_was_down_is_pushed_when_it_is_up(impatient):
    impatient.worker.hold("慢")
    impatient.platform.deliver(impatient.platform.text("o1", "慢"))
    impatient.product.stop()
    now = datetime.now(timezone.utc)
    impatient.product.write(lambda s: store.answer(s, store.find(s, 1), [Outbound("停机时答的")], now))
    impatient.start(answer_wait=IMPATIENT)
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == ["停机时答的"]
    impatient.worker.release("慢")


def test_a_text_that_a_killed_process_was_sending_is_repeated_and_says_so(impatient):
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    impatient.product.stop()

    def as_if_killed(session):
        session.execute(sa.update(WeChatPart).values(state="sending"))
        session.execute(sa.update(WeChatResident).values(pushing_until=datetime.now(timezone.utc) - timedelta(seconds=1)))

    impatient.product.write(as_if_killed)
    impatient.start(answer_wait=IMPATIENT)
    until(lambda: len(impatient.platform.pushed("o1")) == 2)
    assert impatient.platform.pushed("o1")[1] == resent_mark() + "答：慢"


def test_two_processes_push_an_answer_once(impatient):
    impatient.another(answer_wait=IMPATIENT)
    impatient.another(answer_wait=IMPATIENT)
    for n in range(4):
        impatient.slowly(f"o{n}", f"慢{n}")
    until(lambda: all(impatient.platform.pushed(f"o{n}") for n in range(4)))
    impatient.product.quiet()
    assert [impatient.platform.texts(f"o{n}") for n in range(4)] == [[f"答：慢{n}"] for n in range(4)]


# ---- the quota

def used(world):
    return world.product.read(lambda s: s.execute(sa.select(sa.func.sum(WeChatWindow.used))).scalar_one())


def test_a_long_answer_begins_in_the_http_answer_and_goes_on_pushed(running):
    running.worker.script["长"] = long_answer(40)
    running.says("o1", "长")
    shown = running.platform.phones["o1"]
    assert [s.how for s in shown] == ["passive", "push", "push"]
    assert [s.text[-5:] for s in shown] == ["（1/3）", "（2/3）", "（3/3）"] and used(running) == 2
    assert "".join(s.text[:-5] for s in shown) == long_answer(40)[0].text


def test_several_replies_travel_in_as_few_texts_as_possible(impatient):
    impatient.worker.script["慢"] = [Outbound(f"第{n}条") for n in range(8)]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["\n\n".join(f"第{n}条" for n in range(8))]


def test_after_a_click_three_texts_are_the_most_and_more_brings_the_rest(impatient):
    impatient.platform.keeps_count = True
    impatient.worker.script["问法律问题"] = long_answer(75)
    impatient.worker.hold("问法律问题")
    impatient.platform.deliver(impatient.platform.event("o1", "CLICK", "ask_law"))
    impatient.worker.release("问法律问题")
    until(lambda: states(impatient) == {"sent", "held"})
    impatient.product.quiet()
    assert len(impatient.platform.pushed("o1")) == 3 and impatient.platform.calls.count("send") == 3
    assert impatient.platform.pushed("o1")[-1].endswith("（还有2段，回复“继续”接着看）")
    impatient.says("o1", "继续")
    assert len(impatient.platform.texts("o1")) == 5 and impatient.worker.asked == ["问法律问题"]
    assert sum(text.count("句：") for text in impatient.platform.texts("o1")) == 75


def test_after_a_message_five_texts_are_the_most(running):
    running.platform.keeps_count = True
    running.says("o1", "你好")
    for n in range(7):
        person_says(running, long_answer(10)[0].text + f"{n}")
        running.product.quiet()
    assert len(running.platform.pushed("o1")) == 5 and running.platform.calls.count("send") == 5
    shown = running.says("o1", "收到")
    assert sum(text.count(LATE) for text in shown) == 2 and sum(text.count("第001句") for text in shown) == 7


def test_when_the_minute_after_a_click_is_over_nothing_is_sent(impatient):
    impatient.worker.hold("查进度")
    impatient.platform.deliver(impatient.platform.event("o1", "CLICK", "check_case"))
    impatient.product.write(lambda s: s.execute(sa.update(WeChatWindow).values(ends_at=datetime.now(timezone.utc))))
    impatient.worker.release("查进度")
    until(lambda: states(impatient) == {"held"})
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
    until(lambda: states(impatient) == {"held"})
    assert "send" not in impatient.platform.calls
    impatient.platform.deliver(impatient.platform.event("o1", "subscribe"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1")[-1].endswith("答：慢")


def test_what_reached_the_resident_is_not_kept_twice_for_ever(running):
    running.says("o1", "你好")
    from bot.inbox import wechat_outbox

    running.product.write(lambda s: wechat_outbox.tidy(s, datetime.now(timezone.utc) + timedelta(days=4)))
    assert states(running) == set() and running.says("o1", "还好") == ["答：你好", "答：还好"]
