"""Closing months: who froze what and when, in one chain; reopening takes two people and a reason."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from bot.errors import PeriodRefused
from bot.office import BEIJING
from bot.storage.book_tables import PeriodAction

CLOSE, REOPEN = "close", "reopen"


def close_month(session: Session, month: str, body: dict[str, Any], by: str, now: datetime) -> PeriodAction:
    """Freeze a month's figures and chain them to what was closed before.

    Raises:
        PeriodRefused: the month is not over, closed already, or the month before it is still open.
    """
    chain = period_actions(session, bodies=False)
    state = {action.month: action.action for action in chain}
    if month >= now.astimezone(BEIJING).strftime("%Y-%m"):
        raise PeriodRefused(f"{month} is not over; a month is closed when its last day has passed.")
    if state.get(month) == CLOSE:
        raise PeriodRefused(f"{month} is closed already; see `bot period list`.")
    before = _month_before(month)
    if chain and month not in state and state.get(before) != CLOSE:
        first = min(state)
        what = f"the books begin with {first}" if month < first else f"close {before} first"
        raise PeriodRefused(f"{month} cannot be closed: {what}; months are closed in order.")
    return _append(session, chain, PeriodAction(month=month, action=CLOSE, done_by=by, done_at=now, body=_canonical(body)))


def reopen_month(session: Session, month: str, by: str, approved_by: str, reason: str, now: datetime) -> PeriodAction:
    """Open a closed month again; what was frozen stays in the chain.

    Raises:
        PeriodRefused: it is not closed, one person twice, or no reason.
    """
    chain = period_actions(session, bodies=False)
    if {action.month: action.action for action in chain}.get(month) != CLOSE:
        raise PeriodRefused(f"{month} is not closed; nothing was changed.")
    if not by.strip() or not approved_by.strip() or by.strip() == approved_by.strip():
        raise PeriodRefused(f"Reopening takes two people, got {by!r} and {approved_by!r}.")
    if not reason.strip():
        raise PeriodRefused("Reopening needs a reason.")
    row = PeriodAction(month=month, action=REOPEN, done_by=by.strip(), approved_by=approved_by.strip(), reason=reason.strip()[:200], done_at=now, body="{}")
    return _append(session, chain, row)


def period_actions(session: Session, bodies: bool = True) -> list[PeriodAction]:
    """Return all closings and reopenings, oldest first; without their bodies, which are large, where only the chain is wanted."""
    query = sa.select(PeriodAction).order_by(PeriodAction.id)
    return list(session.execute(query if bodies else query.options(defer(PeriodAction.body))).scalars())


def closed_months(chain: list[PeriodAction]) -> list[PeriodAction]:
    """Return the closing that holds for each closed month, oldest month first."""
    latest = {action.month: action for action in chain}
    return [latest[month] for month in sorted(latest) if latest[month].action == CLOSE]


def broken_links(chain: list[PeriodAction]) -> list[PeriodAction]:
    """Return the actions whose digest does not follow from their body and the one before; empty where the chain holds."""
    previous, broken = "", []
    for action in chain:
        if action.previous_digest != previous or action.digest != _digest(action, previous):
            broken.append(action)
        previous = action.digest
    return broken


def _append(session: Session, chain: list[PeriodAction], row: PeriodAction) -> PeriodAction:
    row.previous_digest = chain[-1].digest if chain else ""
    row.digest = _digest(row, row.previous_digest)
    session.add(row)
    session.flush()
    return row


def _digest(action: PeriodAction, previous: str) -> str:
    values = [
        previous,
        action.month,
        action.action,
        action.done_at.astimezone(BEIJING).isoformat(),
        action.done_by,
        action.approved_by,
        action.reason,
        action.body,
    ]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _month_before(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
