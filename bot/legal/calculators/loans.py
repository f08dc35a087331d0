"""Interest of a private loan and its upper limit. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.legal.calculators.inputs import day, in_order, money, number
from bot.legal.figures import Figure
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, day_words, plain, rounded, yuan

TIMES = 4
DAYS_A_YEAR = 365
LIMIT_BEGAN = date(2020, 8, 20)  # 民间借贷规定 art. 31
SOURCES = Law.CIVIL_CODE.articles("670", "676", "680") + Law.LENDING.articles("24", "25", "26", "28", "31")


def loan_interest(principal: Decimal, yearly_rate: Decimal, lent: date, until: date, lpr: Figure | None = None) -> Sum:
    """Return simple interest of a private loan, and what a court protects of it, 元.

    The limit is four times the one-year LPR of the time the loan was made. Without a figure only the agreed interest is
    counted and the sum says so; a loan made before 2020-08-20 is not measured against the limit.

    Args:
        principal: what was really handed over, interest taken off at the start not counted.
        yearly_rate: agreed, in percent a year (24 for 月息2分); 0 when none was agreed.
        lent, until: day of payment and day counted to; the days between, 365 to a year.
        lpr: the office's figure; its date is shown because the LPR changes monthly.

    Raises:
        Uncountable: no principal, a rate beyond 1000 %, `until` not after `lent`.

    Source: 民法典 arts. 670, 676, 680; 民间借贷规定 arts. 24-26, 28, 31.
    """
    amount = money(principal, "本金", "principal")
    rate = number(yearly_rate, "年利率", "yearly_rate", 0, 1000, "%")
    in_order(day(lent, "出借日期", "lent"), day(until, "算到的日期", "until"), "出借日期", "算到的日期", "until")
    if rate == 0:
        return _without_interest(amount)
    days = (until - lent).days
    agreed = _interest(amount, rate, days)
    steps = [
        Step("天数", f"{day_words(lent)}至{day_words(until)}，共{days}天", Decimal(days)),
        Step(f"约定利息，年利率{plain(rate)}%", f"{plain(amount)} × {plain(rate)}% × {days} ÷ 365 = {yuan(agreed)}", agreed),
    ]
    results, caveats = [Result("约定的利息", agreed)], _timing(lent, lpr)
    if lpr is not None and lent >= LIMIT_BEGAN:
        limit = TIMES * lpr.value
        steps.append(Step("利率上限，一年期LPR的4倍", f"{plain(lpr.value)}% × 4 = {plain(limit)}%", limit))
        protected = agreed
        if rate > limit:
            protected = _interest(amount, limit, days)
            steps.append(Step("超过上限，按上限算", f"{plain(amount)} × {plain(limit)}% × {days} ÷ 365 = {yuan(protected)}", protected))
        results.insert(0, Result("法院一般支持的利息", protected))
        results.append(Result("本息合计（按支持的利息）", amount + protected))
    caveats += ["本金按实际到手的算，预先扣掉的利息不算本金。", "只按单利、没有还过款算；中途还过的请分段算。"]
    return Sum("借款利息", tuple(results), tuple(steps), SOURCES, tuple(caveats))


def _interest(amount: Decimal, rate: Decimal, days: int) -> Decimal:
    return rounded(amount * rate / 100 * days / DAYS_A_YEAR)


def _without_interest(amount: Decimal) -> Sum:
    steps = (Step("没有约定利息，视为没有利息；个人之间约定不清楚也一样", "利息0元", Decimal(0)),)
    results = (Result("约定的利息", Decimal(0)), Result("本金", amount))
    caveats = ("到期不还的，可以从逾期之日起要逾期利息，参照当时一年期LPR算。", "本金按实际到手的算，预先扣掉的利息不算本金。")
    return Sum("借款利息", results, steps, SOURCES, caveats)


def _timing(lent: date, lpr: Figure | None) -> list[str]:
    """Say how far the limit can be trusted: an old loan, no figure, or a figure of another month."""
    if lent < LIMIT_BEGAN:
        return ["2020年8月20日前的借款，那以前的利息可以按当时的规定算，以后的按4倍LPR，要分段，请问社区法律顾问。"]
    if lpr is None:
        return ["利率上限是借款时一年期LPR的4倍，LPR每月公布，这里没有录入，只算了约定的利息；超过上限的部分法院不支持。"]
    caveat = f"用的是{lpr.words}。"
    if (lpr.as_of.year, lpr.as_of.month) != (lent.year, lent.month):
        caveat += "应当按借款成立时的LPR，请核对那个月的数字。"
    return [caveat]
