"""Handing a conversation to a person and back: who answers, who may, why, and what the resident is told.

bot → waiting → person → bot, and no other way. Outside office hours nobody is promised (domain.md 4.1): the resident hears
when people work, which numbers answer now, and that the matter is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import HandoverRefused
from bot.legal.cases import Role
from bot.legal.coded import Coded


class Mode(Coded):
    """Who answers in a conversation."""

    BOT = ("bot", "智能助手")
    WAITING = ("waiting", "等人接手")
    PERSON = ("person", "人工")


class Reason(Coded):
    """Why a person was asked for."""

    ASKED = ("asked", "居民要求转人工")
    EMERGENCY = ("emergency", "紧急情况")
    UNSURE_TWICE = ("unsure_twice", "两次没听明白")
    ANGER = ("anger", "居民不满")
    NEEDS_LAWYER = ("needs_lawyer", "需要律师判断")
    CASE = ("case", "承办人联系居民")


STEPS = ((Mode.BOT, Mode.WAITING), (Mode.WAITING, Mode.PERSON), (Mode.PERSON, Mode.BOT))
TALKING = (Role.ADVISOR, Role.MEDIATOR, Role.OFFICE)
ENDING_FOR_OTHERS = (Role.OFFICE, Role.ADMIN)
LONGEST_WORDS = 500

_LEAD = {
    Reason.ASKED: "好的，已请工作人员接手。",
    Reason.UNSURE_TWICE: "我已请工作人员来看这件事。",
    Reason.ANGER: "给您添堵了，抱歉。我已请工作人员来看。",
    Reason.NEEDS_LAWYER: "这件事要看材料才能判断，我不敢替您下结论，已请法律顾问来看。",
    Reason.CASE: "您事项的承办人在这里和您联系。",
}
_LEAD_UNSTAFFED = {
    Reason.ASKED: "您要找人的事已经记下，不会丢。",
    Reason.UNSURE_TWICE: "这件事已经记下，请工作人员来看。",
    Reason.ANGER: "给您添堵了，抱歉。您的意见已经记下，请工作人员来看。",
    Reason.NEEDS_LAWYER: "这件事要看材料才能判断，我不敢替您下结论，已经记下，请法律顾问来看。",
    Reason.CASE: "您事项的承办人要和您联系，已经记下。",
}
_AGAIN = "已经记下了，不用重复点。"
_STAFFED = "现在是工作时间（{hours}），工作人员按先后顺序在这里回复；这期间您可以接着问我。着急可拨打12348。"
_UNSTAFFED = "现在没有工作人员在线，办公时间是{hours}，法定节假日休息，上班后按先后顺序查看。着急请拨打12348，有危险请拨打110。"
_EMERGENCY = "也已经告诉工作人员。请不要等回复，先打上面的电话。"
_EMERGENCY_UNSTAFFED = "现在没有工作人员值守，请不要等，直接打上面的电话。您也可以留下情况，工作人员上班后第一时间查看。"
_SCORE = re.compile(r"^\s*([1-5一二两三四五])\s*(?:分|颗?星)(?!钟)[，,。.、：:；;！!\s]*(.*)$", re.DOTALL)
_SIGNS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}

TAKEN = "{role}已接手，下面由人工回复您。有危险请直接拨打110。"
GIVEN_BACK = "这次人工服务到这里，下面由智能助手继续。请给这次服务打个分，5分最好，1分最差；想说几句，写在分数后面就行。"
SCORES = ("5分", "4分", "3分", "2分", "1分")
RATED = "谢谢您的评价，我们会认真看。"
RATED_ALREADY = "这次服务您已经评过分了，谢谢。"


@dataclass(frozen=True)
class Rating:
    """What a resident thinks of a service: 1 to 5, and words that may be ""."""

    stars: int
    words: str


def check_step(before: Mode, after: Mode) -> None:
    """Refuse a change of who answers that does not exist.

    Raises:
        HandoverRefused: names the step and those that are allowed.
    """
    if (before, after) not in STEPS:
        allowed = ", ".join(f"{a.code} → {b.code}" for a, b in STEPS)
        raise HandoverRefused(f"A conversation cannot go {before.code} → {after.code}; allowed: {allowed}.")


def check_may_talk(role: Role) -> None:
    """Refuse roles that do not talk to residents.

    Raises:
        HandoverRefused: names the role and those that may.
    """
    if role not in TALKING:
        raise HandoverRefused(f"Role {role.code} does not talk to residents; expected one of: {', '.join(r.code for r in TALKING)}.")


def may_end(role: Role | None, is_own: bool) -> bool:
    """Whether somebody may give a conversation back: whoever took it, and the office for a colleague who left."""
    return is_own or role in ENDING_FOR_OTHERS


def told(reason: Reason, is_staffed: bool, hours: str, again: bool = False) -> str:
    """Return what a resident hears when a person was asked for.

    Args:
        hours: office hours in words.
        again: it was asked before and still waits.
    """
    if reason is Reason.EMERGENCY:
        return _EMERGENCY if is_staffed else _EMERGENCY_UNSTAFFED
    lead = _AGAIN if again else (_LEAD if is_staffed else _LEAD_UNSTAFFED)[reason]
    return lead + (_STAFFED if is_staffed else _UNSTAFFED).format(hours=hours)


def read_rating(text: str) -> Rating | None:
    """Return the rating in a text that begins with one ("5分", "四星 讲得清楚"), or None; "5分钟后到" is none."""
    found = _SCORE.match(text)
    if found is None:
        return None
    return Rating(_SIGNS.get(found[1]) or int(found[1]), found[2].strip()[:LONGEST_WORDS])
