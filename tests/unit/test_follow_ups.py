"""A short question about the card in focus is no new question, and the other way round."""

import pytest

from bot.knowledge.follow_ups import follow_up_part


@pytest.mark.parametrize("said, part", [
    ("那要去哪里办?", "where"), ("需要什么材料?", "evidence"), ("多久?", "deadline"), ("有没有期限", "deadline"),
    ("接下来怎么办", "steps"), ("那我该怎么办呢", "steps"), ("要留什么证据", "evidence"), ("期限要多久", "deadline"), ("找哪个部门申请", "where"),
])
def test_follow_ups_are_told_apart(said, part):
    assert follow_up_part(said) == part


@pytest.mark.parametrize("said", ["老公打我怎么办", "工伤认定多久", "押金去哪里告", "", "???", "我老公的证据"])
def test_a_new_question_is_no_follow_up(said):
    assert follow_up_part(said) is None
