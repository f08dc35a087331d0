"""Frozen figures: a value with the ids and the hash of the rows behind it. What became of them is told by bot.statistics.checks.

Rows are never changed, only added, so the ids that were known then give the figure of then, whatever the clock said.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Sequence, Union

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.batches import Batches
from bot.statistics.behind import Behind, behind
from bot.statistics.figures import Declarations, Figure, figure
from bot.statistics.metrics import METRICS, Number, Row, entry_row, fact_row, metric, percent
from bot.statistics.month_figures import Known, MonthFigure, month_figures
from bot.statistics.registry import Metric, Shape
from bot.statistics.views import View
from bot.storage.book_tables import BookFact
from bot.storage.tables import ServiceEntry

CHUNK = 500
Found = Union[Behind, MonthFigure]


@dataclass(frozen=True)
class Frozen:
    """Figures as records, and the batches of lines that no closing before holds.

    Args:
        figures: code, state, value, number of rows and hash; of lines the months, each with what closing holds its batches, of a snapshot the ids.
        found: what the records were made from, in the same order.
    """

    figures: list[dict[str, Any]]
    batches: Batches
    found: list[Found]


def one_snapshot(session: Session) -> None:
    """Make all that this session reads belong to one moment; call it first (SQLite does so by itself)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def freeze(session: Session, wanted: list[tuple[Metric, View]], known: Known | None = None) -> Frozen:
    """Return figures frozen, in the given order; views may differ in their period only.

    Args:
        known: what closings hold; months that have not changed since are taken over.
    """
    of_lines = [(which, view) for which, view in wanted if which.shape is not Shape.SNAPSHOT]
    months, batches = month_figures(session, of_lines, known or {})
    each, facts = iter(months), iter(behind(session, [one for one in wanted if one[0].shape is Shape.SNAPSHOT]))
    found: list[Found] = [next(facts) if which.shape is Shape.SNAPSHOT else next(each) for which, _ in wanted]
    records = [_of_facts(one, value) if isinstance(one, Behind) else _of_months(one, value) for one, value in zip(found, figures_of(session, found))]
    return Frozen(records, batches, found)


def freeze_all(session: Session, view: View, known: Known | None = None) -> Frozen:
    """Return every metric of a view, frozen, in the order of the registry."""
    return freeze(session, [(which, view) for which in METRICS], known)


def line_ids(session: Session, view: View, after: int = 0) -> list[int]:
    """Return the ids of all lines of a period, of every kind; only those greater than `after`."""
    conditions = [ServiceEntry.id > after, ServiceEntry.happened_at >= view.period.start_utc, ServiceEntry.happened_at < view.period.end_utc]
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    return list(session.execute(sa.select(ServiceEntry.id).where(*conditions).order_by(ServiceEntry.id)).scalars())


def lines_by_id(session: Session, ids: list[int]) -> list[Row]:
    """Return lines of the books by their ids, in that order of ids."""
    return rows_by_id(session, "entry", sorted(ids))


def value_of(which: Metric, found: list[Row]) -> int | Decimal:
    """Return what rows amount to under a metric, without asking the database."""
    if which.shape is Shape.SNAPSHOT:
        return len(found)
    by_kind: dict[str, int] = {}
    for row in found:
        by_kind[row.kind] = by_kind.get(row.kind, 0) + row.quantity
    return value_by_kind(which, by_kind)


def figures_of(session: Session, found: Sequence[Found]) -> list[Figure]:
    """Return each figure with its state; what the rows amount to is known, so that nothing is counted again."""
    totals: dict[View, dict[str, Number]] = {}
    for one in found:
        if one.total is not None:
            totals.setdefault(one.view, {})[one.which.code] = one.total
    declared = {view: Declarations(session, view) for view in {one.view for one in found}}
    return [figure(session, one.which, one.view, totals.get(one.view), declared[one.view]) for one in found]


def told(value: Figure) -> str | None:
    """Return a figure's value as records hold it."""
    return None if value.value is None else str(value.value)


def value_by_kind(which: Metric, by_kind: dict[str, int]) -> int | Decimal:
    """Return what sums by kind amount to under a metric."""
    if which.shape is Shape.RATIO:
        over, under = (value_by_kind(metric(code), by_kind) for code in which.of or ())
        return percent(over, under)
    total = sum(by_kind.get(kind, 0) for kind in which.kinds) - sum(by_kind.get(kind, 0) for kind in which.minus)
    return total if which.scale == 1 else (Decimal(total) / which.scale).quantize(Decimal("0.01"))


def rows_by_id(session: Session, table: str, ids: list[int]) -> list[Row]:
    """Return lines of the books ("entry") or facts ("fact") by their ids, in that order."""
    source, make = (BookFact, fact_row) if table == "fact" else (ServiceEntry, entry_row)
    found: list[Row] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        found += [make(line) for line in session.execute(sa.select(source).where(source.id.in_(chunk)).order_by(source.id)).scalars()]
    return found


def _of_facts(found: Behind, value: Figure) -> dict[str, Any]:
    record = {"code": found.which.code, "state": value.state.value, "value": told(value), "rows": found.rows, "table": "fact"}
    return {**record, "ids": found.ids, "sha256": found.sha256}


def _of_months(found: MonthFigure, value: Figure) -> dict[str, Any]:
    record = {"code": found.which.code, "state": value.state.value, "value": told(value), "rows": found.rows, "table": "entry"}
    return {**record, "sha256": found.sha256, "months": found.months}
