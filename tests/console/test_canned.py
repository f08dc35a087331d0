"""Replies that the desk uses often: the office's own file, checked at start, filled when shown."""

import pytest

from bot.console.canned import LONGEST, PLACEHOLDERS, fill, read_canned
from bot.errors import BadOfficeFile
from bot.settings import ROOT


def test_the_product_brings_replies_of_its_own_and_none_promises_an_outcome():
    ours = read_canned(ROOT / "office.yml")
    assert len(ours) >= 8
    for one in ours:
        assert not any(word in one.text for word in ("一定能", "保证", "肯定赢", "包")), one.title


def test_the_offices_own_file_comes_first(tmp_path):
    (tmp_path / "replies.yml").write_text("- {title: 你好, text: '您好，我是{角色}。'}\n", encoding="utf-8")
    assert [one.title for one in read_canned(tmp_path / "office.yml")] == ["你好"]


@pytest.mark.parametrize(
    "body",
    ["{a: 1}", "- {title: x}", "- {title: x, text: ''}", "- {title: x, text: 1}", "- {title: x, text: '{姓名}'}", "- {title: x, text: y}\n- {title: x, text: z}",
     "- [unclosed", f"- {{title: x, text: {'长' * (LONGEST + 1)}}}"],  # fmt: skip
)
def test_a_wrong_file_stops_the_start_and_says_what_is_wrong(tmp_path, body):
    (tmp_path / "replies.yml").write_text(body, encoding="utf-8")
    with pytest.raises(BadOfficeFile, match="replies.yml"):
        read_canned(tmp_path / "office.yml")


def test_what_has_no_value_stays_visible_as_a_gap():
    assert fill("{编号} {社区} {角色}", {"编号": "GX2026-00001", "社区": ""}) == "GX2026-00001 【社区】 【角色】"
    assert set(PLACEHOLDERS) == {"编号", "社区", "角色", "办公时间"}
