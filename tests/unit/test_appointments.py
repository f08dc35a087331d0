"""Proposed times, what was meant, and the calendar file."""

from datetime import datetime, timezone

import pytest

from bot.errors import BadInput
from bot.legal.appointments import calendar_file, chosen_time, read_times, time_words
from tests.conftest import NOON

WEDNESDAY = datetime(2026, 3, 18, 1, 30, tzinfo=timezone.utc)


def test_times_are_read_as_beijing_and_sorted():
    assert read_times(["2026-03-19T14:00", "", "2026-03-18T09:30"], NOON) == [WEDNESDAY, datetime(2026, 3, 19, 6, 0, tzinfo=timezone.utc)]


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["2026-03-16T11:59"], ["2026-06-16T10:00"], ["2026-03-18T09:30"] * 2, ["明天"], ["2026-02-30T10:00"], [f"2026-03-18T1{n}:00" for n in range(5)]],
)
def test_times_that_nobody_can_keep_are_refused(texts):
    with pytest.raises(BadInput):
        read_times(texts, NOON)


def test_a_time_is_said_in_words_and_found_again_whatever_its_width():
    assert time_words(WEDNESDAY) == "3月18日（周三）上午9:30"
    assert time_words(WEDNESDAY.replace(hour=4)) == "3月18日（周三）下午12:30"
    assert chosen_time("3月18日(周三)上午9:30", [WEDNESDAY]) == WEDNESDAY
    assert chosen_time("3月18日（周三） 上午9：30", [WEDNESDAY]) == WEDNESDAY
    assert chosen_time("我选3月18日(周三)上午9:30", [WEDNESDAY]) == WEDNESDAY
    assert chosen_time("3月18日", [WEDNESDAY]) is None


def test_the_calendar_file_is_one_that_phones_read():
    text = calendar_file("a@b", WEDNESDAY, 60, "示例社区一，便民大厅；" * 4 + "a,b;c", NOON)
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR" and lines[-1] == ""
    assert "DTSTART:20260318T013000Z" in lines and "DTEND:20260318T023000Z" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "a\\,b\\;c" in text.replace("\r\n ", "") and "漏水" not in text
