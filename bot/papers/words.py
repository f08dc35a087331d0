"""How values are written in papers: days, moments, money, tick boxes, and text that cannot break a document. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from bot.office import BEIJING

BLANK = "【待填】"
WITHHELD = "【无查看权限】"
# XML 1.0 forbids them; \a, \f and \v would start paragraphs of their own when the template is filled.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text that a document can hold, as typed otherwise."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n"))


def day(value: date | datetime | None) -> str | None:
    """Return 2026年3月16日, the Beijing day of a moment; None stays None."""
    if isinstance(value, datetime):
        value = value.astimezone(BEIJING).date()
    return None if value is None else f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None, seconds: bool = False) -> str | None:
    """Return 2026年3月16日12时05分 in Beijing, with seconds on request."""
    if value is None:
        return None
    local = value.astimezone(BEIJING)
    return f"{day(value)}{local:%H}时{local:%M}分" + (f"{local:%S}秒" if seconds else "")


def money(value: Decimal | None) -> str | None:
    """Return 1,234.50元."""
    return None if value is None else f"{value:,.2f}元"


def ticks(options: tuple[str, ...], chosen: str | None) -> str:
    """Return all options with a box each, the chosen one ticked: ☑ 是　☐ 否."""
    return "　".join(f"{'☑' if option == chosen else '☐'} {option}" for option in options)


def yes_no(value: bool | None, yes: str = "是", no: str = "否") -> str:
    """Return two boxes, one ticked where it is known."""
    return ticks((yes, no), None if value is None else yes if value else no)


def lines(values: tuple[str, ...]) -> str | None:
    """Return numbered lines; None where there are none."""
    return "\n".join(f"{n}. {value}" for n, value in enumerate(values, 1)) or None


def listed(values: tuple[str, ...]) -> str | None:
    """Return values in one line; None where there are none."""
    return "、".join(v for v in values if v) or None
