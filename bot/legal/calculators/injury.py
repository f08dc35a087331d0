"""Work injury: what the regulation fixes by grade, and what the place fixes and is left out. Pure."""

from __future__ import annotations

from decimal import Decimal

from bot.legal.calculators.inputs import wage, whole
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, plain, rounded, yuan

LUMP_MONTHS = {1: 27, 2: 25, 3: 23, 4: 21, 5: 18, 6: 16, 7: 13, 8: 11, 9: 9, 10: 7}
ALLOWANCE_PERCENT = {1: 90, 2: 85, 3: 80, 4: 75, 5: 70, 6: 60}
HIGHEST_SHARE, LOWEST_SHARE = Decimal(3), Decimal("0.6")  # of the local average wage
MOST_LEAVE_MONTHS = 24
FUNERAL_MONTHS, DEATH_YEARS = 6, 20
SPOUSE_PERCENT, OTHER_PERCENT = 40, 30
_GRADES = "一二三四五六七八九十"


def injury_benefits(
    assessed: Decimal | int | None, own_wage: Decimal, leave_months: Decimal = Decimal(0), local_average: Decimal | None = None
) -> Sum:
    """Return what the regulation itself fixes after a work injury, 元.

    The lump sum by grade; the monthly allowance of grades 1 to 6; the wage that goes on during treatment. Without a
    grade the lump sum is the range from grade 10 to grade 1. What the province fixes for grades 5 to 10 is left out.

    Args:
        assessed: grade 1 to 10, None before the assessment.
        own_wage: average insured monthly wage of the twelve months before the injury.
        leave_months: months of treatment with the wage going on, at most 24.
        local_average: monthly; the own wage counts from 60 % to 300 % of it. None counts it as it is and says so.

    Raises:
        Uncountable: a grade, wage or time that cannot be.

    Source: 工伤保险条例 arts. 33, 35, 36, 37, 64.
    """
    pay = wage(own_wage, "own_wage")
    months = Decimal(whole(leave_months, "停工治疗的月数", "leave_months", 0, MOST_LEAVE_MONTHS, "个月"))
    grade = None if assessed is None else whole(assessed, "伤残等级", "grade", 1, 10, "级")
    counted, steps = _own_wage(pay, local_average)
    results = [_lump_sum(grade, counted, steps)]
    if grade is not None and grade in ALLOWANCE_PERCENT:
        percent = ALLOWANCE_PERCENT[grade]
        allowance = rounded(counted * percent / 100)
        who = "每月伤残津贴" if grade <= 4 else "单位难以安排工作时，每月伤残津贴"
        steps.append(Step(who, f"{plain(counted)} × {percent}% = {yuan(allowance)}", allowance))
        results.append(Result(who, allowance))
    if months:
        during = rounded(pay * months)
        steps.append(Step("停工留薪期原工资照发（单位付）", f"{plain(pay)} × {plain(months)} = {yuan(during)}", during))
        results.append(Result("停工留薪期工资", during))
    sources = Law.WORK_INJURY.articles("33", *_articles(grade), "64")
    title = "工伤待遇" + (f"（{_GRADES[grade - 1]}级）" if grade else "（还没鉴定等级）")
    return Sum(title, tuple(results), tuple(steps), sources, tuple(_caveats(grade, months, local_average)))


