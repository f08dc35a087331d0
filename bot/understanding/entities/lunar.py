"""Lunar new year and the festivals people date things by."""

from datetime import date, timedelta
from typing import Optional

# First day of the first lunar month (春节). Source: 紫金山天文台 calendars as printed every year.
_NEW_YEAR = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1),
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}
_FIXED = {"元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "六一": (6, 1), "国庆": (10, 1), "十一": (10, 1), "双十一": (11, 11), "三八": (3, 8)}
FESTIVALS = ("春节", "过年", "大年初一", *sorted(_FIXED, key=len, reverse=True))


def new_year(year: int) -> Optional[date]:
    """Return 春节 of a year, None outside 2015-2035."""
    return date(year, *_NEW_YEAR[year]) if year in _NEW_YEAR else None


def last_lunar_month(year: int) -> Optional[date]:
    """Return the day 腊月 of a lunar year begins, to within a day (it has 29 or 30 days); None outside the table."""
    following = new_year(year + 1)
    return following - timedelta(days=29) if following else None


def festival(name: str, year: int) -> Optional[date]:
    """Return the day of a festival in a year, None if it is not known."""
    return date(year, *_FIXED[name]) if name in _FIXED else new_year(year)
