"""Texts fit WeChat and are cut only where nothing is torn apart; choices are understood."""

import re
from datetime import datetime, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels import wechat_text as wt
from bot.messages import Button

PIECES = st.sampled_from([
    "《中华人民共和国民法典》第一千零七十九条第二款", "第一百二十条之一", "《工伤保险条例》第14条", "12348", "3,500.50元", "三万五千元", "2026年3月16日", "GX2026-00012",
    "13800138000", "https://example.org/a?b=c", "30%", "十五个工作日", "👨‍👩‍👧", "👍🏽", "𠮷", "您好", "，", "。", "\n", "\n\n", " ", "调解", "请", "（", "）", "e\u0301",
])
WHOLE = re.compile(r"《[^《》\n]{1,60}》(?:第[一二三四五六七八九十百千零〇0-9]+[条款](?:之[一二])?)*|[0-9][0-9,.]*|GX[0-9-]+|https?://[!-~]+|👨‍👩‍👧|👍🏽|e\u0301")
TEXTS = st.lists(PIECES, max_size=700).map("".join)
CHOICES = [Button("申请人民调解", "申请人民调解"), Button("找顾问", "找社区法律顾问"), Button("都不是", "都不是")]


def squeezed(text):
    return re.sub(r"\s", "", text)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_every_part_fits_with_room_for_what_stands_around_it(text):
    for part in wt.split(text):
        assert wt.units(part) <= 540 and len(part.encode()) <= 1868
        assert wt.fits(wt.late_mark(datetime(2026, 12, 31, tzinfo=timezone.utc)) + part + "（10/12）" + wt.more_mark(12))
        assert wt.fits(wt.resent_mark() + part + "（10/12）" + wt.more_mark(12))


@given(TEXTS | st.text(max_size=3000))
@settings(max_examples=150, deadline=None)
@example("字" * 5000)
@example("1" * 5000)
@example("👨‍👩‍👧" * 400)
def test_nothing_is_lost_or_doubled(text):
    assert squeezed("".join(wt.split(text))) == squeezed(text)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_no_number_citation_or_composed_character_is_torn(text):
    parts = wt.split(text)
    whole = [found for found in WHOLE.findall(text) if wt.units(found) <= 60]
    torn = list(whole)
    for part in parts:
        for found in WHOLE.findall(part):
            if found in torn:
                torn.remove(found)
    assert not torn


@given(st.text(alphabet=st.characters(min_codepoint=0x1F300, max_codepoint=0x1F5FF), min_size=200, max_size=900))
@settings(max_examples=30, deadline=None)
def test_surrogate_pairs_count_as_two_and_stay_together(text):
    for part in wt.split(text):
        part.encode("utf-16")
        assert len(part.encode("utf-16-le")) // 2 <= 540


def test_a_short_text_stays_as_it_is_and_nothing_gives_nothing():
    assert wt.split(" 您好。\n") == ["您好。"] and wt.split(" \n ") == [] and wt.number(["一"]) == ["一"]
    assert wt.number(["甲", "乙"]) == ["甲（1/2）", "乙（2/2）"]


def test_a_cut_prefers_the_end_of_a_paragraph_or_sentence():
    text = "甲" * 400 + "。\n\n" + "乙" * 400
    assert wt.split(text) == ["甲" * 400 + "。", "乙" * 400]
    assert wt.split("甲" * 500 + "。" + "乙" * 400) == ["甲" * 500 + "。", "乙" * 400]


@pytest.mark.parametrize("typed, chosen", [
    ("1", 0), ("１", 0), ("一", 0), ("①", 0), ("1.", 0), ("1、", 0), ("（1）", 0), ("选1", 0), ("我选二", 1), ("第三个", 2), ("三", 2), ("要第2项", 1), ("两", 1),
    ("申请人民调解", 0), ("都不是", 2), (" 找顾问 ", 1),
    ("0", None), ("4", None), ("12", None), ("十", None), ("一共三个人", None), ("1月1日", None), ("1000", None), ("", None), ("找社区", None), ("11个月", None),
])
def test_a_number_or_the_words_choose(typed, chosen):
    assert wt.choose(typed, CHOICES) == (None if chosen is None else CHOICES[chosen].payload)


@pytest.mark.parametrize("typed", ["1", "一", "申请人民调解"])
def test_without_choices_nothing_is_chosen(typed):
    assert wt.choose(typed, []) is None


SCORES = [Button(score, score) for score in ("5分", "4分", "3分", "2分", "1分")]


@pytest.mark.parametrize("typed, chosen", [("5", "5分"), ("1", "1分"), ("五", "5分"), ("5分", "5分"), ("6", None), ("5分，很好", None)])
def test_of_scores_the_figure_is_the_score_and_not_the_place(typed, chosen):
    assert wt.choose(typed, SCORES) == chosen
    assert wt.choices_block(SCORES) == "回复其中一项：\n5分\n4分\n3分\n2分\n1分"


@given(st.text(max_size=60))
def test_choosing_never_fails(typed):
    wt.choose(typed, CHOICES)
    wt.wants_more(typed)


@pytest.mark.parametrize("said_by, name", [("bot", "智能助手"), ("advisor", "社区法律顾问"), ("mediator:a01", "人民调解员"), ("somebody", "工作人员")])
def test_who_speaks_is_said_by_role(said_by, name):
    assert wt.speaker(said_by) == name


def test_a_late_answer_is_marked_with_beijing_time():
    assert wt.late_mark(datetime(2026, 3, 16, 17, 5, tzinfo=timezone.utc)) == "（补发：3月17日01:05的回复）\n"
