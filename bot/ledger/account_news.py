"""What happened to an account that its owner should know of: told at the next sign-in, and to the desk at once where notices are set up."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.staff_tables import AuditEntry

# What changes how somebody signs in, or shows that somebody else tries to.
CHANGES = ("password_changed", "second_factor_set", "staff_reset", "staff_disabled", "code_reused")
FAILED = "sign_in_failed"
OWN_SLIPS = timedelta(minutes=5)
LOOKED_AT = 2000  # of the log's newest entries, for what is told at once
MOST = 20


def since_last_time(session: Session, code: str, now: datetime) -> list[AuditEntry]:
    """Return what happened to an account since it signed in before this time, newest first; somebody's own slips just now aside."""
    mine = (AuditEntry.actor == code, AuditEntry.action == "signed_in")
    sign_ins = session.execute(sa.select(AuditEntry.number).where(*mine).order_by(AuditEntry.number.desc()).limit(2)).scalars().all()
    if len(sign_ins) < 2:
        return []
    told = sa.or_(AuditEntry.action.in_(CHANGES), sa.and_(AuditEntry.action == FAILED, AuditEntry.at < now - OWN_SLIPS))
    query = sa.select(AuditEntry).where(AuditEntry.subject == code, AuditEntry.number > sign_ins[1], told)
    return list(session.execute(query.order_by(AuditEntry.number.desc()).limit(MOST)).scalars())


def lately_changed(session: Session, since: datetime) -> list[AuditEntry]:
    """Return the changes of all accounts since a moment, oldest first; of the newest entries only, so that a long log costs nothing."""
    newest = session.execute(sa.select(sa.func.max(AuditEntry.number))).scalar_one() or 0
    query = sa.select(AuditEntry).where(AuditEntry.number > newest - LOOKED_AT, AuditEntry.action.in_(CHANGES), AuditEntry.at >= since)
    return list(session.execute(query.order_by(AuditEntry.number)).scalars())
