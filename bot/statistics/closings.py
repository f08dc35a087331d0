"""Closed months: what was frozen, whether it still holds, and what was entered since (更正)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.checks import check_all
from bot.statistics.frozen import freeze_all, line_ids, lines_by_id
from bot.statistics.lines import as_ranges, from_ranges, spans_of
from bot.statistics.metrics import Row
from bot.statistics.month_figures import Known
from bot.statistics.periods import Period, read_month
from bot.statistics.totals import ALL
from bot.statistics.verdicts import Check
from bot.statistics.views import View
from bot.storage.book_tables import MonthPart, PeriodAction

LATE = "补录"


@dataclass(frozen=True)
class Correction:
    """A line for a closed month that was written after its closing."""

    month: str
    row: Row
    reason: str


def month_body(session: Session, month: str) -> dict[str, Any]:
    """Return what closing a month freezes: every figure with its months' hashes, the batches these stand on, and all lines of the month. No demo lines.

    Batches that an earlier closing holds stay there; figures name it by its digest.
    """
    view = View(read_month(month))
    found = freeze_all(session, view, _closed_before(session, month))
    return {"month": month, "figures": found.figures, "batches": found.batches, "lines": as_ranges(line_ids(session, view))}


def known_parts(closed: Iterable[PeriodAction], period: Period) -> Known:
    """Return what closings hold of a period and of all before it: those of its months, and the last one before, which names all earlier ones."""
    found: Known = {}
    for action in _needed([action for action in closed if read_month(action.month).first < period.end], period):
        for record in _frozen(action)[0]:
            parts = record.get("months", {})
            found.setdefault(record["code"], {}).update({name: part for name, part in parts.items() if "at" in part})
    return found


def checks(session: Session, actions: list[PeriodAction]) -> list[list[Check]]:
    """Return for each closing what became of its figures; the lines are read once for all closings."""
    bodies = [_frozen(action) for action in actions]
    records = [(record, View(read_month(action.month))) for action, (frozen, _) in zip(actions, bodies) for record in frozen]
    found = iter(check_all(session, [record for record, _ in records], [view for _, view in records], {a.digest: of for a, (_, of) in zip(actions, bodies)}))
    return [[next(found) for _ in frozen] for frozen, _ in bodies]


def later_lines(session: Session, action: PeriodAction) -> list[Row]:
    """Return the lines for a closed month that came after its closing."""
    view, known = View(read_month(action.month)), spans_of(json.loads(action.body)["lines"])
    came = _lines_of_month(session, view) - sum(last - first + 1 for first, last in known)
    if came == 0:
        return []
    newer = line_ids(session, view, after=known[-1][1] if known else 0)
    if len(newer) == came:
        return lines_by_id(session, newer)
    # A line may have been given its number before the closing and have been written after.
    old = set(from_ranges(json.loads(action.body)["lines"]))
    return lines_by_id(session, [n for n in line_ids(session, view) if n not in old])


def corrections(session: Session, closed: list[PeriodAction], period: Period) -> list[Correction]:
    """Return what was entered late for the closed months up to the end of a period, oldest month first."""
    found: list[Correction] = []
    for action in closed:
        if read_month(action.month).first < period.end:
            found += [Correction(action.month, row, row.reason or LATE) for row in later_lines(session, action)]
    return found


def _needed(closed: list[PeriodAction], period: Period) -> list[PeriodAction]:
    began = period.first.replace(day=1)
    before = [action for action in closed if read_month(action.month).first < began]
    inside = [action for action in closed if read_month(action.month).first >= began]
    return [*sorted(before, key=lambda action: action.month)[-1:], *inside]  # a month that was closed anew stands last


def _closed_before(session: Session, month: str) -> Known:
    """What the latest month closed before holds, reopened since or not: what was frozen then was true then."""
    query = sa.select(PeriodAction).where(PeriodAction.action == "close", PeriodAction.month < month)
    action = session.execute(query.order_by(PeriodAction.month.desc(), PeriodAction.id.desc()).limit(1)).scalar_one_or_none()
    return {} if action is None else known_parts([action], read_month(month))


def _frozen(action: PeriodAction) -> tuple[list[dict[str, Any]], Any]:
    """A closing's records and batches; what it holds itself is named by its own digest. Closings of releases before batches hold none."""
    body = json.loads(action.body)
    for record in body["figures"]:
        for part in record.get("months", {}).values():
            if part.get("at") == "":
                part["at"] = action.digest
    return body["figures"], body.get("batches", {})


def _lines_of_month(session: Session, view: View) -> int:
    mine = (MonthPart.part == ALL, MonthPart.month == view.period.first, MonthPart.is_demo.is_(False))
    return int(session.execute(sa.select(sa.func.sum(MonthPart.lines)).where(*mine)).scalar_one() or 0)
