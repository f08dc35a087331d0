"""Overtime pay and paid annual leave. Pure."""

from __future__ import annotations

from decimal import Decimal

from bot.legal.calculators.double_pay import PAID_DAYS
from bot.legal.calculators.inputs import number, wage
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, Uncountable, plain, rounded, yuan

HOURS_A_DAY = 8
MOST_HOURS = 744  # of a month of 31 days
RATES = {"weekday": ("工作日延长", Decimal("1.5"), "150%"), "restday": ("休息日加班", Decimal(2), "200%"), "holiday": ("法定休假日加班", Decimal(3), "300%")}
MONTHLY_LIMIT = 36  # hours, 劳动法 art. 41
LEAVE_DAYS = ((20, 15), (10, 10), (1, 5))  # from so many years of work: so many days
_DAY_RATE = "月工资除以21.75天（一年365天减104个休息日，除以12）是一天的工资。"


def overtime(monthly_wage: Decimal, weekday_hours: Decimal = Decimal(0), restday_hours: Decimal = Decimal(0), holiday_hours: Decimal = Decimal(0)) -> Sum:
    """Return overtime pay, 元: at least 150 % on working days, 200 % on rest days without time off in return, 300 % on public holidays.

    Args:
        monthly_wage: wage for normal working time; the hour is wage ÷ 21.75 ÷ 8.
        weekday_hours, restday_hours, holiday_hours: hours worked, of one month or several; together above zero.

    Raises:
        Uncountable: no hours, more than a month has on any of the three, a wage that is no wage.

    Source: 劳动法 arts. 41, 44; 国务院关于职工工作时间的规定 art. 3.
    """
    pay = wage(monthly_wage)
    given = {"weekday": weekday_hours, "restday": restday_hours, "holiday": holiday_hours}
    hours = {kind: number(h, f"{RATES[kind][0]}的小时数", f"{kind}_hours", 0, MOST_HOURS, "小时") for kind, h in given.items()}
    if not any(hours.values()):
        raise Uncountable("三种加班都写了0小时，没有可算的。请写加班了几个小时。", "weekday_hours")
    per_hour = pay / PAID_DAYS / HOURS_A_DAY
    steps = [Step("一小时的工资", f"{plain(pay)} ÷ 21.75 ÷ 8 ≈ {yuan(per_hour)}", rounded(per_hour))]
    total = Decimal(0)
    for kind, worked in hours.items():
        if worked:
            name, rate, percent = RATES[kind]
            part = rounded(per_hour * worked * rate)
            total += part
            steps.append(Step(f"{name}{plain(worked)}小时", f"{plain(pay)} ÷ 21.75 ÷ 8 × {plain(worked)} × {percent} = {yuan(part)}", part))
    sources = Law.LABOUR.articles("41", "44") + Law.WORKING_HOURS.articles("3")
    return Sum("加班费", (Result("加班费至少", total),), tuple(steps), sources, _overtime_caveats(hours))


def _overtime_caveats(hours: dict[str, Decimal]) -> tuple[str, ...]:
    caveats = []
    if hours["restday"]:
        caveats.append("休息日加班已经安排补休的，不再付200%。")
    if hours["weekday"] + hours["restday"] + hours["holiday"] > MONTHLY_LIMIT:
        caveats.append("加班每月不得超过36小时，超过的单位违法，但加班费照样要付。")
    return (
        *caveats,
        "每天工作8小时、每周40小时以外才算加班；综合计算工时、不定时工作制、计件另有算法。",
        _DAY_RATE,
        "加班由您举证：考勤、打卡、工作群记录、排班表都要留好。",
    )


def leave_days(years: Decimal) -> int:
    """Return the days of paid annual leave after so many years of work in all, with any employers.

    Source: 职工带薪年休假条例 art. 3.
    """
    return next((days for from_year, days in LEAVE_DAYS if years >= from_year), 0)


def annual_leave(years: Decimal, monthly_wage: Decimal, taken: Decimal = Decimal(0)) -> Sum:
    """Return the days of annual leave of a year and the pay for those not taken, 元: 300 % of a day's wage each.

    Where the ordinary wage of those days was paid already, 200 % is still owed; both are given.

    Args:
        years: years of work in all, with any employers, 0 to 60.
        monthly_wage: wage without overtime pay.
        taken: days already taken this year.

    Raises:
        Uncountable: years or days that cannot be.

    Source: 职工带薪年休假条例 arts. 2-5.
    """
    pay = wage(monthly_wage)
    worked = number(years, "累计工作年限", "years", 0, 60, "年")
    used = number(taken, "已休天数", "taken", 0, 60, "天")
    entitled = leave_days(worked)
    unused = max(entitled - used, Decimal(0))
    steps = [Step(f"累计工作{plain(worked)}年", f"年休假{entitled}天" if entitled else "不满1年，还没有年休假", Decimal(entitled))]
    results = [Result("今年年休假", Decimal(entitled), unit="天")]
    if entitled:
        full, extra = (rounded(pay / PAID_DAYS * unused * times) for times in (3, 2))
        steps.append(Step("没有休的天数", f"{entitled} - {plain(used)} = {plain(unused)}天", unused))
        steps.append(Step("按日工资300%", f"{plain(pay)} ÷ 21.75 × {plain(unused)} × 300% = {yuan(full)}", full))
        results += [Result("应休未休的工资报酬", full), Result("那几天的正常工资已发过的，还差", extra)]
    caveats = (
        "单位安排了、您自己书面不休的，一般没有300%。",
        "当年入职或离职的按在岗时间折算，请问社区法律顾问。",
        "请事假、病假较长的，当年可能不享受年休假。",
        _DAY_RATE,
    )
    return Sum("年休假", tuple(results), tuple(steps), Law.ANNUAL_LEAVE.articles("2", "3", "4", "5"), caveats)
