"""What a resident types is cleaned of what no person types."""

import pytest

from bot.messages import MAX_TEXT, Button, CitedArticle, Outbound, clean_text


@pytest.mark.parametrize("typed, kept", [
    ("  你好 ", "你好"),
    ("/restart", "restart"),
    ('/intent{"a":"b"}', 'intent{"a":"b"}'),
    ("／／session_start", "session_start"),
    ("a\x00b\x07c", "abc"),
    ("一\u200b二\ufeff", "一二"),
    ("第一行\n第二行", "第一行 第二行"),
    ("１２３ＡＢＣ", "123ABC"),
    ("\x00\x01", ""),
    ("😀", "😀"),
])
def test_control_characters_widths_and_leading_slashes_go(typed, kept):
    assert clean_text(typed) == kept


def test_a_text_ends_after_ten_thousand_characters():
    assert len(clean_text("字" * 50_000)) == MAX_TEXT


def test_a_reply_is_the_same_after_being_stored():
    reply = Outbound("甲", (Button("一", "1"),), (CitedArticle("民法典", "第一条", "民法典 第一条"),), "answer", {"card": "x"})
    assert Outbound.from_json(reply.to_json()) == reply
