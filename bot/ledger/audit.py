"""The audit log: who did what to what, and why. Append-only and chained by hashes.

No resident's name, number or words stand in it, so erasing a person never touches it (domain.md 4.4): subjects are case
numbers, account codes or codes of pages, and what looks like a phone or document number in a reason is taken out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timezone

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.masking import without_personal_data
from bot.storage.handover_tables import Handover
from bot.storage.staff_tables import AuditEntry
from bot.storage.tables import Case, CasePerson

START = "0" * 64
LONGEST_REASON = 200
LOCK = 20260002


@dataclass(frozen=True)
class Proof:
    """What a look through the whole log found: how many entries, the newest hash, and the first broken number or None."""

    entries: int
    head: str
    broken_at: int | None
    holds: bool  # whether the hash that was asked for is in the chain; True when none was asked for


def note(session: Session, actor: str, action: str, subject: str, now: datetime, reason: str | None = None) -> AuditEntry:
    """Append an entry to the log.

    Args:
        actor: code of the account, or `-` when nobody is signed in.
        action: what was done, a short English code: `opened`, `denied`, `signed_in`.
        subject: what it was done to: a case number, an account, a page; never personal data.
        reason: in words; phone and document numbers in it are replaced, and the names of a case's people.
    """
    _one_writer(session)
    last = session.execute(sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)).first()
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    words = _harmless(session, subject, reason)[:LONGEST_REASON] if reason else None
    entry = AuditEntry(number=number, at=now, actor=actor[:64], action=action[:32], subject=subject[:80], reason=words, previous=previous)
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session, expected: str | None = None) -> Proof:
    """Go through the whole chain.

    Args:
        expected: a hash noted earlier (a printed head); `holds` says whether it is still in the chain. The end of a log that
            was cut off can be found no other way.
    """
    previous, count, holds = START, 0, expected is None
    for entry in session.execute(sa.select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)).scalars():
        if entry.number != count + 1 or entry.previous != previous or entry.hash != _hash(entry):
            return Proof(count, previous, entry.number, holds)
        previous, count = entry.hash, count + 1
        holds = holds or entry.hash == expected
        session.expunge(entry)
    return Proof(count, previous, None, holds)


def entries(session: Session, actor: str = "", action: str = "", subject: str = "", before: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """Return the newest entries first, only those that fit all that is given; `before` continues a list."""
    wanted = sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
    for column, value in ((AuditEntry.actor, actor), (AuditEntry.action, action), (AuditEntry.subject, subject)):
        if value:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(AuditEntry.number < before)
    return list(session.execute(wanted).scalars())


def _harmless(session: Session, subject: str, reason: str) -> str:
    words = without_personal_data(reason.strip())
    kind, _, number = subject.partition(":")
    named = sa.select(CasePerson.name).join(Case, Case.number == CasePerson.case_number)
    if kind == "handover" and number.isdigit():
        named = named.join(Handover, Handover.conversation_id == Case.conversation_id).where(Handover.id == int(number))
    else:
        named = named.where(Case.number == subject[:16])
    for name in session.execute(named).scalars():
        if name and len(name) > 1:
            words = words.replace(name, "〔当事人〕")
    return words


def _one_writer(session: Session) -> None:
    # SQLite's write lock is held already; PostgreSQL would let two transactions read the same last entry.
    if session.get_bind().dialect.name != "sqlite":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _hash(entry: AuditEntry) -> str:
    at = entry.at.astimezone(timezone.utc).isoformat()
    said = json.dumps([entry.number, at, entry.actor, entry.action, entry.subject, entry.reason, entry.previous], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
