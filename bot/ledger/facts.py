"""Facts: what happened in a book, and the lines that count it. The ground under every use case of the ledger.

A fact is written once under its `source_key`; a mistake is taken back by a reversing fact, which also reverses every
line of it. Nothing here commits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadRecord, CaseNotFound
from bot.ledger.services import Service, record, reverse_line, stands
from bot.legal.cases import Channel, Tier
from bot.legal.masking import without_personal_data
from bot.storage.book_tables import BookFact, FactEntry
from bot.storage.tables import ServiceEntry

REVERSED = "reversed"


@dataclass(frozen=True)
class Fact:
    """What happened.

    Args:
        book: which book (mediation, service, screening, …).
        subject: what it is about: a case number, an advisor, a community and month.
        source_key: unique for this fact; the same again writes nothing.
        evidence_ref: where the paper or file is that shows it.
        details: further values, JSON; no personal data.
        note: why, in words; for what is written late or marked by hand.
    """

    book: str
    event: str
    subject: str
    source_key: str
    happened_at: datetime
    recorded_by: str
    advisor: str | None = None
    community: str | None = None
    tier: Tier = Tier.COMMUNITY
    channel: Channel = Channel.WINDOW
    topic: str | None = None
    dispute_type: str | None = None
    evidence_ref: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    note: str | None = None
    is_demo: bool = False


def known_fact(session: Session, source_key: str) -> BookFact | None:
    """Return the standing fact written under this key, or what it was corrected to; None where there is none.

    Raises:
        BadRecord: it was taken back and not corrected; writing it again would bring a mistake back.
    """
    found = session.execute(sa.select(BookFact).where(BookFact.source_key == source_key)).scalar_one_or_none()
    if found is None or not is_reversed(session, found):
        return found
    corrected = known_fact(session, _corrected_key(found))
    if corrected is None:
        raise BadRecord(f"{source_key} was taken back (fact {found.id}); record the right one under a number of its own.")
    return corrected


def last_id(session: Session, book: str, subject: str) -> int:
    """Return the id of the newest fact about a subject, reversals included; part of keys that two writers collide on.

    To be read before the facts that a writer goes by. What another one writes in between then shows among those facts; read after them, it
    would only make the key a new one, and both would write (on PostgreSQL, seen twice in seven runs of six hands at once).
    """
    query = sa.select(sa.func.max(BookFact.id)).where(BookFact.book == book, BookFact.subject == subject)
    return int(session.execute(query).scalar_one() or 0)


def _corrected_key(fact: BookFact) -> str:
    return f"{fact.source_key.split('~')[0]}~{fact.id}"


def write_fact(session: Session, fact: Fact, lines: dict[str, int], now: datetime) -> BookFact:
    """Write a fact and one line for each kind that is not zero; the same key again returns what stands.

    Raises:
        BadRecord: it lies in the future, or misses its key or subject.
    """
    known = known_fact(session, fact.source_key)
    if known is not None:
        return known
    _check(fact, now)
    row = BookFact(**_columns(fact), recorded_at=now)
    session.add(row)
    session.flush()
    _tie(session, row, [_record_line(session, row, kind, quantity, now) for kind, quantity in lines.items() if quantity])
    return row


def add_line(session: Session, row: BookFact, kind: str, quantity: int, now: datetime, key: str | None = None) -> ServiceEntry:
    """Write one line that counts a fact, in the fact's place and time, and tie the two together."""
    line = _record_line(session, row, kind, quantity, now, key)
    _tie(session, row, [line])
    return line


def _record_line(session: Session, row: BookFact, kind: str, quantity: int, now: datetime, key: str | None = None) -> ServiceEntry:
    service = Service(
        kind=kind,
        happened_at=row.happened_at,
        source_key=key or f"{row.source_key}#{kind}",
        channel=Channel.from_code(row.channel),
        tier=Tier.from_code(row.tier),
        community=row.community,
        topic=row.topic,
        dispute_type=row.dispute_type,
        case_number=row.subject if row.book == "mediation" and len(row.subject) <= 16 else None,
        quantity=quantity,
        recorded_by=row.recorded_by,
        is_demo=row.is_demo,
    )
    return record(session, service, now)


def _tie(session: Session, row: BookFact, lines: list[ServiceEntry]) -> None:
    """Lines that are in the books already belong to the fact that brought them."""
    session.flush()
    session.add_all(FactEntry(entry_id=line.id, fact_id=row.id) for line in lines if not line.was_there)


def standing_facts(session: Session, book: str, subject: str) -> list[BookFact]:
    """Return the facts about a subject that were not reversed, in the order they were written."""
    query = sa.select(BookFact).where(BookFact.book == book, BookFact.subject == subject, *standing()).order_by(BookFact.id)
    return list(session.execute(query).scalars())


