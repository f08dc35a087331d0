"""A conversation goes to a person and back; nobody answers twice, nobody talks over somebody else."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import HandoverRefused
from bot.inbox import handover, notices, person_guard, store
from bot.ledger.cases import open_case
from bot.ledger.privacy import copy_of_all, erase_conversation
from bot.legal.cases import Role
from bot.legal.handover import Mode, Reason
from bot.legal.notices import NoticeKind
from bot.messages import Outbound
from bot.storage.handover_tables import Handover, Notice
from bot.storage.tables import Case, Conversation, Message, Reply, RiskEvent, ServiceEntry
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

LATER = NOON + timedelta(minutes=10)
A, B = ("a01", Role.ADVISOR), ("m01", Role.MEDIATOR)


def receive(session, text="在吗", external_id="m1", conversation="web:a", at=NOON):
    return person_guard.watch(session, store.receive(session, make_inbound(text, external_id, conversation, at)), at)


def asked(database, reason=Reason.ASKED, conversation="web:a", key="k1", at=NOON):
    with database.transaction() as session:
        receive(session, external_id=f"first-{conversation}", conversation=conversation)
        return handover.ask_for_person(session, conversation, reason, at, key)


def with_person(database):
    asked(database)
    with database.transaction() as session:
        handover.take(session, "web:a", *A, NOON)


def mode(database, conversation="web:a"):
    with database.reading() as session:
        return session.get(Conversation, conversation).mode


def replies(database, conversation="web:a"):
    with database.reading() as session:
        return store.replies_after(session, conversation, 0)


def test_asking_twice_leaves_one_place_in_the_queue(database):
    assert asked(database).is_new
    with database.transaction() as session:
        again = handover.ask_for_person(session, "web:a", Reason.ANGER, LATER, "k2")
        retry = handover.ask_for_person(session, "web:a", Reason.ASKED, LATER, "k1")
        assert not again.is_new and again.handover.id == retry.handover.id
        assert [one.reason for one in handover.waiting_list(session)] == [Reason.ASKED]
    assert mode(database) == Mode.WAITING.code


def test_an_emergency_goes_to_the_front_even_of_ones_own_place(database):
    asked(database, conversation="web:a", key="k1")
    asked(database, conversation="web:b", key="k2", at=LATER)
    with database.transaction() as session:
        handover.ask_for_person(session, "web:b", Reason.EMERGENCY, LATER, "k3")
        assert [one.conversation for one in handover.waiting_list(session)] == ["web:b", "web:a"]


def test_nobody_is_asked_for_where_nothing_is_stored(database):
    with database.transaction() as session:
        assert handover.ask_for_person(session, "shell", Reason.ASKED, NOON, "k") is None


def test_while_waiting_the_bot_still_answers(database):
    asked(database)
    with database.transaction() as session:
        assert not receive(session, external_id="m2").answered


def test_taking_makes_the_bot_silent_and_is_signed_with_the_role(database):
    asked(database)
    with database.transaction() as session:
        waiting = receive(session, external_id="m2")
        handover.take(session, "web:a", *A, LATER)
    with database.transaction() as session:
        assert store.next_waiting(session, "web:a") is None
        assert receive(session, external_id="m3").answered
    with pytest.raises(store.AlreadyAnswered), database.transaction() as session:
        store.answer(session, waiting, [Outbound("机器人的话")], LATER)
    assert [(r.said_by, r.message_id) for r in replies(database)] == [("advisor", None)]
    assert "社区法律顾问" in replies(database)[0].body.text


def test_two_members_of_staff_at_once_leave_one_in_charge(database):
    asked(database)
    outcome, start = [], threading.Barrier(2)

    def take(staff, role):
        start.wait()
        try:
            with database.transaction() as session:
                outcome.append(handover.take(session, "web:a", staff, role, LATER).taken_by)
        except HandoverRefused as refusal:
            outcome.append(refusal)

    threads = [threading.Thread(target=take, args=who) for who in (A, B)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [refusal] = [o for o in outcome if isinstance(o, HandoverRefused)]
    [winner] = [o for o in outcome if isinstance(o, str)]
    assert f"{winner} took this conversation first" in str(refusal)


def test_a_message_at_the_moment_of_taking_is_the_bots_or_the_persons_never_both(database):
    asked(database)
    with database.transaction() as session:
        for message in list(session.execute(sa.select(Message.id)).scalars()):
            store.answer(session, store.find(session, message), [Outbound("好")], NOON)
    start = threading.Barrier(2)

    def take():
        start.wait()
        with database.transaction() as session:
            handover.take(session, "web:a", *A, LATER)

    def write():
        start.wait()
        with database.transaction() as session:
            receive(session, external_id="m2")

    threads = [threading.Thread(target=take), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert store.waiting_conversations(session) == []


def test_only_who_is_in_charge_talks(database):
    with_person(database)
    with database.transaction() as session:
        said = handover.say(session, "web:a", *A, "请把合同、身份证带来，\n周三上午。\u200b", LATER)
        assert (said.said_by, said.message_id) == ("advisor", None)
    for words in (lambda s: handover.say(s, "web:a", *B, "我来说", LATER), lambda s: handover.give_back(s, "web:a", "m01", "", LATER)):
        with pytest.raises(HandoverRefused, match="a01 is in charge"), database.transaction() as session:
            words(session)
    assert [r.body.text for r in replies(database)][1:] == ["请把合同、身份证带来，\n周三上午。"]


@pytest.mark.parametrize("attempt, reason", [
    (lambda s: handover.take(s, "web:a", "x", Role.ADMIN, NOON), "does not talk"),
    (lambda s: handover.take(s, "web:none", *A, NOON), "Nobody waits"),
    (lambda s: handover.say(s, "web:a", *A, "你好", NOON), "take it first"),
    (lambda s: handover.say(s, "web:a", *A, "\u200b\n", NOON), "nothing to say"),
    (lambda s: handover.give_back(s, "web:a", "a01", "", NOON), "take it first"),
    (lambda s: handover.conversation_of(s, 99), "no hand-over 99"),
])
def test_what_cannot_be_done_says_why(database, attempt, reason):
    asked(database)
    with pytest.raises(HandoverRefused, match=reason), database.transaction() as session:
        attempt(session)
    assert mode(database) == Mode.WAITING.code


def test_given_back_the_bot_answers_again_and_asks_for_a_rating(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "a01", "材料已齐，周三见面", LATER)
    last = replies(database)[-1]
    assert last.said_by == "bot" and [b.payload for b in last.body.buttons] == ["5分", "4分", "3分", "2分", "1分"]
    with database.transaction() as session:
        assert not receive(session, "谢谢", "m9").answered
        assert handover.with_person(session) == [] == handover.waiting_list(session)
        raw = session.execute(sa.text("SELECT note FROM handovers")).scalar_one()
        assert "材料" not in raw and session.execute(sa.select(Handover.note)).scalar_one() == "材料已齐，周三见面"


def test_the_office_gives_back_what_a_colleague_left(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "office", "", LATER, Role.OFFICE)
    assert mode(database) == Mode.BOT.code


def test_after_it_was_given_back_a_person_can_be_asked_for_again(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "a01", "", LATER)
        assert handover.ask_for_person(session, "web:a", Reason.ASKED, LATER, "k2").is_new


def test_a_rating_counts_once_and_keeps_its_words(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "a01", "", LATER)
    with database.transaction() as session:
        assert receive(session, "4分 讲得很清楚", "r1", at=LATER).answered
        assert receive(session, "4分 讲得很清楚", "r1", at=LATER).answered
        assert receive(session, "5分", "r2", at=LATER).answered
    with database.reading() as session:
        assert [tuple(r) for r in session.execute(sa.select(ServiceEntry.kind, ServiceEntry.quantity).where(ServiceEntry.kind.like("rating%")))] == [("rating_4", 1)]
        assert session.execute(sa.select(Handover.words)).scalar_one() == "讲得很清楚"
    assert ["谢谢" in r.body.text for r in replies(database)[-2:]] == [True, True] and "评过分" in replies(database)[-1].body.text


def test_five_minutes_is_no_rating_and_without_a_service_the_dialogue_takes_it(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "a01", "", LATER)
        assert not receive(session, "5分钟后到", "r1").answered
        assert not receive(session, "5分", "r2", conversation="web:b").answered
        assert not receive(session, "5分", "r3", at=LATER + timedelta(days=8)).answered


def test_in_the_middle_of_something_else_two_points_are_not_a_rating(database):
    with_person(database)
    with database.transaction() as session:
        handover.give_back(session, "web:a", "a01", "", LATER)
        asked_for = receive(session, "算利息", "q1", at=LATER)
        store.answer(session, asked_for, [Outbound("月息几分？")], LATER)
        assert not receive(session, "2分", "q2", at=LATER).answered


def test_with_a_person_in_charge_an_emergency_still_gets_its_number_once(database):
    with_person(database)
    for _ in range(2):
        with database.transaction() as session:
            stored = receive(session, "救命，他拿着菜刀在门外砸门", "m5")
            assert stored.answered
    with database.reading() as session:
        [said] = store.stored_replies_to(session, stored.id)
        assert said.said_by == "bot" and said.body.kind == "emergency" and "110" in said.body.text[:12]
        assert session.execute(sa.select(sa.func.count()).select_from(RiskEvent)).scalar_one() == 1


def test_with_a_person_in_charge_all_else_is_left_to_the_person(database):
    with_person(database)
    with database.transaction() as session:
        stored = receive(session, "房东不退押金怎么办", "m5")
        assert store.replies_to(session, stored.id) == []


def test_an_emergency_that_waited_for_the_bot_when_a_person_took_over_is_not_lost(database):
    asked(database)
    with database.transaction() as session:
        waiting = receive(session, "快来人，救命，正在打我", "m2")
        handover.take(session, "web:a", *A, LATER)
        assert [r.body.kind for r in store.stored_replies_to(session, waiting.id)] == ["emergency"]


def test_a_notice_is_given_once_and_does_not_tell_the_matter(database):
    with database.transaction() as session:
        receive(session)
        case = open_case(session, make_request(), "GX", NOON)
        told = notices.notify(session, case, NoticeKind.ACCEPTED, NOON, "n1")
        assert notices.notify(session, case, NoticeKind.ACCEPTED, NOON, "n1") is None
        assert notices.notify(session, case, NoticeKind.RESULT, NOON, "n2") is not None
        assert notices.notices_of(session, case.number) == [NoticeKind.ACCEPTED, NoticeKind.RESULT]
    text = Outbound.from_json(told.body).text
    assert "GX2026-00001" in text and "查进度" in text
    assert not any(word in text for word in ("漏水", "张三", "李四", "调解", "邻"))


@pytest.mark.parametrize("changed", [{"conversation": "phone:x"}, {"is_demo": True}])
def test_nobody_is_told_where_nobody_listens(database, changed):
    with database.transaction() as session:
        receive(session)
        case = open_case(session, make_request(**changed), "GX", NOON)
        assert notices.notify(session, case, NoticeKind.RESULT, NOON, "n1") is None
        case = session.get(Case, case.number)
        case.conversation_id = None
        assert notices.notify(session, case, NoticeKind.RESULT, NOON, "n2") is None
        assert session.execute(sa.select(sa.func.count()).select_from(Notice)).scalar_one() == 0


def test_a_resident_gets_a_copy_of_it_and_can_have_it_erased(database):
    with_person(database)
    with database.transaction() as session:
        handover.say(session, "web:a", *A, "张三您好", LATER)
        handover.give_back(session, "web:a", "a01", "张三欠李四", LATER)
        assert copy_of_all(session, "web:a")["handovers"][0]["note"] == "张三欠李四"
        erase_conversation(session, "web:a", LATER)
        assert session.execute(sa.select(Reply.id)).all() == [] and session.execute(sa.select(Handover.note)).scalars().all() == [None]
