"""What has happened in a case and when, read for the time limits; the limit that runs next is kept with the case."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.cases import CaseKind
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Action, Status
from bot.legal.time_limits import Due, Times, next_of_ours, running
from bot.legal.working_hours import Hours
from bot.storage.casework_tables import AgreementTerm, MediationAgreement, MediationRevisit
from bot.storage.tables import Case, CaseEvent, RiskEvent


def due_of(session: Session, case: Case, hours: Hours) -> tuple[Due, ...]:
    """Return the limits that run in a case, the nearest first."""
    return running(times_of(session, case), hours)


def set_due(session: Session, case: Case, hours: Hours) -> None:
    """Keep the next limit of ours with the case, where the queue sorts by it."""
    due = next_of_ours(times_of(session, case), hours)
    case.due_at, case.due_code = (due.at, due.limit.code) if due else (None, None)


def set_missing_due(session: Session, hours: Hours, most: int = 200) -> int:
    """Set the limit of new cases that have none yet (those of an earlier release), `most` at once; returns how many were set."""
    if not hours:
        return 0
    waiting = sa.select(Case).where(Case.due_at.is_(None), Case.status.in_([Status.REQUESTED.code, Status.SCREENED.code]))
    cases = session.execute(waiting.limit(most)).scalars().all()
    for case in cases:
        set_due(session, case, hours)
    return len(cases)


def hurry(session: Session, conversation: str, hours: Hours) -> None:
    """After an emergency was seen in a conversation: its open cases have to be answered within minutes now."""
    session.flush()
    over = [Status.ARCHIVED.code, Status.WITHDRAWN.code, Status.MERGED.code]
    for case in session.execute(sa.select(Case).where(Case.conversation_id == conversation, Case.status.not_in(over))).scalars():
        set_due(session, case, hours)


def times_of(session: Session, case: Case) -> Times:
    """Return what the time limits of a case are counted from."""
    status = Status.from_code(case.status)
    agreement = standing_agreement(session, case.number)
    return Times(
        kind=CaseKind.from_code(case.kind),
        status=status,
        dispute_type=DisputeType.from_code(case.dispute_type),
        requested_at=case.requested_at,
        risk_at=_risk_at(session, case),
        accepted_at=case.accepted_at,
        ended_at=case.ended_at,
        effective_at=agreement.effective_at if agreement else None,
        performance_due=_performance_due(session, agreement),
        applied_on=_day_of(session, case, Action.CONFIRMATION_APPLIED, agreement),
        court_accepted_on=_day_of(session, case, Action.CONFIRMATION_ACCEPTED, agreement),
        visits=_visits(session, case.number, agreement),
        done_at=_moment_of(session, case, Action.RESOLVED) if status is Status.RESOLVED else None,
    )


def standing_agreement(session: Session, number: str) -> MediationAgreement | None:
    """Return the agreement of a case that stands, or None."""
    query = sa.select(MediationAgreement).where(MediationAgreement.case_number == number, MediationAgreement.replaced_at.is_(None))
    return session.execute(query).scalar_one_or_none()


def details_of(event: CaseEvent) -> dict[str, Any]:
    """Return the codes and dates of an event."""
    found: dict[str, Any] = json.loads(event.details or "{}")
    return found


def _risk_at(session: Session, case: Case) -> datetime | None:
    if case.conversation_id is None:
        return None
    query = sa.select(RiskEvent.seen_at).where(RiskEvent.conversation_id == case.conversation_id, RiskEvent.handled_at.is_(None))
    return session.execute(query.order_by(RiskEvent.id).limit(1)).scalar_one_or_none()


def _performance_due(session: Session, agreement: MediationAgreement | None) -> date | None:
    if agreement is None:
        return None
    found: date | None = session.execute(sa.select(sa.func.max(AgreementTerm.due_on)).where(AgreementTerm.agreement_id == agreement.id)).scalar_one()
    return found


def _visits(session: Session, number: str, agreement: MediationAgreement | None) -> int:
    if agreement is None:
        return 0
    query = sa.select(sa.func.count()).select_from(MediationRevisit).where(MediationRevisit.case_number == number)
    return int(session.execute(query.where(MediationRevisit.visited_at >= agreement.effective_at)).scalar_one())


def _last(session: Session, case: Case, action: Action) -> CaseEvent | None:
    query = sa.select(CaseEvent).where(CaseEvent.case_number == case.number, CaseEvent.event == action.code)
    return session.execute(query.order_by(CaseEvent.id.desc()).limit(1)).scalar_one_or_none()


def _day_of(session: Session, case: Case, action: Action, agreement: MediationAgreement | None) -> date | None:
    event = _last(session, case, action) if agreement is not None else None
    if event is None or event.happened_at < agreement.recorded_at:  # type: ignore[union-attr]
        return None
    return date.fromisoformat(details_of(event)["on"])


def _moment_of(session: Session, case: Case, action: Action) -> datetime | None:
    event = _last(session, case, action)
    return datetime.fromisoformat(details_of(event)["at"]) if event else None
