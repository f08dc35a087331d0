"""Court fees. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Callable, Optional

from bot.legal.calculators.inputs import money
from bot.legal.coded import Coded
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, plain, rounded, yuan

Fee = tuple[Decimal, Optional[Decimal], list[Step]]  # lowest, highest if the law leaves a range, how it is reached
WAN = Decimal(10000)
# (up to, percent of the part above the step before); None: without end. The first step is a fixed fee.
PROPERTY = ((10, "2.5"), (20, "2"), (50, "1.5"), (100, "1"), (200, "0.9"), (500, "0.8"), (1000, "0.7"), (2000, "0.6"), (None, "0.5"))
ENFORCEMENT = ((50, "1.5"), (500, "1"), (1000, "0.5"), (None, "0.1"))
FIXED = Decimal(50)  # up to 1 万
MOST_PRESERVATION = Decimal(5000)
HELP = "交不起可以在起诉时申请缓交、减交、免交，如低保户、残疾人没有固定收入、要赡养费抚养费的。"
LOSER = "由原告先交，最后一般由输的一方负担。"


class CaseFee(Coded):
    """Kinds of case with a fee of their own: (code, what residents read)."""

    PROPERTY = ("property", "要钱要物的案件")
    DIVORCE = ("divorce", "离婚")
    PERSONALITY = ("personality", "名誉、肖像等人格权")
    LABOUR = ("labour", "劳动争议")
    ADMINISTRATIVE = ("administrative", "告行政机关")
    OTHER = ("other", "其他不涉及财产的")


class ApplicationFee(Coded):
    """Applications with a fee: (code, what residents read)."""

    ENFORCEMENT = ("enforcement", "申请强制执行")
    PRESERVATION = ("preservation", "申请财产保全")
    PAYMENT_ORDER = ("payment_order", "申请支付令")


def court_fee(kind: CaseFee, amount: Decimal | None = None) -> Sum:
    """Return the fee of first instance, full and halved, 元; a range where the province sets it.

    Args:
        amount: sum claimed (PROPERTY), all property to be divided (DIVORCE), damages claimed (PERSONALITY); else unused.

    Raises:
        Uncountable: a negative or absurd amount, none where it decides.

    Source: 诉讼费用交纳办法 arts. 13, 15, 16, 20, 29, 44-47.
    """
    low, high, steps = _FEES[kind](amount)
    high = low if high is None else high
    results = [Result("案件受理费", low, high), Result("简易程序、调解结案或撤诉减半", rounded(low / 2), rounded(high / 2))]
    caveats = [LOSER, HELP]
    if kind is CaseFee.LABOUR:
        caveats.insert(0, "追索劳动报酬的案件可以不预交；劳动仲裁本身不收费。")
    if low != high:
        caveats.insert(0, "幅度内的具体标准由省里定，以法院通知为准。")
    return Sum(f"诉讼费：{kind.label}", tuple(results), tuple(steps), Law.COURT_FEES.articles("13", "15", "16", "20", "29", "44", "45"), tuple(caveats))


def application_fee(kind: ApplicationFee, amount: Decimal) -> Sum:
    """Return the fee of an application, 元.

    Args:
        amount: to be enforced, preserved, or paid by the order.

    Raises:
        Uncountable: a negative or absurd amount.

    Source: 诉讼费用交纳办法 arts. 13, 14, 20, 36, 38.
    """
    claimed = money(amount, "金额", "amount")
    steps: list[Step]
    articles: tuple[str, ...]
    if kind is ApplicationFee.ENFORCEMENT:
        fee, steps = _tiers(claimed, ENFORCEMENT)
        caveats = ("不用先交，执行后交，由被执行人负担。",)
        articles = ("14", "20", "38")
    elif kind is ApplicationFee.PRESERVATION:
        fee, steps = _preservation(claimed)
        caveats = ("由申请人先交，起诉时可以列入请求；法院可能还要担保。",)
        articles = ("14", "38")
    else:
        whole, steps = _tiers(claimed, PROPERTY)
        fee = rounded(whole / 3)
        steps.append(Step("支付令按受理费的三分之一", f"{plain(whole)} ÷ 3 = {yuan(fee)}", fee))
        caveats = ("债务人不提异议的，由债务人负担。",)
        articles = ("13", "14", "36")
    return Sum(kind.label + "的费用", (Result("申请费", fee),), tuple(steps), Law.COURT_FEES.articles(*articles), (*caveats, HELP))


def property_fee(amount: Decimal) -> Decimal:
    """Return the fee of a property case of first instance, 元; `amount` at least 0."""
    return _tiers(amount, PROPERTY)[0]


def _tiers(amount: Decimal, table: tuple[tuple[int | None, str], ...]) -> tuple[Decimal, list[Step]]:
    fee, before = FIXED, WAN
    steps = [Step("1万元以内", yuan(FIXED), FIXED)]
    for upper, percent in table:
        if amount <= before:
            break
        top = amount if upper is None else min(amount, upper * WAN)
        part = (top - before) * Decimal(percent) / 100
        fee += part
        above = f"{plain(before / WAN)}万至{upper}万元" if upper else f"{plain(before / WAN)}万元以上"
        steps.append(Step(f"{above}的{percent}%", f"{plain(top - before)} × {percent}% = {yuan(part)}" if top == amount else yuan(part), rounded(part)))
        before = top if upper is None else upper * WAN
    fee = rounded(fee)
    return fee, [*steps, Step("合计", yuan(fee), fee)] if len(steps) > 1 else steps


def _preservation(amount: Decimal) -> tuple[Decimal, list[Step]]:
    fee, steps = Decimal(30), [Step("1000元以内", "30元", Decimal(30))]
    for low, high, percent in ((Decimal(1000), 10 * WAN, "1"), (10 * WAN, None, "0.5")):
        if amount > low:
            top = amount if high is None else min(amount, high)
            part = (top - low) * Decimal(percent) / 100
            fee += part
            steps.append(Step(f"{plain(low)}元以上的部分{percent}%", f"{plain(top - low)} × {percent}% = {yuan(part)}", rounded(part)))
    fee = rounded(fee)
    if fee > MOST_PRESERVATION:
        fee = MOST_PRESERVATION
        steps.append(Step("最多", yuan(fee), fee))
    return fee, steps


def _property(amount: Decimal | None) -> Fee:
    fee, steps = _tiers(money(Decimal(0) if amount is None else amount, "请求的金额", "amount"), PROPERTY)
    return fee, None, steps


def _divorce(amount: Decimal | None) -> Fee:
    value = money(amount or Decimal(0), "财产总额", "amount", zero=True)
    more = rounded(max(value - 20 * WAN, Decimal(0)) * Decimal("0.5") / 100)
    steps = [Step("每件", "50元至300元"), Step("财产不超过20万元不另交，超过部分0.5%", yuan(more), more)]
    return 50 + more, 300 + more, steps


def _personality(amount: Decimal | None) -> Fee:
    value = money(amount or Decimal(0), "赔偿金额", "amount", zero=True)
    middle = max(min(value, 10 * WAN) - 5 * WAN, Decimal(0)) / 100
    more = rounded(middle + max(value - 10 * WAN, Decimal(0)) * Decimal("0.5") / 100)
    steps = [Step("每件", "100元至500元"), Step("赔偿5万元以内不另交，5万至10万元1%，10万元以上0.5%", yuan(more), more)]
    return 100 + more, 500 + more, steps


def _flat(low: int, high: int | None = None) -> Callable[[Decimal | None], Fee]:
    shown = f"{low}元" + (f"至{high}元" if high else "")

    def fee(amount: Decimal | None) -> Fee:
        return Decimal(low), Decimal(high) if high else None, [Step("每件", shown)]

    return fee


_FEES = {
    CaseFee.PROPERTY: _property, CaseFee.DIVORCE: _divorce, CaseFee.PERSONALITY: _personality,
    CaseFee.LABOUR: _flat(10), CaseFee.ADMINISTRATIVE: _flat(50), CaseFee.OTHER: _flat(50, 100),
}  # fmt: skip
