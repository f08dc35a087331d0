"""Refunds of prepaid cards, punitive damages of consumers, and the deposit of a contract. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.legal.calculators.inputs import day, in_order, money
from bot.legal.coded import Coded
from bot.legal.deadlines import last_day
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, Uncountable, day_words, plain, rounded, yuan

GRACE_DAYS = 7
DEPOSIT_PERCENT = 20
INTEREST = "还可以要利息：商家的原因按办卡时一年期LPR，自己的原因按一年定期存款基准利率，自解除时起算；有约定的按约定。"

_IN_GRACE = ("不用说理由；办卡时已经在这家或别家体验过同样的，不适用。", "请用能留下证据的方式提出，如书面或聊天记录。")
_AFTER_GRACE = (
    "可以解除的情形：搬得太远、擅自转给别家、承诺不限次却做不到、关门跑路等，或合同约定、双方谈妥。",
    "因自己的原因退，用掉的按打折前的价格算，退得可能少些。", INTEREST,
)  # fmt: skip


class Fraud(Coded):
    """What was sold: (code, what residents read)."""

    GOODS = ("goods", "假货、虚假宣传等欺诈")
    FOOD = ("food", "不符合安全标准的食品")


class Broke(Coded):
    """Who broke the contract: (code, what residents read)."""

    PAYER = ("payer", "交定金的一方")
    TAKER = ("taker", "收定金的一方")


def prepaid_refund(paid: Decimal, used: Decimal, paid_on: date, asked_on: date, tried_before: bool = False) -> Sum:
    """Return what comes back of a prepaid card or course, 元.

    What was paid less the price of what was used: within seven days of paying without any reason, if nothing of the
    kind was received before; after that once the contract is rescinded.

    Args:
        used: price of the goods or services already received.
        tried_before: the same kind of service was received before, here or elsewhere, when the card was bought.

    Raises:
        Uncountable: amounts or days that cannot be; used more than paid.

    Source: 预付式消费解释 arts. 13-16, 19; 消费者权益保护法 art. 53.
    """
    whole, gone = money(paid, "预付的钱", "paid"), money(used, "已经用掉的钱", "used", zero=True)
    if gone > whole:
        raise Uncountable(f"用掉的{yuan(gone)}比预付的{yuan(whole)}还多，请核对。", "used")
    in_order(day(paid_on, "付款日期", "paid_on"), day(asked_on, "要求退款的日期", "asked_on"), "付款日期", "要求退款的日期", "asked_on")
    grace, rest = last_day(paid_on, GRACE_DAYS, "calendar_day"), whole - gone
    in_grace = asked_on <= grace.day and not tried_before
    why = "在7日内提出" if in_grace else "办卡前体验过同样的" if asked_on <= grace.day else "已过7日"
    steps = (
        Step("付款之日起7日内可以无理由退本金", f"到{day_words(grace.day)}", grace.day),
        Step(f"{why}，" + ("退没用掉的本金" if in_grace else "解除合同后退余额"), f"{plain(whole)} - {plain(gone)} = {yuan(rest)}", rest),
    )
    sources = Law.PREPAID.articles("13", "14", "15", "16", "19") + Law.CONSUMER.articles("53")
    label, caveats = ("应退本金", _IN_GRACE) if in_grace else ("解除后应退余额", _AFTER_GRACE)
    return Sum("预付卡退款", (Result(label, rest),), steps, sources, caveats)


def unlimited_card_refund(paid: Decimal, starts: date, ends: date, stopped: date) -> Sum:
    """Return what comes back of a card for any number of visits, by the time left, 元.

    Args:
        starts, ends: first and last day of the card.
        stopped: day the contract ended or the shop stopped serving; it counts as used.

    Raises:
        Uncountable: days in the wrong order.

    Source: 预付式消费解释 arts. 15, 22.
    """
    whole = money(paid, "预付的钱", "paid")
    in_order(day(starts, "开卡日期", "starts"), day(ends, "到期日期", "ends"), "开卡日期", "到期日期", "ends")
    in_order(starts, day(stopped, "停止的日期", "stopped"), "开卡日期", "停止的日期", "stopped")
    total, left = (ends - starts).days + 1, max((ends - stopped).days, 0)
    back = rounded(whole * left / total)
    steps = (
        Step("全部期限", f"{day_words(starts)}至{day_words(ends)}，{total}天", Decimal(total)),
        Step("剩余期限", f"{day_words(stopped)}之后，{left}天", Decimal(left)),
        Step("按剩余时间的比例", f"{plain(whole)} × {left} ÷ {total} = {yuan(back)}", back),
    )
    caveats = ("前提是合同已经解除，或者商家停止了服务。", "因自己的原因一直没去的，那段时间不退。", INTEREST)
    return Sum("不限次卡退款", (Result("应退的钱", back),), steps, Law.PREPAID.articles("15", "16", "22"), caveats)


def punitive_damages(kind: Fraud, price: Decimal, loss: Decimal | None = None) -> Sum:
    """Return what a buyer may claim on top of the price, 元.

    Fraud: three times the price, at least 500. Unsafe food: ten times the price or three times the loss, at least 1000.

    Args:
        price: paid for the goods, the service or the food.
        loss: for food, e.g. medical cost; None if there was none.

    Raises:
        Uncountable: amounts that cannot be.

    Source: 消费者权益保护法 art. 55; 食品安全法 art. 148.
    """
    cost = money(price, "价款", "price")
    caveats: tuple[str, ...]
    least = Decimal(500) if kind is Fraud.GOODS else Decimal(1000)
    if kind is Fraud.GOODS:
        extra, steps = cost * 3, [Step("价款的三倍", f"{plain(cost)} × 3 = {yuan(cost * 3)}", cost * 3)]
        sources, caveats = Law.CONSUMER.articles("55"), ("要证明商家故意欺诈，如虚假宣传、以假充真；光是质量不好不一定算。",)
    else:
        harm = money(loss or Decimal(0), "损失", "loss", zero=True)
        extra = max(cost * 10, harm * 3)
        steps = [Step("价款的十倍或损失的三倍，取多的", f"{plain(cost)} × 10 = {yuan(cost * 10)}，{plain(harm)} × 3 = {yuan(harm * 3)}", extra)]
        sources = Law.FOOD_SAFETY.articles("148")
        caveats = ("商家要明知才赔；生产者不要求明知。标签小毛病不影响安全、不误导的除外。", "一次买很多来索赔的，法院只在合理生活消费需要内支持。")
    if extra < least:
        steps.append(Step(f"不足{plain(least)}元的", f"按{yuan(least)}", least))
        extra = least
    extra = rounded(extra)
    results = (Result("增加赔偿", extra), Result("加上退回的价款", extra + cost))
    return Sum(f"惩罚性赔偿：{kind.label}", results, tuple(steps), sources, (*caveats, "实际损失可以另外要求赔偿。"))


def deposit(price: Decimal, paid: Decimal, broke: Broke) -> Sum:
    """Return what happens to a deposit (定金) when one side breaks the contract, 元.

    At most 20 % of the price works as a deposit; what was paid beyond it is an advance and goes back. The payer who
    breaks loses the deposit; the taker who breaks pays it back twice.

    Raises:
        Uncountable: amounts that cannot be; more paid than the whole price.

    Source: 民法典 arts. 586-588.
    """
    whole, given = money(price, "合同总价", "price"), money(paid, "交的定金", "paid")
    if given > whole:
        raise Uncountable(f"定金{yuan(given)}比合同总价{yuan(whole)}还多，请核对。", "paid")
    most = rounded(whole * DEPOSIT_PERCENT / 100)
    works = min(given, most)
    over = given - works
    steps = [Step("定金最多是总价的20%", f"{plain(whole)} × 20% = {yuan(most)}", most)]
    if over:
        steps.append(Step("超过的部分不算定金，要退", f"{plain(given)} - {plain(most)} = {yuan(over)}", over))
    if broke is Broke.PAYER:
        result = Result("可以要回", over)
        steps.append(Step("交定金的一方违约，定金不退", yuan(works), works))
    else:
        result = Result("可以要回（双倍）", 2 * works + over)
        doubled = f"{plain(works)} × 2" + (f" + {plain(over)}" if over else "")
        steps.append(Step("收定金的一方违约，双倍返还", f"{doubled} = {yuan(2 * works + over)}", 2 * works + over))
    caveats = (
        "写的是“定金”才这样；“订金”“押金”“意向金”一般按预付款退。",
        "违约要达到合同目的不能实现的程度。",
        "又有违约金的，只能选一个；损失超过定金的，可以再要差额。",
    )
    return Sum("定金", (result,), tuple(steps), Law.CIVIL_CODE.articles("586", "587", "588"), caveats)
