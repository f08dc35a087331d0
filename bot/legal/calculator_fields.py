"""The inputs of calculators: how each is asked for, and how an answer is read. Pure.

A value travels as text (a slot holds JSON): money and numbers as decimals, days as ISO, several days with commas,
choices by code, and "" for an input the resident skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Callable, Mapping, Sequence

from bot.legal.calculator_answers import READERS, Entities

MONEY, DAY, DAYS, RATE, NUMBER, CHOICE, YES_NO = "money", "day", "days", "rate", "number", "choice", "yes_no"
_SKIPS = re.compile(r"^(不清楚|不知道|不记得|记不清了?|跳过|没有|没催过|没要过|没鉴定|还没有?鉴定|还没|无|没约定|差不多|一样)[。.!！]*$")
_CLAUSE = re.compile(r"[，,。；;！!？?、\s]")


@dataclass(frozen=True)
class Field:
    """One input.

    Args:
        label: its name when it is shown back.
        question: what the resident is asked, with an example of an answer.
        unit: of a number: 年, 个月, 天, 小时, 级, 人.
        choices: code, what the button shows, and a pattern of other words for it.
        before, after: patterns of words beside an amount or day in the first question that mean this input.
        skippable: may be left open; its value is then None.
        future: a day may lie after today.
        when: whether it is asked at all, given the values so far.
    """

    name: str
    label: str
    question: str
    kind: str
    unit: str = ""
    choices: tuple[tuple[str, str, str], ...] = ()
    before: str = ""
    after: str = ""
    skippable: bool = False
    future: bool = False
    when: Callable[[Mapping[str, str]], bool] = lambda values: True

    def read(self, text: str, entities: Entities, today: date) -> str:
        """Return what an answer says, as text to keep.

        Raises:
            Uncountable: it cannot be read, or cannot be; the hint tells what to write.
        """
        if self.skippable and _SKIPS.match(text.strip()):
            return ""
        return READERS[self.kind](self, text.strip(), entities, today)

    def value(self, kept: str) -> Any:
        """Return the value that `read` kept: Decimal, date, tuple of dates, bool or code; None if it was skipped."""
        if kept == "":
            return () if self.kind == DAYS else None
        if self.kind in (MONEY, RATE, NUMBER):
            return Decimal(kept)
        if self.kind == DAY:
            return date.fromisoformat(kept)
        if self.kind == DAYS:
            return tuple(date.fromisoformat(day) for day in kept.split(","))
        return kept == "yes" if self.kind == YES_NO else kept

    def shown(self, kept: str) -> str:
        """Return a kept value as the resident sees it again: 月工资8000元."""
        units = {MONEY: "元", RATE: "%", NUMBER: self.unit}
        words = {code: label for code, label, _ in self.choices} | {"yes": "是", "no": "否", "": "没有"}
        return f"{self.label}{words.get(kept, kept)}{units.get(self.kind, '') if kept else ''}"

    @property
    def buttons(self) -> tuple[str, ...]:
        """The answers that can be tapped."""
        if self.kind == YES_NO:
            return ("是", "不是")
        return tuple(label for _, label, _ in self.choices) + (("不清楚",) if self.skippable else ())


def told_already(fields: Sequence[Field], text: str, entities: Entities) -> dict[str, str]:
    """Return what the first question already says, by field name: only what stands beside words that mean it, once."""
    told: dict[str, str] = {}
    for field in fields:
        found = {_plain_value(e) for e in entities if _is_for(field, e, text)}
        if len(found) == 1:
            told[field.name] = found.pop()
    return told


def _is_for(field: Field, entity: Mapping[str, Any], text: str) -> bool:
    if entity["kind"] != {MONEY: "money", DAY: "date"}.get(field.kind) or (field.kind == DAY and entity["unit"] != "day"):
        return False
    before = _CLAUSE.split(text[: entity["start"]])[-1][-8:]
    after = _CLAUSE.split(text[entity["end"] :])[0][:8]
    return bool(field.before and re.search(f"(?:{field.before})[^0-9]{{0,4}}$", before) or field.after and re.search(f"^[^0-9]{{0,4}}(?:{field.after})", after))


def _plain_value(entity: Mapping[str, Any]) -> str:
    return str(entity["value"])
