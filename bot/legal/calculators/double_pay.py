"""Double pay for work without a written contract. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bot.legal.calculators.inputs import day, in_order, wage
from bot.legal.calendar import add_months, count_working_days, months_between, unknown_years
from bot.legal.deadlines import unknown_words
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, day_words, plain, rounded, yuan

PAID_DAYS = Decimal("21.75")  # (365 - 104) / 12, paid days of a month
MOST_MONTHS = 11
SOURCES = (
    Law.LABOUR_CONTRACT.articles("10", "14", "82") + Law.LABOUR_CONTRACT_RULES.articles("6", "7")
    + Law.LABOUR_INTERPRETATION_2.articles("6", "7") + Law.LABOUR_DISPUTES.articles("27")
)  # fmt: skip
LABEL = "还可以要的另一倍工资"


def double_pay(started: date, monthly_wage: Decimal, today: date, signed: date | None = None, left: date | None = None) -> Sum:
    """Return the second wage owed for months without a written contract, 元; at most eleven months.

    It runs from the day after one month of work to the day before one year of work, or ends earlier: the day before a
    contract was signed, or the last day of work. A part of a month counts by its working days, wage ÷ 21.75 each.

    Args:
        started: first day of work.
        monthly_wage: monthly wage due in that time.
        today: Beijing date; the work goes on until it unless `signed` or `left` is given.

    Raises:
        Uncountable: days in the wrong order, a start in the future, a wage that is no wage.

    Source: 劳动合同法 arts. 10, 14, 82; 劳动合同法实施条例 arts. 6, 7; 劳动争议解释（二） arts. 6, 7.
    """
    pay = wage(monthly_wage)
    in_order(day(started, "入职日期", "started"), today, "入职日期", "今天", "started")
    end = _end(started, today, signed, left)
    first = add_months(started, 1)
    if end <= first:
        step = Step("单位有一个月时间来签合同", f"{day_words(started)}至{day_words(first - timedelta(days=1))}不用付二倍")
        return Sum("没签劳动合同的二倍工资", (Result(LABEL, Decimal(0)),), (step,), SOURCES, ("满一个月还没签，就从满一个月的次日起算。",))
    months, _ = months_between(first, end)
    rest_from = add_months(first, months)
    days = count_working_days(rest_from, end)
    steps = [Step("二倍工资从用工满一个月的次日算起", f"{day_words(first)}至{day_words(end - timedelta(days=1))}", first)]
    total, formula = _amount(pay, months, days)
    steps.append(Step(f"共{months}个月" + (f"又{days}个工作日" if days else "") + "，每月另加一倍", formula, total))
    unknown = unknown_words(unknown_years(rest_from, end)) if days else ()
    caveats = (*_limitation(first, end, today), *unknown, *_caveats(started, today, signed))
    return Sum("没签劳动合同的二倍工资", (Result(LABEL, total),), tuple(steps), SOURCES, caveats)


def _end(started: date, today: date, signed: date | None, left: date | None) -> date:
    """Return the first day without double pay."""
    ends = [add_months(started, 12)]
    for given, name, field, counted in ((signed, "补签合同的日期", "signed", 0), (left, "离开的日期", "left", 1)):
        if given is not None:
            in_order(started, day(given, name, field), "入职日期", name, field)
            ends.append(given + timedelta(days=counted))
    if signed is None and left is None:
        ends.append(today + timedelta(days=1))
    return min(ends)


def _amount(pay: Decimal, months: int, days: int) -> tuple[Decimal, str]:
    part = min(pay / PAID_DAYS * days, pay)
    total = rounded(pay * months + part)
    terms = [f"{plain(pay)} × {months}"] if months else []
    if days:
        terms.append(f"{plain(pay)} ÷ 21.75 × {days}")
    return total, f"{' + '.join(terms)} = {yuan(total)}"


def _limitation(first: date, end: date, today: date) -> tuple[str, ...]:
    """Warn of months that lie more than a year back: courts count the year differently."""
    year_ago = add_months(today, -12)
    if first >= year_ago:
        return ("申请劳动仲裁的时效是1年，拖久了会少算，请尽早。",)
    if end <= year_ago:
        return ("这些月份离今天都超过1年了，单位很可能主张过了仲裁时效，请马上问12348或社区法律顾问。",)
    return (f"{day_words(year_ago)}以前的部分离今天超过1年，单位可能主张过了仲裁时效，各地算法不同。",)


def _caveats(started: date, today: date, signed: date | None) -> list[str]:
    caveats = ["已经发的那一倍不重复要；不满一个月的按实际工作日算。", "因不可抗力，或本人故意、重大过失没签的，单位可以不付二倍。"]
    if signed is None and add_months(started, 12) <= today:
        caveats.append("满一年没签，视为已经订立无固定期限劳动合同，此后不再算二倍。")
    return caveats
