"""What follows an agreement, and marks that a case gets: the court's confirmation, performance, visits, complexity, prevention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields
from bot.ledger.case_times import standing_agreement, times_of
from bot.ledger.casework import Act, begin, check_moment, day_moment, finish
from bot.ledger.casework_mediation import terms_of, total
from bot.ledger.casework_start import parties_of
from bot.ledger.mediation import after_agreement, mark_complex, record_prevention, revisit
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Action
from bot.legal.mediation import AfterAgreement, Prevention, Weight, complexity
from bot.legal.time_limits import last_confirmation_day
from bot.storage.casework_tables import MediationRevisit
from bot.storage.tables import Case

PERFORMANCE = {"full": "全部履行", "part": "部分履行", "none": "未履行"}
VISIT_MODES = {"phone": "电话", "visit": "上门", "window": "到场", "online": "线上"}
_STEPS = {
    Action.CONFIRMATION_APPLIED: AfterAgreement.CONFIRMATION_APPLIED,
    Action.CONFIRMATION_ACCEPTED: AfterAgreement.CONFIRMATION_ACCEPTED,
    Action.CONFIRMED: AfterAgreement.CONFIRMED,
    Action.CONFIRMATION_REJECTED: AfterAgreement.CONFIRMATION_REJECTED,
    Action.CONFIRMATION_WITHDRAWN: AfterAgreement.CONFIRMATION_WITHDRAWN,
    Action.PERFORMED: AfterAgreement.PERFORMED,
    Action.BREACHED: AfterAgreement.BREACHED,
}
AFTER_ACTIONS = tuple(_STEPS)


@dataclass(frozen=True)
class Visit:
    """One visit after an agreement (domain.md 5.8); texts may be ""."""

    visited_at: datetime | None
    side: str
    mode: str
    performance: str
    satisfaction: int | None = None
    disputes_again: bool = False
    hidden_risk: str = ""
    measures: str = ""


def follow(
    session: Session, act: Act, action: Action, happened_on: date | None, now: datetime, *, court: str = "", evidence: str = "", reason: str = ""
) -> Case:
    """Record what became of an agreement: confirmation asked for, decided or withdrawn, performed, breached.

    Raises:
        BadFields: the day has not come, lies before what it follows, or the 30 days for confirmation are over.
    """
    turn = begin(session, act, action, {"happened_on": happened_on, "court": court, "evidence": evidence, "reason": reason})
    assert happened_on is not None
    at = day_moment(happened_on, now)
    times = times_of(session, turn.case)
    if times.effective_at is not None:
        at = check_moment(at, now, "happened_on", times.effective_at, "协议生效")
    if action is Action.CONFIRMATION_APPLIED and times.effective_at is not None:
        last = last_confirmation_day(times.effective_at)
        if happened_on > last:
            raise BadFields({"happened_on": f"协议生效起30日内（最晚 {last}）才能申请司法确认；超过的，不履行可以就协议向法院起诉。"})
    elif action.code.startswith("confirm") and times.applied_on is not None and happened_on < times.applied_on:
        raise BadFields({"happened_on": f"早于申请确认的日子 {times.applied_on}，请核对。"})
    session.flush()
    after_agreement(session, act.number, _STEPS[action], at, act.by, now, evidence_ref=evidence.strip() or None)
    return finish(session, turn, now, reason, on=happened_on, court=court, evidence=evidence.strip())


def start_performing(session: Session, act: Act, now: datetime) -> Case:
    """Mark that an agreement is being performed; nothing is counted."""
    return finish(session, begin(session, act, Action.PERFORMING), now)


def visit(session: Session, act: Act, done: Visit, now: datetime) -> Case:
    """Record a visit; the next one becomes due by itself."""
    given = {"visited_at": done.visited_at, "side": done.side, "mode": done.mode, "performance": done.performance}
    turn = begin(session, act, Action.REVISITED, given)
    agreement = standing_agreement(session, act.number)
    assert done.visited_at is not None
    visited_at = check_moment(done.visited_at, now, "visited_at", agreement.effective_at if agreement else None, "协议生效")
    session.add(
        MediationRevisit(
            case_number=act.number, side=done.side, visited_at=visited_at, mode=done.mode, performance=done.performance,
            satisfaction=done.satisfaction, disputes_again=done.disputes_again, hidden_risk=done.hidden_risk or None, measures=done.measures or None,
            visitor=act.by, recorded_at=now,
        )
    )  # fmt: skip
    session.flush()
    revisit(session, act.number, visited_at, act.by, now, done.performance)
    return finish(session, turn, now, at=visited_at.isoformat(), performance=done.performance, satisfaction=done.satisfaction)


def visits_of(session: Session, number: str) -> list[MediationRevisit]:
    """Return the visits of a case in order."""
    query = sa.select(MediationRevisit).where(MediationRevisit.case_number == number).order_by(MediationRevisit.visited_at, MediationRevisit.id)
    return list(session.execute(query).scalars())


def mark(session: Session, act: Act, marked: Weight, evidence: str, now: datetime, reason: str) -> Case:
    """Mark a case complex (疑难复杂): with what makes it so, the reason in words, and where the proof is.

    Raises:
        BadFields: nothing makes it complex by the office's rule.
    """
    turn = begin(session, act, Action.COMPLEX, {"reason": reason})
    reasons = complexity(marked)
    if not reasons:
        raise BadFields({"reason": "按规定的条件不算疑难复杂：当事人10人以上、金额10万元以上、死亡或重伤、跨社区、历时超过30日、已引发信访或警情。"})
    session.flush()
    mark_complex(session, act.number, reasons, now, act.by, now, evidence_ref=evidence.strip() or None)
    return finish(session, turn, now, reason, reasons="；".join(reasons), evidence=evidence.strip())


def weight_of(session: Session, case: Case, now: datetime, *, grave: bool = False, across: bool = False, petition: bool = False) -> Weight:
    """Return what decides whether a case is complex: counted from the case, with what only a person can say."""
    agreement = standing_agreement(session, case.number)
    amount = total(terms_of(session, agreement)) if agreement is not None else None
    days = ((case.ended_at or now) - case.accepted_at).days if case.accepted_at else 0
    plain = Weight(parties=parties_of(session, case.number), days=days, death_or_grave_injury=grave, across_communities=across, petition_or_police=petition)
    return plain if amount is None else Weight(**{**plain.__dict__, "amount": amount})


def prevent(session: Session, act: Act, what: Prevention | None, persons: int, reason: str, evidence: str, police: bool, now: datetime) -> Case:
    """Record what a mediation prevented: one kind a case, with the reason, the proof and how many people (domain.md 2.4)."""
    given = {"prevention": what and what.code, "persons": persons or "", "reason": reason, "evidence": evidence}
    turn = begin(session, act, Action.PREVENTION, given)
    assert what is not None
    case = turn.case
    session.flush()
    record_prevention(
        session, f"case:{case.number}", what, persons, now, act.by, reason, evidence, now,
        community=case.community, dispute_type=DisputeType.from_code(case.dispute_type), police=police, is_demo=case.is_demo,
    )  # fmt: skip
    return finish(session, turn, now, reason, what=what.code, persons=persons, evidence=evidence, police=police)
