"""Counting: each metric's one selection gives the count, the rows behind it, the table, the export and the report.

A plain sum is read from the roll-ups by day and month; what was known on a day (`as_of`), and everything that opens to rows, is read
from the lines. `bot stats --recount` proves the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import Any, Iterable, Union

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.errors import UnknownMetric
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.office import BEIJING, Office
from bot.statistics.periods import Period, months_of
from bot.statistics.registry import Metric, Shape, all_metrics, metric
from bot.statistics.snapshots import snapshot_rows
from bot.statistics.totals import by_code, by_kind, by_month, from_totals, total
from bot.statistics.views import DAY, DIMENSIONS, MONTH, NONE, TIMES, View, day_conditions, line_conditions, view_of
from bot.storage.book_tables import DailyCount
from bot.storage.tables import ServiceEntry

__all__ = ["DIMENSIONS", "METRICS", "Metric", "count", "label_of", "metric", "rows", "selection", "table"]

MISSING = "—"
METRICS = all_metrics()
Number = Union[int, Decimal]
Parts = list[tuple[tuple[Union[str, None], ...], Number]]


@dataclass(frozen=True)
class Row:
    """What stands behind one unit of a figure: a line of the books, or a fact of a snapshot."""

    id: int
    table: str
    kind: str
    quantity: int
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    case_number: str | None
    community: str | None
    tier: str
    channel: str
    topic: str | None
    dispute_type: str | None
    source_key: str
    reason: str | None
    reverses_id: int | None


def selection(which: Metric, period: Period | View, with_demo: bool = False) -> Select:
    """Return the lines behind a metric: the one definition of it. Demo lines only on request (domain.md 1.4).

    A stock selects everything up to the end of the period; the kinds in `minus` count against it.
    """
    view = view_of(period, with_demo)
    return sa.select(ServiceEntry).where(*line_conditions(view, which.kinds + which.minus, which.shape is Shape.STOCK))


def count(session: Session, which: Metric, period: Period | View, with_demo: bool = False) -> Number:
    """Return the figure in the metric's unit, reversing lines included; a ratio over nothing is 0 here (see `figures`)."""
    view = view_of(period, with_demo)
    if which.shape is Shape.SNAPSHOT:
        return len(snapshot_rows(session, which.code, view))
    if which.shape is Shape.RATIO:
        over, under = (count(session, metric(code), view) for code in which.of or ())
        return percent(over, under)
    parts = _grouped(session, which, view, [])
    return _scaled(which, sum(n for _, n in parts))


def counts(session: Session, chosen: Iterable[Metric], period: Period | View) -> dict[str, Number]:
    """Return code → figure of many metrics, and of those their ratios are made of, from as few looks as there are ways to sum."""
    view, found = view_of(period), dict[str, Number]()
    wanted = {part.code: part for which in chosen for part in (*(metric(code) for code in which.of or ()), which)}
    for shape in (Shape.SUM, Shape.STOCK):
        some = [which for which in wanted.values() if which.shape is shape]
        if some and view.as_of is None:
            kinds = tuple(sorted({kind for which in some for kind in (*which.kinds, *which.minus)}))
            sums = by_kind(session, view, kinds, shape is Shape.STOCK)
            found.update({w.code: _scaled(w, sum(sums.get(k, 0) for k in w.kinds) - sum(sums.get(k, 0) for k in w.minus)) for w in some})
    for code, which in wanted.items():
        if code not in found:
            found[code] = percent(*(found[part] for part in which.of)) if which.of else count(session, which, view)
    return found


def rows(session: Session, which: Metric, period: Period | View, with_demo: bool = False) -> list[Row]:
    """Return what is behind the figure, oldest first."""
    view = view_of(period, with_demo)
    if which.shape is Shape.SNAPSHOT:
        return [fact_row(fact) for fact in snapshot_rows(session, which.code, view)]
    query = selection(which, view).order_by(ServiceEntry.happened_at, ServiceEntry.id)
    return [entry_row(line) for line in session.execute(query).scalars()]


