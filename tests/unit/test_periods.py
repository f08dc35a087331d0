"""Periods are half-open Beijing days."""

from datetime import date, datetime, timezone

import pytest

from bot.errors import BadPeriod
from bot.statistics.periods import Period, month, read_period, year


def test_a_beijing_day_begins_at_four_in_the_afternoon_utc():
    day = read_period("2026-03-01", "2026-03-01")
    assert day.start_utc == datetime(2026, 2, 28, 16, tzinfo=timezone.utc)
    assert day.end_utc == datetime(2026, 3, 1, 16, tzinfo=timezone.utc)


def test_both_named_days_belong_to_a_period():
    assert read_period("2026-01-01", "2026-12-31") == year(2026)


def test_december_ends_with_the_year():
    assert month(12, 2026) == Period(date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize("first, last", [("2026-02-30", "2026-03-01"), ("gestern", "2026-03-01"), ("2026-03-02", "2026-03-01")])
def test_an_unreadable_or_reversed_period_is_refused(first, last):
    with pytest.raises(BadPeriod):
        read_period(first, last)