def standing() -> tuple[Any, ...]:
    """Return the conditions of a fact that counts: not a reversal, and not reversed."""
    undone = sa.select(BookFact.reverses_id).where(BookFact.reverses_id.is_not(None))
    return (BookFact.event != REVERSED, BookFact.id.not_in(undone))


def is_reversed(session: Session, fact: BookFact) -> bool:
    """Whether a fact was taken back."""
    return session.execute(sa.select(BookFact.id).where(BookFact.reverses_id == fact.id)).first() is not None


def lines_of(session: Session, fact: BookFact) -> list[ServiceEntry]:
    """Return the lines of a fact that still count."""
    query = (
        sa.select(ServiceEntry)
        .join(FactEntry, FactEntry.entry_id == ServiceEntry.id)
        .where(FactEntry.fact_id == fact.id, *stands())
        .order_by(ServiceEntry.id)
    )
    return list(session.execute(query).scalars())


def reverse_fact(session: Session, fact: BookFact, reason: str, by: str, now: datetime) -> BookFact:
    """Take a fact and its lines back with a reason; the mistake stays readable.

    Raises:
        BadRecord: no reason, or it was taken back before.
    """
    if not reason.strip():
        raise BadRecord(f"Reversing fact {fact.id} needs a reason; say why it was wrong.")
    if fact.event == REVERSED or is_reversed(session, fact):
        raise BadRecord(f"Fact {fact.id} is taken back already; nothing was changed.")
    undo_lines(session, lines_of(session, fact), reason, by, now)
    row = BookFact(
        **{name: getattr(fact, name) for name in _COPIED},
        event=REVERSED,
        source_key=f"reversal:{fact.id}",
        recorded_at=now,
        recorded_by=by,
        details="{}",
        note=reason[:200],
        reverses_id=fact.id,
    )
    session.add(row)
    session.flush()
    return row


def undo_lines(session: Session, lines: list[ServiceEntry], reason: str, by: str, now: datetime) -> list[ServiceEntry]:
    """Write the reversing line of each line, tied to the same fact."""
    back = [reverse_line(session, line, reason[:200], by, now) for line in lines]
    session.flush()
    ties = dict(session.execute(sa.select(FactEntry.entry_id, FactEntry.fact_id).where(FactEntry.entry_id.in_([line.id for line in lines]))).all())
    session.add_all(FactEntry(entry_id=one.id, fact_id=ties[one.reverses_id]) for one in back if one.reverses_id in ties)
    session.flush()
    return back


def fact_by_id(session: Session, number: int) -> BookFact:
    """Return a fact by its id.

    Raises:
        CaseNotFound: there is none.
    """
    found = session.get(BookFact, number)
    if found is None:
        raise CaseNotFound(f"Fact {number} is not in the books.")
    return found


def restate(session: Session, fact: BookFact, reason: str, by: str, now: datetime, **changed: Any) -> BookFact:
    """Take a fact back and write it again with some values changed; its lines move with it."""
    counted = [(line.kind, line.quantity) for line in lines_of(session, fact)]
    reverse_fact(session, fact, reason, by, now)
    again = replace(as_fact(fact), source_key=_corrected_key(fact), recorded_by=by, note=reason[:200], **changed)
    return write_fact(session, again, dict(counted), now)


def as_fact(row: BookFact) -> Fact:
    """Return the fact a row holds."""
    values = {name: getattr(row, name) for name in _PLAIN}
    return Fact(**values, tier=Tier.from_code(row.tier), channel=Channel.from_code(row.channel), details=details_of(row))


def details_of(row: BookFact) -> dict[str, Any]:
    """Return the further values of a fact."""
    found: dict[str, Any] = json.loads(row.details)
    return found


def required(value: str | None, what: str) -> str:
    """Return a value that must not be empty.

    Raises:
        BadRecord: it is.
    """
    if value is None or not value.strip():
        raise BadRecord(f"{what} is missing; nothing was written.")
    return value.strip()


_PLAIN = (
    "book", "event", "subject", "source_key", "happened_at", "recorded_by", "advisor", "community", "topic", "dispute_type", "evidence_ref", "note", "is_demo",
)  # fmt: skip
_COPIED = ("book", "subject", "happened_at", "advisor", "community", "tier", "channel", "topic", "dispute_type", "evidence_ref", "is_demo")


def _columns(fact: Fact) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in _PLAIN}
    note = without_personal_data(fact.note)[:200] if fact.note else None
    return {
        **values,
        "note": note,
        "tier": fact.tier.code,
        "channel": fact.channel.code,
        "details": json.dumps(fact.details, ensure_ascii=False, sort_keys=True),
    }


def _check(fact: Fact, now: datetime) -> None:
    required(fact.subject, f"{fact.book}: the subject")
    required(fact.source_key, f"{fact.book}: the source key")
    if fact.happened_at > now:
        raise BadRecord(f"{fact.book} {fact.subject}: {fact.happened_at.isoformat()} lies after {now.isoformat()}; only what has happened is recorded.")
