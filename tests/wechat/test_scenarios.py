"""Five seconds, three deliveries: one stored message, one answer."""

from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.channels.wechat_words import STILL_WORKING
from bot.inbox import wechat_store
from bot.office import BEIJING
from bot.storage.tables import Conversation, Reply
from tests.wechat.background import until
from tests.wechat.platform import APP_ID, UNAVAILABLE


def cut_all_of(world, tries):
    """Cut the first so many tries, each once the product has it."""
    before = world.deliveries()
    return lambda n: n <= tries and world.deliveries() >= before + n


def test_an_answer_in_time_goes_back_in_the_http_answer(running):
    assert running.says("o1", "邻居漏水怎么办") == ["答：邻居漏水怎么办"]
    assert [s.how for s in running.platform.phones["o1"]] == ["passive"] and "send" not in running.platform.calls


def test_a_slow_answer_is_promised_at_once_and_pushed_once(impatient):
    impatient.slowly("o1", "慢")
    until(lambda: impatient.platform.pushed("o1"))
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["答：慢"] and impatient.worker.asked == ["慢"]


def test_a_retry_waits_for_the_same_answer(running):
    running.worker.hold("慢")
    retried = cut_all_of(running, 1)
    delivery = running.platform.deliver_beside(running.platform.text("o1", "慢"), cut_when=retried)
    until(lambda: running.deliveries() == 2)
    running.worker.release("慢")
    assert delivery.result(20).statuses == [0, 200]
    running.product.quiet()
    assert running.platform.texts("o1") == ["答：慢"] and running.product.stored() == ["慢"] and running.worker.asked == ["慢"]


def test_an_http_answer_that_got_lost_is_given_again_to_the_retry(running):
    message = running.platform.text("o1", "问题")
    body, query = running.platform.envelope(message)
    _, lost = running.platform.post(body, query)
    delivery = running.platform.deliver(message)
    running.product.quiet()
    assert "答：问题" in lost and "答：问题" in delivery.bodies[0]
    assert running.platform.texts("o1") == ["答：问题"] and running.product.stored() == ["问题"]


def test_a_retry_may_carry_the_nonce_of_the_first_try(running):
    running.worker.hold("慢")
    delivery = running.platform.deliver_beside(running.platform.text("o1", "慢"), same_nonce=True, cut_when=cut_all_of(running, 2))
    until(lambda: running.deliveries() == 3)
    running.worker.release("慢")
    assert delivery.result(20).statuses == [0, 0, 200] and running.platform.texts("o1") == ["答：慢"]


def test_parallel_deliveries_of_one_message_leave_one_message_and_one_answer(running):
    running.worker.hold("慢")
    message = running.platform.text("o1", "慢")
    requests = [running.platform.background.start(running.platform._post(*running.platform.envelope(message))) for _ in range(3)]
    until(lambda: running.deliveries() == 3)
    running.worker.release("慢")
    answers = [request.result(20) for request in requests]
    running.product.quiet()
    assert all(status == 200 and "答：慢" in body for status, body in answers)
    assert running.product.stored() == ["慢"] and running.worker.asked == ["慢"] and running.platform.pushed("o1") == []


def test_a_retry_that_comes_after_success_does_not_get_the_answer_twice(impatient):
    message = impatient.platform.text("o1", "慢")
    impatient.worker.hold("慢")
    impatient.platform.deliver(message)
    impatient.worker.release("慢")
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.deliver(message).bodies == ["success"]
    impatient.product.quiet()
    assert impatient.platform.texts("o1") == ["答：慢"]


def test_deliveries_out_of_order_are_answered_each_once(running):
    first, second = running.platform.text("o1", "先说的"), running.platform.text("o1", "后说的")
    running.platform.deliver(second)
    running.platform.deliver(first)
    running.platform.deliver(second)
    running.product.quiet()
    assert sorted(running.product.stored()) == sorted(["先说的", "后说的"])
    assert running.platform.texts("o1") == ["答：后说的", "答：先说的", "答：后说的"]  # the retry shows what it got: the same answer


def test_two_quick_messages_are_answered_in_order(impatient):
    impatient.worker.hold("一")
    impatient.platform.deliver(impatient.platform.text("o1", "一"))
    impatient.platform.deliver(impatient.platform.text("o1", "二"))
    impatient.worker.release("一")
    until(lambda: "答：二" in "".join(impatient.platform.texts("o1")))
    impatient.product.quiet()
    said = "\n".join(impatient.platform.texts("o1"))
    assert said.count("答：一") == said.count("答：二") == 1 and said.index("答：一") < said.index("答：二")


def test_the_same_message_id_of_two_residents_is_two_messages(running):
    for openid in ("o1", "o2"):
        running.platform.deliver(running.platform.text(openid, f"我是{openid}", MsgId=7))
    assert running.platform.texts("o1") == ["答：我是o1"] and running.platform.texts("o2") == ["答：我是o2"]


