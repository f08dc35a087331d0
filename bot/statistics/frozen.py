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
from bot.statistics.figures import Declarations, Figure, digest_of, figure
from bot.statistics.lines import as_ranges, from_ranges
from bot.statistics.metrics import METRICS, Number, Row, entry_row, fact_row, metric, percent, rows
from bot.statistics.registry import Metric, Shape
from bot.statistics.stock_months import StockMonths, asked_again, freeze_stocks, is_as_frozen
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
        today: what stands behind it now.
    """

    code: str
    intact: bool
    later: tuple[Row, ...]
    gone: tuple[Row, ...]
    now: Figure
    same: bool
    today: Behind

    def part(self, dimension: str, code: str | None) -> Number:
        """Return what the rows of then with this code amount to: those of now, less what came since, and what is gone."""
        total = self.today.parts(dimension).get(code, 0)
        for sign, some in ((-1, self.later), (1, self.gone)):
            total += sign * sum(_signed(row, self.today.which) for row in some if getattr(row, dimension) == code)
        return self.today.scaled(total)


def one_snapshot(session: Session) -> None:
    """Make all that this session reads belong to one moment; call it first (SQLite does so by itself)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def frozen(session: Session, found: list[Behind]) -> list[dict[str, Any]]:
    """Return figures as records: code, state, value, number of rows, ids and hash of the rows. Their rows were looked at already."""
    return [_record(one, value) for one, value in zip(found, _figures(session, found))]


