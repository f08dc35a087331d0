"""Periods: the last day of one, counted as the law counts it. Pure.

Three kinds of day (domain.md 0.2): calendar days, working days by the State Council's calendar, and months or years by
the corresponding day (never 30 or 365 days). The day of the event is not counted. A period that ends on a day off goes
on to the next working day (民事诉讼法 art. 85; 民法典 art. 203) where that rule reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.legal.calendar import add_months, is_working_day, on_or_after, unknown_years, working_days_after
from bot.legal.sources import Source
from bot.legal.sums import Result, Step, Sum, Uncountable, day_words, weekday_words

UNITS = {"calendar_day": "日", "workday": "个工作日", "month": "个月", "year": "年"}
LONGEST = {"calendar_day": 3660, "workday": 1000, "month": 600, "year": 50}
NEAR = 30  # days; from here on a deadline is urgent (domain.md 3, card iou_limitation)


@dataclass(frozen=True)
class LastDay:
    """The end of a period: `counted` by the calendar, `day` after moving it off a day off.

    `unknown` are the years whose holidays are not known; in them only weekends were taken for days off.
    """

    counted: date
    day: date
    unknown: tuple[int, ...] = ()

    @property
    def is_moved(self) -> bool:
        """Whether the last day fell on a day off."""
        return self.day != self.counted


@dataclass(frozen=True)
class Deadline:
    """A period that a law sets.

    Args:
        start: the event it runs from, in words for residents (收到判决书之日).
        extended: whether it goes on to the next working day; False where no rule says so, which is the safe reading.
        whose: "own" for what a resident has to do in time, "theirs" for what others owe by then.
    """

    code: str
    title: str
    start: str
    amount: int
    unit: str
    sources: tuple[Source, ...]
    caveats: tuple[str, ...] = ()
    extended: bool = True
    whose: str = "own"

    @property
    def length(self) -> str:
        """How long it is: 30日, 20个工作日, 6个月, 2年."""
        return f"{self.amount}{UNITS[self.unit]}"


def last_day(start: date, amount: int, unit: str, extended: bool = True) -> LastDay:
    """Return the last day of a period.

    Args:
        start: day of the event (Beijing date); not counted itself.
        amount: at least 1.
        unit: calendar_day, workday, month or year. Months and years end on the corresponding day, 29 February and the
            31st on the month's last day where there is none.
        extended: move an end on a day off to the next working day.

    Raises:
        Uncountable: amount or unit that no period has.

    Source: 民法典 arts. 200-203; 民事诉讼法 art. 85; working days 行政复议法 art. 88.
    """
    if unit not in UNITS or not 1 <= amount <= LONGEST[unit]:
        raise Uncountable(f"没有“{amount}{UNITS.get(unit, unit)}”这样的期限，请核对。")
    if unit == "workday":
        end = working_days_after(start, amount)
        return LastDay(end, end, unknown_years(start, end))
    months = {"month": 1, "year": 12}.get(unit)
    counted = add_months(start, amount * months) if months else start + timedelta(days=amount)
    day = on_or_after(counted) if extended else counted
    return LastDay(counted, day, unknown_years(counted, day) if extended else ())


def deadline_sum(deadline: Deadline, start: date, today: date | None = None) -> Sum:
    """Return when a legal period ends, step by step; with `today` also how many days are left.

    Raises:
        Uncountable: `start` lies after `today`: a period does not run before its event.
    """
    if today is not None and start > today:
        raise Uncountable(f"{day_words(start)}还没有到，期限从{deadline.start}起算，请写已经发生的日期。", "start")
    end = last_day(start, deadline.amount, deadline.unit, deadline.extended)
    label = "最后一天" if deadline.whose == "own" else "最晚应在这一天前办完"
    return Sum(
        title=deadline.title,
        results=(Result(label, end.day),),
        steps=tuple(_steps(deadline, start, end)),
        sources=deadline.sources,
        caveats=(*time_left(end.day, today, deadline.whose), *deadline.caveats, *unknown_words(end.unknown), *_resting_end(deadline, end)),
    )


def time_left(end: date, today: date | None, whose: str = "own") -> tuple[str, ...]:
    """Return how much time is left as zero or one sentence; urgent in the last 30 days."""
    if today is None:
        return ()
    left = (end - today).days
    if whose != "own":
        return (f"距今天还有{left}天。",) if left >= 0 else (f"这一天已经过了{-left}天，可以去问或反映。",)
    if left < 0:
        return (f"这一天已经过了{-left}天。别急着放弃，是否有中断、延长等情况请马上问12348或社区法律顾问。",)
    return (f"只剩{left}天了，请尽快办，别等最后一天。",) if left <= NEAR else (f"还有{left}天。",)


def unknown_words(years: tuple[int, ...]) -> tuple[str, ...]:
    """Return the sentence that must stand with a day counted without knowing a year's holidays."""
    if not years:
        return ()
    return (f"没有{'、'.join(map(str, years))}年的国务院放假安排，只按周六、周日推算，请以当年公布的为准。",)


def _steps(deadline: Deadline, start: date, end: LastDay) -> list[Step]:
    steps = [Step(f"起算：{deadline.start}，{day_words(start)}，当天不算", value=start)]
    how = {"workday": "（只数工作日）", "calendar_day": "（自然日）"}.get(deadline.unit, "（按月、年的对应日）")
    steps.append(Step(f"加{deadline.length}{how}", f"到{day_words(end.counted)}", end.counted))
    if end.is_moved:
        steps.append(Step(f"{day_words(end.counted)}{weekday_words(end.counted)}是休息日，顺延", f"到{day_words(end.day)}", end.day))
    return steps


def _resting_end(deadline: Deadline, end: LastDay) -> tuple[str, ...]:
    if deadline.extended or is_working_day(end.counted):
        return ()
    return ("最后一天是休息日，别指望顺延，请在前一个工作日办好。",)
