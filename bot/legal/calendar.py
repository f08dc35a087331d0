"""Days, months and working days as Chinese law counts them. Pure.

Working days follow the State Council's yearly holiday arrangement (package chinesecalendar). Of a year it does not
know, only Saturdays and Sundays count as days off; whoever shows the result has to say so (`unknown_years`).
Source: 民法典 arts. 200-203; 民事诉讼法 art. 85; 全国年节及纪念日放假办法 arts. 2, 6, 7.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.legal.sums import Uncountable

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
FIRST, LAST = date(1950, 1, 1), date(2199, 12, 31)


def is_known(year: int) -> bool:
    """Whether the holiday arrangement of this year is known."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def unknown_years(first: date, last: date) -> tuple[int, ...]:
    """Return the years from `first` to `last`, both included, whose holidays are not known."""
    return tuple(year for year in range(first.year, last.year + 1) if not is_known(year))


def is_working_day(day: date) -> bool:
    """Whether this is a working day: no weekend and no public holiday, or a weekend moved to work."""
    if not is_known(day.year):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def on_or_after(day: date) -> date:
    """Return the first working day on or after `day`."""
    while not is_working_day(day):
        day += DAY
    return day


def working_days_after(start: date, count: int) -> date:
    """Return the `count`-th working day after `start`; the day of `start` is not counted."""
    day = start
    for _ in range(count):
        day = on_or_after(day + DAY)
    return day


def count_working_days(start: date, end: date) -> int:
    """Return how many working days lie in [start, end)."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range((end - start).days))


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` later (negative: earlier); a month without it gives its last day.

    31 January and one month give 28 or 29 February. Source: 民法典 art. 202.

    Raises:
        Uncountable: outside 1950-2199.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not FIRST.year <= year <= LAST.year:
        raise Uncountable(f"算出来的年份是{year}年，太远了，请核对写的日期。")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_between(start: date, end: date) -> tuple[int, int]:
    """Return whole months and further days from `start` to `end`, counted by corresponding days; `end` not before `start`."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months, (end - add_months(start, months)).days
