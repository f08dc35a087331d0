"""Uncovering people: names, numbers and words of a case or conversation are masked until somebody opens them with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.ledger.audit import note
from bot.storage.desk_tables import Opening

STAYS_OPEN = timedelta(hours=2)
SHORTEST_REASON = 2


def open_people(session: Session, staff: str, subject: str, reason: str, now: datetime) -> None:
    """Uncover a case or conversation for one member of staff for two hours, and note it with the reason in the audit log.

    Args:
        subject: case number, or "handover:7".

    Raises:
        BadInput: no reason.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput("请写明查看原因，例如“电话联系居民”。")
    note(session, staff, "opened", subject, now, reason)
    session.add(Opening(staff=staff, subject=subject, opened_at=now))


def is_open(session: Session, staff: str, subject: str, now: datetime) -> bool:
    """Whether somebody uncovered this within the last two hours."""
    mine = (Opening.staff == staff, Opening.subject == subject, Opening.opened_at > now - STAYS_OPEN)
    return session.execute(sa.select(Opening.id).where(*mine).limit(1)).first() is not None
