"""Sums about work. Expected values were worked out by hand from the articles named in each calculator."""

from datetime import date
from decimal import Decimal as D

import pytest

from bot.legal.calculators.double_pay import double_pay
from bot.legal.calculators.injury import injury_benefits, work_death
from bot.legal.calculators.severance import Severance, months_counted, severance
from bot.legal.calculators.working_time import annual_leave, leave_days, overtime
from bot.legal.sums import CLOSING, Uncountable

N, N1, DOUBLE = Severance.N, Severance.N_PLUS_1, Severance.DOUBLE
TODAY = date(2026, 11, 23)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("started, ended, months", [
    ("2020-03-01", "2024-09-15", "5"),  # 4 years, 6 months and a half: 4 + 1
    ("2020-03-01", "2024-08-31", "5"),  # 4 years and exactly 6 months
    ("2020-03-01", "2024-08-30", "4.5"),  # a day short of 6 months
    ("2020-03-01", "2023-02-28", "3"),  # three years to the last day
    ("2020-03-01", "2023-03-01", "3"),  # the anniversary itself makes no half-year
    ("2020-03-01", "2023-03-02", "3.5"),
    ("2024-03-01", "2024-05-31", "0.5"),
    ("2024-03-01", "2024-08-31", "1"),
    ("2024-03-01", "2024-03-01", "0.5"),
    ("2023-12-15", "2024-11-30", "1"),
    ("2020-02-29", "2025-02-28", "5"),
    ("2008-01-01", "2026-06-30", "19"),
])  # fmt: skip
def test_half_years_count_by_the_law(started, ended, months):
    assert months_counted(day(started), day(ended)) == D(months)


@pytest.mark.parametrize("kind, started, ended, wage, expected", [
    (N, "2020-03-01", "2024-09-15", "6000", "30000"),
    (N, "2020-03-01", "2024-08-30", "6000", "27000"),
    (N, "2024-03-01", "2024-05-31", "5000", "2500"),
    (N1, "2020-03-01", "2024-09-15", "6000", "36000"),
    (DOUBLE, "2020-03-01", "2024-09-15", "6000", "60000"),
    (DOUBLE, "2024-03-01", "2024-05-31", "5000", "5000"),
    (N, "2021-07-12", "2026-01-31", "7345.67", "36728.35"),  # 4 years 6 months: 5
    (N, "2000-01-01", "2010-12-31", "4000", "12000"),  # only 2008 to 2010
    (DOUBLE, "2000-01-01", "2010-12-31", "4000", "88000"),  # 11 years, from the first day of work
])  # fmt: skip
def test_severance_is_a_months_wage_for_each_year(kind, started, ended, wage, expected):
    assert severance(kind, day(started), day(ended), D(wage)).value == D(expected)


def test_a_wage_above_three_times_the_average_is_capped_and_so_are_its_years():
    made = severance(N, day("2010-01-01"), day("2025-12-31"), D(30000), local_average=D(7000))
    assert made.value == D(252000)  # 21000 × 12, not 30000 × 16
    assert severance(DOUBLE, day("2010-01-01"), day("2025-12-31"), D(30000), local_average=D(7000)).value == D(504000)


def test_years_are_not_capped_for_a_wage_below_three_times_the_average():
    assert severance(N, day("2010-01-01"), day("2025-12-31"), D(21000), local_average=D(7000)).value == D(336000)


def test_the_cap_is_left_out_and_said_when_the_office_has_no_figure():
    made = severance(N, day("2010-01-01"), day("2025-12-31"), D(30000))
    assert made.value == D(480000) and "这里没有封顶" in made.text


def test_a_wage_below_the_minimum_counts_as_the_minimum():
    assert severance(N, day("2024-01-01"), day("2025-12-31"), D(1500), minimum_wage=D(2000)).value == D(4000)


def test_the_extra_month_is_last_months_wage_uncapped():
    made = severance(N1, day("2020-01-01"), day("2022-12-31"), D(6000), last_month_wage=D(8000))
    assert made.value == D(26000)
    assert severance(N1, day("2020-01-01"), day("2022-12-31"), D(30000), D(31000), D(7000)).value == D(94000)


def test_work_before_2008_is_named():
    assert "2008年1月1日" in severance(N, day("2000-01-01"), day("2010-12-31"), D(4000)).text
    assert "2008年1月1日算起" not in severance(DOUBLE, day("2000-01-01"), day("2010-12-31"), D(4000)).text


