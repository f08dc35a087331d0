"""The books: what was served, one line each, append-only.

Every function adds lines in the caller's transaction and never commits. A line is found again by its `source_key`:
writing the same service twice leaves one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from bot.errors import CaseNotFound
from bot.legal.cases import Channel, Tier
from bot.storage.columns import UtcTime
from bot.storage.tables import EntryKey, ServiceEntry

AT_ONCE = 1000
WAITING = 200  # lines that a session holds back before it writes them
_HELD = "service lines by their key"
_KEYS = EntryKey.__table__.c
_KNOWN = sa.select(_KEYS.source_key, _KEYS.entry_id, _KEYS.happened_at).where(_KEYS.source_key.in_(sa.bindparam("keys", expanding=True)))
_LINES = ServiceEntry.__table__.c
_LINE = sa.select(*_LINES).where(_LINES.id == sa.bindparam("id"), _LINES.happened_at == sa.bindparam("at", type_=UtcTime))


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
    """Add one line to the books and return it.

    Lines wait in the session and are written together at its next flush, which asks once which of them the books know. A line
    with a source_key that is known is not written; the one returned then reads as it stands, and says `was_there`.
    """
    held: dict[str, ServiceEntry] = session.info.setdefault(_HELD, {})
    waiting = held.get(service.source_key)
    if waiting is not None and waiting in session:
        session.flush()
        waiting.was_there = True
        return waiting
    if len(held) >= WAITING:
        session.flush()
    line = ServiceEntry(**_values(service, recorded_at))
    session.add(line)
    session.info[_HELD][service.source_key] = line
    return line


@sa.event.listens_for(Session, "before_flush")
def _leave_out_what_is_known(session: Session, _context: Any, _objects: Any) -> None:
    """What waits may have been rolled back since; what is known is taken from the lines that are going to be written."""
    held = session.info.get(_HELD)
    if not held:
        return
    session.info[_HELD] = {}
    waiting = {key: line for key, line in held.items() if line in session}
    for key, entry_id, happened_at in session.connection().execute(_KNOWN, {"keys": list(waiting)}).all() if waiting else []:
        _become(session, waiting[key], entry_id, happened_at)


def _become(session: Session, line: ServiceEntry, entry_id: int, happened_at: datetime) -> None:
    """Make a line that waits the one that stands in the books."""
    session.expunge(line)
    stored = session.connection().execute(_LINE, {"id": entry_id, "at": happened_at}).mappings().one()
    for name, value in stored.items():
        set_committed_value(line, name, value)
    make_transient_to_detached(line)
    line.was_there = True
    if sa.inspect(line).key not in session.identity_map:
        session.add(line)


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
    return reverse_all(session, [entry_id], reason, by, recorded_at)[0]


def reverse_all(session: Session, entry_ids: Sequence[int], reason: str, by: str, recorded_at: datetime) -> list[ServiceEntry]:
    """Take several lines back for one reason, at most a thousand; see `reverse`. All are there, or nothing is taken back."""
    connection = session.connection()
    times = dict(connection.execute(sa.select(_KEYS.entry_id, _KEYS.happened_at).where(_KEYS.entry_id.in_(entry_ids))).all())
    for entry_id in entry_ids:
        if entry_id not in times:
            raise CaseNotFound(f"Entry {entry_id} is not in the books; look it up with `bot stats --rows`.")
    # Between these times lie the years they are in, and no other year is looked at.
    within = _LINES.happened_at.between(min(times.values()), max(times.values()))
    wrong = {line.id: line for line in connection.execute(sa.select(*_LINES).where(_LINES.id.in_(entry_ids), within))}
    return [reverse_line(session, wrong[entry_id], reason, by, recorded_at) for entry_id in entry_ids]


def reverse_line(session: Session, wrong: ServiceEntry | Row, reason: str, by: str, recorded_at: datetime) -> ServiceEntry:
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
