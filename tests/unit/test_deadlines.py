"""The last day of a period: three kinds of day, days off, months and years. Expected days were counted by hand on a calendar."""

from datetime import date

import pytest

from bot.legal.calendar import add_months, count_working_days, is_known, is_working_day, months_between, unknown_years
from bot.legal.deadline_table import DEADLINES, deadline
from bot.legal.deadlines import deadline_sum, last_day
from bot.legal.limitation import limitation
from bot.legal.sums import CLOSING, Uncountable


def day(text: str) -> date:
    return date.fromisoformat(text)


def ends(code: str, start: str) -> str:
    return deadline_sum(deadline(code), day(start)).value.isoformat()


@pytest.mark.parametrize("is_work, text", [
    (True, "2026-03-16"), (False, "2026-03-15"), (True, "2026-02-14"), (True, "2026-02-28"), (False, "2026-02-16"), (False, "2026-02-23"),
    (True, "2026-02-24"), (True, "2026-01-04"), (True, "2026-05-09"), (False, "2026-05-05"), (True, "2026-10-10"), (False, "2026-10-07"), (True, "2026-10-08"),
])  # fmt: skip
def test_working_days_follow_the_state_council(is_work, text):
    assert is_working_day(day(text)) is is_work


def test_a_year_without_arrangement_knows_only_weekends():
    assert not is_known(2027) and is_known(2026)
    assert is_working_day(day("2027-10-01")) and not is_working_day(day("2027-10-02"))
    assert unknown_years(day("2026-12-30"), day("2028-01-01")) == (2027, 2028)


def test_the_day_of_the_event_is_not_counted():
    assert last_day(day("2026-03-05"), 7, "calendar_day").day == day("2026-03-12")


@pytest.mark.parametrize("start, amount, counted, moved", [
    ("2026-09-01", 30, "2026-10-01", "2026-10-08"),  # into the National Day week
    ("2026-01-16", 30, "2026-02-15", "2026-02-24"),  # into the Spring Festival
    ("2026-03-06", 15, "2026-03-21", "2026-03-23"),  # a Saturday
    ("2026-02-07", 7, "2026-02-14", "2026-02-14"),  # a Saturday that was moved to work
    ("2026-01-16", 60, "2026-03-17", "2026-03-17"),
    ("2026-04-21", 10, "2026-05-01", "2026-05-06"),
])  # fmt: skip
def test_calendar_days_end_on_the_next_working_day(start, amount, counted, moved):
    end = last_day(day(start), amount, "calendar_day")
    assert (end.counted, end.day, end.is_moved) == (day(counted), day(moved), counted != moved)


@pytest.mark.parametrize("start, amount, expected", [
    ("2026-02-12", 5, "2026-02-26"),  # 13, 14 (a working Saturday), 24, 25, 26
    ("2026-04-30", 7, "2026-05-13"),  # 6, 7, 8, 9 (a working Saturday), 11, 12, 13
    ("2026-03-02", 20, "2026-03-30"),
    ("2026-01-16", 30, "2026-03-05"),
    ("2026-03-14", 1, "2026-03-16"),  # from a Saturday
])  # fmt: skip
def test_working_days_skip_days_off(start, amount, expected):
    assert last_day(day(start), amount, "workday").day == day(expected)


@pytest.mark.parametrize("start, amount, unit, expected", [
    ("2023-05-10", 1, "year", "2024-05-10"),
    ("2024-02-29", 1, "year", "2025-02-28"),
    ("2024-02-29", 4, "year", "2028-02-29"),
    ("2025-12-31", 6, "month", "2026-06-30"),
    ("2026-01-30", 1, "month", "2026-02-28"),  # a working Saturday
    ("2026-03-05", 6, "month", "2026-09-07"),  # 5 September is a Saturday
    ("2025-09-15", 2, "year", "2027-09-15"),
])  # fmt: skip
def test_months_and_years_end_on_the_corresponding_day(start, amount, unit, expected):
    assert last_day(day(start), amount, unit).day == day(expected)


