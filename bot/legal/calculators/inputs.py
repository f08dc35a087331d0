"""What the calculators accept. A refusal names the input and tells the resident what to write instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.legal.calendar import FIRST, LAST
from bot.legal.sums import Uncountable, day_words, plain

MOST_MONEY = Decimal("10000000000")
MOST_WAGE = Decimal("1000000")


def money(given: Decimal | int, what: str, field: str, most: Decimal = MOST_MONEY, zero: bool = False) -> Decimal:
    """Return an amount of 元.

    Raises:
        Uncountable: negative, zero (unless allowed), not a number, or more than anybody means.
    """
    amount = Decimal(given)
    if not amount.is_finite():
        raise Uncountable(f"{what}没有看懂，请只写数字，比如5000。", field)
    if amount < 0:
        raise Uncountable(f"{what}不能是负数，您写的是{plain(amount)}。请写一个正数。", field)
    if amount == 0 and not zero:
        raise Uncountable(f"{what}不能是0，请写实际的数目。", field)
    if amount > most:
        raise Uncountable(f"{what}{plain(amount)}元太大了，请核对单位，按元来写。", field)
    return amount


def wage(given: Decimal | int, field: str = "monthly_wage") -> Decimal:
    """Return a monthly wage in 元, more than zero; raises Uncountable as `money` does."""
    return money(given, "月工资", field, MOST_WAGE)


def number(given: Decimal | int, what: str, field: str, low: int, high: int, unit: str = "") -> Decimal:
    """Return a number between `low` and `high`, both included.

    Raises:
        Uncountable: outside them, or not a number.
    """
    value = Decimal(given)
    if not value.is_finite() or not low <= value <= high:
        raise Uncountable(f"{what}应在{low}到{high}{unit}之间，请再写一次。", field)
    return value


def whole(given: Decimal | int, what: str, field: str, low: int, high: int, unit: str = "") -> int:
    """Return a whole number between `low` and `high`; raises Uncountable otherwise."""
    value = number(given, what, field, low, high, unit)
    if value != value.to_integral_value():
        raise Uncountable(f"{what}要写整数，比如{low or 1}。", field)
    return int(value)


def day(given: date, what: str, field: str) -> date:
    """Return a day that can be counted from; raises Uncountable outside 1950-2199."""
    if not FIRST <= given <= LAST:
        raise Uncountable(f"{what}写的是{given.year}年，请核对年份。", field)
    return given


def in_order(first: date, last: date, first_name: str, last_name: str, field: str) -> None:
    """Check that `last` does not lie before `first`.

    Raises:
        Uncountable: it does; both days are named.
    """
    if last < first:
        raise Uncountable(f"{last_name}（{day_words(last)}）早于{first_name}（{day_words(first)}），请核对后再写一次。", field)