@pytest.mark.parametrize("kind, started, ended, wage, field, word", [
    (N, "2024-09-15", "2020-03-01", "6000", "ended", "早于"),
    (N, "2020-03-01", "2024-09-15", "-6000", "monthly_wage", "不能是负数"),
    (N, "2020-03-01", "2024-09-15", "0", "monthly_wage", "不能是0"),
    (N, "2020-03-01", "2024-09-15", "99999999", "monthly_wage", "太大"),
    (DOUBLE, "1950-03-01", "2024-09-15", "6000", "started", "超过60年"),
    (N, "2000-03-01", "2007-12-31", "6000", "ended", "2008"),
    (N, "1900-03-01", "2024-09-15", "6000", "started", "1900年"),
    (N, "2020-03-01", "2024-09-15", "NaN", "monthly_wage", "没有看懂"),
])  # fmt: skip
def test_nonsense_about_a_job_is_refused_with_what_is_wrong(kind, started, ended, wage, field, word):
    with pytest.raises(Uncountable) as refusal:
        severance(kind, day(started), day(ended), D(wage))
    assert refusal.value.field == field and word in refusal.value.hint


@pytest.mark.parametrize("started, signed, left, today, expected", [
    ("2025-03-01", None, None, "2026-11-23", "66000"),  # eleven months at most
    ("2025-03-01", None, "2026-06-30", "2026-11-23", "66000"),
    ("2026-03-01", None, "2026-09-30", "2026-11-23", "36000"),  # April to September
    ("2026-03-01", "2026-07-01", None, "2026-11-23", "18000"),  # April, May, June
    ("2026-03-01", "2026-04-01", None, "2026-11-23", "0"),  # signed in time
    ("2026-11-01", None, None, "2026-11-23", "0"),  # still in the first month
    ("2026-03-16", None, "2026-05-22", "2026-11-23", "7379.31"),  # 16 April to 15 May: 6000; 16 to 22 May: five days of 275.8621
    ("2024-01-31", None, "2024-03-30", "2026-11-23", "6275.86"),  # 29 February to 28 March; then Friday 29 March alone
])  # fmt: skip
def test_double_pay_runs_from_the_second_to_the_twelfth_month(started, signed, left, today, expected):
    made = double_pay(day(started), D(6000), day(today), day(signed) if signed else None, day(left) if left else None)
    assert made.value == D(expected)


def test_a_part_of_a_month_is_never_worth_more_than_the_month():
    # 1 to 30 July 2026 without the 31st: 22 working days; 6000 ÷ 21.75 × 22 would exceed the month.
    assert double_pay(day("2026-06-01"), D(6000), TODAY, left=day("2026-07-30")).value == D(6000)


def test_months_more_than_a_year_back_are_warned_of():
    assert "2025年11月23日以前的部分" in double_pay(day("2025-03-01"), D(6000), TODAY).text
    assert "都超过1年了" in double_pay(day("2023-03-01"), D(6000), TODAY).text
    assert "1年，拖久了" in double_pay(day("2026-03-01"), D(6000), TODAY).text


@pytest.mark.parametrize("started, left, field", [("2026-12-01", None, "started"), ("2026-03-01", "2026-02-01", "left")])
def test_double_pay_refuses_days_in_the_wrong_order(started, left, field):
    with pytest.raises(Uncountable) as refusal:
        double_pay(day(started), D(6000), TODAY, left=day(left) if left else None)
    assert refusal.value.field == field


@pytest.mark.parametrize("wage, weekday, restday, holiday, expected", [
    ("6000", 10, 0, 0, "517.24"),  # 6000 ÷ 21.75 ÷ 8 × 10 × 1.5
    ("6000", 0, 8, 0, "551.72"),
    ("6000", 0, 0, 8, "827.59"),
    ("6000", 10, 16, 8, "2448.28"),
    ("3480", 1, 1, 1, "130"),  # 20 元 an hour: 30 + 40 + 60
    ("3480", 36, 0, 0, "1080"),
])  # fmt: skip
def test_overtime_is_paid_at_150_200_and_300_percent(wage, weekday, restday, holiday, expected):
    assert overtime(D(wage), D(weekday), D(restday), D(holiday)).value == D(expected)


def test_overtime_names_the_monthly_limit_and_time_off():
    text = overtime(D(3480), D(30), D(8)).text
    assert "每月不得超过36小时" in text and "补休" in text
    assert "36小时" not in overtime(D(3480), D(10)).text


@pytest.mark.parametrize("hours", [(0, 0, 0), (-1, 0, 0), (0, 800, 0)])
def test_impossible_overtime_is_refused(hours):
    with pytest.raises(Uncountable):
        overtime(D(6000), *map(D, hours))


@pytest.mark.parametrize("years, days", [("0", 0), ("0.9", 0), ("1", 5), ("9.99", 5), ("10", 10), ("19.5", 10), ("20", 15), ("40", 15)])
def test_annual_leave_grows_with_all_years_of_work(years, days):
    assert leave_days(D(years)) == days


