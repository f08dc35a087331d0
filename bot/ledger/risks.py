"""Risk events: emergencies seen in a conversation, for the people on duty; never counted in a report (domain.md 1.6)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.tables import RiskEvent


def note_risk(session: Session, conversation: str, code: str, source_key: str, now: datetime) -> None:
    """Record that an emergency was seen; the same message again records nothing."""
    known = session.execute(sa.select(RiskEvent.id).where(RiskEvent.source_key == source_key)).first()
    if known is None:
        session.add(RiskEvent(source_key=source_key, conversation_id=conversation, code=code, seen_at=now))
