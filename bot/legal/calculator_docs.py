"""docs/calculators.md from the registry: python -m bot.legal.calculator_docs > docs/calculators.md"""

from __future__ import annotations

from datetime import date

from bot.legal.calculator_forms import CALCULATORS
from bot.legal.calculator_record import Calculator
from bot.legal.figures import KNOWN
from bot.legal.sources import joined_labels

DAY = date(2026, 11, 23)  # the day of the examples
_HEAD = """# Calculators

Made by `python -m bot.legal.calculator_docs > docs/calculators.md` from `CALCULATORS` (bot/legal/calculator_forms.py);
a test compares them. Each is a pure rule; every result shows its steps, its articles and that 文书和主管部门 prevail. The
examples are counted as of {day} with no figures of the office.

Figures of the office (`figures` in office.yml, each `{{value, as_of, source}}`; what is missing is left out and said):
{figures}

| calculator | asks for | cards | articles |
|---|---|---|---|
{rows}
"""


def markdown() -> str:
    """Return the page: a table of all calculators, then an example of each."""
    figures = "\n".join(f"- `{name}`: {what}, {unit}" for name, (what, unit, *_) in KNOWN.items())
    head = _HEAD.format(day=DAY, figures=figures, rows="\n".join(map(_row, CALCULATORS)))
    return "\n".join([head, *map(_example, CALCULATORS)])


def _row(known: Calculator) -> str:
    labels = joined_labels(known.calculate(known.example, {}, DAY).sources)
    asked = "、".join(field.label.rstrip("：") for field in known.fields)
    return f"| {known.title} `{known.code}` | {asked} | {', '.join(known.cards)} | {labels} |"


def _example(known: Calculator) -> str:
    given = "；".join(field.shown(known.example[field.name]) for field in known.asked(known.example))
    return f"## {known.title}\n\n{given}\n\n```text\n{known.calculate(known.example, {}, DAY).text}\n```\n"


if __name__ == "__main__":
    print(markdown(), end="")
