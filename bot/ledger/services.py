"""The books: what was served, one line each, append-only.

Every function adds lines in the caller's transaction and never commits. A line is found again by its `source_key`:
writing the same service twice leaves one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import CaseNotFound
from bot.legal.cases import Channel, Tier
from bot.storage.tables import EntryKey, ServiceEntry


@dataclass(frozen=True)
class Service:
    """What was served.

    Args:
        kind: which book it goes to; a `kind` of bot.statistics.metrics.
        happened_at: when; decides the period. `recorded_at` is when we knew.
        source_key: unique for the fact behind it, so that a retry cannot count twice.
    """

    kind: str
    happened_at: datetime
    source_key: str
    channel: Channel
    tier: Tier = Tier.COMMUNITY
    community: str | None = None
    topic: str | None = None
    dispute_type: str | None = None
    case_number: str | None = None
    quantity: int = 1
    recorded_by: str = "bot"
    is_demo: bool = False


def record(session: Session, service: Service, recorded_at: datetime) -> ServiceEntry:
    """Add one line to the books and return it; a line with the same source_key is returned as it stands."""
    known = session.execute(sa.select(EntryKey.entry_id, EntryKey.happened_at).where(EntryKey.source_key == service.source_key)).one_or_none()
    if known is not None:
        return _line(session, known.entry_id, known.happened_at)
    line = ServiceEntry(
        kind=service.kind,
        quantity=service.quantity,
        happened_at=service.happened_at,
        recorded_at=recorded_at,
        recorded_by=service.recorded_by,
        source_key=service.source_key,
        case_number=service.case_number,
        community=service.community,
        tier=service.tier.code,
        channel=service.channel.code,
        topic=service.topic,
        dispute_type=service.dispute_type,
        is_demo=service.is_demo,
    )
    session.add(line)
    return line


def request_line(session: Session, number: str) -> ServiceEntry | None:
    """Return the standing line that counts a resident's request, or None where it was taken back or counted elsewhere."""
    mine = (ServiceEntry.case_number == number, ServiceEntry.source_key.like("request:%"), *stands())
    return session.execute(sa.select(ServiceEntry).where(*mine)).scalars().first()


def stands() -> tuple[Any, ...]:
    """Return the conditions of a line that counts: not a reversal, and not reversed."""
    undone = sa.exists().where(EntryKey.reverses_id == ServiceEntry.id)
    return (ServiceEntry.reverses_id.is_(None), ~undone)


def reverse(session: Session, entry_id: int, reason: str, by: str, recorded_at: datetime) -> ServiceEntry:
    """Take a line back by a reversing line with a reason; the mistake stays readable.

    Raises:
        CaseNotFound: there is no such line.
    """
    wrong = session.get(ServiceEntry, entry_id)
    if wrong is None:
        raise CaseNotFound(f"Entry {entry_id} is not in the books; look it up with `bot stats --rows`.")
    same = ("kind", "happened_at", "case_number", "community", "tier", "channel", "topic", "dispute_type", "is_demo")
    line = ServiceEntry(
        **{name: getattr(wrong, name) for name in same},
        quantity=-wrong.quantity,
        recorded_at=recorded_at,
        recorded_by=by,
        source_key=f"reversal:{wrong.source_key}",
        reverses_id=wrong.id,
        reason=reason,
    )
    session.add(line)
    return line


def _line(session: Session, entry_id: int, happened_at: datetime) -> ServiceEntry:
    """With its time a line is looked for in its year alone."""
    line: ServiceEntry = session.execute(sa.select(ServiceEntry).where(ServiceEntry.id == entry_id, ServiceEntry.happened_at == happened_at)).scalar_one()
    return line
