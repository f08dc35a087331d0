"""Numbers, labels and titles as statutes write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.knowledge.law_names import UnreadableArticleNumber, arabic_number, article_label, chinese_number, exact_title, likely_titles, short_title

TITLES = {
    "中华人民共和国民法典",
    "中华人民共和国民事诉讼法",
    "中华人民共和国刑法",
    "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）",
    "工伤保险条例",
}


@pytest.mark.parametrize(
    "number, written", [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (1079, "一千零七十九"), (1260, "一千二百六十")]
)
def test_numbers_are_written_as_statutes_write_them(number, written):
    assert chinese_number(number) == written


@given(some.integers(min_value=1, max_value=9999))
def test_a_number_written_in_chinese_reads_back(number):
    assert arabic_number(chinese_number(number)) == number


@pytest.mark.parametrize(
    "asked, label",
    [
        ("1079", "第一千零七十九条"),
        ("第1079条", "第一千零七十九条"),
        ("第一千零七十九条", "第一千零七十九条"),
        ("276之一", "第二百七十六条之一"),
        ("276-1", "第二百七十六条之一"),
        ("第二百七十六条之一", "第二百七十六条之一"),
        ("全文", "全文"),
    ],
)
def test_an_article_is_named_in_many_ways(asked, label):
    assert article_label(asked) == label


@pytest.mark.parametrize("asked", ["", "abc", "0", "12345", "第1079条第2款", "之一"])
def test_an_unreadable_number_says_what_was_expected(asked):
    with pytest.raises(UnreadableArticleNumber, match="expected one like 1079"):
        article_label(asked)


@pytest.mark.parametrize(
    "name, title",
    [
        ("民法典", "中华人民共和国民法典"),
        ("《民法典》", "中华人民共和国民法典"),
        ("中华人民共和国民法典", "中华人民共和国民法典"),
        ("民诉法", "中华人民共和国民事诉讼法"),
        ("婚姻家庭编解释(一)", "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）"),
        ("工伤保险条例", "工伤保险条例"),
        ("民", None),
    ],
)
def test_short_names_stand_for_one_title(name, title):
    assert exact_title(name, TITLES) == title


def test_near_titles_are_offered_shortest_first():
    assert likely_titles("民法", TITLES)[0] == "中华人民共和国民法典"
    assert likely_titles("航空法", TITLES) == []
    assert short_title("中华人民共和国刑法") == "刑法"
