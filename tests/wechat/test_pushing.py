"""The customer-service interface: one token for all, its errors, its quota, and nothing lost over a restart."""

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.channels.wechat_text import resent_mark
from bot.inbox import store, wechat_store
from bot.messages import Outbound
from bot.storage.wechat_tables import WeChatAccount, WeChatMessage, WeChatPart, WeChatResident
from tests.wechat.background import until
from tests.wechat.conftest import IMPATIENT
from tests.wechat.platform import APP_ID

LATE = "（补发："


def test_one_token_serves_many_answers(impatient):
    for n in range(3):
        impatient.slowly(f"o{n}", f"慢{n}")
    until(lambda: all(impatient.platform.pushed(f"o{n}") for n in range(3)))
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
        store.insert_once(session, WeChatAccount, {"app_id": APP_ID})
        ended = datetime.now(timezone.utc) - timedelta(seconds=1)
        session.execute(sa.update(WeChatAccount).values(refreshing_until=ended + timedelta(seconds=1.2)))

    impatient.product.write(left_behind)
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))


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
    assert impatient.used() == 1


@pytest.mark.parametrize("code", [45015, 45047, 43004, 45002, 99999])
def test_what_the_platform_does_not_take_comes_with_the_next_message_marked_with_its_time(impatient, code):
    impatient.platform.troubles = [code]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.part_states() == {"held"})
    assert impatient.platform.texts("o1") == []
    [said] = impatient.says("o1", "再问")
    assert said.startswith("答：再问\n\n" + LATE) and said.endswith("答：慢") and impatient.platform.calls.count("send") == 1


def test_losing_the_permission_on_the_way_holds_the_answer(impatient):
    impatient.platform.troubles = [48001]
    impatient.slowly("o1", "慢")
    until(lambda: impatient.part_states() == {"held"})
    assert impatient.product.read(lambda s: wechat_store.may_push(s, APP_ID, datetime.now(timezone.utc))) is False


def test_a_no_is_believed_for_a_day(impatient):
    now = datetime.now(timezone.utc)
    impatient.product.write(lambda s: wechat_store.note_permission(s, APP_ID, False, now))

    def after(hours):
        return impatient.product.read(lambda s: wechat_store.may_push(s, APP_ID, now + timedelta(hours=hours)))

    assert after(23) is False and after(25) is None


def test_a_platform_that_is_down_gets_the_answer_when_it_is_up_again(impatient):
    impatient.platform.stop()
    impatient.slowly("o1", "慢")
    until(lambda: impatient.product.read(lambda s: s.execute(sa.select(sa.func.max(WeChatPart.tries))).scalar_one() or 0) >= 2)
    impatient.platform.start()
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == ["答：慢"] and impatient.used() == 1


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
    assert impatient.platform.texts("o1") == ["答：慢", resent_mark() + "答：慢"] and impatient.used() == 2


def test_a_platform_that_never_answers_gets_a_text_twice_and_no_more(impatient):
    impatient.platform.troubles = ["cut after"] * 9
    impatient.slowly("o1", "慢")
    until(lambda: impatient.part_states() == {"held"})
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


def test_who_writes_while_a_dead_process_holds_the_repetition_gets_it_without_writing_once_more(impatient):
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    impatient.product.stop()
    impatient.platform.phones.clear()  # as if it had arrived neither time

    def as_if_killed_while_repeating(session):
        session.execute(sa.update(WeChatPart).values(state="sending", unsure=1))
        session.execute(sa.update(WeChatResident).values(pushing_until=datetime.now(timezone.utc) + timedelta(seconds=60)))

    impatient.product.write(as_if_killed_while_repeating)
    impatient.start()
    impatient.platform.deliver(impatient.platform.text("o1", "再问"))
    assert impatient.platform.texts("o1") == ["答：再问"]
    turn_ends = datetime.now(timezone.utc) - timedelta(seconds=1)
    impatient.product.write(lambda s: s.execute(sa.update(WeChatResident).values(pushing_until=turn_ends)))
    until(lambda: impatient.platform.pushed("o1"))
    [said] = impatient.platform.pushed("o1")
    assert said.startswith(resent_mark() + LATE) and said.endswith("答：慢")


def test_two_processes_push_an_answer_once(impatient):
    impatient.another(answer_wait=IMPATIENT)
    impatient.another(answer_wait=IMPATIENT)
    for n in range(4):
        impatient.slowly(f"o{n}", f"慢{n}")
    until(lambda: all(impatient.platform.pushed(f"o{n}") for n in range(4)))
    impatient.product.quiet()
    assert [impatient.platform.texts(f"o{n}") for n in range(4)] == [[f"答：慢{n}"] for n in range(4)]


def test_an_answer_that_is_pushed_long_after_says_when_it_was_given(impatient):
    impatient.worker.hold("慢")
    impatient.platform.deliver(impatient.platform.text("o1", "慢"))
    impatient.product.stop()
    given = datetime.now(timezone.utc) - timedelta(hours=2)
    impatient.product.write(lambda s: store.answer(s, store.find(s, 1), [Outbound("两小时前答的")], given))
    impatient.start(answer_wait=IMPATIENT)
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1")[0].startswith(LATE)
    impatient.worker.release("慢")


def test_an_answer_whose_deliveries_were_all_cut_is_pushed_when_no_more_come(world):
    world.start(answer_wait=1.0)
    world.worker.hold("慢")
    world.platform.deliver(world.platform.text("o1", "慢"), cut_when=lambda n: world.deliveries() == n)
    world.worker.release("慢")
    until(lambda: world.platform.pushed("o1"))
    world.product.quiet()
    assert world.platform.pushed("o1") == ["答：慢"]


def test_a_delivery_that_waited_in_vain_carries_what_another_one_took_meanwhile(running):
    """Else the platform, which believes the one it still listens to, would show nothing, and nothing would be pushed either."""
    [shown] = running.says("o1", "邻居漏水怎么办")
    [message] = running.product.read(lambda s: s.execute(sa.select(WeChatMessage.message_id)).scalars().all())
    assert running.product.write(lambda s: wechat_store.acknowledge(s, message)) == shown
    assert running.product.read(lambda s: s.get(WeChatMessage, message).acknowledged) is False
