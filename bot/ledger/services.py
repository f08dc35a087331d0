"""The books: what was served, one line each, append-only.

Every function adds lines in the caller's transaction and never commits. A line is found again by its `source_key`:
writing the same service twice leaves one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import CaseNotFound
from bot.legal.cases import Channel, Tier
from bot.storage.columns import UtcTime
from bot.storage.tables import EntryKey, ServiceEntry

AT_ONCE = 1000
WAITING = 200  # objects that a session holds back before it writes them
_KEYS = EntryKey.__table__.c
_KEY = sa.select(_KEYS.entry_id, _KEYS.happened_at).where(_KEYS.source_key == sa.bindparam("key"))
_LINE = sa.select(ServiceEntry).where(ServiceEntry.id == sa.bindparam("id"), ServiceEntry.happened_at == sa.bindparam("at", type_=UtcTime))
_TIME = sa.select(_KEYS.happened_at).where(_KEYS.entry_id == sa.bindparam("id"))


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
    """Add one line to the books and return it; a line with the same source_key is returned as it stands.

    Lines wait in the session and are written together, at its next flush.
    """
    if len(session.new) > WAITING:
        session.flush()
    for waiting in session.new:
        if isinstance(waiting, ServiceEntry) and waiting.source_key == service.source_key:
            session.flush()
            return waiting
    known = session.connection().execute(_KEY, {"key": service.source_key}).one_or_none()
    if known is not None:
        return _line(session, known.entry_id, known.happened_at)
    line = ServiceEntry(**_values(service, recorded_at))
    session.add(line)
    return line


def record_many(session: Session, services: Iterable[Service], recorded_at: datetime) -> int:
    """Add many lines, a thousand a statement, and return how many were new: a fraction of the work of `record` for each."""
    session.flush()
    connection, new, rest = session.connection(), 0, iter(services)
    while some := {service.source_key: service for service in islice(rest, AT_ONCE)}:
        known = set(connection.execute(sa.select(_KEYS.source_key).where(_KEYS.source_key.in_(some))).scalars())
        lines = [_values(service, recorded_at) for key, service in some.items() if key not in known]
        if lines:
            connection.execute(sa.insert(ServiceEntry.__table__), lines)
        new += len(lines)
    return new


def _values(service: Service, recorded_at: datetime) -> dict[str, Any]:
    same = ("kind", "quantity", "happened_at", "recorded_by", "source_key", "case_number", "community", "topic", "dispute_type", "is_demo")
    values = {name: getattr(service, name) for name in same}
    return {**values, "recorded_at": recorded_at, "tier": service.tier.code, "channel": service.channel.code}


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
    happened_at = session.connection().execute(_TIME, {"id": entry_id}).scalar_one_or_none()
    if happened_at is None:
        raise CaseNotFound(f"Entry {entry_id} is not in the books; look it up with `bot stats --rows`.")
    return reverse_line(session, _line(session, entry_id, happened_at), reason, by, recorded_at)


def reverse_line(session: Session, wrong: ServiceEntry, reason: str, by: str, recorded_at: datetime) -> ServiceEntry:
    """Take a line back that was just looked at; see `reverse`."""
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
    """With its time a line is looked for in its year alone; what waits in the session has no id yet and need not be written for it."""
    with session.no_autoflush:
        line: ServiceEntry = session.execute(_LINE, {"id": entry_id, "at": happened_at}).scalar_one()
    return line
