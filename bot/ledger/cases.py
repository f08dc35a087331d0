"""Cases: taken in, asked after, added to, withdrawn. The only writer of cases and what hangs on them.

One function a use case: the session first, times passed in, no commits.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.crash_points import here
from bot.errors import CaseNotFound
from bot.ledger.case_times import set_due
from bot.ledger.people import person_of
from bot.ledger.services import Service, record
from bot.legal.cases import CaseKind, Channel
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Status
from bot.legal.topics import Topic
from bot.legal.working_hours import Hours
from bot.office import BEIJING
from bot.storage.tables import Case, CaseEvent, CaseNumber, CasePerson, CaseStatement

BOOK_OF_KIND = {
    CaseKind.MEDIATION: "mediation_request",
    CaseKind.ADVICE: "advice_request",
    CaseKind.LEGAL_AID: "legal_aid_request",
    CaseKind.ENTERPRISE: "enterprise_issue",
}


@dataclass(frozen=True)
class Request:
    """What a resident asks for, complete and confirmed.

    Args:
        source_key: unique for this request (conversation and message), so that it opens one case only.
        conversation: None for what was brought to a window or told by phone.
        category: of an enterprise's issue, as the enterprise sees it; the desk decides.
        taken_by: code of the member of staff who wrote it down. Such an issue is no request through the assistant: its own book
            counts it when it is registered.
    """

    kind: CaseKind
    source_key: str
    conversation: str | None
    channel: Channel
    topic: Topic
    community: str | None
    what_happened: str
    wish: str
    name: str
    phone: str
    other_party: str | None = None
    category: EnterpriseCategory | None = None
    taken_by: str | None = None
    is_demo: bool = False


def open_case(session: Session, request: Request, prefix: str, now: datetime, hours: Hours | None = None) -> Case:
    """Record a new case, give it the next number of its Beijing year, and count the request once.

    The same request again returns the case it opened the first time.

    Args:
        hours: office hours, for the time limit by which somebody has to confirm that it was received.
    """
    known = session.execute(sa.select(Case).where(Case.source_key == request.source_key)).scalar_one_or_none()
    if known is not None:
        return known
    case = Case(
        number=_next_number(session, prefix, now),
        source_key=request.source_key,
        conversation_id=request.conversation,
        kind=request.kind.code,
        status=Status.REQUESTED.code,
        topic=request.topic.code,
        dispute_type=request.topic.default_dispute_type.code,
        community=request.community,
        channel=request.channel.code,
        requested_at=now,
        is_demo=request.is_demo,
    )
    session.add(case)
    session.flush()
    _add_people(session, case, request)
    told = {"what_happened": request.what_happened, "wish": request.wish, "category": request.category.label if request.category else ""}
    session.add_all(_statement(case, about, text, request.source_key, now) for about, text in told.items() if text)
    session.add(_event(case, "requested", None, now, request.taken_by or "resident"))
    here("filing.before_count")
    if not (request.taken_by and request.kind is CaseKind.ENTERPRISE):
        _count_request(session, case, request, now)
    if hours:
        set_due(session, case, hours)
    return case


def find_case(session: Session, number: str, *, conversation: str, phone_tail: str | None) -> Case:
    """Return the case if the asker may know of it: the same conversation, or the phone's last four digits.

    Raises:
        CaseNotFound: no such number, or not theirs; the two look the same from outside.
    """
    case = session.get(Case, number)
    if case is not None and (case.conversation_id == conversation or _phone_ends_with(session, number, phone_tail)):
        return case
    raise CaseNotFound(f"No case {number} for this asker.")


def own_cases(session: Session, conversation: str) -> list[Case]:
    """Return the open cases of a conversation, newest first."""
    query = sa.select(Case).where(Case.conversation_id == conversation, Case.withdrawn_at.is_(None))
    return list(session.execute(query.order_by(Case.requested_at.desc(), Case.number.desc())).scalars())


def add_statement(session: Session, case: Case, text: str, source_key: str, now: datetime) -> None:
    """Add what the resident says later; the same message again adds nothing."""
    known = session.execute(sa.select(CaseStatement.id).where(CaseStatement.source_key == f"{source_key}:supplement"))
    if known.first() is None:
        session.add(_statement(case, "supplement", text, source_key, now))
        session.add(_event(case, "supplemented", case.status, now, "resident"))


def _next_number(session: Session, prefix: str, now: datetime) -> str:
    year = now.astimezone(BEIJING).year
    row = session.get(CaseNumber, (prefix, year), with_for_update=True)
    if row is None:
        row = CaseNumber(series=prefix, year=year, last=0)
        session.add(row)
    row.last += 1
    session.flush()
    return f"{prefix}{year}-{row.last:05d}"


def _add_people(session: Session, case: Case, request: Request) -> None:
    session.add(person_of(case.number, "applicant", request.name, request.phone))
    if request.other_party:
        session.add(person_of(case.number, "other", request.other_party))


def _statement(case: Case, about: str, text: str, source_key: str, now: datetime) -> CaseStatement:
    return CaseStatement(case_number=case.number, source_key=f"{source_key}:{about}", about=about, text=text, said_at=now)


def _event(case: Case, event: str, before: str | None, now: datetime, actor: str, after: str | None = None) -> CaseEvent:
    return CaseEvent(
        case_number=case.number, happened_at=now, actor=actor, event=event, status_before=before, status_after=after or case.status
    )


def _count_request(session: Session, case: Case, request: Request, now: datetime) -> None:
    record(
        session,
        Service(
            kind=BOOK_OF_KIND[request.kind],
            happened_at=now,
            source_key=f"request:{case.number}",
            channel=request.channel,
            community=case.community,
            topic=case.topic,
            dispute_type=case.dispute_type,
            case_number=case.number,
            recorded_by=request.taken_by or "resident",
            is_demo=case.is_demo,
        ),
        now,
    )


def _phone_ends_with(session: Session, number: str, tail: str | None) -> bool:
    if not tail:
        return False
    query = sa.select(CasePerson.phone).where(CasePerson.case_number == number, CasePerson.side == "applicant")
    return any(phone and hmac.compare_digest(phone[-4:].encode(), tail.encode()) for phone in session.execute(query).scalars())
