"""What the office's dashboard shows: figures with what they were before, and splits of them. Reads days, not lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.legal.reply_times import ReplyTime
from bot.statistics.figures import Figure, figures
from bot.statistics.hours import by_the_hour
from bot.statistics.metrics import Number, counts, table
from bot.statistics.periods import Period, compared, months_of
from bot.statistics.registry import metric
from bot.statistics.views import NONE, View

HEADLINES = (
    "bot_answers", "handovers", "requests", "cases_total", "mediation_resolved", "success_rate", "mediation_open", "advisor_service_items",
    "screening_rounds", "enterprise_issues_collected", "enterprise_issues_resolved", "satisfaction",
)  # fmt: skip
TREND = ("requests", "cases_total", "mediation_resolved", "advisor_service_items")
FUNNEL = ("bot_answers", "handovers", "requests", "cases_total", "mediation_resolved")
OUTCOMES = ("agreements_written", "agreements_oral", "mediation_failed", "mediation_terminated")
REPLIES = tuple(f"first_{t.code}" for t in ReplyTime)
STARS = tuple(f"ratings_{n}" for n in range(5, 0, -1))
# (code, title, dimension, metrics)
SPLITS = (
    ("community", "各社区", "community", ("requests", "cases_total", "mediation_resolved", "advisor_service_items")),
    ("dispute_type", "纠纷类型", "dispute_type", ("cases_total", "mediation_resolved")),
    ("channel", "渠道", "channel", ("bot_answers", "requests", "cases_total", "advisor_service_items")),
    ("tier", "层级", "tier", ("advisor_service_items",)),
)
LISTS = (
    ("outcome", "调解结果", OUTCOMES),
    ("replies", "首次人工答复用时", REPLIES),
    ("stars", "居民评价", STARS),
    ("funnel", "从提问到化解", FUNNEL),
)
DAYS_SHOWN = 62  # a trend over more days than this goes by months


@dataclass(frozen=True)
class Headline:
    """A figure, the same of the period before, and of a year ago."""

    now: Figure
    before: Figure
    last_year: Figure


@dataclass(frozen=True)
class Cell:
    """One number of a split and where it comes from: the metric in a view."""

    metric: str
    value: Number
    view: View


@dataclass(frozen=True)
class Line:
    """One line of a split: its code ("" for none), or the metric's own label where `code` is None."""

    code: str | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Split:
    """A table of the dashboard with a chart beside it.

    Args:
        dimension: what the lines' codes are; None where each line is a metric of its own.
        totals: None where the lines are no parts of one whole.
    """

    code: str
    title: str
    dimension: str | None
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: Line | None


def headlines(session: Session, view: View, today: date) -> list[Headline]:
    """Return the figures on top; while the period is running they are compared with as many days."""
    views = [view, *(view.during(period) for period in compared(view.period, today))]
    found = [figures(session, [metric(code) for code in HEADLINES], one) for one in views]
    return [Headline(*of_periods) for of_periods in zip(*found)]


def split(session: Session, code: str, view: View, codes: tuple[str, ...] = ()) -> Split:
    """Return one split by a dimension.

    Args:
        codes: codes that stand in the table even with nothing in them, in this order; what else occurs comes after.
    """
    _, title, dimension, heads = next(s for s in SPLITS if s[0] == code)
    found = [{(c or NONE): n for (c,), n in table(session, metric(head), view, [dimension])} for head in heads]
    asked = dict(view.where).get(dimension)
    listed = [c for c in codes if asked in (None, c) and (dimension != "community" or view.communities is None or c in view.communities)]
    others = sorted({c for part in found for c in part} - set(listed), key=lambda c: (c == NONE, c))
    lines = tuple(Line(c, _cells(heads, [part.get(c, 0) for part in found], _narrowed(view, dimension, c))) for c in [*listed, *others])
    return Split(code, title, dimension, heads, lines, _totals(session, heads, view))


def listing(session: Session, code: str, view: View) -> Split:
    """Return metrics one below the other: outcomes, waits, stars, the way from a question to a settled case."""
    _, title, heads = next(s for s in LISTS if s[0] == code)
    values = counts(session, [metric(head) for head in heads], view)
    lines = tuple(Line(None, (Cell(head, values[head], view),)) for head in heads)
    return Split(code, title, None, ("",), lines, None)


def trend(session: Session, view: View, today: date) -> Split:
    """Return the flow of some figures by day, or by month for longer periods; every day or month that has begun has a line."""
    by_days = (view.period.end - view.period.first).days <= DAYS_SHOWN
    parts = _days_of(view.period) if by_days else months_of(view.period)
    name = "day" if by_days else "month"
    found = [{str(c): n for (c,), n in table(session, metric(head), view, [name])} for head in TREND]
    lines = []
    for part in parts:
        if part.first > today and view.period.first <= today:
            break
        key = part.first.isoformat() if by_days else f"{part.first:%Y-%m}"
        lines.append(Line(key, _cells(TREND, [sums.get(key, 0) for sums in found], view.during(part))))
    return Split("trend", "走势", name, TREND, tuple(lines), _totals(session, TREND, view))


def heat(session: Session, code: str, view: View) -> list[list[int]] | None:
    """Return seven weekdays of twenty-four hours, Monday first; None where the hours are not kept for this view."""
    found = by_the_hour(session, code, view)
    return None if found is None else [[found.get((weekday, hour), 0) for hour in range(24)] for weekday in range(7)]


def _cells(heads: tuple[str, ...], values: list[Number], view: View) -> tuple[Cell, ...]:
    return tuple(Cell(head, value, view) for head, value in zip(heads, values))


def _totals(session: Session, heads: tuple[str, ...], view: View) -> Line:
    values = counts(session, [metric(head) for head in heads], view)
    return Line(None, _cells(heads, [values[head] for head in heads], view))


def _narrowed(view: View, dimension: str, code: str) -> View:
    where = tuple(pair for pair in view.where if pair[0] != dimension)
    return View(view.period, view.with_demo, view.as_of, (*where, (dimension, code)), view.communities)


def _days_of(period: Period) -> list[Period]:
    n = (period.end - period.first).days
    return [Period(period.first + timedelta(days=i), period.first + timedelta(days=i + 1)) for i in range(n)]
