"""Periods: half-open Beijing days [start, end), compared in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.errors import BadPeriod

_NAMED = re.compile(r"([0-9]{4})(?:H([0-9])|Q([0-9])|-([0-9]{2}))?")
BEIJING = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True)
class Period:
    """Beijing days from `first` up to, not including, `end`."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise BadPeriod(f"The period from {self.first} to before {self.end} is empty; the end must be a later day.")

    @property
    def start_utc(self) -> datetime:
        """First instant inside."""
        return _midnight(self.first)

    @property
    def end_utc(self) -> datetime:
        """First instant outside."""
        return _midnight(self.end)


def read_period(first: str, last: str) -> Period:
    """Return the period of two days as people say it: both included ("2026-01-01" to "2026-12-31" is a year).

    Raises:
        BadPeriod: a day cannot be read, or the second is before the first.
    """
    start, final = read_day(first), read_day(last)
    if final < start:
        raise BadPeriod(f"--to {last} is before --from {first}; both days belong to the period.")
    return Period(start, final + timedelta(days=1))


def read_day(text: str) -> date:
    """Return the day "2026-11-23" stands for.

    Raises:
        BadPeriod: it is not such a day.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadPeriod(f"{text!r} is not a day; expected one such as 2026-11-23.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadPeriod(f"{text!r} is out of range; expected a day from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def year(number: int) -> Period:
    """Return a calendar year (报告年, domain.md 1.4)."""
    return Period(date(number, 1, 1), date(number + 1, 1, 1))


def month(number: int, of_year: int) -> Period:
    """Return a calendar month."""
    following = date(of_year + number // 12, number % 12 + 1, 1)
    return Period(date(of_year, number, 1), following)


def quarter(number: int, of_year: int) -> Period:
    """Return a calendar quarter, 1 to 4."""
    return Period(month(3 * number - 2, of_year).first, month(3 * number, of_year).end)


def half(number: int, of_year: int) -> Period:
    """Return half a calendar year, 1 or 2."""
    return Period(month(6 * number - 5, of_year).first, month(6 * number, of_year).end)


def read_month(text: str) -> Period:
    """Return the month "2026-03" stands for.

    Raises:
        BadPeriod: it is not such a month.
    """
    first = read_day(f"{text.strip()}-01") if len(text.strip()) == 7 else None
    if first is None:
        raise BadPeriod(f"{text!r} is not a month; expected one such as 2026-03.")
    return month(first.month, first.year)


def span_name(period: Period) -> str:
    """Return what `read_span` reads: "2026-03" for a whole month, "2026-03-05/2026-03-20" for other days, the second not included."""
    whole = period == month(period.first.month, period.first.year)
    return f"{period.first:%Y-%m}" if whole else f"{period.first}/{period.end}"


def read_span(name: str) -> Period:
    """Return the days that `span_name` named.

    Raises:
        BadPeriod: it is no such name.
    """
    first, slash, end = name.partition("/")
    return Period(read_day(first), read_day(end)) if slash else read_month(name)


def months_of(period: Period) -> list[Period]:
    """Return the months of a period in order; the first and last are cut to it."""
    found, first = [], period.first
    while first < period.end:
        end = min(month(first.month, first.year).end, period.end)
        found.append(Period(first, end))
        first = end
    return found


def named_period(name: str) -> Period:
    """Return the period "2026", "2026H1", "2026Q3" or "2026-03" stands for.

    Raises:
        BadPeriod: it is no such name.
    """
    found = _NAMED.fullmatch(name.strip().upper())
    if found is None:
        raise BadPeriod(f"{name!r} is no period; expected one such as 2026, 2026H1, 2026Q3 or 2026-03.")
    of_year, half_number, quarter_number, month_number = (int(part) if part else None for part in found.groups())
    return chosen_period(of_year or 0, month_number, quarter_number, half_number)


def name_of(period: Period) -> str | None:
    """Return the name that `named_period` reads, None where the period has none."""
    months, of_year, number = _months_between(period), period.first.year, period.first.month
    if months == 12 and number == 1:
        return f"{of_year}"
    if months == 6 and number in (1, 7):
        return f"{of_year}H{1 + number // 7}"
    if months == 3 and number % 3 == 1:
        return f"{of_year}Q{1 + number // 3}"
    return f"{of_year}-{number:02d}" if months == 1 else None


def chosen_period(of_year: int, month_number: int | None = None, quarter_number: int | None = None, half_number: int | None = None) -> Period:
    """Return the one calendar period that was asked for.

    Raises:
        BadPeriod: more than one of month, quarter and half, or one out of range.
    """
    asked = [(what, n, top) for what, n, top in (("month", month_number, 12), ("quarter", quarter_number, 4), ("half", half_number, 2)) if n is not None]
    if len(asked) > 1:
        raise BadPeriod(f"Got {' and '.join(what for what, _, _ in asked)}; expected at most one of month, quarter and half.")
    if not FIRST_YEAR <= of_year <= LAST_YEAR:
        raise BadPeriod(f"Year {of_year} is out of range; expected one such as 2026.")
    if not asked:
        return year(of_year)
    what, n, top = asked[0]
    if not 1 <= n <= top:
        raise BadPeriod(f"{what} {n} does not exist; expected 1 to {top}.")
    return {"month": month, "quarter": quarter, "half": half}[what](n, of_year)


def compared(period: Period, today: date) -> tuple[Period, Period]:
    """Return what a period is compared with: the one before it and the same a year ago.

    A month, quarter, half or year is compared with the one before; other days with as many days before. While the period
    is running both are cut to as many days as have passed, so that a part is never compared with a whole.
    """
    months = _months_between(period)
    begun = _months_back(period.first, months) if months else period.first - (period.end - period.first)
    before = Period(begun, period.first)
    last_year = Period(_months_back(period.first, 12), _months_back(period.end, 12))
    passed = today + timedelta(days=1) - period.first
    if period.end - period.first > passed > timedelta(0):
        return _cut(before, passed), _cut(last_year, passed)
    return before, last_year


def _months_between(period: Period) -> int:
    """Whole calendar months of a period; 0 where it does not begin and end with a month."""
    if period.first.day != 1 or period.end.day != 1:
        return 0
    return (period.end.year - period.first.year) * 12 + period.end.month - period.first.month


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    year_before, month_before = number // 12, number % 12 + 1
    length = (month(month_before, year_before).end - date(year_before, month_before, 1)).days
    return date(year_before, month_before, min(day.day, length))


def _cut(period: Period, days: timedelta) -> Period:
    return Period(period.first, min(period.end, period.first + days))


def end_of(day: date) -> datetime:
    """Return the first instant after a Beijing day: what was recorded before it was known on that day."""
    return _midnight(day + timedelta(days=1))


def today(now: datetime) -> date:
    """Return the Beijing day of a moment."""
    return now.astimezone(BEIJING).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=BEIJING).astimezone(timezone.utc)
