"""First words in an emergency (domain.md 4.1)."""

import re

import pytest

from bot.legal.safety import Emergency


@pytest.mark.parametrize("kind", list(Emergency), ids=lambda kind: kind.code)
def test_the_first_words_are_short_and_carry_a_number(kind):
    assert len(kind.label) <= 120
    assert re.search(r"110|119|120|12356", kind.label[:20])


@pytest.mark.parametrize("kind", list(Emergency), ids=lambda kind: kind.code)
def test_nobody_is_promised_and_nothing_is_asked(kind):
    assert not re.search("马上有人|立即联系您|[?？]|身份证|姓名", kind.label)