@pytest.mark.parametrize("years, wage, taken, full, extra", [
    ("12", "6000", "4", "4965.52", "3310.34"),  # 6 days: 6000 ÷ 21.75 × 6 × 3, × 2
    ("3", "4350", "0", "3000", "2000"),  # 200 元 a day, 5 days
    ("3", "4350", "5", "0", "0"),
    ("3", "4350", "7", "0", "0"),
    ("25", "4350", "2.5", "7500", "5000"),
])  # fmt: skip
def test_leave_not_taken_is_paid_at_300_percent(years, wage, taken, full, extra):
    made = annual_leave(D(years), D(wage), D(taken))
    assert (made.results[1].low, made.results[2].low) == (D(full), D(extra))


def test_less_than_a_year_gives_no_leave():
    made = annual_leave(D("0.5"), D(6000))
    assert made.value == 0 and len(made.results) == 1 and "不满1年" in made.text


@pytest.mark.parametrize("grade, lump, allowance", [
    (1, 162000, 5400), (2, 150000, 5100), (3, 138000, 4800), (4, 126000, 4500), (5, 108000, 4200), (6, 96000, 3600),
    (7, 78000, None), (8, 66000, None), (9, 54000, None), (10, 42000, None),
])  # fmt: skip
def test_injury_benefits_follow_the_grade(grade, lump, allowance):
    made = injury_benefits(grade, D(6000))
    assert made.value == D(lump)
    assert (made.results[1].low if allowance else len(made.results)) == (D(allowance) if allowance else 1)


def test_an_injury_without_a_grade_is_a_range():
    made = injury_benefits(None, D(6000))
    assert (made.results[0].low, made.results[0].high) == (D(42000), D(162000)) and "42000元至162000元" in made.text


def test_the_own_wage_stays_between_60_and_300_percent_of_the_average():
    assert injury_benefits(10, D(3000), local_average=D(7000)).value == D(29400)  # 4200 × 7
    assert injury_benefits(10, D(30000), local_average=D(7000)).value == D(147000)  # 21000 × 7
    assert injury_benefits(10, D(6000), local_average=D(7000)).value == D(42000)


def test_treatment_goes_on_with_the_real_wage():
    made = injury_benefits(9, D(3000), D(3), local_average=D(7000))
    assert made.result("停工留薪期工资").low == D(9000) and made.value == D(37800)


def test_what_the_province_sets_is_named_and_left_out():
    assert "就业补助金" in injury_benefits(8, D(6000)).text and "就业补助金" not in injury_benefits(2, D(6000)).text


@pytest.mark.parametrize("grade, months", [(0, 0), (11, 0), (D("5.5"), 0), (5, 25), (5, -1), (5, D("2.5"))])
def test_impossible_injuries_are_refused(grade, months):
    with pytest.raises(Uncountable):
        injury_benefits(grade, D(6000), D(months))


@pytest.mark.parametrize("spouse, others, pension", [(True, 0, 2400), (True, 1, 4200), (False, 2, 3600), (True, 2, 6000), (True, 3, 6000), (False, 0, 0)])
def test_pensions_of_a_family_never_exceed_the_wage(spouse, others, pension):
    assert work_death(D(6000), spouse, others).result("供养亲属抚恤金（每月，合计）").low == D(pension)


def test_death_benefits_need_the_office_figures():
    made = work_death(D(6000), True, 1, local_average=D(7000), national_income=D(50000))
    assert made.result("一次性工亡补助金").low == D(1000000) and made.result("丧葬补助金").low == D(42000)
    bare = work_death(D(6000), True, 1)
    assert len(bare.results) == 1 and bare.text.count("没有录入，没有算") == 2


@pytest.mark.parametrize("made", [
    severance(N1, date(2000, 1, 1), date(2026, 9, 15), D("31234.56"), D("32345.67"), D("6123.45"), D(2000)),
    double_pay(date(2025, 3, 16), D("6123.45"), TODAY, left=date(2025, 12, 22)),
    overtime(D("6123.45"), D("10.5"), D("16.5"), D("8.5")), annual_leave(D("12.5"), D("6123.45"), D("0.5")),
    injury_benefits(5, D("3123.45"), D(13), D(7000)), injury_benefits(None, D("6123.45"), D(24)), work_death(D("6123.45"), True, 3, D(7000), D(54188)),
])  # fmt: skip
def test_every_sum_fits_a_screen_whole_and_ends_with_what_prevails(made):
    assert made.is_whole and len(made.text) <= 600 and made.text.endswith(CLOSING) and "依据：" in made.text
