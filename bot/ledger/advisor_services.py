"""What advisors did (服务日志), and which of it counts as one 法律服务事项 (domain.md 1.2 #4).

One advisor, one person served, one matter, one day counts once. The same matter on a later day counts again only with
new substance. Calls that did not connect, mass messages and mere receipts are kept and never count.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, add_line, details_of, known_fact, lines_of, required, reverse_fact, standing, write_fact
from bot.legal.advisor_services import EVIDENCE_OF, NEVER_COUNTED, Result, ServiceKind, Subject
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.masking import without_personal_data
from bot.office import BEIJING
from bot.storage.book_tables import BookFact
from bot.storage.look_up_keys import key_of, tag_of

BOOK = "service"


@dataclass(frozen=True)
class ServiceRecord:
    """One act of one advisor.

    Args:
        record_no: the number in the advisor's log; unique.
        subject_ref: pseudonym of who was served; never a name.
        former_nos: numbers that the same row of a spreadsheet had by former keys.
        former_refs: the same person's by former keys; a matter that was recorded under one goes on under it.
        matter: what it was about, the same text for the same matter.
        new_substance: on a later day, whether something new was done in the same matter.
        attendance: people at a lecture.
    """

    record_no: str
    advisor: str
    kind: ServiceKind
    served_at: datetime
    subject_ref: str
    matter: str
    result: Result
    by: str
    community: str | None = None
    tier: Tier = Tier.COMMUNITY
    channel: Channel = Channel.WINDOW
    subject_type: Subject = Subject.RESIDENT
    topic: str | None = None
    dispute_type: DisputeType | None = None
    minutes: int = 0
    new_substance: bool = False
    attendance: int = 0
    brief: str = ""
    evidence_ref: str | None = None
    confirmed_by: str | None = None
    is_demo: bool = False
    former_refs: tuple[str, ...] = ()
    former_nos: tuple[str, ...] = ()


def record_service(session: Session, done: ServiceRecord, now: datetime) -> BookFact:
    """Record an act; it counts as an item where the rule above says so. The same record number again writes nothing.

    Raises:
        BadRecord: advisor, person or matter is missing, the attendance of a lecture, or the evidence its kind needs.
    """
    key = f"service:{done.record_no}"
    for known in (known_fact(session, f"service:{number}") for number in (done.record_no, *done.former_nos)):
        if known is not None:
            return known
    for value, what in (
        (done.record_no, "the record number"),
        (done.advisor, "the advisor"),
        (done.subject_ref, "who was served"),
        (done.matter, "the matter"),
    ):
        required(value, f"Service {done.record_no}: {what}")
    if done.kind is ServiceKind.LECTURE and done.attendance < 1:
        raise BadRecord(f"Service {done.record_no}: a lecture needs its attendance, got {done.attendance}.")
    if done.kind in EVIDENCE_OF:
        required(done.evidence_ref, f"Service {done.record_no}: the evidence of a {done.kind.code} ({EVIDENCE_OF[done.kind]})")
    row = write_fact(session, _as_fact(done, key, _known_subject(session, done)), {}, now)
    _count_once(session, row, now)
    return row


def take_back_service(session: Session, record_no: str, reason: str, by: str, now: datetime) -> None:
    """Take a record back; another record of the same matter and day then counts in its place.

    Raises:
        BadRecord: there is no such record, or it was taken back.
    """
    row = known_fact(session, f"service:{record_no}")
    if row is None:
        raise BadRecord(f"Service {record_no} is not in the books.")
    reverse_fact(session, row, reason, by, now)
    for other in _same_matter(session, row):
        if _day(other) == _day(row) and not lines_of(session, other) and _count_once(session, other, now):
            return


def _as_fact(done: ServiceRecord, key: str, subject: str) -> Fact:
    return Fact(
        BOOK, done.kind.code, subject, key, done.served_at, done.by,
        advisor=done.advisor, community=done.community, tier=done.tier, channel=done.channel, topic=done.topic,
        dispute_type=done.dispute_type.code if done.dispute_type else None, evidence_ref=done.evidence_ref,
        details={
            "result": done.result.code, "minutes": done.minutes, "new_substance": done.new_substance, "attendance": done.attendance,
            "brief": without_personal_data(done.brief), "confirmed_by": done.confirmed_by, "subject_type": done.subject_type.code,
        },
        is_demo=done.is_demo,
    )  # fmt: skip


def _known_subject(session: Session, done: ServiceRecord) -> str:
    """The matter under the key it was first recorded with."""
    now, *formerly = (_subject(done, ref) for ref in (done.subject_ref, *done.former_refs))
    if not formerly:
        return now
    query = sa.select(BookFact.subject).where(BookFact.book == BOOK, BookFact.subject.in_((now, *formerly)))
    return session.execute(query.order_by(BookFact.id).limit(1)).scalar_one_or_none() or now


def _subject(done: ServiceRecord, ref: str) -> str:
    """The matter of one person with one advisor; hashed, so that nobody reads a matter out of the index. Says which key made the pseudonym."""
    digest = hashlib.sha256(f"{done.advisor}\n{ref}\n{done.matter}".encode()).hexdigest()
    return f"{tag_of(key_of(ref))}{digest}"[:40]


def _count_once(session: Session, row: BookFact, now: datetime) -> bool:
    details = details_of(row)
    if Result.from_code(details["result"]) in NEVER_COUNTED:
        return False
    counted = [other for other in _same_matter(session, row) if other.id != row.id and lines_of(session, other)]
    if any(_day(other) == _day(row) for other in counted):
        return False
    if any(_day(other) < _day(row) for other in counted) and not details["new_substance"]:
        return False
    kind = ServiceKind.from_code(row.event)
    add_line(session, row, kind.book, 1, now)
    if kind is ServiceKind.LECTURE:
        add_line(session, row, "lecture_attendance", int(details["attendance"]), now)
    return True


def _same_matter(session: Session, row: BookFact) -> list[BookFact]:
    query = sa.select(BookFact).where(BookFact.book == BOOK, BookFact.subject == row.subject, *standing()).order_by(BookFact.id)
    return list(session.execute(query).scalars())


def _day(row: BookFact) -> date:
    return row.happened_at.astimezone(BEIJING).date()
