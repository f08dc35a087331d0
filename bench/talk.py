"""The conversations both sides are asked to hold: ten messages each, from a question of law to a filed request."""

from __future__ import annotations

import functools

from bot.settings import ROOT

# The form's order: community, consent, the other party, what is wished for, name, phone, confirmation.
_WISHES = ("修好并且赔偿损失", "把东西搬走", "停止施工到早上八点以后", "赔我三千元", "恢复原状")
_FAMILY, _GIVEN = "赵钱孙李周吴郑王冯陈", "一二三四五六七八九"


def conversation(number: int) -> tuple[str, ...]:
    """Return the ten messages of one conversation; question, names, wish and phone differ, what is tapped does not."""
    asked = questions()
    first, second = _FAMILY[number % 10] + _GIVEN[number // 10 % 9], _FAMILY[(number + 3) % 10] + _GIVEN[number // 7 % 9]
    wish, phone = _WISHES[number % 5], f"138{number * 7919 % 10**8:08d}"
    return (asked[number % len(asked)], "申请人民调解", "示例社区二", "同意", first, wish, second, phone, "确认提交", "谢谢")


@functools.lru_cache(maxsize=1)
def questions() -> tuple[str, ...]:
    """Return the questions asked: those of neighbours in the training data that are of a length people type."""
    from bot.understanding import read_examples

    found = (e.text for e in read_examples(ROOT / "data" / "neighbour") if e.intent == "ask_law" and 12 <= len(e.text) <= 60)
    return tuple(found)
