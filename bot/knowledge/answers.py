"""From a card to what a resident reads: the first answer, and follow-ups from the card in focus.

One screen is at most 600 characters. An answer never promises an outcome, always says that it comes from the assistant,
and always leaves one tap to a person (domain.md 3.0, 4.3, 4.8).
"""

from __future__ import annotations

from datetime import date
from typing import Callable

from bot.knowledge.cards import SCREEN, Card
from bot.knowledge.law_names import article_label, short_title
from bot.legal.calculator_forms import calculators_of
from bot.messages import Button, CitedArticle, Outbound
from bot.office import Office

SIGNED = "—— 智能助手自动回复"
DISCLAIMER = "以上为一般法律信息，不是律师意见；期限以文书和主管部门为准。"
ASK_MEDIATION = Button("申请人民调解", "申请人民调解")
ASK_ADVISOR = Button("找社区法律顾问", "找社区法律顾问")
CALCULATE = Button("算一算", "算一算")
FOLLOW_UPS = {"steps": "接下来怎么办", "where": "去哪里办", "evidence": "要留什么证据", "deadline": "有没有期限"}


def first_answer(card: Card, office: Office, today: date) -> list[Outbound]:
    """Return the parts that answer a question: what the law says and until when; then what to do, where, with what."""
    law = _fill([f"【{card.title}】", card.summary], _bulleted("法律怎么说：", card.points), _deadlines(card))
    status = card.review_status(today)
    closing = DISCLAIMER + (f"（{status}）" if status else "")
    first = Outbound(
        text="\n".join([law, "", closing, SIGNED]),
        citations=cited(card),
        kind="answer",
        data={"card": card.card_id, "topic": card.topic.code, "review": status},
    )
    doing = _fill(_numbered("接下来可以这样做：", card.steps), _joined("去哪里：", card.where), _joined("留好证据：", card.evidence), _phones(card, office))
    return [first, Outbound(text=doing, buttons=ways_on(card), kind="answer", data={"card": card.card_id})]


def follow_up(card: Card, part: str, office: Office) -> Outbound:
    """Return one part of the card in focus.

    Args:
        part: "steps", "where", "evidence" or "deadline".
    """
    make: dict[str, Callable[[], list[str]]] = {
        "steps": lambda: _numbered("接下来可以这样做：", card.steps),
        "where": lambda: _bulleted("可以去：", card.where) + _phones(card, office),
        "evidence": lambda: _bulleted("请留好：", card.evidence),
        "deadline": lambda: _deadlines(card) or ["这件事没有特别的硬期限，但证据越早留越好。一般民事权利的诉讼时效是3年，具体请问社区法律顾问。"],
    }
    text = _fill([f"【{card.title}】"], make[part](), [DISCLAIMER, SIGNED])
    return Outbound(text=text, buttons=ways_on(card, leave_out=part), citations=cited(card), kind="answer", data={"card": card.card_id})


def ways_on(card: Card, leave_out: str = "") -> tuple[Button, ...]:
    """Return the buttons under an answer: its other parts, and a person."""
    parts = [Button(title, title) for name, title in FOLLOW_UPS.items() if name == "deadline" and name != leave_out]
    sums = [CALCULATE] if calculators_of(card.card_id) else []
    people = [ASK_MEDIATION, ASK_ADVISOR] if card.mediation_fit != "no" else [ASK_ADVISOR]
    return (*sums, *people, *parts, Button("转人工", "转人工"))


def cited(card: Card) -> tuple[CitedArticle, ...]:
    """Return the card's citations as residents see them: 民法典 第一千零七十七条."""
    return tuple(
        CitedArticle(c.law, article_label(c.article), f"{short_title(c.law)} {article_label(c.article)}") for c in card.law_citation
    )


def _deadlines(card: Card) -> list[str]:
    if not card.deadline:
        return []
    return ["期限："] + [f"· {d.words()}{'（过期会影响权利）' if d.hard else ''}" for d in card.deadline]


def _phones(card: Card, office: Office) -> list[str]:
    shown = office.shown_hotlines(list(card.hotline))
    return ["可拨打：" + "、".join(f"{number}（{label}）" for number, label in shown)] if shown else []


def _bulleted(title: str, lines: tuple[str, ...]) -> list[str]:
    return [title, *(f"· {line}" for line in lines)] if lines else []


def _numbered(title: str, lines: tuple[str, ...]) -> list[str]:
    return [title, *(f"{n}. {line}" for n, line in enumerate(lines, start=1))]


def _joined(title: str, lines: tuple[str, ...]) -> list[str]:
    return [title + "；".join(line.rstrip("。；") for line in lines) + "。"] if lines else []


def _fill(*blocks: list[str]) -> str:
    """Join blocks of lines into one screen; a line that no longer fits is left out whole, never cut."""
    kept: list[str] = []
    room = SCREEN - len(DISCLAIMER) - len(SIGNED) - 16
    for block in blocks:
        lines = ([""] if kept and block else []) + block
        for line in lines:
            if len(line) + 1 <= room:
                kept.append(line)
                room -= len(line) + 1
    return "\n".join(kept)
