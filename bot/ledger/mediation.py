"""Mediation cases in the books: accepted, ended, confirmed, performed, merged, put under another type.

One function a use case. A case is named by its number; where the resident asked through us, it is the request's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, as_fact, known_fact, last_id, required, standing_facts, write_fact
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Status
from bot.legal.mediation import AGREED, CLOSED, AfterAgreement, Outcome, Prevention, Source, TerminationReason, refusal
from bot.storage.book_tables import BookFact
from bot.storage.tables import Case, CaseEvent

BOOK = "mediation"
FEN = 100
_BEFORE_END = frozenset(s.code for s in (Status.REQUESTED, Status.SCREENED, Status.ACCEPTED, Status.ASSIGNED, Status.IN_MEDIATION))
_MOVES = frozenset({Status.ACCEPTED.code, *CLOSED})


@dataclass(frozen=True)
class Accepted:
    """A case taken in by a committee.

    Args:
        parties: people and organisations of this case, each once.
        source: how it came; a referral names who referred it.
        other_note: what it is, where the type is `other`.
    """

    number: str
    accepted_at: datetime
    community: str | None
    dispute_type: DisputeType
    parties: int
    by: str
    source: Source = Source.APPLICATION
    referrer: str | None = None
    other_note: str | None = None
    channel: Channel = Channel.WINDOW
    tier: Tier = Tier.COMMUNITY
    evidence_ref: str | None = None
    is_demo: bool = False


@dataclass(frozen=True)
class Closed:
    """How a case ended.

    Args:
        amount: 元 that the agreement clearly names; None where it names none (amount_na).
        reason: of a termination.
        advised_path: arbitration, administration or court, after a failed mediation (人民调解法 26).
        to: the organisation a case was transferred to.
    """

    number: str
    outcome: Outcome
    closed_at: datetime
    by: str
    amount: Decimal | None = None
    reason: TerminationReason | None = None
    advised_path: str | None = None
    to: str | None = None
    evidence_ref: str | None = None


def accept_case(session: Session, case: Accepted, now: datetime) -> BookFact:
    """Record that a committee took a case in; the same number again returns what stands.

    Raises:
        BadRecord: fewer than two parties, a referral without referrer, or `other` without a note.
    """
    key = f"mediation:{case.number}:accepted"
    known = known_fact(session, key)
    if known is not None:
        return known
    if case.parties < 2:
        raise BadRecord(f"Case {case.number} has {case.parties} parties; a dispute has at least two.")
    if case.source is Source.REFERRAL:
        required(case.referrer, f"Case {case.number}: who referred it")
    if case.dispute_type is DisputeType.OTHER:
        required(case.other_note, f"Case {case.number}: what kind of other dispute it is (other_note)")
    fact = Fact(
        BOOK,
        "accepted",
        case.number,
        key,
        case.accepted_at,
        case.by,
        community=case.community,
        tier=case.tier,
        channel=case.channel,
        dispute_type=case.dispute_type.code,
        evidence_ref=case.evidence_ref,
        details={"parties": case.parties, "source": case.source.code, "referrer": case.referrer, "other_note": case.other_note},
        is_demo=case.is_demo,
    )
    _move(session, case.number, "accepted", case.accepted_at, case.by)
    return write_fact(session, fact, {"mediation_accepted": 1, "mediation_parties": case.parties}, now)


def close_case(session: Session, closed: Closed, now: datetime) -> BookFact:
    """Record how a case ended; the same end again returns what stands.

    Raises:
        BadRecord: it was not accepted, has ended otherwise, or lacks what its outcome needs.
    """
    so_far = standing_facts(session, BOOK, closed.number)
    ended = next((f for f in so_far if f.event in CLOSED), None)
    if ended is not None and (ended.event, ended.happened_at) == (closed.outcome.code, closed.closed_at):
        return ended
    details = _what_outcome_needs(closed)
    kinds = {f"mediation_{closed.outcome.code}": 1}
    if closed.outcome.code in AGREED:
        kinds["mediation_amount"] = int((closed.amount or Decimal(0)) * FEN)
    return _step(session, closed.number, closed.outcome.code, closed.closed_at, closed.by, now, kinds, details, evidence_ref=closed.evidence_ref)


def after_agreement(
    session: Session, number: str, step: AfterAgreement, happened_at: datetime, by: str, now: datetime, evidence_ref: str | None = None
) -> BookFact:
    """Record what became of an agreement: the court's confirmation, performance or breach."""
    return _step(session, number, step.code, happened_at, by, now, {f"agreement_{step.code}": 1}, {}, evidence_ref=evidence_ref)


def revisit(session: Session, number: str, happened_at: datetime, by: str, now: datetime, result: str) -> BookFact:
    """Record one visit after an agreement; several may follow each other."""
    return _step(session, number, "revisited", happened_at, by, now, {"mediation_revisited": 1}, {"result": result})


