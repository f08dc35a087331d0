"""The sweeper that looks for answers on their way misses none, whenever another process stores one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.inbox import store, wechat_outbox, wechat_store
from bot.legal.cases import Channel
from bot.messages import Outbound
from tests.builders import make_inbound
from tests.conftest import NOON


def say(session, text="一"):
    return store.add_reply(session, "wechat:a", Outbound(text), "advisor", NOON).id


def greet(database):
    with database.transaction() as session:
        store.receive(session, make_inbound(conversation="wechat:a"))
        session.execute(sa.text("UPDATE conversations SET channel = :c"), {"c": Channel.WECHAT.code})


def test_an_answer_stored_between_two_queries_of_a_look_is_found_by_the_next(database):
    greet(database)
    looked = []

    def after_the_first(connection, *_rest):
        if not looked and connection.get_execution_options().get("reading"):
            looked.append(True)
            with database.transaction() as session:
                say(session)

    sa.event.listen(database.engine, "after_cursor_execute", after_the_first)
    with database.reading() as session:
        floor, _ = wechat_outbox.undelivered(session, 0)
    assert looked
    with database.reading() as session:
        assert wechat_outbox.undelivered(session, floor)[1] == ["wechat:a"]


def test_an_answer_whose_transaction_ends_after_that_of_a_later_one_is_found(database):
    greet(database)
    if database.is_sqlite:
        return  # one writer at a time
    with database.begin() as slow:
        say(slow)
        with database.transaction() as quick:
            later = say(quick)
            quick.execute(sa.text("INSERT INTO wechat_taken_replies (reply_id) VALUES (:id)"), {"id": later})
        with database.reading() as session:
            floor, found = wechat_outbox.undelivered(session, 0)
        assert found == []
        slow.commit()
    with database.reading() as session:
        assert wechat_outbox.undelivered(session, floor)[1] == ["wechat:a"]


def test_a_turn_that_was_taken_before_the_clock_went_back_blocks_nobody(database):
    """A process is killed while the clock is a day ahead; when the clock is right again the answer goes out at once."""
    greet(database)
    ahead = NOON + timedelta(days=1)
    with database.transaction() as session:
        say(session)
        wechat_store.note_resident(session, "wechat:a", "o1", ahead)
        wechat_store.open_window(session, "wechat:a", "message", ahead)
        assert wechat_outbox.claim(session, "wechat:a", ahead, can_push=True)
        message = store.receive(session, make_inbound(external_id="m2", conversation="wechat:a"))
        wechat_store.note_delivery(session, "wechat:a", message.id, ahead, 5)
    with database.transaction() as session:
        assert wechat_outbox.has_work(session, "wechat:a", NOON)
        assert wechat_outbox.claim(session, "wechat:a", NOON, can_push=True)


def test_a_turn_is_nobody_elses_while_it_lasts(database):
    greet(database)
    with database.transaction() as session:
        say(session)
        wechat_store.note_resident(session, "wechat:a", "o1", NOON)
        wechat_store.open_window(session, "wechat:a", "message", NOON)
        assert wechat_outbox.claim(session, "wechat:a", NOON, can_push=True)
        with pytest.raises(wechat_outbox.Busy):
            wechat_outbox.claim(session, "wechat:a", NOON + timedelta(seconds=59), can_push=True)
