"""Records of releases before batches: one hash over all lines of a figure, of a stock month by month. Still checked, no longer written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.statistics.behind import Behind, behind
from bot.statistics.frozen import figures_of, rows_by_id, value_by_kind
from bot.statistics.lines import as_ranges, from_ranges
from bot.statistics.metrics import Row
from bot.statistics.periods import read_month
from bot.statistics.registry import Metric, Shape
from bot.statistics.verdicts import Check, is_same, signed
from bot.statistics.views import View

Months = dict[str, dict[str, Any]]


def check_whole(session: Session, records: list[dict[str, Any]], wanted: list[tuple[Metric, View]]) -> list[Check]:
    """Compare frozen figures with the books. The lines pass once for all; no metric may be a snapshot."""
    again = [_months_of(which, view, record.get("months", {})) for (which, view), record in zip(wanted, records)]
    known = [_ids_of(record) for record in records]
    asked, asked_ids = [(which, view) for months in again for which, view, _ in months], [ids for months in again for _, _, ids in months]
    looked_at = behind(session, wanted + asked, known + asked_ids)
    today, rest = looked_at[: len(records)], iter(looked_at[len(records) :])
    by_id = {row.id: row for row in rows_by_id(session, "entry", sorted({number for one in looked_at for number in one.later}))}
    found = []
    for record, one, now, months in zip(records, today, figures_of(session, today), again):
        later = tuple(by_id[number] for number in one.later)
        intact = _lines_hold(record, one, later, _months_hold(record, [next(rest) for _ in months], by_id))
        found.append(Check(one.which.code, intact, later, (), now, not later and is_same(record, now), one))
    return found


def _months_of(which: Metric, view: View, months: Months) -> list[tuple[Metric, View, str]]:
    """For each frozen month of a stock what has to be looked at again: its lines as a sum, its view, the ids of then."""
    return [(replace(which, shape=Shape.SUM), view.during(read_month(name)), one["ids"]) for name, one in sorted(months.items())]


def _ids_of(record: dict[str, Any]) -> str:
    if "months" not in record:
        return str(record["ids"])
    return as_ranges([number for one in record["months"].values() for number in from_ranges(one["ids"])])


def _lines_hold(record: dict[str, Any], today: Behind, later: tuple[Row, ...], months_hold: bool) -> bool:
    """The rows of then are those of today without what came later."""
    by_kind = today.by_kind()
    for row in later:
        by_kind[row.kind] -= row.quantity
    same_rows = today.rows == record["rows"] and (months_hold if "months" in record else today.sha256 == record["sha256"])
    return same_rows and (record["value"] is None or str(value_by_kind(today.which, by_kind)) == record["value"])


def _months_hold(record: dict[str, Any], found: list[Behind], by_id: dict[int, Row]) -> bool:
    """A stock holds where each of its months does, and its own hash follows from theirs."""
    months: Months = record.get("months", {})
    told = "".join(f"{name} {one['rows']} {one['sum']} {one['sha256']}\n" for name, one in sorted(months.items()))
    whole = not months or hashlib.sha256(told.encode()).hexdigest() == record["sha256"]
    later = [sum(signed(by_id[number], one.which) for number in one.later) for one in found]
    then = [one for _, one in sorted(months.items())]
    return whole and all((one.rows, one.sum - came, one.sha256) == (of["rows"], of["sum"], of["sha256"]) for one, of, came in zip(found, then, later))
