"""Reading an answer to a calculator's question. Pure.

The amounts, days and spans in it were found by the model of understanding (entities: kind, value, unit, start, end);
what a bare "6000" means, only the question knows. A refusal tells the resident what to write instead.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from bot.legal.calendar import FIRST
from bot.legal.sums import Uncountable, day_words

if TYPE_CHECKING:
    from bot.legal.calculator_fields import Field

Entities = Sequence[Mapping[str, Any]]
Reader = Callable[["Field", str, Entities, date], str]
_NUMBER = r"[0-9零〇一二两三四五六七八九十百千万亿半]+(?:[.点][0-9零一二三四五六七八九]+)?"
_NEGATIVE = re.compile(r"(?:^|[^0-9A-Za-z年月日号到至.])[-−—]\s*[0-9]|负\s*[0-9一二三四五六七八九十]")
_AROUND = ("大概|大约|差不多|约|每月|一个月", "元|块钱?|人|个孩子?|个|次|级(?:伤残)?|年|个?月|天|日|个?小时", "左右|吧|多")
_BARE = re.compile(rf"^(?:{_AROUND[0]})?\s*(?P<number>{_NUMBER}|[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<scale>[wWkK]?)\s*(?:{_AROUND[1]})?(?:{_AROUND[2]})?[。.]?$")
_DATE = re.compile(r"(?:(?P<year>\d{4})\s*[年\-./])?\s*(?P<month>\d{1,2})\s*[月\-./]\s*(?P<day>\d{1,2})\s*[日号]?(?!\d)")
_COMPACT = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})$")
_NO = re.compile(r"^(没有?|不是|不|否|无|未|没|不对|不固定)")
_YES = re.compile(r"^(是|有|对|嗯|固定|体验过|去过|做过)")
_NONE = re.compile(r"^(没有?了?|无|零|没休过?|没加过?班?|一(天|个|小时)也没有?)[。.]?$")
# How much of the wanted unit a unit of time makes; an overtime day is eight hours.
_TIMES = {
    "年": {"year": Decimal(1), "month": Decimal(1) / 12}, "个月": {"month": Decimal(1), "year": Decimal(12)},
    "天": {"day": Decimal(1), "week": Decimal(7)}, "小时": {"hour": Decimal(1), "day": Decimal(8)},
}  # fmt: skip


def read_money(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return an amount of 元."""
    _refuse_negative(field, text)
    found = {Decimal(str(e["value"])) for e in entities if e["kind"] == "money"}
    if len(found) > 1:
        raise Uncountable(f"您写了好几个数，请只写{field.label}这一个。", field.name)
    amount = found.pop() if found else bare_number(text)
    if amount is None:
        raise Uncountable(f"没看懂{field.label}是多少，请只写数字，比如6000。", field.name)
    return format(amount.normalize(), "f")


