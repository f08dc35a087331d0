# ruff: noqa: E501 (sentences, two columns a character)
import pytest

from bot.understanding.emergencies import judge, read_signs
from bot.understanding.normalise import normalise


def level(text: str, danger: float = 0.05) -> str | None:
    return judge(read_signs(normalise(text)), danger, "violence_now")[1]


@pytest.mark.parametrize("text", ["救命他正在打我", "我不想活了", "家里着火了快来人", "有人拿刀追着砍我", "骗子正让我共享屏幕转账", "我爸被车撞了流了好多血叫不醒"])
def test_rules_alone_find_plain_calls_for_help(text: str) -> None:
    assert level(text) == "now"


@pytest.mark.parametrize("text", ["家暴怎么取证", "网络诈骗立案标准是什么", "自杀保险公司赔不赔", "被拐卖是什么罪怎么判"])
def test_a_question_of_law_about_danger_is_a_mention(text: str) -> None:
    assert level(text, 0.01) == "mention"


@pytest.mark.parametrize("text", ["电影里他拿刀砍人那段叫什么", "小说里女主说不想活了", "新闻上说有人跳楼了"])
def test_hearsay_and_fiction_do_not_raise_the_alarm(text: str) -> None:
    assert level(text, 0.02) != "now"


def test_negation_takes_a_rule_back() -> None:
    assert read_signs("他没有拿刀砍人").now is None
    assert read_signs("他拿刀砍人").now == "violence_now"


def test_an_ordinary_question_is_neither() -> None:
    assert level("房东不退押金", 0.01) is None


def test_a_sure_head_needs_no_rule() -> None:
    assert judge(read_signs("又来了"), 0.9, "dv") == ("dv", "now")
