"""诉讼时效: until when a court must still listen if the other side objects. Pure."""

from __future__ import annotations

from datetime import date
from typing import Sequence

from bot.legal.calendar import add_months
from bot.legal.deadlines import LastDay, last_day, time_left, unknown_words
from bot.legal.sources import Law
from bot.legal.sums import Result, Step, Sum, Uncountable, day_words

YEARS, LONGEST_YEARS = 3, 20
SOURCES = Law.CIVIL_CODE.articles("188", "192", "195", "196", "202", "203") + Law.LIMITATION.articles("12", "19") + Law.PRODUCT_QUALITY.articles("45")
CAVEATS = (
    "催要要有对方收到的凭证；起诉、申请仲裁、支付令，向人民调解委员会提出请求，也会中断。",
    "过期不等于债没了：对方签字同意还，或者已经还了，不能再反悔。",
    "要抚养费、赡养费、扶养费，请求停止侵害、排除妨碍，不受时效限制。",
    "法律另有规定的从其规定，如缺陷产品致损是2年。",
)


def limitation(due: date, asked: Sequence[date] = (), today: date | None = None) -> Sum:
    """Return the last day of the general limitation period.

    Three years from `due`; each interruption within the running period starts three years anew; never beyond twenty
    years from `due`. An interruption after the period had ended changes nothing.

    Args:
        due: day performance was due, or the injury and who did it became known.
        asked: days of interruption (claimed with proof, promise to pay, suit, request to a mediation committee), any order.
        today: Beijing date, for how much time is left.

    Raises:
        Uncountable: a day in the future, or an interruption before `due`.

    Source: 民法典 arts. 188, 195, 196, 202, 203; 诉讼时效规定 art. 12; 产品质量法 art. 45 (the caveat).
    """
    _check(due, asked, today)
    steps = [Step("起算", f"{day_words(due)}，当天不算", due)]
    end = last_day(due, YEARS, "year")
    steps.append(Step(f"加{YEARS}年", f"到{day_words(end.day)}", end.day))
    late: tuple[str, ...] = ()
    for day in sorted(set(asked)):
        if day > end.day:
            late = (f"{day_words(day)}催要时3年已经过了，不再中断。",)
            break
        end = last_day(day, YEARS, "year")
        steps.append(Step(f"{day_words(day)}中断，从头再算{YEARS}年", f"到{day_words(end.day)}", end.day))
    longest = add_months(due, LONGEST_YEARS * 12)
    if end.day > longest:
        end = LastDay(longest, longest)
        steps.append(Step(f"最长不超过{LONGEST_YEARS}年", f"到{day_words(longest)}", longest))
    return Sum(
        title="诉讼时效（一般3年）",
        results=(Result("最后一天", end.day),),
        steps=tuple(_shortened(steps)),
        sources=SOURCES,
        caveats=(*time_left(end.day, today), *late, *unknown_words(end.unknown), *CAVEATS),
    )


def _check(due: date, asked: Sequence[date], today: date | None) -> None:
    for day in asked:
        if day < due:
            raise Uncountable(f"{day_words(day)}早于到期日{day_words(due)}，时效那时还没开始，请核对催要的日期。", "asked")
        if today is not None and day > today:
            raise Uncountable(f"{day_words(day)}还没有到，请只写已经催要过的日期。", "asked")


def _shortened(steps: list[Step]) -> list[Step]:
    """Keep the first and the last steps when somebody asked many times; only the last interruption decides."""
    return steps if len(steps) <= 5 else [*steps[:2], Step(f"中间又中断{len(steps) - 4}次，每次都从头再算"), *steps[-2:]]
