"""The district's advisors and places: who advises which community, open service points, and what advisors do for offices.

Coverage and service points are snapshots: a fact opens, another ends, and a day is asked for (domain.md 1.2 #3, #5-#8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, known_fact, last_id, required, standing_facts, write_fact
from bot.legal.cases import Tier
from bot.storage.book_tables import BookFact

ASSIGNMENT, POINT = "assignment", "service_point"
OPINION_KINDS = ("contract", "decision", "enforcement", "petition", "other")


@dataclass(frozen=True)
class Paper:
    """Who recorded it, where the proof is, and whether it is fiction."""

    by: str
    evidence_ref: str | None = None
    is_demo: bool = False


def assign_advisor(session: Session, contract_no: str, advisor: str, community: str, start_at: datetime, org: str, paper: Paper, now: datetime) -> BookFact:
    """Record that an advisor was engaged for a community from a moment on."""
    required(org, f"Contract {contract_no}: the law firm or legal service office")
    fact = Fact(
        ASSIGNMENT,
        "started",
        contract_no,
        f"assignment:{contract_no}",
        start_at,
        paper.by,
        advisor=required(advisor, "the advisor"),
        community=required(community, "the community"),
        evidence_ref=paper.evidence_ref,
        details={"org": org},
        is_demo=paper.is_demo,
    )
    return write_fact(session, fact, {}, now)


def end_assignment(session: Session, contract_no: str, end_at: datetime, paper: Paper, now: datetime) -> BookFact:
    """Record that an engagement ended.

    Raises:
        BadRecord: there is no such contract.
    """
    return _end(session, ASSIGNMENT, contract_no, end_at, paper, now)


def open_service_point(session: Session, code: str, tier: Tier, name: str, community: str | None, opened_at: datetime, paper: Paper, now: datetime) -> BookFact:
    """Record that a service point of a tier was opened.

    Raises:
        BadRecord: a community's point without its community.
    """
    if tier is Tier.COMMUNITY:
        required(community, f"Service point {code}: the community")
    fact = Fact(
        POINT,
        "started",
        code,
        f"point:{code}:{opened_at.isoformat()}",
        opened_at,
        paper.by,
        community=community,
        tier=tier,
        evidence_ref=paper.evidence_ref,
        details={"name": required(name, "the name")},
        is_demo=paper.is_demo,
    )
    return write_fact(session, fact, {}, now)


def close_service_point(session: Session, code: str, closed_at: datetime, paper: Paper, now: datetime) -> BookFact:
    """Record that a service point was closed or merged; its history stays.

    Raises:
        BadRecord: there is no such point.
    """
    return _end(session, POINT, code, closed_at, paper, now)


def record_litigation(session: Session, matter_no: str, accepted_at: datetime, principal: str, advisor: str, paper: Paper, now: datetime) -> BookFact:
    """Record a case an advisor took over for an office; all instances of one dispute count once, by matter number."""
    required(principal, f"Matter {matter_no}: who is represented")
    return _one(session, "litigation", matter_no, accepted_at, advisor, paper, now, {"litigation_case": 1}, {"principal": principal})


def record_opinion(
    session: Session, opinion_no: str, issued_at: datetime, requester: str, kind: str, advisor: str, paper: Paper, now: datetime, revises: str | None = None
) -> BookFact:
    """Record a numbered written opinion; a revision is kept and counts nothing.

    Raises:
        BadRecord: the kind does not exist, or the opinion it revises does not.
    """
    if kind not in OPINION_KINDS:
        raise BadRecord(f"Opinion {opinion_no}: unknown kind {kind!r}; expected one of {', '.join(OPINION_KINDS)}.")
    if revises is not None and known_fact(session, f"opinion:{revises}") is None:
        raise BadRecord(f"Opinion {opinion_no} revises {revises}, which is not in the books.")
    details = {"requester": required(requester, f"Opinion {opinion_no}: who asked"), "kind": kind, "revises": revises}
    return _one(session, "opinion", opinion_no, issued_at, advisor, paper, now, {} if revises else {"legal_opinion_issued": 1}, details)


def record_meeting(session: Session, meeting_id: str, held_at: datetime, topic: str, advisors: tuple[str, ...], paper: Paper, now: datetime) -> BookFact:
    """Record a working discussion: once a meeting, the advisors present counted apart.

    Raises:
        BadRecord: nobody, or somebody twice.
    """
    if not advisors or len(set(advisors)) != len(advisors):
        raise BadRecord(f"Meeting {meeting_id}: expected each advisor once and at least one, got {list(advisors)}.")
    details = {"topic": required(topic, f"Meeting {meeting_id}: the topic"), "advisors": list(advisors)}
    return _one(session, "meeting", meeting_id, held_at, advisors[0], paper, now, {"meeting": 1, "meeting_attendance": len(advisors)}, details)


def _one(
    session: Session, book: str, number: str, at: datetime, advisor: str, paper: Paper, now: datetime, lines: dict[str, int], details: dict[str, Any]
) -> BookFact:
    required(number, f"The number of the {book}")
    fact = Fact(
        book,
        "recorded",
        number,
        f"{book}:{number}",
        at,
        paper.by,
        advisor=required(advisor, f"{book} {number}: the advisor"),
        tier=Tier.DISTRICT,
        evidence_ref=paper.evidence_ref,
        details=details,
        is_demo=paper.is_demo,
    )
    return write_fact(session, fact, lines, now)


def _end(session: Session, book: str, subject: str, at: datetime, paper: Paper, now: datetime) -> BookFact:
    last = last_id(session, book, subject)
    so_far = standing_facts(session, book, subject)
    if not so_far:
        raise BadRecord(f"{book} {subject} is not in the books.")
    if so_far[-1].event == "ended":
        return so_far[-1]
    first = so_far[-1]
    fact = Fact(
        book,
        "ended",
        subject,
        f"{book}:{subject}:ended:{last}",
        at,
        paper.by,
        advisor=first.advisor,
        community=first.community,
        tier=Tier.from_code(first.tier),
        evidence_ref=paper.evidence_ref,
        is_demo=first.is_demo,
    )
    return write_fact(session, fact, {}, now)