def freeze_all(session: Session, view: View, before: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return every metric of a view, frozen, in the order of the registry; stocks month by month.

    Args:
        before: the records of an earlier closing, whose months are taken over where they have not changed.
    """
    stocks = [which for which in METRICS if which.shape is Shape.STOCK]
    records = frozen(session, behind(session, [(which, view) for which in METRICS if which.shape is not Shape.STOCK]))
    months = {record["code"]: record["months"] for record in before or () if "months" in record}
    records += [_stock_record(session, one, view) for one in freeze_stocks(session, stocks, view, months)]
    place = {which.code: n for n, which in enumerate(METRICS)}
    return sorted(records, key=lambda record: place[record["code"]])


def check_all(session: Session, records: list[dict[str, Any]], views: list[View]) -> list[Check]:
    """Compare frozen figures with the books: as they were then, and as they are now. The lines pass once for all.

    Args:
        views: of each figure, the view of then without its `as_of`.
    """
    wanted = [(metric(record["code"]), view) for record, view in zip(records, views)]
    again = [asked_again(which, view, record.get("months", {})) for (which, view), record in zip(wanted, records)]
    known = [_ids_of(which, record) for (which, _), record in zip(wanted, records)]
    looked_at = behind(
        session, wanted + [(which, view) for months in again for which, view, _ in months], known + [ids for months in again for _, _, ids in months]
    )  # fmt: skip
    today, rest = looked_at[: len(records)], iter(looked_at[len(records) :])
    now = _figures(session, today)
    by_id = {row.id: row for row in _rows_by_id(session, "entry", sorted({number for one in looked_at for number in one.later}))}
    found = []
    for record, one, figure_now, months in zip(records, today, now, again):
        if one.which.shape is Shape.SNAPSHOT:
            found.append(_check_facts(session, record, one, figure_now))
        else:
            later = tuple(by_id[number] for number in one.later)
            of_months = [next(rest) for _ in months]
            found.append(_check_lines(record, one, figure_now, later, _months_hold(record, of_months, by_id)))
    return found


def line_ids(session: Session, view: View) -> list[int]:
    """Return the ids of all lines of a period, of every kind."""
    conditions = [ServiceEntry.happened_at >= view.period.start_utc, ServiceEntry.happened_at < view.period.end_utc]
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    return list(session.execute(sa.select(ServiceEntry.id).where(*conditions).order_by(ServiceEntry.id)).scalars())


def lines_by_id(session: Session, ids: list[int]) -> list[Row]:
    """Return lines of the books by their ids, in that order of ids."""
    return _rows_by_id(session, "entry", sorted(ids))


def value_of(which: Metric, found: list[Row]) -> int | Decimal:
    """Return what rows amount to under a metric, without asking the database."""
    if which.shape is Shape.SNAPSHOT:
        return len(found)
    by_kind: dict[str, int] = {}
    for row in found:
        by_kind[row.kind] = by_kind.get(row.kind, 0) + row.quantity
    return _value(which, by_kind)


def _figures(session: Session, found: list[Behind]) -> list[Figure]:
    """Each figure with its state; what the rows amount to is known, so that nothing is counted again."""
    totals: dict[View, dict[str, Number]] = {}
    for one in found:
        if one.total is not None:
            totals.setdefault(one.view, {})[one.which.code] = one.total
    declared = {view: Declarations(session, view) for view in {one.view for one in found}}
    return [figure(session, one.which, one.view, totals.get(one.view), declared[one.view]) for one in found]


def _record(found: Behind, value: Figure) -> dict[str, Any]:
    return {
        "code": found.which.code,
        "state": value.state.value,
        "value": _told(value),
        "rows": found.rows,
        "table": "fact" if found.which.shape is Shape.SNAPSHOT else "entry",
        "ids": found.ids,
        "sha256": found.sha256,
    }


def _stock_record(session: Session, found: StockMonths, view: View) -> dict[str, Any]:
    """The ids stand with their months."""
    value = figure(session, found.which, view, {found.which.code: found.total})
    told = {"code": found.which.code, "state": value.state.value, "value": _told(value), "rows": found.rows, "table": "entry"}
    return {**told, "ids": "", "sha256": found.sha256, "months": found.months}


def _ids_of(which: Metric, record: dict[str, Any]) -> str:
    return as_ranges(StockMonths(which, record["months"]).ids) if "months" in record else str(record["ids"])


def _check_lines(record: dict[str, Any], today: Behind, now: Figure, later: tuple[Row, ...], months_hold: bool) -> Check:
    """The rows of then are those of today without what came later."""
    by_kind = today.by_kind()
    for row in later:
        by_kind[row.kind] -= row.quantity
    same_rows = today.rows == record["rows"] and (months_hold if "months" in record else today.sha256 == record["sha256"])
    intact = same_rows and (record["value"] is None or str(_value(today.which, by_kind)) == record["value"])
    return Check(today.which.code, intact, later, (), now, not later and _is_same(record, now), today)


def _months_hold(record: dict[str, Any], found: list[Behind], by_id: dict[int, Row]) -> bool:
    """A stock holds where each of its months does, and its own hash follows from theirs."""
    months = [one for _, one in sorted(record.get("months", {}).items())]
    later = [sum(_signed(by_id[number], one.which) for number in one.later) for one in found]
    whole = not months or StockMonths(found[0].which, record["months"]).sha256 == record["sha256"]
    return whole and all(is_as_frozen(one, then, came) for one, then, came in zip(found, months, later))


def _signed(row: Row, which: Metric) -> int:
    return -row.quantity if row.kind in which.minus else row.quantity


def _check_facts(session: Session, record: dict[str, Any], today: Behind, now: Figure) -> Check:
    ids = from_ranges(record["ids"])
    then = _rows_by_id(session, "fact", ids)
    found = rows(session, today.which, today.view)
    known, still = set(ids), {row.id for row in found}
    intact = len(then) == len(ids) == record["rows"] and digest_of(then) == record["sha256"] and record["value"] in (None, str(len(then)))
    later = tuple(row for row in found if row.id not in known)
    gone = tuple(row for row in then if row.id not in still)
    return Check(today.which.code, intact, later, gone, now, not later and not gone and _is_same(record, now), today)


def _is_same(record: dict[str, Any], now: Figure) -> bool:
    return bool(now.state.value == record["state"] and _told(now) == record["value"])


def _told(value: Figure) -> str | None:
    return None if value.value is None else str(value.value)


def _value(which: Metric, by_kind: dict[str, int]) -> int | Decimal:
    if which.shape is Shape.RATIO:
        over, under = (_value(metric(code), by_kind) for code in which.of or ())
        return percent(over, under)
    total = sum(by_kind.get(kind, 0) for kind in which.kinds) - sum(by_kind.get(kind, 0) for kind in which.minus)
    return total if which.scale == 1 else (Decimal(total) / which.scale).quantize(Decimal("0.01"))


def _rows_by_id(session: Session, table: str, ids: list[int]) -> list[Row]:
    source, make = (BookFact, fact_row) if table == "fact" else (ServiceEntry, entry_row)
    found: list[Row] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        found += [make(line) for line in session.execute(sa.select(source).where(source.id.in_(chunk)).order_by(source.id)).scalars()]
    return found