def test_while_no_worker_is_up_a_message_is_kept_and_answered_later(impatient):
    impatient.worker.away = True
    assert impatient.platform.deliver(impatient.platform.text("o1", "有人吗")).bodies == ["success"]
    impatient.worker.away = False
    until(lambda: impatient.platform.pushed("o1"))
    assert impatient.platform.texts("o1") == ["答：有人吗"]


@pytest.mark.parametrize("tries", [1, 2])
def test_without_permission_a_later_delivery_carries_the_answer(running, tries):
    running.platform.may_push = False
    running.says("o1", "先问一句")
    running.worker.hold("慢")
    delivery = running.platform.deliver_beside(running.platform.text("o1", "慢"), cut_when=cut_all_of(running, tries))
    until(lambda: running.deliveries() == tries + 2)
    running.worker.release("慢")
    assert delivery.result(20).statuses == [0] * tries + [200]
    running.product.quiet()
    assert running.platform.texts("o1")[-1] == "答：慢" and running.product.stored() == ["先问一句", "慢"]


def forbidden(world):
    """The account may not push, and the product knows it."""
    world.platform.may_push = False
    world.product.write(lambda s: wechat_store.note_permission(s, APP_ID, False, datetime.now(timezone.utc)))


def test_without_permission_the_last_delivery_says_so_and_more_brings_the_answer(impatient):
    forbidden(impatient)
    impatient.worker.hold("慢")
    delivery = impatient.platform.deliver(impatient.platform.text("o1", "慢"), cut_when=cut_all_of(impatient, 2))
    assert delivery.statuses == [0, 0, 200] and impatient.platform.texts("o1") == [STILL_WORKING]
    impatient.worker.release("慢")
    impatient.product.quiet()
    assert impatient.says("o1", "继续")[1:] == ["（补发：" + beijing_minute(impatient) + "的回复）\n答：慢"]
    assert impatient.worker.asked == ["慢"] and "send" not in impatient.platform.calls


def test_without_permission_any_next_message_brings_what_is_left_behind_its_own_answer(impatient):
    forbidden(impatient)
    impatient.worker.hold("慢")
    impatient.platform.deliver(impatient.platform.text("o1", "慢"), cut_when=lambda n: impatient.deliveries() == n)
    assert impatient.platform.texts("o1") == [UNAVAILABLE]
    impatient.worker.release("慢")
    impatient.product.quiet()
    [said] = impatient.says("o1", "另一件事")[1:]
    assert said == f"答：另一件事\n\n（补发：{beijing_minute(impatient)}的回复）\n答：慢"


def test_more_waits_for_the_answer_it_asks_for(running):
    forbidden(running)
    running.worker.hold("慢")
    running.platform.deliver(running.platform.text("o1", "慢"), cut_when=lambda n: running.deliveries() == n)
    asked = running.platform.deliver_beside(running.platform.text("o1", "继续"))
    until(lambda: running.deliveries() == 4)
    running.worker.release("慢")
    asked.result(20)
    assert running.platform.texts("o1")[-1].endswith("答：慢") and running.worker.asked == ["慢"]


def test_more_with_nothing_left_is_an_ordinary_message(running):
    assert running.says("o1", "继续") == ["答：继续"]


def test_an_unknown_permission_is_asked_for_while_the_answer_is_thought_about(running):
    running.platform.may_push = False
    running.worker.hold("慢")
    delivery = running.platform.deliver_beside(running.platform.text("o1", "慢"), cut_when=lambda n: n == 1 and permission(running) is False)
    until(lambda: running.deliveries() == 2)
    running.worker.release("慢")
    delivery.result(20)
    assert running.platform.texts("o1") == ["答：慢"] and running.platform.calls == ["token", "typing"]


def test_without_a_secret_everything_travels_passively(world):
    world.start(app_secret="")
    world.worker.hold("慢")
    delivery = world.platform.deliver_beside(world.platform.text("o1", "慢"), cut_when=cut_all_of(world, 1))
    until(lambda: world.deliveries() == 2)
    world.worker.release("慢")
    assert delivery.result(20).statuses == [0, 200]
    assert world.platform.texts("o1") == ["答：慢"] and world.platform.calls == []


def test_while_a_person_is_in_charge_the_bot_says_nothing(running):
    running.says("o1", "转人工")
    put_person_in_charge(running)
    delivery = running.platform.deliver(running.platform.text("o1", "在吗"))
    assert delivery.bodies == ["success"] and running.worker.asked == ["转人工"] and running.product.stored() == ["转人工", "在吗"]


def permission(world):
    return world.product.read(lambda s: wechat_store.may_push(s, APP_ID, datetime.now(timezone.utc)))


def put_person_in_charge(world):
    world.product.write(lambda s: s.execute(sa.update(Conversation).values(mode="person")))


def beijing_minute(world):
    """When the newest reply was said, as a resident reads it."""
    said_at = world.product.read(lambda s: s.execute(sa.select(Reply.created_at).order_by(Reply.id.desc())).scalars().first())
    local = said_at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日{local:%H:%M}"
