"""The rows behind a figure, a page at a time, oldest first; the whole number of them beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.hours import hour_of_week
from bot.statistics.metrics import Row, entry_row, fact_row
from bot.statistics.registry import Metric, Shape
from bot.statistics.snapshots import snapshot_rows
from bot.statistics.totals import lines
from bot.statistics.views import View, line_conditions
from bot.storage.columns import UtcTime
from bot.storage.tables import EntryKey, ServiceEntry


@dataclass(frozen=True)
class RowsPage:
    """Some rows of a figure.

    Args:
        total: how many rows the figure has in all.
        following: the `after` of the next page, None on the last.
    """

    rows: tuple[Row, ...]
    total: int
    following: int | None


def rows_page(session: Session, which: Metric, view: View, after: int = 0, size: int = 50, moment: tuple[int, int] | None = None) -> RowsPage:
    """Return the rows that come after the row `after` in time, at most `size`; those of a snapshot in the order of their ids.

    Args:
        after: the id of the last row of the page before; 0 begins. After an id that is in no book nothing comes.
        moment: only rows of this (weekday, hour) of Beijing, Monday is 0.
    """
    if which.shape is Shape.SNAPSHOT:
        facts = sorted(snapshot_rows(session, which.code, view), key=lambda f: f.id)
        shown = [fact_row(f) for f in facts if f.id > after]
        return _page(shown[: size + 1], len(facts), size)
    stock, kinds = which.shape is Shape.STOCK, tuple(dict.fromkeys(which.kinds + which.minus))
    narrowed = [] if moment is None else [hour_of_week(session) == f"{(moment[0] + 1) % 7}{moment[1]:02d}"]
    if narrowed or view.as_of is not None:
        total = session.execute(sa.select(sa.func.count()).select_from(ServiceEntry).where(*line_conditions(view, kinds, stock), *narrowed)).scalar_one()
    else:
        total = lines(session, view, kinds, stock)
    came = session.execute(sa.select(EntryKey.happened_at).where(EntryKey.entry_id == after)).scalar_one_or_none() if after else None
    if after and came is None:
        return RowsPage((), int(total), None)
    if came is not None:
        narrowed.append(ServiceEntry.happened_at >= came)
        narrowed.append(sa.tuple_(ServiceEntry.happened_at, ServiceEntry.id) > sa.tuple_(sa.literal(came, UtcTime), sa.literal(after)))
    return _page([entry_row(line) for line in _first(session, view, kinds, stock, narrowed, size + 1)], int(total), size)


def _first(session: Session, view: View, kinds: tuple[str, ...], stock: bool, narrowed: list[Any], many: int) -> list[ServiceEntry]:
    """The first lines in time. Asked kind by kind: of each the index gives them in order, and no more than these are looked at."""
    found: list[ServiceEntry] = []
    for kind in kinds:
        query = sa.select(ServiceEntry).where(*line_conditions(view, (kind,), stock), *narrowed).order_by(ServiceEntry.happened_at, ServiceEntry.id)
        found += session.execute(query.limit(many)).scalars()
    return sorted(found, key=lambda line: (line.happened_at, line.id))[:many]


def _page(found: list[Row], total: int, size: int) -> RowsPage:
    shown = tuple(found[:size])
    return RowsPage(shown, total, shown[-1].id if len(found) > size else None)