def read_number(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return a number of years, months, days, hours, people or a grade."""
    _refuse_negative(field, text)
    if _NONE.match(text):
        return "0"
    times = _TIMES.get(field.unit, {})
    spans = [Decimal(str(e["value"])) * times[e["unit"]] for e in entities if e["kind"] == "span" and e["unit"] in times]
    if len(spans) > 1:
        raise Uncountable(f"您写了好几个数，请只写{field.label}这一个。", field.name)
    amount = spans[0] if spans else bare_number(text)
    if amount is None:
        raise Uncountable(f"没看懂{field.label}，请写一个数字，比如3{field.unit}。", field.name)
    return format(round(amount, 4).normalize(), "f")


def read_day(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return a day as ISO text; days that do not exist are named."""
    days = _days(field, text, entities, today)
    if len(days) != 1:
        raise Uncountable(f"您写了好几个日期，请只写{field.label}这一个。", field.name)
    return days[0].isoformat()


def read_days(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return one or more days, ISO, joined by commas."""
    return ",".join(day.isoformat() for day in _days(field, text, entities, today))


def read_choice(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return the code of a choice, by its button, its number in the list, or other words for it."""
    labels = [label for _, label, _ in field.choices]
    if text in labels:
        return field.choices[labels.index(text)][0]
    if re.fullmatch(r"[1-9]", text) and int(text) <= len(labels):
        return field.choices[int(text) - 1][0]
    meant = [code for code, _, pattern in field.choices if pattern and re.search(pattern, text, re.I)]
    if len(meant) == 1:
        return meant[0]
    raise Uncountable("请从下面选一个：" + "、".join(labels) + "。", field.name)


def read_yes_no(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return "yes" or "no"."""
    if _NO.match(text):
        return "no"
    if _YES.match(text):
        return "yes"
    raise Uncountable("请点“是”或“不是”。", field.name)


def read_rate(field: Field, text: str, entities: Entities, today: date) -> str:
    """Return a rate in percent a year: 年利率12%, 月息1分 (1 % a month), 月息8厘, 日息万分之五; none agreed is 0."""
    _refuse_negative(field, text)
    if re.search(r"没(有)?(约定|说|写|要|谈)|^(没有|无息|不要利息|无|0|零)", text):
        return "0"
    percent = _percent(text)
    if percent is None:
        raise Uncountable("没看懂利率，请这样写：“年利率12%”“月息1分”，没有约定就写“没约定”。", field.name)
    amount, period = percent
    if period is None:
        raise Uncountable("请说明是一年的还是一个月的，比如“年利率12%”“月利率1%”。", field.name)
    yearly = amount * {"年": 1, "月": 12, "日": 365}[period]
    return format(yearly.normalize(), "f")


READERS: dict[str, Reader] = {
    "money": read_money, "day": read_day, "days": read_days, "rate": read_rate,
    "number": read_number, "choice": read_choice, "yes_no": read_yes_no,
}  # fmt: skip


def bare_number(text: str) -> Decimal | None:
    """Return a number that stands alone, with or without a unit (6000, 6,000元, 八百, 1.5万, 三级), or None."""
    match = _BARE.match(text.strip())
    if not match:
        return None
    scale = {"w": 10000, "k": 1000}.get(match["scale"].lower(), 1)
    number = _number(match["number"].replace(",", ""))
    return None if number is None else number * scale


def _number(written: str) -> Decimal | None:
    try:
        return Decimal(written)
    except InvalidOperation:
        pass
    if written == "半":
        return Decimal("0.5")
    scaled = re.fullmatch(r"(\d+(?:\.\d+)?)([百千万亿])", written)
    if scaled:
        return Decimal(scaled[1]) * {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[scaled[2]]
    from cn2an import cn2an  # most numbers are written in digits; whoever never meets another is spared its megabytes

    try:
        return Decimal(str(cn2an(written.replace("两", "二").replace("〇", "零"), "smart")))
    except (ValueError, LookupError, ArithmeticError):  # cn2an trips over 百11 with a KeyError
        return None


def _percent(text: str) -> tuple[Decimal, str | None] | None:
    """Return (percent, 年|月|日 or None) of a written rate. 分 is 1 % a month or 10 % a year, 厘 a tenth of it."""
    said = re.search(r"[年月日天]", re.sub(r"\d+年\d*月?", "", text))
    period = said[0].replace("天", "日") if said else None
    text = re.sub("[一每](?:个?月|年|天|日)", "", text)
    shares = re.search(rf"(百|千|万)分之({_NUMBER})", text)
    if shares:
        number = _number(shares[2])
        return None if number is None else (number / {"百": 1, "千": 10, "万": 100}[shares[1]], period)
    sign = re.search(rf"({_NUMBER})\s*%", text)
    if sign:
        number = _number(sign[1])
        return None if number is None else (number, period)
    folk = re.search(rf"({_NUMBER})\s*(分|厘)\s*([1-9一二三四五六七八九半])?", text)
    number = _number(folk[1]) if folk else None
    if folk is None or number is None:
        return None
    tail = {"半": Decimal("0.5")}.get(folk[3]) if folk[3] == "半" else (_number(folk[3]) or Decimal(0)) / 10 if folk[3] else Decimal(0)
    period = period or "月"  # 两分利 is said of a month
    unit = {"分": Decimal(1), "厘": Decimal("0.1")}[folk[2]] * (10 if period == "年" else 1)
    return (number + (tail or Decimal(0))) * unit, period


def _days(field: Field, text: str, entities: Entities, today: date) -> list[date]:
    compact = _COMPACT.match(text)
    if compact:
        text, entities = "-".join(compact.groups()), []
    written = [(int(m["year"] or today.year), int(m["month"]), int(m["day"])) for m in _DATE.finditer(text)]
    for year, month, day in written:
        _refuse_impossible(field, year, month, day)
    days = {date(*written[0])} if compact else {date.fromisoformat(str(e["value"])) for e in entities if e["kind"] == "date" and e["unit"] == "day"}
    if not days:
        vague = any(e["kind"] == "date" for e in entities)
        raise Uncountable("请写到哪一天，比如2024年3月15日" + ("；记不清就写那个月的1日。" if vague else "。"), field.name)
    for found in days:
        if found < FIRST:
            raise Uncountable(f"{day_words(found)}太早了，请核对年份。", field.name)
        if found > today and not field.future:
            raise Uncountable(f"{day_words(found)}还没有到，请写已经过去的日子。", field.name)
    return sorted(days)


def _refuse_impossible(field: Field, year: int, month: int, day: int) -> None:
    if not 1 <= month <= 12:
        raise Uncountable(f"没有{month}月，请再写一次日期，比如2024年3月15日。", field.name)
    try:
        date(year, month, day)
    except ValueError:
        raise Uncountable(f"{year}年{month}月没有{day}日，请再写一次日期。", field.name) from None


def _refuse_negative(field: Field, text: str) -> None:
    if _NEGATIVE.search(text) or re.match(r"^-\s*\d", text):
        raise Uncountable(f"{field.label}不能是负数，请写一个正数。", field.name)
