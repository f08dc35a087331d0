"""Frozen figures: a value with the ids and the hash of the rows behind it, and the check of it later.

Rows are never changed, only added, so the ids that were known then give the figure of then, whatever the clock said.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.behind import Behind, behind
from bot.statistics.figures import Figure, digest_of, figure
from bot.statistics.metrics import METRICS, Row, entry_row, fact_row, metric, percent, rows
from bot.statistics.registry import Metric, Shape
from bot.statistics.views import View
from bot.storage.book_tables import BookFact
from bot.storage.tables import ServiceEntry

CHUNK = 500


@dataclass(frozen=True)
class Check:
    """What became of a frozen figure.

    Args:
        intact: the rows of then still give the figure and the hash of then; False means somebody altered rows or record.
        later: rows that came since.
        gone: rows of then that a snapshot no longer holds.
        now: the figure as it is known now.
    """

    code: str
    intact: bool
    later: tuple[Row, ...]
    gone: tuple[Row, ...]
    now: Figure
    same: bool


def one_snapshot(session: Session) -> None:
    """Make all that this session reads belong to one moment; call it first (SQLite does so by itself)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def freeze(session: Session, found: Behind) -> dict[str, Any]:
    """Return a figure as a record: code, state, value, number of rows, ids and hash of the rows."""
    value = figure(session, found.which, found.view, found.total)
    return {
        "code": found.which.code,
        "state": value.state.value,
        "value": None if value.value is None else str(value.value),
        "rows": found.rows,
        "table": "fact" if found.which.shape is Shape.SNAPSHOT else "entry",
        "ids": found.ids,
        "sha256": found.sha256,
    }


def freeze_all(session: Session, view: View) -> list[dict[str, Any]]:
    """Return every metric of a view, frozen, in the order of the registry."""
    return [freeze(session, found) for found in behind(session, [(which, view) for which in METRICS])]


def check(session: Session, frozen: dict[str, Any], view: View) -> Check:
    """Compare a frozen figure with the books: as they were then, and as they are now.

    Args:
        view: the view of then without its `as_of`.
    """
    which = metric(frozen["code"])
    ids = from_ranges(frozen["ids"])
    then = _rows_by_id(session, frozen["table"], ids)
    intact = len(then) == len(ids) == frozen["rows"] and digest_of(then) == frozen["sha256"] and _gives(which, then, frozen["value"])
    known = set(ids)
    today = rows(session, which, view)
    still = {row.id for row in today}
    later = tuple(row for row in today if row.id not in known)
    gone = tuple(row for row in then if row.id not in still)
    now = figure(session, which, view)
    same = not later and not gone and now.state.value == frozen["state"] and (None if now.value is None else str(now.value)) == frozen["value"]
    return Check(which.code, intact, later, gone, now, same)


def line_ids(session: Session, view: View) -> list[int]:
    """Return the ids of all lines of a period, of every kind."""
    conditions = [ServiceEntry.happened_at >= view.period.start_utc, ServiceEntry.happened_at < view.period.end_utc]
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    return list(session.execute(sa.select(ServiceEntry.id).where(*conditions).order_by(ServiceEntry.id)).scalars())


def lines_by_id(session: Session, ids: list[int]) -> list[Row]:
    """Return lines of the books by their ids, in that order of ids."""
    return _rows_by_id(session, "entry", sorted(ids))


def as_ranges(ids: list[int]) -> str:
    """Return ids as "1-5,9": short, and the same for the same set."""
    found: list[list[int]] = []
    for n in sorted(ids):
        if found and n == found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def from_ranges(text: str) -> list[int]:
    """Return the ids behind `as_ranges`."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def _rows_by_id(session: Session, table: str, ids: list[int]) -> list[Row]:
    source, make = (BookFact, fact_row) if table == "fact" else (ServiceEntry, entry_row)
    found: list[Row] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        found += [make(line) for line in session.execute(sa.select(source).where(source.id.in_(chunk)).order_by(source.id)).scalars()]
    return found


def _gives(which: Metric, then: list[Row], value: str | None) -> bool:
    """Whether rows give a value; a missing or inapplicable one needs none."""
    if value is None:
        return True
    return str(value_of(which, then)) == value


def value_of(which: Metric, found: list[Row]) -> int | Decimal:
    """Return what rows amount to under a metric, without asking the database."""
    if which.shape is Shape.SNAPSHOT:
        return len(found)
    if which.shape is Shape.RATIO:
        over, under = (value_of(part, [r for r in found if r.kind in part.kinds]) for part in (metric(code) for code in which.of or ()))
        return percent(over, under)
    total = 0
    for row in found:
        total += -row.quantity if row.kind in which.minus else row.quantity
    return total if which.scale == 1 else (Decimal(total) / which.scale).quantize(Decimal("0.01"))
