"""Forms of the desk: what a field is, and reading what somebody typed. Pure; the same reading serves pages and spreadsheets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Iterable, Mapping

from bot.errors import BadFields
from bot.office import BEIJING

TEXT, LONG, DAY, MOMENT, NUMBER, CHOICE, CHECK, MONEY = "text", "long", "day", "moment", "number", "choice", "check", "money"
_YES = ("1", "on", "true", "yes", "是", "有", "√", "对")
_NO = ("", "0", "off", "false", "no", "否", "无", "×")
_DAY = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*(?:[T\s]\s*(\d{1,2})\s*[:：时]\s*(\d{1,2})?\s*分?(?::\d{1,2})?)?\s*$")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]")
LARGEST = 100_000_000
OLDEST = 10 * 366  # days; older than this is a slip of the pen


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Args:
        kind: text, long (several lines), day, moment, number, choice, check or money (元).
        choices: (code, label), for a choice; a spreadsheet may hold either.
        smallest: of a number.
        past: a day or moment must not lie in the future.
        oldest: days back from now; older is taken for a slip of the pen.
    """

    name: str
    label: str
    kind: str = TEXT
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    longest: int = 200
    smallest: int = 0
    past: bool = True
    oldest: int = OLDEST


def read_fields(fields: Iterable[Field], given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the values of a form, each in its type; a field that is left empty is None (a check: False).

    Raises:
        BadFields: says for each wrong field what is wrong with it, all at once.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        try:
            values[field.name] = read_field(field, given.get(field.name) or "", now)
        except ValueError as error:
            wrong[field.name] = str(error)
    if wrong:
        raise BadFields(wrong)
    return values


def read_field(field: Field, typed: str, now: datetime) -> Any:
    """Return one value in its type.

    Raises:
        ValueError: in Chinese, for whoever typed it.
    """
    text = _UNSEEN.sub("", typed).strip()
    if field.kind == CHECK:
        return _check(field, text.lower())
    if not text:
        if field.required:
            raise ValueError(f"请填写“{field.label}”。")
        return None
    readers = {TEXT: _text, LONG: _text, DAY: _day, MOMENT: _moment, NUMBER: _number, CHOICE: _choice, MONEY: _money}
    return readers[field.kind](field, text, now)


def _text(field: Field, text: str, _now: datetime) -> str:
    if len(text) > field.longest:
        raise ValueError(f"“{field.label}”最多{field.longest}字，现在{len(text)}字。")
    return text if field.kind == LONG else re.sub(r"\s+", " ", text)


def _choice(field: Field, text: str, _now: datetime) -> str:
    for code, label in field.choices:
        if text in (code, label):
            return code
    shown = "、".join(label for _, label in field.choices[:20])
    raise ValueError(f"“{field.label}”没有“{text[:20]}”这一项，可选：{shown}。")


def _number(field: Field, text: str, _now: datetime) -> int:
    plain = text.replace(",", "").replace("，", "")
    # Excel hands whole numbers over as 30.0.
    plain = re.sub(r"\.0+$", "", plain)
    if not re.fullmatch(r"[0-9]{1,12}", plain):
        raise ValueError(f"“{field.label}”要写整数，现在是“{text[:20]}”。")
    number = int(plain)
    if not field.smallest <= number <= LARGEST:
        raise ValueError(f"“{field.label}”要在{field.smallest}到{LARGEST}之间，现在是{number}。")
    return number


def _money(field: Field, text: str, _now: datetime) -> Decimal:
    plain = re.sub(r"[,，\s]|元$|^[¥￥]", "", text)
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", plain) or not Decimal(plain):
        raise ValueError(f"“{field.label}”要写大于零的金额（元，最多两位小数），现在是“{text[:20]}”。")
    return Decimal(plain)


def _day(field: Field, text: str, now: datetime) -> date:
    return _when(field, text, now).date()


def _moment(field: Field, text: str, now: datetime) -> datetime:
    return _when(field, text, now)


def _when(field: Field, text: str, now: datetime) -> datetime:
    found = _DAY.match(text)
    try:
        if not found:
            raise ValueError
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        when = datetime(year, month, day, hour, minute, tzinfo=BEIJING)
    except ValueError:
        shape = "2026-03-16" if field.kind == DAY else "2026-03-16 10:30"
        raise ValueError(f"“{field.label}”要写成 {shape} 这样，现在是“{text[:20]}”。") from None
    late = when.date() > now.astimezone(BEIJING).date() if field.kind == DAY else when > now + timedelta(minutes=1)
    if field.past and late:
        raise ValueError(f"“{field.label}”还没有到，只登记已经发生的。")
    if when < now - timedelta(days=field.oldest):
        raise ValueError(f"“{field.label}”太早了，请核对年份。")
    return when


def _check(field: Field, text: str) -> bool:
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueError(f"“{field.label}”请写“是”或“否”，现在是“{text[:20]}”。")
