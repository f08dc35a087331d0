"""Five seconds, three deliveries: one stored message, one answer."""

from tests.wechat.background import until
from tests.wechat.platform import UNAVAILABLE


def test_an_answer_in_time_goes_back_in_the_http_answer(running):
    assert running.says("o1", "邻居漏水怎么办") == ["答：邻居漏水怎么办"]
    assert [s.how for s in running.platform.phones["o1"]] == ["passive"]
    assert "send" not in running.platform.calls


def test_a_slow_answer_is_promised_at_once_and_pushed_once(running):
    running.worker.hold("慢")
    delivery = running.platform.deliver(running.platform.text("o1", "慢"))
    assert delivery.bodies == ["success"] and running.platform.texts("o1") == []
    running.worker.release("慢")
    until(lambda: running.platform.pushed("o1"))
    running.product.quiet()
    assert running.platform.pushed("o1") == ["答：慢"] and running.worker.asked == ["慢"]
