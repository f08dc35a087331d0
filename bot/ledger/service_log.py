"""Reading the service log: what advisors recorded, whether it counts, and what was taken back. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.advisor_services import BOOK
from bot.ledger.facts import REVERSED, details_of
from bot.ledger.services import stands
from bot.legal.advisor_services import Result, ServiceKind, Subject
from bot.legal.cases import Channel
from bot.storage.book_tables import BookFact, FactEntry
from bot.storage.tables import ServiceEntry

PREFIX = "service:"
LONGEST = 2000


@dataclass(frozen=True)
class Logged:
    """One record of the log.

    Args:
        counted: it is one 法律服务事项.
        taken_back: why it was taken back; None while it stands.
    """

    record_no: str
    advisor: str
    kind: ServiceKind
    served_at: datetime
    community: str | None
    channel: Channel
    subject_type: Subject
    topic: str | None
    dispute_type: str | None
    result: Result
    minutes: int
    attendance: int
    brief: str
    evidence_ref: str | None
    recorded_by: str
    recorded_at: datetime
    counted: bool
    taken_back: str | None


def logged(
    session: Session, start: datetime, end: datetime, communities: frozenset[str] | None, own: str, advisor: str = "", kind: str = "", with_demo: bool = False
) -> list[Logged]:
    """Return the records of services in [start, end), newest first, at most 2,000.

    Args:
        communities: only these, and what `own` advised or recorded; None means all.
    """
    query = sa.select(BookFact).where(BookFact.book == BOOK, BookFact.event != REVERSED, BookFact.happened_at >= start, BookFact.happened_at < end)
    if communities is not None:
        query = query.where(sa.or_(BookFact.community.in_(communities), BookFact.advisor == own, BookFact.recorded_by == own))
    if advisor:
        query = query.where(BookFact.advisor == advisor)
    if kind:
        query = query.where(BookFact.event == kind)
    if not with_demo:
        query = query.where(BookFact.is_demo.is_(False))
    rows = list(session.execute(query.order_by(BookFact.happened_at.desc(), BookFact.id.desc()).limit(LONGEST)).scalars())
    return _logged(session, rows)


def find_logged(session: Session, record_no: str) -> Logged | None:
    """Return the newest record under a number, or None."""
    query = sa.select(BookFact).where(BookFact.source_key == f"{PREFIX}{record_no}")
    rows = list(session.execute(query).scalars())
    return _logged(session, rows)[0] if rows else None


def _logged(session: Session, rows: list[BookFact]) -> list[Logged]:
    ids = [row.id for row in rows]
    counted, undone = _counted(session, ids), _undone(session, ids)
    return [_one(row, row.id in counted, undone.get(row.id)) for row in rows]


def _one(row: BookFact, counted: bool, taken_back: str | None) -> Logged:
    more = details_of(row)
    return Logged(
        record_no=row.source_key.removeprefix(PREFIX), advisor=row.advisor or "", kind=ServiceKind.from_code(row.event), served_at=row.happened_at,
        community=row.community, channel=Channel.from_code(row.channel), subject_type=Subject.from_code(more.get("subject_type", Subject.RESIDENT.code)),
        topic=row.topic, dispute_type=row.dispute_type, result=Result.from_code(more["result"]), minutes=int(more["minutes"]),
        attendance=int(more["attendance"]), brief=more.get("brief", ""), evidence_ref=row.evidence_ref, recorded_by=row.recorded_by,
        recorded_at=row.recorded_at, counted=counted, taken_back=taken_back,
    )  # fmt: skip


def _counted(session: Session, ids: list[int]) -> set[int]:
    """The facts with a line of a service that still stands."""
    query = (
        sa.select(FactEntry.fact_id)
        .join(ServiceEntry, ServiceEntry.id == FactEntry.entry_id)
        .where(FactEntry.fact_id.in_(ids), ServiceEntry.kind.like("svc_%"), *stands())
    )
    return set(session.execute(query).scalars())


def _undone(session: Session, ids: list[int]) -> dict[int, str]:
    query = sa.select(BookFact.reverses_id, BookFact.note).where(BookFact.reverses_id.in_(ids))
    return {fact: note or "" for fact, note in session.execute(query).all()}
