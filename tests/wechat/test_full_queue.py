"""When more are waiting than can be served soon: everybody is told so at once, nobody's message is dropped, each is answered once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.channels.wechat_words import MANY
from bot.inbox import dispatcher
from bot.storage.tables import Message, Reply
from bot.web import chat
from tests.web.talk import Speaker
from tests.wechat.background import until

ROOM, LATER = 4, 8


@pytest.fixture()
def full(world, monkeypatch):
    """Nobody has an answer yet, and as many are waiting as the queue holds."""
    monkeypatch.setattr(dispatcher, "FULL", ROOM)
    world.start()
    world.worker.hold("慢")
    with ThreadPoolExecutor(ROOM) as first:
        for _ in range(ROOM):
            first.submit(Speaker(world.product.url).says, "慢")
        until(lambda: waiting(world) == ROOM)
        yield world
        world.worker.release("慢")


def waiting(world):
    return world.product.app.ctx.dispatcher.waiting


def test_who_comes_when_the_queue_is_full_is_told_at_once_and_answered_once(full):
    told = [Speaker(full.product.url).says("慢") for _ in range(LATER)]
    assert {(said["pending"], said["notice"]) for said in told} == {(True, chat.MANY)} and waiting(full) == ROOM + LATER
    full.worker.release("慢")
    until(lambda: not waiting(full))
    states = full.product.read(lambda s: list(s.execute(sa.select(Message.state)).scalars()))
    answered = full.product.read(lambda s: list(s.execute(sa.select(Reply.message_id)).scalars()))
    assert states == ["answered"] * (ROOM + LATER) and len(set(answered)) == len(answered) == len(states)


def test_on_wechat_the_http_answer_says_so_and_the_answer_follows(full):
    message = full.platform.text("o1", "慢")
    for _ in range(2):  # as often as it is delivered
        assert full.platform.deliver(message).statuses == [200]
    assert full.platform.texts("o1") == [MANY, MANY]
    full.worker.release("慢")
    until(lambda: full.platform.pushed("o1"))
    full.product.quiet()
    assert full.platform.texts("o1") == [MANY, MANY, "答：慢"] and len(full.product.stored()) == ROOM + 1
