"""Child support, and the two periods of a divorce by agreement. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.legal.calculators.inputs import money, whole
from bot.legal.deadlines import last_day, unknown_words
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, Uncountable, day_words, plain, rounded, yuan

LOW_PERCENT, HIGH_PERCENT, MOST_PERCENT = 20, 30, 50
COOLING_DAYS = 30


def child_support(monthly_income: Decimal, children: int = 1, fixed: bool = True) -> Sum:
    """Return the monthly child support courts usually set, 元, as a range.

    One child: 20 % to 30 % of the payer's gross monthly income; two or more: the share may be higher, together usually
    not above 50 %.

    Args:
        monthly_income: gross; without a fixed income a twelfth of the year's or of the trade's average.
        children: that the payer has to support, 1 to 10.

    Raises:
        Uncountable: an income or number of children that cannot be.

    Source: 民法典 arts. 196, 1085; 婚姻家庭编解释（一） arts. 42, 49, 53.
    """
    income = money(monthly_income, "月收入", "monthly_income", Decimal("10000000"))
    count = whole(children, "孩子的人数", "children", 1, 10, "个")
    top = HIGH_PERCENT if count == 1 else MOST_PERCENT
    low, high = rounded(income * LOW_PERCENT / 100), rounded(income * top / 100)
    steps = (
        Step("一般比例" if count == 1 else f"{count}个孩子，比例可以提高，合计一般不超过", f"{LOW_PERCENT}%至{top}%"),
        Step("按月总收入算", f"{plain(income)} × {LOW_PERCENT}% = {yuan(low)}，{plain(income)} × {top}% = {yuan(high)}"),
    )
    caveats = [
        "这是法院常用的参考，还要看孩子实际需要、双方负担能力和当地生活水平，双方也可以自己商定。",
        "一般给到18周岁；包括生活费、教育费、医疗费。",
        "情况变化可以要求增加；要抚养费不受诉讼时效限制。",
    ]
    if not fixed:
        caveats.insert(0, "没有固定收入的，按当年总收入或同行业平均收入折成每月来算。")
    sources = Law.CIVIL_CODE.articles("196", "1085") + Law.FAMILY_INTERPRETATION_1.articles("42", "49", "53", "58")
    return Sum("抚养费参考", (Result("每月抚养费" + ("" if count == 1 else f"（{count}个孩子合计）"), low, high),), steps, sources, tuple(caveats))


def divorce_window(received: date, today: date | None = None) -> Sum:
    """Return until when an application for divorce can be withdrawn, and from when to when the certificate is fetched.

    Thirty days from the day the registry received the application, then thirty days more; both ends go on to the next
    working day.

    Raises:
        Uncountable: the day lies after `today`.

    Source: 民法典 arts. 201, 203, 1077.
    """
    if today is not None and received > today:
        raise Uncountable(f"{day_words(received)}还没有到，请写登记机关收到申请的那一天。", "received")
    cooling = last_day(received, COOLING_DAYS, "calendar_day")
    fetching = last_day(cooling.day, COOLING_DAYS, "calendar_day")
    steps = (
        Step("登记机关收到申请，当天不算", day_words(received), received),
        Step("加30日冷静期，遇休息日顺延", f"到{day_words(cooling.day)}", cooling.day),
        Step("再加30日领证，遇休息日顺延", f"到{day_words(fetching.day)}", fetching.day),
    )
    results = (Result("任何一方可以撤回，最晚到", cooling.day), Result("双方一起去领证，从次日起最晚到", fetching.day))
    caveats = (
        *unknown_words(tuple(sorted({*cooling.unknown, *fetching.unknown}))),
        "到期不去领证，视为撤回申请，要重新走一遍。",
        "要双方亲自到场，带身份证和结婚证；去之前先问登记机关的上班时间。",
    )
    return Sum("离婚冷静期和领证时间", results, steps, Law.CIVIL_CODE.articles("201", "203", "1077"), caveats)