def mark_complex(
    session: Session, number: str, reasons: tuple[str, ...], happened_at: datetime, by: str, now: datetime, evidence_ref: str | None = None
) -> BookFact:
    """Mark a case complex, with the reasons (疑难复杂).

    Raises:
        BadRecord: no reason.
    """
    reason = required("；".join(reasons), f"Case {number}: the reason why it is complex")
    return _step(session, number, "complex", happened_at, by, now, {"mediation_complex": 1}, {"reasons": reason}, evidence_ref=evidence_ref)


def record_prevention(
    session: Session,
    event_ref: str,
    what: Prevention,
    persons: int,
    happened_at: datetime,
    by: str,
    reason: str,
    evidence_ref: str,
    now: datetime,
    *,
    community: str | None = None,
    dispute_type: DisputeType | None = None,
    police: bool = False,
    is_demo: bool = False,
) -> BookFact:
    """Record that something was prevented: one event, one type, with the reason and where the proof is.

    Raises:
        BadRecord: no reason, no evidence, no persons, or the event is in the books under another type.
    """
    key = f"prevention:{event_ref}"
    known = known_fact(session, key)
    if known is not None and known.event != what.code:
        raise BadRecord(f"Event {event_ref} is in the books as {known.event}; one event has one prevention.")
    required(reason, f"Prevention {event_ref}: the reason")
    required(evidence_ref, f"Prevention {event_ref}: the evidence")
    if persons < 1:
        raise BadRecord(f"Prevention {event_ref}: {persons} persons; expected at least one.")
    fact = Fact(
        "prevention",
        what.code,
        event_ref,
        key,
        happened_at,
        by,
        community=community,
        dispute_type=dispute_type.code if dispute_type else None,
        evidence_ref=evidence_ref,
        details={"persons": persons, "police": police},
        note=reason,
        is_demo=is_demo,
    )
    return write_fact(session, fact, {what.code: 1, f"{what.code}_people": persons, "referred_police": int(police)}, now)


def _step(
    session: Session,
    number: str,
    step: str,
    at: datetime,
    by: str,
    now: datetime,
    kinds: dict[str, int],
    details: dict[str, object],
    evidence_ref: str | None = None,
) -> BookFact:
    last = last_id(session, BOOK, number)
    so_far = standing_facts(session, BOOK, number)
    same = next((f for f in so_far if (f.event, f.happened_at) == (step, at)), None)
    if same is not None:
        return same
    refuse_step(number, step, frozenset(f.event for f in so_far))
    first = as_fact(so_far[0])
    if at < first.happened_at:
        raise BadRecord(f"Case {number}: {step} at {at.isoformat()} lies before it was accepted at {first.happened_at.isoformat()}.")
    key = f"mediation:{number}:{step}:{last}"
    fact = Fact(
        BOOK,
        step,
        number,
        key,
        at,
        by,
        community=first.community,
        tier=first.tier,
        channel=first.channel,
        dispute_type=first.dispute_type,
        evidence_ref=evidence_ref,
        details=details,
        is_demo=first.is_demo,
    )
    _move(session, number, step, at, by)
    return write_fact(session, fact, kinds, now)


def refuse_step(number: str, step: str, so_far: frozenset[str]) -> None:
    """Refuse what may not follow.

    Raises:
        BadRecord: the step does not fit the life of the case.
    """
    why = refusal(step, so_far)
    if why is not None:
        raise BadRecord(f"Case {number}: {why}.")


def _what_outcome_needs(closed: Closed) -> dict[str, object]:
    if closed.amount is not None and (closed.amount < 0 or closed.amount != closed.amount.quantize(Decimal("0.01"))):
        raise BadRecord(f"Case {closed.number}: {closed.amount} is not an amount in 元 with at most two decimals.")
    if closed.outcome is Outcome.FAILED:
        required(closed.advised_path, f"Case {closed.number}: the path advised after a failed mediation (人民调解法 26)")
    if closed.outcome is Outcome.TERMINATED and closed.reason is None:
        raise BadRecord(f"Case {closed.number}: a termination needs its reason, one of {', '.join(TerminationReason.codes())}.")
    if closed.outcome is Outcome.TRANSFERRED:
        required(closed.to, f"Case {closed.number}: the organisation it was transferred to")
    return {
        "amount_na": closed.amount is None,
        "reason": closed.reason.code if closed.reason else None,
        "advised_path": closed.advised_path,
        "to": closed.to,
    }


def _move(session: Session, number: str, step: str, at: datetime, by: str) -> None:
    """Let a resident's case follow a step that was written into the book alone; the desk's use cases have moved it already."""
    case = session.get(Case, number) if len(number) <= 16 else None
    if case is None or step not in _MOVES or case.status == step or case.status not in _BEFORE_END:
        return
    session.add(CaseEvent(case_number=number, happened_at=at, actor=by, event=step, status_before=case.status, status_after=step))
    case.status, case.version = step, case.version + 1
    if step == Status.ACCEPTED.code:
        case.accepted_at = at
    else:
        case.ended_at = at
