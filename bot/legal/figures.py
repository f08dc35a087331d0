"""Numbers that change and are the office's to keep: office.yml `figures`, each with source and date. Pure.

Never a default: what the office has not entered is missing, and the sum says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Mapping

from bot.errors import BadOfficeFile
from bot.legal.sums import day_words, plain

# name: (what it is, unit, lowest, highest credible value)
KNOWN = {
    "lpr_1y": ("一年期贷款市场报价利率（LPR）", "%", Decimal("0.1"), Decimal("20")),
    "local_average_wage": ("本地上年度职工月平均工资", "元", Decimal("500"), Decimal("100000")),
    "minimum_wage": ("本地月最低工资标准", "元", Decimal("300"), Decimal("50000")),
    "national_urban_income": ("上年度全国城镇居民人均可支配收入（全年）", "元", Decimal("5000"), Decimal("1000000")),
}


@dataclass(frozen=True)
class Figure:
    """One number: percent for rates, 元 else; as published on `as_of` by `source`."""

    name: str
    value: Decimal
    as_of: date
    source: str

    @property
    def words(self) -> str:
        """The figure with its unit, date and source, for residents."""
        what, unit, *_ = KNOWN[self.name]
        return f"{what}{plain(self.value)}{unit}（{day_words(self.as_of)}，{self.source}）"


Figures = Mapping[str, Figure]


def read_figures(raw: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the figures of an office's file by name.

    Args:
        raw: name → {value, as_of, source}, as YAML gives it.

    Raises:
        BadOfficeFile: an unknown name, a missing part, or a value nobody can mean.
    """
    return {name: _figure(name, given) for name, given in raw.items()}


def _figure(name: str, given: Any) -> Figure:
    if name not in KNOWN:
        raise BadOfficeFile(f"figures: unknown figure {name!r}; known: {', '.join(KNOWN)}.")
    if not isinstance(given, Mapping) or set(given) != {"value", "as_of", "source"}:
        raise BadOfficeFile(f"figures.{name}: got {given!r}; expected value, as_of and source.")
    _, unit, low, high = KNOWN[name]
    try:
        value = Decimal(str(given["value"]))
    except InvalidOperation as error:
        raise BadOfficeFile(f'figures.{name}.value: {given["value"]!r} is not a number; write it without unit, e.g. "3.0".') from error
    if not value.is_finite() or not low <= value <= high:
        raise BadOfficeFile(f"figures.{name}.value: {value} {unit}; expected {low} to {high}.")
    if not isinstance(given["as_of"], date) or not given["source"]:
        raise BadOfficeFile(f"figures.{name}: as_of must be a day such as 2026-11-20 and source must say who published it.")
    return Figure(name, value, given["as_of"], str(given["source"]))
