"""One law text in, its articles out."""

import pytest

from bot.knowledge.statute_dates import effective_day, repeals
from bot.knowledge.statute_text import UnreadableStatute, parse_articles, parse_markdown, without_glued_heading
from tests.knowledge.law_texts import law_text

CODE = """
## 目　　录

- 第一编　总　　则

---

## 第一编　　总  则

#### 第一章　　基本规定

- **第一条**　　甲。

  - （一）乙；

##### 第二节　　住  所

- **第二条**　　丙。

## 第二编　　分  则

- **第三条**　　丁。
"""


def test_articles_keep_their_paragraphs_and_their_headings():
    first, second, third = parse_articles(CODE)
    assert (first.label, first.text) == ("第一条", "甲。\n（一）乙；")
    assert first.heading == "第一编 总则 第一章 基本规定"
    assert second.heading == "第一编 总则 第一章 基本规定 第二节 住所"
    assert third.heading == "第二编 分则"


def test_articles_of_the_zhiyi_kind_are_articles_of_their_own():
    labels = [article.label for article in parse_markdown(law_text(), "a.md").articles]
    assert labels == ["第一条", "第二条", "第二条之一"]


def test_unmarked_articles_are_told_from_mere_mentions_by_running_numbers():
    body = "为正确适用法律，制定本解释。\n\n第一条依法登记的人是业主。\n\n第五条第二款不在此列。\n\n第二条下列空间是专有部分：\n\n（一）能够区分；\n"
    assert [(article.label, article.text) for article in parse_articles(body)] == [
        ("第一条", "依法登记的人是业主。\n第五条第二款不在此列。"),
        ("第二条", "下列空间是专有部分：\n（一）能够区分；"),
    ]


def test_a_text_without_articles_is_one_whole():
    (whole,) = parse_articles("**批复**\n\n你院请示收悉。经研究，答复如下：可以。\n")
    assert (whole.label, whole.text) == ("全文", "批复\n你院请示收悉。经研究，答复如下：可以。")


@pytest.mark.parametrize("glued", ["\n第三编 执行程序", "\n第二编 立案、侦查和提起公诉", "\n第一分编 通则\n第一章 一般规定", "\n附　则"])
def test_a_heading_glued_to_an_article_is_cut_off(glued):
    assert without_glued_heading("可以向人民法院起诉。" + glued) == "可以向人民法院起诉。"


def test_an_article_that_mentions_a_chapter_is_left_alone():
    text = "保全适用本法第九章的规定。\n第九章保全的其他规定，参照适用。"
    assert without_glued_heading(text) == text


@pytest.mark.parametrize(
    "stated, published, text, day",
    [
        ("2021-01-01", "2020-05-28", "本法自1999年1月1日起施行。", "2021-01-01"),
        ("", "2015-02-09", "本条例自2015年3月20日起施行。", "2015-03-20"),
        ("", "2019-03-02", "本条例自2012年1月1日起施行。", "2019-03-02"),
        ("", "1991-12-06", "本办法自发布之日起施行。", "1991-12-06"),
    ],
)
def test_the_effective_day_is_stated_or_read_but_never_before_the_version(stated, published, text, day):
    assert effective_day(stated, published, text) == day


def test_whole_laws_are_repealed_single_articles_are_not():
    text = "本法自2026年8月15日起施行。《甲法》、《乙〈丙〉办法》（国务院令第1号）同时废止；《丁解释》第三条第一款同时废止。"
    assert list(repeals(text)) == [("甲法", "2026-08-15"), ("乙《丙》办法", "2026-08-15")]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("没有前言", "no front matter"),
        ("---\ntitle: [\n---\n正文", "not YAML"),
        ("---\n- a\n---\n正文", "holds list"),
        ("---\ntitle: 甲法\n---\n正文", "lacks publication_date"),
        (law_text(effective="明年"), "effective_date is '明年'"),
        (law_text(published="2020-13-01"), "publication_date"),
        ("---\ntitle: 甲法\npublication_date: '2020-01-01'\n---\n", "holds no text"),
    ],
)
def test_an_unreadable_text_names_file_and_field(text, complaint):
    with pytest.raises(UnreadableStatute, match=f"broken.md: .*{complaint}"):
        parse_markdown(text, "broken.md")