def test_six_months_are_not_180_days():
    assert last_day(day("2026-03-02"), 6, "month").day == day("2026-09-02")
    assert last_day(day("2026-03-02"), 180, "calendar_day").day == day("2026-08-31")  # 29 August is a Saturday


def test_the_result_says_when_holidays_are_not_known():
    end = last_day(day("2026-08-31"), 6, "month")
    assert (end.counted, end.day, end.unknown) == (day("2027-02-28"), day("2027-03-01"), (2027,))
    assert "没有2027年的国务院放假安排" in deadline_sum(deadline("admin_suit"), day("2026-08-31")).text
    across = last_day(day("2026-12-30"), 5, "workday")
    assert (across.day, across.unknown) == (day("2027-01-06"), (2027,))


@pytest.mark.parametrize("amount, unit", [(0, "calendar_day"), (-3, "month"), (30, "fortnight"), (100_000, "calendar_day"), (99, "year")])
def test_a_period_nobody_sets_is_refused(amount, unit):
    with pytest.raises(Uncountable):
        last_day(day("2026-03-05"), amount, unit)


@pytest.mark.parametrize("first, last, expected", [
    ("2026-02-09", "2026-03-01", 11), ("2026-03-16", "2026-03-16", 0), ("2026-10-01", "2026-10-08", 0),
])  # fmt: skip
def test_working_days_between_leave_the_end_out(first, last, expected):
    assert count_working_days(day(first), day(last)) == expected


@pytest.mark.parametrize("start, end, expected", [
    ("2024-03-01", "2025-03-01", (12, 0)), ("2024-01-31", "2024-02-29", (1, 0)), ("2024-01-31", "2024-03-30", (1, 30)),
    ("2024-03-15", "2024-03-15", (0, 0)), ("2023-12-15", "2024-02-14", (1, 30)),
])  # fmt: skip
def test_months_between_count_corresponding_days(start, end, expected):
    assert months_between(day(start), day(end)) == expected


def test_months_can_be_taken_back_and_leave_no_century_behind():
    assert add_months(day("2026-03-31"), -1) == day("2026-02-28")
    with pytest.raises(Uncountable):
        add_months(day("2190-01-01"), 240)


@pytest.mark.parametrize("code, start, expected", [
    ("judicial_confirmation", "2026-03-05", "2026-04-07"),  # 4 to 6 April are the Qingming holiday
    ("judicial_confirmation", "2026-03-16", "2026-04-15"),
    ("reconsideration", "2026-09-16", "2026-11-16"),  # 15 November is a Sunday
    ("admin_suit", "2026-01-15", "2026-07-15"),
    ("suit_after_reconsideration", "2026-03-16", "2026-03-31"),
    ("enforcement", "2024-06-12", "2026-06-12"),
    ("enforcement", "2024-05-02", "2026-05-06"),  # in the May holiday
    ("appeal_judgment", "2026-03-02", "2026-03-17"),
    ("appeal_ruling", "2026-03-02", "2026-03-12"),
    ("retrial", "2026-02-26", "2026-08-26"),
    ("payment_order_objection", "2026-03-03", "2026-03-18"),
    ("wage_arbitration", "2023-05-10", "2024-05-10"),
    ("wage_arbitration", "2024-02-29", "2025-02-28"),
    ("wage_arbitration", "2025-10-02", "2026-10-02"),  # in a holiday: not relied on to go further
    ("labour_suit", "2026-03-16", "2026-03-31"),
    ("injury_by_employer", "2026-03-16", "2026-04-15"),
    ("injury_by_worker", "2025-11-23", "2026-11-23"),
    ("online_return", "2026-11-01", "2026-11-09"),  # 8 November is a Sunday
    ("prepaid_7days", "2026-11-02", "2026-11-09"),
    ("tour_return", "2026-09-01", "2026-10-08"),
    ("guarantee", "2026-01-31", "2026-07-31"),
    ("bequest", "2026-03-02", "2026-05-06"),  # 1 May
    ("rescission", "2025-06-23", "2026-06-23"),
    ("government_information", "2026-03-02", "2026-03-30"),
    ("reconsideration_review", "2026-02-12", "2026-02-26"),
    ("medical_mediation", "2026-01-16", "2026-03-05"),
])  # fmt: skip
def test_each_legal_period_ends_on_its_day(code, start, expected):
    assert ends(code, start) == expected


