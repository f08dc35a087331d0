"""Questions, small talk, and input nobody should type: always a clear answer in Chinese, never silence."""

import re

import pytest
import sqlalchemy as sa

from bot.storage.tables import RiskEvent, ServiceEntry, Tracker


def counted(resident, kind="bot_answer"):
    with resident.database.reading() as session:
        return session.execute(sa.select(sa.func.count()).select_from(ServiceEntry).where(ServiceEntry.kind == kind)).scalar_one()


@pytest.mark.parametrize("question, word", [
    ("楼上漏水把我家泡了怎么办", "漏水"),
    ("老板拖欠工资三个月不发怎么办", "工资"),
    ("借条快三年了还能起诉吗", "时效"),
    ("房东不退押金怎么办", "押金"),
    ("老公家暴我想申请人身安全保护令", "保护令"),
    ("被狗咬了主人不赔怎么办", "狗"),
    ("协议离婚需要什么材料", "离婚"),
])
def test_common_questions_get_a_cited_answer(resident, question, word):
    said = resident.says(question)
    assert word in said and "不是律师意见" in said and "智能助手自动回复" in said
    assert resident.last[-2].citations and "转人工" in resident.buttons


def test_an_answer_is_counted_once_and_not_as_a_service_item(resident):
    resident.says("房东不退押金怎么办", external_id="m")
    resident.says("房东不退押金怎么办", external_id="m")
    assert counted(resident) == 1


def test_a_follow_up_is_answered_from_the_card_in_focus(resident):
    resident.says("房东不退押金怎么办")
    assert "请留好" in resident.says("需要什么证据") and "可以去" in resident.says("那要去哪里办?")


def test_every_screen_fits_a_phone(resident):
    resident.says("房东不退押金怎么办")
    assert all(len(reply.text) <= 600 for reply in resident.last)


@pytest.mark.parametrize("typed", ["/restart", '/intent{"a":"b"}', "😀😀😀", "<script>alert(1)</script>", "。。。", "asdfghjkl", "字" * 10_000, "12345678901234567890", "\u202e\u200babc"])
def test_input_nobody_should_type_gets_a_clear_answer(resident, typed):
    said = resident.says(typed)
    assert re.search("[\u4e00-\u9fff]", said) and "Traceback" not in said


@pytest.mark.parametrize("typed, expected", [
    ("你好", "智能助手"), ("谢谢", "不客气"), ("再见", "再见"), ("你是机器人吗", "不是真人"), ("能办什么", "申请人民调解"),
    ("转人工", "12348"), ("你们几点上班", "办公时间"), ("你们在哪里", "站点"), ("有什么电话可以打", "12348"), ("我要投诉你们", "12345"), ("给5分", "谢谢"), ("我的信息", "加密"), ("删除我的信息", "不能恢复"), ("撤回同意", "停止"),
])
def test_every_service_answers(resident, typed, expected):
    assert expected in resident.says(typed) + " ".join(resident.buttons)


def test_an_emergency_gets_the_number_first_and_is_noted_for_people(resident):
    said = resident.says("我老公正在打我 救命")
    assert "110" in said[:12] and "我现在安全" in resident.buttons
    with resident.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(RiskEvent)).scalar_one() == 1
    assert counted(resident) == 0


def test_what_is_not_sure_is_asked_back_and_then_led_to_a_person(resident):
    resident.says("那个事情到底怎么说")
    said = resident.says("就是那个事呀")
    assert "不是律师意见" not in said


def test_a_conversation_of_many_turns_is_as_short_in_memory_as_a_new_one(resident):
    resident.says("你好")
    with resident.database.reading() as session:
        first = len(session.execute(sa.select(Tracker.body)).scalar_one())
    for n in range(30):
        resident.says(f"你好 {n}")
    with resident.database.reading() as session:
        version, body = session.execute(sa.select(Tracker.version, Tracker.body)).one()
    assert version == 31 and len(body) < 2 * first
    tracker = resident.agent.tracker_store._retrieve("web:resident")
    assert len(tracker.events) < 20


def test_memory_survives_a_worker(resident):
    from bot.dialogue.tracker_store import InboxTrackerStore

    resident.says("房东不退押金怎么办")
    fresh = InboxTrackerStore(resident.agent.domain, database=resident.database)
    resident.agent.tracker_store = resident.agent.processor.tracker_store = fresh
    assert "请留好" in resident.says("需要什么证据")


def test_what_residents_type_is_not_readable_in_the_memory(resident):
    resident.says("我叫张三房东不退押金怎么办")
    with resident.database.reading() as session:
        assert "张三" not in session.execute(sa.text("SELECT body FROM trackers")).scalar_one()


def test_a_named_community_gets_its_own_place(resident):
    assert "示例社区一公共法律服务工作室" in resident.says("示例社区一的法律服务工作室在哪里") and "示例路1号" not in resident.last[0].text
