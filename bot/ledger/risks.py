"""Risk events: emergencies seen in a conversation, for the people on duty; never counted in a report (domain.md 1.6)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.ledger.audit import note
from bot.storage.tables import RiskEvent


def note_risk(session: Session, conversation: str, code: str, source_key: str, now: datetime) -> None:
    """Record that an emergency was seen; the same message again records nothing."""
    known = session.execute(sa.select(RiskEvent.id).where(RiskEvent.source_key == source_key)).first()
    if known is None:
        session.add(RiskEvent(source_key=source_key, conversation_id=conversation, code=code, seen_at=now))


def open_risks(session: Session, conversation: str) -> list[RiskEvent]:
    """Return the emergencies of a conversation that nobody has dealt with yet, oldest first."""
    mine = sa.select(RiskEvent).where(RiskEvent.conversation_id == conversation, RiskEvent.handled_at.is_(None))
    return list(session.execute(mine.order_by(RiskEvent.id)).scalars())


def handle_risks(session: Session, conversation: str, by: str, subject: str, how: str, now: datetime) -> int:
    """Note in the audit log how the emergencies of a conversation were dealt with; returns how many there were.

    Args:
        subject: what the log names: a case number, or "handover:7".

    Raises:
        BadInput: nothing says how.
    """
    if len(how.strip()) < 2:
        raise BadInput("请写明怎样处置的，例如“已电话联系，已报110，人安全”。")
    found = open_risks(session, conversation)
    for risk in found:
        risk.handled_at = now
    if found:
        note(session, by, "risk_handled", subject, now, how)
    return len(found)
