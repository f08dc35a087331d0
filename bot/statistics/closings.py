"""Closed months: what was frozen, whether it still holds, and what was entered since (更正)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.frozen import Check, check_all, freeze_all, line_ids, lines_by_id
from bot.statistics.lines import as_ranges, from_ranges
from bot.statistics.metrics import Row
from bot.statistics.periods import Period, read_month
from bot.statistics.views import View
from bot.storage.book_tables import PeriodAction

LATE = "补录"


@dataclass(frozen=True)
class Correction:
    """A line for a closed month that was written after its closing."""

    month: str
    row: Row
    reason: str


def month_body(session: Session, month: str) -> dict[str, Any]:
    """Return what closing a month freezes: every figure with its rows' ids and hash, and all lines of the month. No demo lines."""
    view = View(read_month(month))
    return {"month": month, "figures": freeze_all(session, view, _closed_before(session, month)), "lines": as_ranges(line_ids(session, view))}


def _closed_before(session: Session, month: str) -> list[dict[str, Any]]:
    """The records of the latest month closed before, reopened since or not: what was frozen then was true then."""
    query = sa.select(PeriodAction.body).where(PeriodAction.action == "close", PeriodAction.month < month)
    body = session.execute(query.order_by(PeriodAction.month.desc(), PeriodAction.id.desc()).limit(1)).scalar_one_or_none()
    return [] if body is None else list(json.loads(body).get("figures", []))


def checks(session: Session, actions: list[PeriodAction]) -> list[list[Check]]:
    """Return for each closing what became of its figures; the lines pass once for all closings."""
    records = [json.loads(action.body)["figures"] for action in actions]
    views = [View(read_month(action.month)) for action, frozen in zip(actions, records) for _ in frozen]
    found = iter(check_all(session, [record for frozen in records for record in frozen], views))
    return [[next(found) for _ in frozen] for frozen in records]


def later_lines(session: Session, action: PeriodAction) -> list[Row]:
    """Return the lines for a closed month that came after its closing."""
    known = set(from_ranges(json.loads(action.body)["lines"]))
    return lines_by_id(session, [n for n in line_ids(session, View(read_month(action.month))) if n not in known])


def corrections(session: Session, closed: list[PeriodAction], period: Period) -> list[Correction]:
    """Return what was entered late for the closed months up to the end of a period, oldest month first."""
    found: list[Correction] = []
    for action in closed:
        if read_month(action.month).first < period.end:
            found += [Correction(action.month, row, row.reason or LATE) for row in later_lines(session, action)]
    return found