@pytest.mark.parametrize("known", DEADLINES, ids=lambda known: known.code)
def test_every_deadline_shows_steps_source_and_closing_in_one_screen(known):
    for start in ("2026-01-16", "2026-08-31"):
        made = deadline_sum(known, day(start), day("2026-11-23"))
        assert made.is_whole and len(made.text) <= 600 and made.text.endswith(CLOSING)
        assert made.sources and "依据：" in made.text and "当天不算" in made.text


@pytest.mark.parametrize("today, word", [("2026-03-20", "只剩11天"), ("2026-04-01", "已经过了1天"), ("2026-03-31", "只剩0天")])
def test_the_time_left_is_said(today, word):
    assert word in deadline_sum(deadline("labour_suit"), day("2026-03-16"), day(today)).text


def test_an_authority_that_is_late_is_not_the_residents_fault():
    text = deadline_sum(deadline("government_information"), day("2026-03-02"), day("2026-04-09")).text
    assert "已经过了10天，可以去问或反映" in text and "最晚应在这一天前办完" in text


def test_an_event_in_the_future_starts_no_period():
    with pytest.raises(Uncountable) as refusal:
        deadline_sum(deadline("reconsideration"), day("2026-12-01"), day("2026-11-23"))
    assert "还没有到" in refusal.value.hint and refusal.value.field == "start"


def test_a_safe_deadline_on_a_day_off_is_said_not_moved():
    made = deadline_sum(deadline("wage_arbitration"), day("2025-10-02"))
    assert made.value == day("2026-10-02") and "别指望顺延" in made.text


@pytest.mark.parametrize("due, asked, expected", [
    ("2023-05-10", [], "2026-05-11"),  # 10 May 2026 is a Sunday
    ("2023-03-16", [], "2026-03-16"),
    ("2023-03-16", ["2024-08-01"], "2027-08-02"),  # 1 August 2027 is a Sunday
    ("2023-03-16", ["2024-08-01", "2023-09-01"], "2027-08-02"),
    ("2019-03-01", ["2021-03-01", "2023-08-08"], "2026-08-10"),  # 8 August 2026 is a Saturday
    ("2019-03-01", ["2022-03-01"], "2025-03-03"),  # on the very last day; 1 March 2025 is a Saturday
    ("2019-03-01", ["2022-03-02"], "2022-03-01"),  # a day too late
    ("2019-03-01", ["2022-03-02", "2023-01-01"], "2022-03-01"),
    ("2020-02-29", [], "2023-02-28"),
])  # fmt: skip
def test_limitation_is_three_years_and_starts_anew(due, asked, expected):
    assert limitation(day(due), [day(a) for a in asked]).value == day(expected)


def test_limitation_never_exceeds_twenty_years():
    asked = [date(year, 6, 1) for year in range(2002, 2021, 2)]
    made = limitation(day("2000-06-01"), asked)
    assert made.value == day("2020-06-01") and "最长不超过20年" in made.text and made.is_whole


def test_a_late_reminder_is_told_so():
    assert "不再中断" in limitation(day("2019-03-01"), [day("2023-01-01")]).text


@pytest.mark.parametrize("asked", ["2022-01-01", "2027-01-01"])
def test_an_interruption_before_the_debt_was_due_or_in_the_future_is_refused(asked):
    with pytest.raises(Uncountable):
        limitation(day("2023-05-10"), [day(asked)], today=day("2026-11-23"))
