"""The sweeper that looks for answers on their way misses none, whenever another process stores one."""

import sqlalchemy as sa

from bot.inbox import store, wechat_outbox
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
