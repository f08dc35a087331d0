"""Reading the screenings: rounds of a month, and disputes found with what became of them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.facts import details_of, standing
from bot.ledger.screenings import BOOK, FINDINGS, FindingEnd
from bot.legal.disputes import DisputeType
from bot.legal.screening import RiskLevel
from bot.storage.book_tables import BookFact

Scope = frozenset[str] | None


@dataclass(frozen=True)
class Round:
    """One report that stands."""

    community: str
    month: str
    round_no: int
    submitted_at: datetime
    by: str
    households: int
    found: int
    sign_off: str
    evidence_ref: str | None


@dataclass(frozen=True)
class Found:
    """One dispute that was found; `end` is None while nothing became of it."""

    ref: str
    community: str
    dispute_type: DisputeType
    risk: RiskLevel
    group_risk: bool
    responsible: str
    measures: str
    due: str
    found_at: datetime
    end: FindingEnd | None


def rounds(session: Session, month: str, communities: Scope, with_demo: bool = False) -> list[Round]:
    """Return the rounds of a month ("2026-03"), by community and number.

    Args:
        communities: only these; None means all.
    """
    query = sa.select(BookFact).where(BookFact.book == BOOK, BookFact.event == "submitted", BookFact.subject.like(f"%:{month}:%"), *standing())
    return sorted((_round(row) for row in _scoped(session, query, communities, with_demo)), key=lambda r: (r.community, r.round_no))


def findings(session: Session, communities: Scope, with_demo: bool = False, start: datetime | None = None, end: datetime | None = None) -> list[Found]:
    """Return what was found: everything that is open, or all of [start, end); the gravest first."""
    query = sa.select(BookFact).where(BookFact.book == FINDINGS, BookFact.event == "found", *standing())
    if start is not None:
        query = query.where(BookFact.happened_at >= start, BookFact.happened_at < end)
    ended = sa.select(BookFact.subject, BookFact.event).where(BookFact.book == FINDINGS, BookFact.event.in_(FindingEnd.codes()), *standing())
    ends = dict(session.execute(ended).all())
    found = [_found(row, ends.get(row.subject)) for row in _scoped(session, query, communities, with_demo)]
    wanted = found if start is not None else [f for f in found if f.end is None]
    order = list(RiskLevel)
    return sorted(wanted, key=lambda f: (-order.index(f.risk), f.found_at, f.ref))


def finding(session: Session, ref: str) -> Found | None:
    """Return one finding that stands, or None."""
    query = sa.select(BookFact).where(BookFact.book == FINDINGS, BookFact.event == "found", BookFact.subject == ref, *standing())
    row = session.execute(query).scalars().first()
    if row is None:
        return None
    ended = sa.select(BookFact.event).where(BookFact.book == FINDINGS, BookFact.subject == ref, BookFact.event.in_(FindingEnd.codes()), *standing())
    return _found(row, session.execute(ended).scalars().first())


def _scoped(session: Session, query: sa.sql.Select, communities: Scope, with_demo: bool) -> list[BookFact]:
    if communities is not None:
        query = query.where(BookFact.community.in_(communities))
    if not with_demo:
        query = query.where(BookFact.is_demo.is_(False))
    return list(session.execute(query).scalars())


def _round(row: BookFact) -> Round:
    more = details_of(row)
    community, month, number = row.subject.split(":")
    return Round(
        community, month, int(number), row.happened_at, row.recorded_by, int(more["households"]), int(more["found"]), more["sign_off"] or "", row.evidence_ref,
    )  # fmt: skip


def _found(row: BookFact, end: str | None) -> Found:
    more = details_of(row)
    return Found(
        row.subject, row.community or "", DisputeType.from_code(row.dispute_type), RiskLevel.from_code(more["risk"]), bool(more["group_risk"]),
        more["responsible"], more["measures"], more.get("due", ""), row.happened_at, FindingEnd.from_code(end) if end else None,
    )  # fmt: skip