def table(session: Session, which: Metric, period: Period | View, dimensions: list[str], with_demo: bool = False) -> Parts:
    """Return the figure split by dimensions: one (codes, count) a combination that occurs, largest first.

    The parts sum to `count`, except those of a ratio, and those of a stock by month, which are its months' ends.
    A combination whose lines cancel out is left out.

    Raises:
        UnknownMetric: a dimension does not exist.
    """
    view = view_of(period, with_demo)
    for name in dimensions:
        if name not in (*DIMENSIONS, *TIMES):
            raise UnknownMetric(f"Unknown dimension {name!r}; expected some of: {', '.join((*DIMENSIONS, *TIMES))}.")
    if set(dimensions) & set(TIMES):
        return _by_time(session, which, view, dimensions)
    if which.shape is Shape.RATIO:
        return _ratios(session, which, view, dimensions)
    if which.shape is Shape.SNAPSHOT:
        return _sorted(_tally(snapshot_rows(session, which.code, view), dimensions))
    return [(codes, n if which.scale == 1 else _scaled(which, n)) for codes, n in _grouped(session, which, view, dimensions) if n]


def sums_by(session: Session, which: Metric, view: View, dimension: str) -> dict[str | None, int]:
    """Return code → sum of the lines with it, in parts of the unit, those that cancel out included; of a ratio the sum of both its sides' lines."""
    return {code: n for (code,), n in _grouped(session, which, view, [dimension])}


def entry_row(line: ServiceEntry) -> Row:
    """Return a line of the books as a row."""
    return _row(line, "entry", line.kind, line.quantity, line.case_number, line.reason)


def fact_row(fact: Any) -> Row:
    """Return a fact of a snapshot as a row; it counts one."""
    return _row(fact, "fact", fact.event, 1, fact.subject, fact.note)


