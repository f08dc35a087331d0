"""Every message once, every answer once."""

import threading

import pytest

from bot.inbox import store
from bot.messages import Outbound
from bot.storage.tables import Conversation
from tests.builders import make_inbound
from tests.conftest import NOON


def received(database, **changed):
    with database.transaction() as session:
        return store.receive(session, make_inbound(**changed))


def test_a_second_delivery_finds_the_first(database):
    assert received(database).id == received(database, text="something else").id


def test_the_same_id_in_another_conversation_is_another_message(database):
    assert received(database).id != received(database, conversation="web:b").id


def test_deliveries_at_the_same_moment_leave_one_message(database):
    found = []
    threads = [threading.Thread(target=lambda: found.append(received(database).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_messages_are_taken_in_order(database):
    first, second = received(database), received(database, external_id="m2")
    with database.transaction() as session:
        assert store.next_waiting(session, "web:a") == first.id
        store.answer(session, first, [Outbound("好")], NOON)
        assert store.next_waiting(session, "web:a") == second.id


def test_an_answer_is_stored_whole_and_only_once(database):
    message = received(database)
    with database.transaction() as session:
        store.answer(session, message, [Outbound("一"), Outbound("二")], NOON)
    with pytest.raises(store.AlreadyAnswered), database.transaction() as session:
        store.answer(session, message, [Outbound("三")], NOON)
    with database.reading() as session:
        assert [r.text for r in store.replies_to(session, message.id)] == ["一", "二"]


def test_a_waiting_message_has_no_answer_yet(database):
    message = received(database)
    with database.reading() as session:
        assert store.replies_to(session, message.id) is None
        assert store.waiting_conversations(session) == ["web:a"]


def test_while_a_person_is_in_charge_the_bot_has_nothing_to_answer(database):
    received(database)
    with database.transaction() as session:
        session.get(Conversation, "web:a").mode = "person"
    assert received(database, external_id="m2").answered


def test_a_page_asks_only_for_what_is_new(database):
    message = received(database)
    with database.transaction() as session:
        store.answer(session, message, [Outbound("一"), Outbound("二")], NOON)
    with database.reading() as session:
        first, second = store.replies_after(session, "web:a", 0)
        assert [r.body.text for r in store.replies_after(session, "web:a", first.id)] == ["二"]
        assert store.replies_after(session, "web:b", 0) == []
        assert store.conversations_with_replies_after(session, first.id) == [(second.id, "web:a")]
