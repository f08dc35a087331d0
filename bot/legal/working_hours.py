"""Time limits in working hours: only the hours in which the office is open count, holidays and moved working days included. Pure.

Nobody is promised for hours in which nobody works (domain.md 4.1): a limit that starts at night begins with the next opening.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Iterator

from bot.legal.calendar import BEIJING, DAY, is_working_day, working_days_after

Hours = tuple[tuple[time, time], ...]
LONGEST_DAYS = 400


def is_open(now: datetime, hours: Hours) -> bool:
    """Whether people work at this moment: Beijing office hours [start, end) of a working day."""
    local = now.astimezone(BEIJING)
    return is_working_day(local.date()) and any(start <= local.time() < end for start, end in hours)


def after_working_time(start: datetime, minutes: int, hours: Hours) -> datetime:
    """Return the moment at which `minutes` of office hours have passed since `start` (aware; Beijing time is returned).

    A limit that ends exactly at closing time ends then, not at the next opening. `minutes` 0 gives the next moment at which
    the office is open, or `start` itself.

    Raises:
        ValueError: the office has no hours, or the limit is longer than a year.
    """
    left = timedelta(minutes=minutes)
    for opens, closes in _openings(start.astimezone(BEIJING), hours):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(f"{minutes} working minutes do not end within {LONGEST_DAYS} days of hours {hours}; check the hours in office.yml.")


def end_of_working_day(start: datetime, days: int, hours: Hours) -> datetime:
    """Return closing time of the `days`-th working day after `start`; the day of `start` is not counted (民法典 201)."""
    day = working_days_after(start.astimezone(BEIJING).date(), days)
    return _moment(day, max((end for _, end in hours), default=time(23, 59, 59)))


def working_minutes_between(start: datetime, end: datetime, hours: Hours) -> int:
    """Return the whole minutes of office hours in [start, end); 0 where `end` is not after `start`."""
    if end <= start:
        return 0
    total = timedelta()
    for opens, closes in _openings(start.astimezone(BEIJING), hours):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return int(total.total_seconds() // 60)


def _openings(start: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of office hours from `start` on, in order."""
    day = start.date()
    for _ in range(LONGEST_DAYS):
        for opens, closes in sorted(hours) if is_working_day(day) else ():
            if _moment(day, closes) > start:
                yield max(_moment(day, opens), start), _moment(day, closes)
        day += DAY


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=BEIJING)