def percent(over: Number, under: Number) -> Decimal:
    """Return a share in percent to one decimal, half up; 0 where there is nothing to divide by."""
    if not under:
        return Decimal("0.0")
    return (Decimal(over) * 100 / Decimal(under)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def label_of(dimension: str, code: str | None, office: Office) -> str:
    """Return what people read for a stored code; a code the office no longer lists is shown as it is."""
    if not code:
        return MISSING
    if dimension in TIMES:
        return code
    if dimension == "community":
        known = office.community(code)
        return known.name if known else code
    taxonomy: dict[str, Any] = {"dispute_type": DisputeType, "topic": Topic, "channel": Channel, "tier": Tier}
    return str(taxonomy[dimension].from_code(code).label)


def _grouped(session: Session, which: Metric, view: View, dimensions: list[str]) -> list[tuple[tuple[str | None, ...], int]]:
    """Sums in parts of the unit, largest first, from the days where they suffice, else from the lines."""
    stock = which.shape is Shape.STOCK
    if not dimensions and which.reads_days and from_totals(view):
        return [((), total(session, view, which.kinds, which.minus, stock))]
    if len(dimensions) == 1 and dimensions[0] in DIMENSIONS and which.reads_days and from_totals(view):
        parts = by_code(session, view, which.kinds, which.minus, dimensions[0], stock)
        return [((code or None,), n) for code, n in sorted(parts, key=lambda part: (-part[1], part[0]))]
    kinds = which.kinds + which.minus
    from_days = which.reads_days and view.as_of is None
    source: Any = DailyCount if from_days else ServiceEntry
    conditions = day_conditions(view, kinds, stock) if from_days else line_conditions(view, kinds, stock)
    amount = source.quantity
    if which.minus:
        amount = sa.case((source.kind.in_(which.minus), -amount), else_=amount)
    columns = [getattr(source, name) for name in dimensions]
    if not from_days:
        columns = [sa.func.coalesce(column, NONE) for column in columns]
    query = sa.select(*columns, sa.cast(sa.func.sum(amount), sa.BigInteger)).where(*conditions).group_by(*columns)
    # As the driver gives them, and by columns, not by rows: a month of 2,000 communities and every type is 25,000 combinations.
    session.flush()
    result = session.connection().execute(query)
    found = [tuple(row) for row in result] if DAY in dimensions else list(result.cursor.fetchall())
    if not columns:
        return [((), int(found[0][0] or 0))]
    found.sort()
    found.sort(key=itemgetter(-1), reverse=True)
    *codes, sums = zip(*found) if found else ([], *([] for _ in columns))
    return list(zip(zip(*([code or None for code in column] if NONE in column else column for column in codes)), sums))


def _by_time(session: Session, which: Metric, view: View, dimensions: list[str]) -> Parts:
    """Sums by days or months come from one query; a stock or a ratio is looked at month by month."""
    if which.shape is not Shape.SUM:
        return _month_by_month(session, which, view, dimensions)
    others = [d for d in dimensions if d not in (DAY, MONTH)]
    if dimensions == [MONTH] and from_totals(view) and view.period.first.day == view.period.end.day == 1:
        return [((f"{first:%Y-%m}",), _scaled(which, n)) for first, n in sorted(by_month(session, view, which.kinds)) if n]
    sums: dict[tuple[str | None, ...], int] = {}
    for (day, *codes), n in _days(session, which, view, others):
        known = {**dict(zip(others, codes)), DAY: f"{day:%Y-%m-%d}", MONTH: f"{day:%Y-%m}"}
        key = tuple(known[d] for d in dimensions)
        sums[key] = sums.get(key, 0) + n
    place = next(i for i, d in enumerate(dimensions) if d in (DAY, MONTH))
    found: Parts = [(key, _scaled(which, n)) for key, n in sums.items() if n]
    return sorted(found, key=lambda part: (str(part[0][place]), -part[1], tuple(v or "" for v in part[0])))


def _days(session: Session, which: Metric, view: View, others: list[str]) -> list[tuple[tuple[Any, ...], int]]:
    if view.as_of is None:
        return _grouped(session, which, view, [DAY, *others])
    columns = [getattr(ServiceEntry, name) for name in others]
    query = sa.select(ServiceEntry.happened_at, *columns, ServiceEntry.quantity).where(*line_conditions(view, which.kinds, cumulative=False))
    return [((at.astimezone(BEIJING).date(), *codes), int(n)) for at, *codes, n in session.execute(query)]


def _month_by_month(session: Session, which: Metric, view: View, dimensions: list[str]) -> Parts:
    if DAY in dimensions:
        raise UnknownMetric(f"{which.code} has no figure by day; expected month or another dimension.")
    place = dimensions.index(MONTH)
    others = [d for d in dimensions if d != MONTH]
    found: Parts = []
    for part in months_of(view.period):
        for codes, n in table(session, which, view.during(part), others) if others else [((), count(session, which, view.during(part)))]:
            if n:
                found.append(((*codes[:place], part.first.strftime("%Y-%m"), *codes[place:]), n))
    return found


def _ratios(session: Session, which: Metric, view: View, dimensions: list[str]) -> Parts:
    over, under = (dict(table(session, metric(code), view, dimensions)) for code in which.of or ())
    return _sorted([(codes, percent(over.get(codes, 0), n)) for codes, n in under.items()])


def _tally(facts: list[Any], dimensions: list[str]) -> Parts:
    found: dict[tuple[str | None, ...], int] = {}
    for fact in facts:
        codes = tuple(getattr(fact, name) for name in dimensions)
        found[codes] = found.get(codes, 0) + 1
    return list(found.items())


def _sorted(parts: Parts) -> Parts:
    return sorted(parts, key=lambda part: (-part[1], tuple(v or "" for v in part[0])))


def _scaled(which: Metric, total: int) -> Number:
    return total if which.scale == 1 else (Decimal(total) / which.scale).quantize(Decimal("0.01"))


def _row(line: Any, name: str, kind: str, quantity: int, subject: str | None, reason: str | None) -> Row:
    same = ("id", "happened_at", "recorded_at", "recorded_by", "community", "tier", "channel", "topic", "dispute_type", "source_key", "reverses_id")
    return Row(table=name, kind=kind, quantity=quantity, case_number=subject, reason=reason, **{n: getattr(line, n) for n in same})
