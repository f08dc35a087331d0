"""Declarations: that a figure is zero, or does not apply. A zero is said by somebody; silence is a missing figure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, known_fact, required, write_fact
from bot.legal.cases import Tier
from bot.office import BEIJING
from bot.storage.book_tables import BookFact

BOOK, ZERO, NOT_APPLICABLE = "declaration", "zero", "not_applicable"


def declare(
    session: Session,
    metric: str,
    first: date,
    end: date,
    event: str,
    by: str,
    reason: str,
    now: datetime,
    evidence_ref: str | None = None,
    is_demo: bool = False,
) -> BookFact:
    """Record that a metric is zero, or does not apply, for the Beijing days [first, end); the same again writes nothing.

    Raises:
        BadRecord: an empty period, one that is not over, or no reason.
    """
    if end <= first:
        raise BadRecord(f"Declaration for {metric}: the days {first} to before {end} are empty.")
    if event not in (ZERO, NOT_APPLICABLE):
        raise BadRecord(f"Declaration for {metric}: {event!r}; expected {ZERO} or {NOT_APPLICABLE}.")
    required(reason, f"Declaration for {metric}: the reason")
    key = f"declaration:{metric}:{event}:{first}:{end}:{int(is_demo)}"
    known = known_fact(session, key)
    if known is not None:
        return known
    last = datetime.combine(end - timedelta(days=1), time(23, 59, 59), tzinfo=BEIJING)
    # While the period runs, a zero holds only up to the day it was said; the period asked for later is then not covered.
    if last > now:
        raise BadRecord(f"Declaration for {metric}: {last.date()} is not over; declare a zero for days that are.")
    fact = Fact(
        BOOK, event, metric, key, last, by,
        tier=Tier.DISTRICT, details={"first": first.isoformat(), "end": end.isoformat()}, note=reason, evidence_ref=evidence_ref, is_demo=is_demo,
    )  # fmt: skip
    return write_fact(session, fact, {}, now)
