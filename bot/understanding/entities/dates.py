"""Days, months and years that residents name, and how long something took."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Optional

from bot.understanding.entities.entity import Entity
from bot.understanding.entities.lunar import FESTIVALS, festival, last_lunar_month, new_year
from bot.understanding.entities.numbers import DIGIT, number_value

_YEAR_WORDS = {"大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_DAY_WORDS = {"大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "昨夜": -1, "昨儿": -1, "夜儿": -1,
              "今天": 0, "今晚": 0, "今早": 0, "今儿": 0,
              "明天": 1, "明晚": 1, "明儿": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = "一二三四五六日"
_N = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_BEFORE_SPAN = "龄了满判期限过有住干近快都经"  # 工龄20年 is a length of time, 20年买的 is a year
_YEAR = (
    r"(?P<year>(?:19|20)\d{2}|[一二][零〇九][零〇一二三四五六七八九]{2}" + rf"|(?<![\d{_BEFORE_SPAN}])[0-3]\d)\s*年|(?P<yearword>{'|'.join(_YEAR_WORDS)})的?"
)
_CALENDAR = re.compile(rf"(?:(?:{_YEAR})\s*)(?:(?P<month>{_N})\s*月(?:份|底|初|中旬)?\s*(?:(?P<day>{_N})\s*[日号])?)?")
_MONTH_DAY = re.compile(rf"(?<![\d.])(?P<month>{_N})\s*月(?:份|(?P<day>{_N})\s*[日号])")
_NUMERIC = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-./]\s*(?P<month>\d{1,2})(?:\s*[-./]\s*(?P<day>\d{1,2}))?(?!\d)")
_LUNAR = re.compile(rf"(?P<yearword>{'|'.join(_YEAR_WORDS)})?的?(?P<name>腊月|正月|{'|'.join(FESTIVALS)})")
_DAYS = re.compile("|".join(sorted(_DAY_WORDS, key=len, reverse=True)))
_MONTHS = re.compile(rf"(?P<which>上上个?|上个?|这个?|本|下个?)月(?:(?P<day>{_N})\s*[日号])?")
_WEEKS = re.compile(r"(?P<which>上上个?|上个?|这个?|本|下个?)(?:周|星期|礼拜)(?P<day>[一二三四五六日天])?")

_COUNT = rf"[{DIGIT}百半几][{DIGIT}百多来几余.]*"
_SPAN = re.compile(
    rf"(?<![第.千万月])(?<!\d(?=\d))(?:(?P<years>{_COUNT})\s*年(?P<yearhalf>半)?(?!前?[{DIGIT}]{{1,2}}月|级|[度代底初])多?(?:零|又|加|和)?)?"
    rf"(?:(?P<months>{_COUNT})\s*个?(?P<monthhalf>半)?多?个?月(?!份|[{DIGIT}]{{1,2}}[号日]))?"
    rf"(?:(?P<count>{_COUNT})\s*(?P<unit>个半?(?:星期|礼拜)|周(?!岁|年|[一二三四五六日])|星期(?![一二三四五六日天])|天|日(?!常|子)|个?(?:小时|钟头)))?"
    r"(?P<ago>多?(?:之前|以前|前(?![妻夫任台])))?")
_UNITS = {"周": "week", "星期": "week", "礼拜": "week", "天": "day", "日": "day", "小时": "hour", "钟头": "hour"}


def find_dates(text: str, today: date) -> Iterator[Entity]:
    """Yield days, months and years named in a width-narrowed text, as seen from `today` (Beijing).

    A month or day without a year is the latest one not after today; dates that do not exist (2月30日) are left out.
    """
    for match in (*_CALENDAR.finditer(text), *_NUMERIC.finditer(text), *_MONTH_DAY.finditer(text)):
        yield from _entity(match, *_calendar(match.groupdict(), today))
    for match in _LUNAR.finditer(text):
        yield from _entity(match, *_lunar(match, today))
    for match in _DAYS.finditer(text):
        yield from _entity(match, today + timedelta(days=_DAY_WORDS[match.group()]), "day")
    for match in _MONTHS.finditer(text):
        yield from _entity(match, *_month(match, today))
    for match in _WEEKS.finditer(text):
        yield from _entity(match, *_week(match, today))


def find_spans(text: str, today: date) -> Iterator[Entity]:
    """Yield how long things took ("干了三个月", "两年半"); with 前 or 以前 behind it a span becomes a date before today."""
    for match in _SPAN.finditer(text):
        amount, unit = _length(match)
        if not amount or not unit:
            continue
        if match["ago"]:
            yield from _entity(match, *_before(today, amount, unit))
        else:
            value = int(amount) if amount == int(amount) else amount
            yield Entity("span", match.group(), match.start(), match.end(), value, unit)


def _entity(match: re.Match[str], day: Optional[date], unit: str) -> Iterator[Entity]:
    if day is not None:
        value = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[unit]
        yield Entity("date", match.group(), match.start(), match.end(), day.strftime(value), unit)


def _calendar(found: dict[str, Optional[str]], today: date) -> tuple[Optional[date], str]:
    year, month, day = (_part(found.get(name)) for name in ("year", "month", "day"))
    if found.get("yearword"):
        year = today.year + _YEAR_WORDS[found["yearword"] or ""]
    if year is not None and year < 100:
        year += 2000
    if year is None and month:
        year = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    try:
        return date(year or 0, month or 1, day or 1), "day" if day else "month" if month else "year"
    except ValueError:
        return None, "day"


def _part(text: Optional[str]) -> Optional[int]:
    if not text:
        return None
    if len(text) == 4 and not text.isdigit():
        return int("".join(str("零一二三四五六七八九".index(c)) for c in text.replace("〇", "零")))
    value = number_value(text)
    return None if value is None else int(value)


def _lunar(match: re.Match[str], today: date) -> tuple[Optional[date], str]:
    year = today.year + _YEAR_WORDS.get(match["yearword"] or "", 0)
    if match["name"] == "腊月":
        # Before the lunar new year "今年腊月" and a bare "腊月" still mean the lunar year that is ending.
        early = today < (new_year(today.year) or today)
        return last_lunar_month(year - (1 if early or not match["yearword"] else 0)), "month"
    if match["name"] == "正月":
        return new_year(year), "month"
    if not match["yearword"] and match["name"] == "十一":
        return None, "day"
    return festival(match["name"], year), "day"


def _steps(which: str) -> int:
    return -2 if which.startswith("上上") else -1 if which.startswith("上") else 1 if which.startswith("下") else 0


def _months_from(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _month(match: re.Match[str], today: date) -> tuple[Optional[date], str]:
    first = _months_from(today.replace(day=1), _steps(match["which"]))
    day = _part(match["day"])
    try:
        return (first.replace(day=day), "day") if day else (first, "month")
    except ValueError:
        return None, "day"


def _week(match: re.Match[str], today: date) -> tuple[Optional[date], str]:
    monday = today + timedelta(days=7 * _steps(match["which"]) - today.weekday())
    if not match["day"]:
        return monday, "day"
    return monday + timedelta(days=_WEEKDAYS.index(match["day"].replace("天", "日"))), "day"


def _length(match: re.Match[str]) -> tuple[float, Optional[str]]:
    """Return amount and unit of a span: years with months become months, 半 counts half a unit."""
    years, months, count = (float(number_value(match[name]) or 0) if match[name] else 0.0 for name in ("years", "months", "count"))
    years += 0.5 if match["yearhalf"] else 0
    months += 0.5 if match["monthhalf"] else 0
    if years or months:
        whole = not months and years == int(years) and years < 200
        return (years, "year") if whole else (12 * years + months, "month")
    unit = next((code for word, code in _UNITS.items() if match["unit"] and word in match["unit"]), None)
    return count + (0.5 if match["unit"] and "半" in match["unit"] else 0), unit


def _before(today: date, amount: float, unit: str) -> tuple[Optional[date], str]:
    try:
        if unit in ("year", "month"):
            return _months_from(today, -round(amount * (12 if unit == "year" else 1))), "year" if unit == "year" else "month"
        return today - timedelta(days=round(amount * {"week": 7, "day": 1, "hour": 1 / 24}[unit])), "day"
    except (ValueError, OverflowError):
        return None, "day"
