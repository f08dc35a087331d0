"""What leads to a person in a conversation, and what is said then."""

import pytest
import sqlalchemy as sa

from bot.inbox import handover
from bot.legal.cases import Role
from bot.legal.handover import Reason
from bot.storage.handover_tables import Handover
from bot.storage.tables import Conversation, RiskEvent, ServiceEntry
from tests.conftest import NOON


def queue(resident):
    with resident.database.reading() as session:
        return [one.reason for one in handover.waiting_list(session)]


def mode(resident):
    with resident.database.reading() as session:
        return session.get(Conversation, resident.conversation).mode


def test_asking_for_a_person_queues_once_and_keeps_the_form_near(resident):
    first = resident.says("转人工")
    assert "12348" in first and "找社区法律顾问" in resident.buttons
    assert "不用重复" in resident.says("转人工")
    assert queue(resident) == [Reason.ASKED] and mode(resident) == "waiting"


def test_while_waiting_the_bot_answers_and_does_not_speak_of_it_again(resident):
    resident.says("转人工")
    answer = resident.says("楼上漏水把我家泡了怎么办")
    assert any(reply.citations for reply in resident.last) and "工作人员按先后" not in answer and "没有工作人员在线" not in answer


def test_the_same_message_again_asks_once(resident):
    resident.says("转人工", "same")
    resident.says("转人工", "same")
    with resident.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Handover)).scalar_one() == 1


def test_an_emergency_says_the_number_first_and_calls_a_person(resident):
    resident.says("救命，有人拿刀在砸我家门")
    assert resident.last[0].kind == "emergency" and "不要等" in resident.last[1].text
    assert queue(resident) == [Reason.EMERGENCY]
    with resident.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(RiskEvent)).scalar_one() == 1


def test_not_understood_twice_calls_a_person_once_is_not_enough(resident):
    resident.says("阿弥陀佛甲乙丙丁")
    assert queue(resident) == []
    resident.says("我想问那个关于钱的和房子的")
    assert queue(resident) == [Reason.UNSURE_TWICE]


def test_none_of_these_calls_a_person(resident):
    resident.says("赔偿怎么算")
    [none_of_these] = [b.payload for reply in resident.last for b in reply.buttons if b.title == "都不是"]
    assert "我已请" in resident.says(none_of_these) or "已经记下" in "".join(r.text for r in resident.last)
    assert queue(resident) == [Reason.UNSURE_TWICE]


def test_anger_twice_calls_a_person_and_says_sorry_once(resident):
    resident.says("你个蠢货")
    assert queue(resident) == []
    assert "给您添堵了" in resident.says("废物机器人")
    assert "给您添堵了" not in resident.says("垃圾")
    assert queue(resident) == [Reason.ANGER]


def test_what_needs_a_lawyer_is_answered_and_handed_on(resident):
    answer = resident.says("我明天开庭，帮我写一份答辩状")
    assert "法律顾问来看" in answer and queue(resident) == [Reason.NEEDS_LAWYER]


def test_in_the_middle_of_the_form_a_person_can_be_asked_for_and_the_form_goes_on(resident):
    resident.says("申请人民调解")
    resident.says("楼上漏水泡坏了我家天花板，三月五号开始的，他家不肯修。")
    resident.says("转人工")
    assert queue(resident) == [Reason.ASKED] and resident.buttons


@pytest.mark.parametrize("words", ["5分", "给五星好评"])
def test_a_rating_in_any_words_counts_for_the_person_who_helped(resident, words):
    resident.says("转人工")
    with resident.database.transaction() as session:
        handover.take(session, resident.conversation, "a01", Role.ADVISOR, NOON)
        handover.give_back(session, resident.conversation, "a01", "", _now())
    assert "谢谢" in resident.says(words)
    assert "评过分" in resident.says(words)
    with resident.database.reading() as session:
        ratings = session.execute(sa.select(ServiceEntry.kind).where(ServiceEntry.kind.like("rating%"))).scalars().all()
        assert ratings == ["rating_5"] and session.execute(sa.select(Handover.stars)).scalar_one() == 5


def test_with_a_person_in_charge_the_dialogue_is_not_asked(resident):
    resident.says("转人工")
    with resident.database.transaction() as session:
        handover.take(session, resident.conversation, "a01", Role.ADVISOR, NOON)
    assert resident.says("房东不退押金怎么办") == "" and resident.last == []


def _now():
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)
