"""What every calculator gives: the steps, the result, the law behind it and what it leaves out. Pure.

Money is Decimal 元, days are Beijing dates. A sum is an estimate: its text always ends by saying what prevails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Union

from bot.errors import LegalBotError
from bot.legal.sources import Source, joined_labels

Value = Union[Decimal, date]
SCREEN = 580  # characters of one text: 600 (domain.md 3.0) less the line that signs it
CLOSING = "以文书和主管部门为准"
FEN = Decimal("0.01")
_WEEKDAYS = "一二三四五六日"


class Uncountable(LegalBotError):
    """What was given cannot be counted with.

    Args:
        hint: what is wrong and what to write instead, for the resident, in Chinese.
        field: the input to ask for again, "" when it is not one alone.
    """

    def __init__(self, hint: str, field: str = "") -> None:
        super().__init__(hint)
        self.hint = hint
        self.field = field


@dataclass(frozen=True)
class Step:
    """One step of a sum: what is done, in words, with its numbers; `value` is what comes out of it, if one thing does."""

    words: str
    formula: str = ""
    value: Value | None = None

    @property
    def text(self) -> str:
        """One line for residents."""
        return f"{self.words}：{self.formula}" if self.formula else self.words


@dataclass(frozen=True)
class Result:
    """What comes out: one value, or a range from `low` to `high`. Money is rounded to 分, half up."""

    label: str
    low: Value
    high: Value | None = None
    unit: str = "元"

    @property
    def is_range(self) -> bool:
        """Whether the law leaves a range."""
        return self.high is not None and self.high != self.low

    @property
    def text(self) -> str:
        """One line for residents: 经济补偿：25000元; 抚养费：1600元至2400元."""
        shown = _shown(self.low, self.unit)
        return f"{self.label}：{shown}至{_shown(self.high, self.unit)}" if self.is_range and self.high is not None else f"{self.label}：{shown}"


@dataclass(frozen=True)
class Sum:
    """A finished calculation."""

    title: str
    results: tuple[Result, ...]
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    caveats: tuple[str, ...] = ()

    @property
    def value(self) -> Value:
        """The first result; its lower end if it is a range."""
        return self.results[0].low

    def result(self, label: str) -> Result:
        """Return the result with this label; KeyError if the sum has none."""
        for result in self.results:
            if result.label == label:
                return result
        raise KeyError(label)

    @property
    def text(self) -> str:
        """The sum for residents, at most 580 characters; caveats that no longer fit are left out whole, the last first."""
        kept = len(self.caveats)
        while len(written := self._written(kept)) > SCREEN and kept:
            kept -= 1
        return written

    @property
    def is_whole(self) -> bool:
        """Whether nothing had to be left out of the text."""
        return len(self._written(len(self.caveats))) <= SCREEN

    def _written(self, caveats: int) -> str:
        lines = [f"【{self.title}】", *(result.text for result in self.results)]
        if self.steps:
            lines += ["怎么算的："] + [f"{n}. {step.text}" for n, step in enumerate(self.steps, start=1)]
        if caveats:
            lines += ["请注意："] + [f"· {caveat}" for caveat in self.caveats[:caveats]]
        return "\n".join([*lines, f"依据：{joined_labels(self.sources)}", f"以上为估算，{CLOSING}"])


def rounded(amount: Decimal) -> Decimal:
    """Return an amount of money in whole 分, half up."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """Return a number without needless zeros, at most two places: 25000, 34.48, 4.5."""
    text = format(rounded(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(amount: Decimal) -> str:
    """Return an amount as residents read it: 25000元."""
    return f"{plain(amount)}元"


def day_words(day: date) -> str:
    """Return a date as residents read it: 2026年3月16日."""
    return f"{day.year}年{day.month}月{day.day}日"


def weekday_words(day: date) -> str:
    """Return the day of the week: 星期一."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def _shown(value: Value, unit: str) -> str:
    return f"{day_words(value)}（{weekday_words(value)}）" if isinstance(value, date) else f"{plain(value)}{unit}"
