"""Periods: half-open Beijing days [start, end), compared in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.errors import BadPeriod

BEIJING = ZoneInfo("Asia/Shanghai")


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
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadPeriod(f"{text!r} is not a day; expected one such as 2026-11-23.") from error


def year(number: int) -> Period:
    """Return a calendar year (报告年, domain.md 1.4)."""
    return Period(date(number, 1, 1), date(number + 1, 1, 1))


def month(number: int, of_year: int) -> Period:
    """Return a calendar month."""
    following = date(of_year + number // 12, number % 12 + 1, 1)
    return Period(date(of_year, number, 1), following)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=BEIJING).astimezone(timezone.utc)
