"""Consent to the privacy notice, with the text that was shown (domain.md 4.4)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.cases import Channel
from bot.office import PrivacyNotice
from bot.storage.tables import Consent


def give_consent(session: Session, conversation: str, notice: PrivacyNotice, channel: Channel, source_key: str, now: datetime) -> None:
    """Record that a resident agreed to this version of the notice; the same message again records nothing."""
    known = session.execute(sa.select(Consent.id).where(Consent.source_key == source_key)).first()
    if known is None:
        session.add(
            Consent(
                source_key=source_key,
                conversation_id=conversation,
                version=notice.version,
                notice=notice.short,
                channel=channel.code,
                given_at=now,
            )
        )
