"""First words of a person to a resident, counted once each by how long the resident waited (dashboard: response times)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.ledger.services import Service, record
from bot.legal.cases import Channel
from bot.legal.reply_times import reply_time
from bot.storage.tables import Case, ServiceEntry

ASKED = "handover"


def person_asked_for(session: Session, subject: str, channel: Channel, now: datetime, community: str | None = None) -> ServiceEntry:
    """Count that a resident was put in the queue for a person, once a subject (such as "handover:7")."""
    return record(session, Service(ASKED, now, f"asked:{subject}", channel, community=community), now)


def first_reply(
    session: Session,
    subject: str,
    asked_at: datetime,
    channel: Channel,
    by: str,
    now: datetime,
    *,
    community: str | None = None,
    topic: str | None = None,
    dispute_type: str | None = None,
    case_number: str | None = None,
    is_demo: bool = False,
) -> ServiceEntry:
    """Count the first words of a person about a subject ("handover:7", "case:GX2026-00001"); later words change nothing."""
    service = Service(
        reply_time(asked_at, now).code, now, f"first_reply:{subject}", channel,
        community=community, topic=topic, dispute_type=dispute_type, case_number=case_number, recorded_by=by, is_demo=is_demo,
    )  # fmt: skip
    return record(session, service, now)


def case_replied(session: Session, case: Case, by: str, now: datetime) -> ServiceEntry:
    """Count the first words of a person to the resident of a case, by how long after the request they came; later words change nothing."""
    return first_reply(
        session, f"case:{case.number}", case.requested_at, Channel.from_code(case.channel), by, now, community=case.community, topic=case.topic,
        dispute_type=case.dispute_type, case_number=case.number, is_demo=case.is_demo,
    )  # fmt: skip