def work_death(own_wage: Decimal, spouse: bool = False, others: int = 0, local_average: Decimal | None = None, national_income: Decimal | None = None) -> Sum:
    """Return what the family of a worker killed at work receives, 元; parts whose figure is not known are left out.

    Funeral: 6 months of the local average wage. Lump sum: 20 times last year's disposable income of urban residents.
    Monthly pensions: 40 % of the own wage for a spouse, 30 % for each other dependant, together at most the wage.

    Args:
        spouse, others: dependants without ability to work whom the dead mainly supported.
        local_average: monthly, of the place; national_income: yearly, of the nation.

    Raises:
        Uncountable: a wage or number that cannot be.

    Source: 工伤保险条例 art. 39.
    """
    pay = wage(own_wage, "own_wage")
    count = whole(others, "其他供养亲属的人数", "others", 0, 20, "人")
    results, steps, caveats = [], [], []
    for label, figure, times, name in (
        ("一次性工亡补助金", national_income, DEATH_YEARS, "上年度全国城镇居民人均可支配收入"),
        ("丧葬补助金", local_average, FUNERAL_MONTHS, "当地上年度职工月平均工资"),
    ):
        if figure is None:
            caveats.append(f"{label}是{name}的{times}倍，这个数字没有录入，没有算。")
            continue
        amount = rounded(figure * times)
        steps.append(Step(label, f"{plain(figure)} × {times} = {yuan(amount)}", amount))
        results.append(Result(label, amount))
    pension = _pension(pay, spouse, count, steps)
    results.append(Result("供养亲属抚恤金（每月，合计）", pension))
    caveats += [
        "抚恤金只给主要靠死者生活、又没有劳动能力的亲属；孤寡老人或孤儿每人再加10%。",
        "单位没缴工伤保险的，这些由单位付。",
        "私了前请先问12348或社区法律顾问。",
    ]
    return Sum("工亡待遇", tuple(results), tuple(steps), Law.WORK_INJURY.articles("39", "62", "64"), tuple(caveats))


def _own_wage(pay: Decimal, average: Decimal | None) -> tuple[Decimal, list[Step]]:
    if average is None:
        return pay, []
    low, high = rounded(average * LOWEST_SHARE), rounded(average * HIGHEST_SHARE)
    if pay > high:
        return high, [Step("本人工资高于当地平均工资3倍，按3倍", f"{plain(average)} × 300% = {yuan(high)}", high)]
    if pay < low:
        return low, [Step("本人工资低于当地平均工资60%，按60%", f"{plain(average)} × 60% = {yuan(low)}", low)]
    return pay, []


def _lump_sum(grade: int | None, counted: Decimal, steps: list[Step]) -> Result:
    label = "一次性伤残补助金"
    if grade is not None:
        months = LUMP_MONTHS[grade]
        amount = rounded(counted * months)
        steps.append(Step(f"{label}，{_GRADES[grade - 1]}级{months}个月本人工资", f"{plain(counted)} × {months} = {yuan(amount)}", amount))
        return Result(label, amount)
    low, high = rounded(counted * LUMP_MONTHS[10]), rounded(counted * LUMP_MONTHS[1])
    steps.append(Step(f"{label}，十级{LUMP_MONTHS[10]}个月到一级{LUMP_MONTHS[1]}个月本人工资", f"{plain(counted)} × {LUMP_MONTHS[10]}至{LUMP_MONTHS[1]}"))
    return Result(label, low, high)


def _articles(grade: int | None) -> tuple[str, ...]:
    if grade is None:
        return ("35", "36", "37")
    return ("35",) if grade <= 4 else ("36",) if grade <= 6 else ("37",)


def _caveats(grade: int | None, months: Decimal, average: Decimal | None) -> list[str]:
    caveats = []
    if grade is None or grade >= 5:
        caveats.append("五至十级离职时另有一次性工伤医疗补助金（基金付）和就业补助金（单位付），标准由省里定，没有算。")
    if average is None:
        caveats.append("本人工资按受伤前12个月平均月缴费工资，在当地平均工资60%到300%之间；本地数字没有录入，按您写的算。")
    if months > 12:
        caveats.append("停工留薪期一般不超过12个月，延长要经劳动能力鉴定委员会确认。")
    return [*caveats, "医疗费、康复费、伙食补助、护理费另算；单位没缴工伤保险的，由单位按同样标准付。", "先申请工伤认定和劳动能力鉴定，等级以鉴定结论为准。"]


def _pension(pay: Decimal, spouse: bool, others: int, steps: list[Step]) -> Decimal:
    percent = (SPOUSE_PERCENT if spouse else 0) + OTHER_PERCENT * others
    shown = f"{plain(pay)} × {percent}%" if percent <= 100 else f"{percent}%超过本人工资，按{plain(pay)} × 100%"
    amount = rounded(pay * min(percent, 100) / 100)
    steps.append(Step(f"供养亲属抚恤金：配偶{SPOUSE_PERCENT if spouse else 0}%，其他{others}人每人{OTHER_PERCENT}%", f"{shown} = {yuan(amount)}", amount))
    return amount
