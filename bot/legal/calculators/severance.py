"""Economic compensation: N, N+1 and 2N. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bot.legal.calculators.inputs import day, in_order, wage
from bot.legal.calendar import add_months, months_between
from bot.legal.coded import Coded
from bot.legal.sources import Law, Source
from bot.legal.sums import Result, Step, Sum, Uncountable, day_words, plain, rounded, yuan

HALF = Decimal("0.5")
MOST_YEARS_HIGH_WAGE = Decimal(12)
CAP_TIMES = 3
LAW_BEGAN = date(2008, 1, 1)  # 劳动合同法 art. 98
LONGEST_WORK = 60  # years
UNCAPPED = "月工资高于当地上年度职工月平均工资3倍的，按3倍算、最多12年；本地数字没有录入，这里没有封顶。"


class Severance(Coded):
    """What is owed when a job ends: (code, what residents read)."""

    N = ("n", "经济补偿（N）")
    N_PLUS_1 = ("n1", "经济补偿加一个月工资（N+1）")
    DOUBLE = ("2n", "违法解除赔偿金（2N）")


_WHEN = {
    Severance.N: "适用：单位提出协商解除、合同到期单位不续、因欠薪或不缴社保被迫辞职等；自己无故辞职没有。",
    Severance.N_PLUS_1: "“+1”只在单位按第40条解除（医疗期满、不能胜任、情况重大变化）又没提前30日通知时才有。",
    Severance.DOUBLE: "要由仲裁或法院认定解除违法；给了2N就不再另给N，也可以选择要求继续履行合同。",
}


def severance(
    kind: Severance,
    started: date,
    ended: date,
    monthly_wage: Decimal,
    last_month_wage: Decimal | None = None,
    local_average: Decimal | None = None,
    minimum_wage: Decimal | None = None,
) -> Sum:
    """Return what an employer owes for the end of a job, 元.

    One month's wage for each full year, a further six months or more count as a year, less as half a year. A wage above
    three times the local average counts as three times it, and then for at most twelve years; a wage below the local
    minimum counts as the minimum. N counts from 2008-01-01 at the earliest, 2N from the first day of work.

    Args:
        started, ended: first and last day of the job; one odd day at an anniversary never makes a further half year.
        monthly_wage: average of the last twelve months (or of all, if fewer), before deductions.
        last_month_wage: for N+1; the average if None.
        local_average, minimum_wage: figures of the place; None leaves cap or floor out and says so.

    Raises:
        Uncountable: the end before the start, more than 60 years, a wage that is no wage.

    Source: 劳动合同法 arts. 40, 46, 47, 87, 97; 劳动合同法实施条例 arts. 20, 25, 27.
    """
    pay = wage(monthly_wage)
    _check_days(started, ended)
    from_day = started if kind is Severance.DOUBLE else max(started, LAW_BEGAN)
    months = months_counted(from_day, ended)
    steps = [Step(f"工作年限{_length_words(from_day, ended)}", f"折合{plain(months)}个月工资", months)]
    base, base_steps = _base(pay, local_average, minimum_wage)
    if base < pay and months > MOST_YEARS_HIGH_WAGE:
        months = MOST_YEARS_HIGH_WAGE
        base_steps.append(Step("月工资高于3倍，年限最多12年", f"按{plain(months)}个月", months))
    n = rounded(base * months)
    steps += [*base_steps, Step("经济补偿N", f"{plain(base)} × {plain(months)} = {yuan(n)}", n)]
    total = _total(kind, n, pay if last_month_wage is None else wage(last_month_wage, "last_month_wage"), steps)
    return Sum(kind.label, (Result("可以主张的金额", total),), tuple(steps), _sources(kind), tuple(_caveats(kind, started, local_average)))


def months_counted(started: date, ended: date) -> Decimal:
    """Return how many months' wages a job is worth: 3 for three years, 3.5 below, 4 from six months more.

    `ended` may or may not have been worked: the last day completes a year or half-year, and one day beyond an
    anniversary is not counted as a further half-year.

    Source: 劳动合同法 art. 47.
    """
    months, _ = months_between(started, ended + timedelta(days=1))
    years, rest = divmod(months, 12)
    if rest >= 6:
        return Decimal(years + 1)
    over = ended > add_months(started, years * 12)
    return years + HALF if over or not years else Decimal(years)


def _check_days(started: date, ended: date) -> None:
    day(started, "入职日期", "started")
    day(ended, "离职日期", "ended")
    in_order(started, ended, "入职日期", "离职日期", "ended")
    if ended < LAW_BEGAN:
        raise Uncountable("劳动合同法2008年1月1日起施行，在那之前结束的工作，请拨打12348问当时的规定。", "ended")
    if ended > add_months(started, LONGEST_WORK * 12):
        raise Uncountable(f"从{started.year}年到{ended.year}年超过{LONGEST_WORK}年了，请核对年份。", "started")


def _base(pay: Decimal, average: Decimal | None, minimum: Decimal | None) -> tuple[Decimal, list[Step]]:
    if average is not None and pay > CAP_TIMES * average:
        capped = CAP_TIMES * average
        return capped, [Step("月工资高于当地月平均工资3倍，按3倍", f"{plain(average)} × 3 = {yuan(capped)}", capped)]
    if minimum is not None and pay < minimum:
        return minimum, [Step(f"月工资{plain(pay)}元低于当地最低工资，按最低工资", yuan(minimum), minimum)]
    return pay, []


def _total(kind: Severance, n: Decimal, last_wage: Decimal, steps: list[Step]) -> Decimal:
    if kind is Severance.N:
        return n
    if kind is Severance.DOUBLE:
        steps.append(Step("违法解除按二倍", f"{plain(n)} × 2 = {yuan(2 * n)}", 2 * n))
        return 2 * n
    total = rounded(n + last_wage)
    steps.append(Step("加解除前上一个月的工资", f"{plain(n)} + {plain(last_wage)} = {yuan(total)}", total))
    return total


def _length_words(started: date, ended: date) -> str:
    months, _ = months_between(started, ended + timedelta(days=1))
    years, rest = divmod(months, 12)
    words = "".join([f"{years}年" if years else "", f"{rest}个月" if rest else ""]) or "不满1个月"
    return f"（{day_words(started)}至{day_words(ended)}，满{words}）".replace("满不满", "不满")


def _sources(kind: Severance) -> tuple[Source, ...]:
    more = {Severance.N: (), Severance.N_PLUS_1: ("40",), Severance.DOUBLE: ("48", "87")}[kind]
    rules = {Severance.N: ("27",), Severance.N_PLUS_1: ("20", "27"), Severance.DOUBLE: ("25", "27")}[kind]
    return Law.LABOUR_CONTRACT.articles("46", "47", "97", *more) + Law.LABOUR_CONTRACT_RULES.articles(*rules)


def _caveats(kind: Severance, started: date, average: Decimal | None) -> list[str]:
    caveats = [_WHEN[kind]]
    if started < LAW_BEGAN and kind is not Severance.DOUBLE:
        caveats.append("这里从2008年1月1日算起；之前的年限按当时的规定另算，可能还有一部分。")
    if average is None:
        caveats.append(UNCAPPED)
    caveats.append("月工资按离职前12个月的应得工资平均，含奖金、津贴、补贴，不是到手工资。")
    caveats.append("从离职起1年内要申请劳动仲裁。")
    return caveats
