"""The rows behind a figure, a page at a time, in the order of their ids; the whole number of them beside it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.metrics import Row, entry_row, fact_row, selection
from bot.statistics.registry import Metric, Shape
from bot.statistics.snapshots import snapshot_rows
from bot.statistics.views import View
from bot.storage.tables import ServiceEntry


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
    """Return the rows whose id is larger than `after`, at most `size`.

    Args:
        moment: only rows of this (weekday, hour) of Beijing, Monday is 0.
    """
    if which.shape is Shape.SNAPSHOT:
        facts = sorted(snapshot_rows(session, which.code, view), key=lambda f: f.id)
        shown = [fact_row(f) for f in facts if f.id > after]
        return _page(shown[: size + 1], len(facts), size)
    query = selection(which, view)
    if moment is not None:
        query = query.where(_at(session, moment))
    total = int(session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())
    found = session.execute(query.where(ServiceEntry.id > after).order_by(ServiceEntry.id).limit(size + 1)).scalars()
    return _page([entry_row(line) for line in found], total, size)


def _page(found: list[Row], total: int, size: int) -> RowsPage:
    shown = tuple(found[:size])
    return RowsPage(shown, total, shown[-1].id if len(found) > size else None)


def _at(session: Session, moment: tuple[int, int]) -> sa.sql.ColumnElement[bool]:
    weekday, hour = moment
    sunday_first = f"{(weekday + 1) % 7}{hour:02d}"
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.strftime("%w%H", ServiceEntry.happened_at, "+8 hours") == sunday_first
    local = ServiceEntry.happened_at + sa.text("interval '8 hours'")
    return sa.func.concat(sa.cast(sa.extract("dow", local), sa.Integer), sa.func.to_char(local, "HH24")) == sunday_first
