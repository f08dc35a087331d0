"""Who may answer when, what residents are told, and what counts as anger or as a question for a lawyer."""

import itertools

import pytest

from bot.errors import HandoverRefused
from bot.inbox.person_guard import emergency_in
from bot.legal.anger import is_angry, is_angry_sentence
from bot.legal.cases import Role
from bot.legal.handover import STEPS, Mode, Rating, Reason, check_may_talk, check_step, may_end, read_rating, told
from bot.legal.lawyer_questions import needs_lawyer
from bot.legal.notices import NoticeKind, notice_text

HOURS = "工作日09:00—12:00、14:00—17:00"


@pytest.mark.parametrize("before, after", itertools.product(Mode, Mode))
def test_a_conversation_goes_round_one_way_only(before, after):
    if (before, after) in STEPS:
        check_step(before, after)
    else:
        with pytest.raises(HandoverRefused, match="allowed: bot → waiting"):
            check_step(before, after)


def test_the_administrator_does_not_talk_to_residents_but_may_end():
    with pytest.raises(HandoverRefused, match="admin"):
        check_may_talk(Role.ADMIN)
    assert may_end(Role.ADMIN, False) and may_end(None, True) and not may_end(Role.ADVISOR, False)


@pytest.mark.parametrize("reason", list(Reason))
def test_outside_office_hours_nobody_is_promised_and_numbers_are_given(reason):
    text = told(reason, False, HOURS)
    assert "现在没有工作人员" in text and not any(word in text for word in ("马上有人", "这就", "稍后联系", "已请", "在这里回复"))
    assert reason is Reason.EMERGENCY or (HOURS in text and "12348" in text and "110" in text)


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.EMERGENCY])
def test_in_office_hours_the_queue_is_told_and_no_time_is_promised(reason):
    text = told(reason, True, HOURS)
    assert HOURS in text and "先后顺序" in text and "马上" not in text and "分钟" not in text


def test_in_an_emergency_nobody_waits_for_staff():
    assert "不要等" in told(Reason.EMERGENCY, True, HOURS) and "不要等" in told(Reason.EMERGENCY, False, HOURS)


@pytest.mark.parametrize("text, rating", [
    ("5分", Rating(5, "")), ("3星", Rating(3, "")), ("四分，讲得清楚", Rating(4, "讲得清楚")), ("1分 没有解决", Rating(1, "没有解决")), ("两颗星", Rating(2, "")),
    ("5分钟后到", None), ("6分", None), ("0分", None), ("给5分", None), ("我考了5分", None), ("5", None), ("", None),
])
def test_a_rating_begins_with_its_score(text, rating):
    assert read_rating(text) == rating


@pytest.mark.parametrize("text", ["你就是个垃圾", "什么破机器人", "听不懂人话吗", "答非所问", "一点用都没有", "气死我了", "滚", "SB", "妈的，什么玩意", "你会不会说人话", "我说了多少遍了", "傻逼"])
def test_words_against_the_assistant_are_angry(text):
    assert is_angry_sentence(text)


@pytest.mark.parametrize("text", [
    "邻居天天往楼道扔垃圾", "垃圾房建在我家楼下怎么办", "他骂我傻逼能告他吗", "老板说我是废物", "物业敷衍我怎么办", "我妈的房子怎么继承", "楼上垃圾堆在门口", "被人骂脑残算侮辱吗，骂我",
    "废物利用合法吗", "滚动发布", "怎么办", "", "我和前夫离婚的时候他说这房子给孩子后来又反悔了一点用都没有我现在想问问这个协议到底算不算数",
])
def test_a_story_about_others_is_not_anger_at_us(text):
    assert not is_angry_sentence(text)


def test_once_is_a_sigh_twice_is_anger():
    assert not is_angry(["房东不退押金", "答非所问"])
    assert is_angry(["答非所问", "房东不退押金", "什么破系统"])
    assert not is_angry(["答非所问", "什么破系统", "房东不退押金"])
    assert not is_angry(["答非所问", "甲", "乙", "丙", "什么破系统"])
    assert not is_angry([])


@pytest.mark.parametrize("text", ["明天开庭怎么办", "我老公被刑拘了", "帮我写一份起诉状", "我这官司能打赢吗", "上诉期明天就到期了", "我的案子有没有胜算", "能替我出庭吗", "儿子刚被公安刑事拘留"])
def test_what_only_a_lawyer_can_answer_is_seen(text):
    assert needs_lawyer(text)


@pytest.mark.parametrize("text", ["开庭要带什么", "房东不退押金怎么办", "起诉状怎么写", "什么是取保候审", "诉讼时效几年", "楼上漏水怎么办", "如果明天开庭没去会怎样", "电影里他被刑拘了", "法院受理要多久", "离婚要多久"])
def test_general_questions_stay_with_the_cards(text):
    assert not needs_lawyer(text)


@pytest.mark.parametrize("text, code", [
    ("救命，他拿着刀在门外砸门", "violence_now"), ("我不想活了", "suicide"), ("闻到好大煤气味", "fire_gas"), ("老公正在打我", "violence_now"),
])
def test_the_rules_alone_see_an_emergency(text, code):
    assert emergency_in(text) == code


@pytest.mark.parametrize("text", ["家暴怎么取证", "电影里有人拿刀砍人", "他没有打我", "房东不退押金", "明天下午三点可以吗", "合同我拍照发给你", "好的谢谢", ""])
def test_talk_with_an_advisor_is_no_emergency(text):
    assert emergency_in(text) is None


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_notice_names_the_number_and_nothing_of_the_matter(kind):
    text = notice_text(kind, "GX2026-00007")
    assert "GX2026-00007" in text and "查进度" in text
    assert not any(word in text for word in ("调解", "纠纷", "法律援助", "顾问", "离婚", "工资"))
