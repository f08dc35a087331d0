"""Corrections of mediation cases: merged into another, put under another type, a wrong end taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, restate, reverse_fact, standing_facts, write_fact
from bot.ledger.mediation import BOOK, refuse_step
from bot.legal.disputes import DisputeType
from bot.legal.mediation import CLOSED, AfterAgreement
from bot.storage.book_tables import BookFact


def merge_case(session: Session, number: str, into: str, by: str, now: datetime) -> BookFact:
    """Put a case into another: nothing of it counts any more (domain.md 1.2 #1).

    Raises:
        BadRecord: the other case is not accepted, is merged itself, or is the same.
    """
    other = {f.event for f in standing_facts(session, BOOK, into)}
    if number == into or "accepted" not in other or "merged" in other:
        raise BadRecord(f"Case {number} cannot be merged into {into}: that is not another accepted case.")
    so_far = standing_facts(session, BOOK, number)
    refuse_step(number, "merged", frozenset(f.event for f in so_far))
    first = so_far[0]
    for fact in reversed(so_far):
        reverse_fact(session, fact, f"并入{into}", by, now)
    details = {"into": into}
    merged = Fact(
        BOOK,
        "merged",
        number,
        f"mediation:{number}:merged:{first.id}",
        first.happened_at,
        by,
        community=first.community,
        details=details,
        is_demo=first.is_demo,
    )
    return write_fact(session, merged, {}, now)


def reclassify(session: Session, number: str, dispute_type: DisputeType, reason: str, by: str, now: datetime) -> None:
    """Put a case under another dispute type: every line of it is reversed and written again (改类留痕)."""
    for fact in standing_facts(session, BOOK, number):
        if fact.dispute_type != dispute_type.code:
            restate(session, fact, reason, by, now, dispute_type=dispute_type.code)


def reopen_case(session: Session, number: str, reason: str, by: str, now: datetime) -> None:
    """Take a wrong end back, with what followed it, so that the right one can be recorded.

    Raises:
        BadRecord: the case has no end.
    """
    so_far = standing_facts(session, BOOK, number)
    if not any(f.event in CLOSED for f in so_far):
        raise BadRecord(f"Case {number} has no recorded end; nothing was changed.")
    follows = CLOSED | set(AfterAgreement.codes()) | {"revisited"}
    for fact in reversed(so_far):
        if fact.event in follows:
            reverse_fact(session, fact, reason, by, now)
