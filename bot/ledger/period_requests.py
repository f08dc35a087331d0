"""Reopening a closed month at the desk: one person asks with a reason, another agrees or declines. Nothing opens before."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import PeriodRefused
from bot.ledger.periods import closed_months, period_actions, reopen_month
from bot.storage.book_tables import PeriodAction
from bot.storage.office_tables import ReopenRequest


def ask_reopening(session: Session, month: str, by: str, reason: str, now: datetime) -> ReopenRequest:
    """Record that somebody wants a closed month open again; the same wish while one waits returns that one.

    Raises:
        PeriodRefused: the month is not closed, or there is no reason.
    """
    if month not in {action.month for action in closed_months(period_actions(session, bodies=False))}:
        raise PeriodRefused(f"{month} is not closed; nothing was changed.")
    if not reason.strip():
        raise PeriodRefused("Reopening needs a reason.")
    waiting = next((r for r in waiting_requests(session) if r.month == month), None)
    if waiting is not None:
        return waiting
    row = ReopenRequest(month=month, asked_by=by, asked_at=now, reason=reason.strip()[:200])
    session.add(row)
    session.flush()
    return row


def agree(session: Session, number: int, by: str, now: datetime) -> PeriodAction:
    """Reopen the month of a request; somebody other than who asked.

    Raises:
        PeriodRefused: no such request waits, or it is one's own.
    """
    row = _waiting(session, number)
    done = reopen_month(session, str(row.month), str(row.asked_by), by, str(row.reason), now)
    row.settled_at, row.settled_by, row.agreed = now, by, True
    return done


def decline(session: Session, number: int, by: str, now: datetime) -> ReopenRequest:
    """Leave the month closed; who asked may take the wish back the same way.

    Raises:
        PeriodRefused: no such request waits.
    """
    row = _waiting(session, number)
    row.settled_at, row.settled_by, row.agreed = now, by, False
    return row


def waiting_requests(session: Session) -> list[ReopenRequest]:
    """Return the wishes nobody has answered, oldest first."""
    query = sa.select(ReopenRequest).where(ReopenRequest.settled_at.is_(None)).order_by(ReopenRequest.id)
    return list(session.execute(query).scalars())


def _waiting(session: Session, number: int) -> ReopenRequest:
    row = session.get(ReopenRequest, number, with_for_update=True)
    if row is None or row.settled_at is not None:
        raise PeriodRefused(f"No request {number} waits; it was answered, or never made.")
    return row
