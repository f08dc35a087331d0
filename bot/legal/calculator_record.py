"""What one calculator is: its inputs, its rule and the cards it belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Callable, Mapping, Protocol

from bot.legal.calculator_fields import Field
from bot.legal.figures import Figures
from bot.legal.sources import Source
from bot.legal.sums import Uncountable

Values = Mapping[str, str]


class Answer(Protocol):
    """What a calculator gives: a text of one screen and the articles behind it."""

    @property
    def text(self) -> str: ...

    @property
    def sources(self) -> tuple[Source, ...]: ...


@dataclass(frozen=True)
class Calculator:
    """One calculator.

    Args:
        title: what residents choose by.
        run: values by field name (None or missing: skipped), the office's figures, today → the answer.
        cards: ids of the knowledge cards it belongs to.
        example: kept values that show it in docs/calculators.md and in tests.
    """

    code: str
    title: str
    fields: tuple[Field, ...]
    run: Callable[[Mapping[str, Any], Figures, date], Answer]
    cards: tuple[str, ...]
    example: Mapping[str, str]

    def field(self, name: str) -> Field:
        """Return the input of this name; KeyError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def asked(self, values: Values) -> tuple[Field, ...]:
        """Return the inputs that are asked for, given the values so far."""
        return tuple(field for field in self.fields if field.when(values))

    def missing(self, values: Values) -> Field | None:
        """Return the first input without a value, or None when it can be calculated."""
        return next((field for field in self.asked(values) if field.name not in values), None)

    def calculate(self, values: Values, figures: Figures, today: date) -> Answer:
        """Return the answer for kept values.

        Raises:
            Uncountable: they cannot be counted with together; `field` names the input to ask for again.
        """
        return self.run({field.name: field.value(values[field.name]) for field in self.asked(values)}, figures, today)

    def blamed(self, problem: Uncountable, values: Values) -> Field:
        """Return the input to ask for again: the one a problem names, else the last one asked."""
        asked = self.asked(values)
        return next((field for field in asked if field.name == problem.field), asked[-1])
