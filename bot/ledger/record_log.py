"""Reading and taking back what the office enters by hand: counters, work for offices, engagements, service points, declarations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.counters import BOOK as COUNTERS
from bot.ledger.declarations import BOOK as DECLARATIONS
from bot.ledger.facts import REVERSED, details_of, fact_by_id, reverse_fact, standing_facts
from bot.storage.book_tables import BookFact

# Books in which one fact is one record, entered and taken back by itself.
BY_HAND = (COUNTERS, DECLARATIONS, "litigation", "opinion", "meeting", "assignment", "service_point")


@dataclass(frozen=True)
class Entered:
    """One record as it was entered.

    Args:
        taken_back: why it was taken back; None while it stands.
    """

    id: int
    book: str
    event: str
    subject: str
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    advisor: str | None
    community: str | None
    tier: str
    evidence_ref: str | None
    note: str | None
    details: dict[str, Any]
    taken_back: str | None


def entered(session: Session, book: str, event: str | None, start: datetime, end: datetime, subject: str | None = None) -> list[Entered]:
    """Return the records of a book in [start, end), newest first, those that were taken back included."""
    query = sa.select(BookFact).where(BookFact.book == book, BookFact.event != REVERSED, BookFact.happened_at >= start, BookFact.happened_at < end)
    if event:
        query = query.where(BookFact.event == event)
    if subject:
        query = query.where(BookFact.subject == subject)
    rows = list(session.execute(query.where(BookFact.is_demo.is_(False)).order_by(BookFact.happened_at.desc(), BookFact.id.desc())).scalars())
    undone = dict(session.execute(sa.select(BookFact.reverses_id, BookFact.note).where(BookFact.reverses_id.in_([r.id for r in rows]))).all())
    return [_entered(row, undone.get(row.id)) for row in rows]


def take_back_record(session: Session, fact_id: int, reason: str, by: str, now: datetime) -> BookFact:
    """Take one record back with a reason, with what followed from it (the end of an engagement that never was); the mistake stays readable.

    Raises:
        CaseNotFound: there is no such record.
        BadRecord: it belongs to a book with corrections of its own, has no reason, or was taken back.
    """
    row = fact_by_id(session, fact_id)
    if row.book not in BY_HAND:
        raise BadRecord(f"Fact {fact_id} is of the book {row.book}; take it back where it was entered.")
    if row.event == "started":
        for later in reversed([f for f in standing_facts(session, row.book, row.subject) if f.id > row.id]):
            reverse_fact(session, later, reason, by, now)
    return reverse_fact(session, row, reason, by, now)


def _entered(row: BookFact, taken_back: str | None) -> Entered:
    return Entered(
        row.id, row.book, row.event, row.subject, row.happened_at, row.recorded_at, row.recorded_by, row.advisor, row.community, row.tier,
        row.evidence_ref, row.note, details_of(row), taken_back,
    )  # fmt: skip
