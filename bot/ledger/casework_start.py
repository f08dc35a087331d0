"""The beginning of a case at the desk: receipt confirmed, taken in or refused, and what may be written at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields
from bot.ledger.casework import Act, Turn, begin, finish
from bot.ledger.casework_people import give_after_acceptance
from bot.ledger.casework_services import drop_enterprise
from bot.ledger.mediation import Accepted, accept_case
from bot.ledger.people import name_hash, phone_hash
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Action, Body, Path, Refusal
from bot.legal.mediation import Source
from bot.storage.tables import Case, CasePerson

SHORTEST_REASON = 2


@dataclass(frozen=True)
class Acceptance:
    """How a case is taken in.

    Args:
        parties: people and organisations, each once; mediation only. None counts those in the case.
        to_me: whoever takes it in goes on with it.
    """

    source: Source = Source.APPLICATION
    referrer: Body | None = None
    parties: int | None = None
    other_note: str | None = None
    to_me: bool = False
    conflict_reason: str | None = None


def receive(session: Session, act: Act, now: datetime) -> Case:
    """Confirm that a request was received; now it is looked at whether it can be taken in."""
    turn = begin(session, act, Action.RECEIVED)
    turn.case.received_at = now
    return finish(session, turn, now)


def accept(session: Session, act: Act, acceptance: Acceptance, now: datetime) -> Case:
    """Take a case in; a mediation is counted once, from now. The time of the request stays what it was.

    Raises:
        BadFields: fewer than two parties, a referral without referrer, or another dispute without saying which.
        ConflictFound: to_me, and something speaks against it.
    """
    turn = begin(session, act, Action.ACCEPTED, {"source": acceptance.source.code, "parties": _parties(session, act.number, acceptance)})
    case = turn.case
    case.received_at, case.accepted_at = case.received_at or now, now
    if case.kind == CaseKind.MEDIATION.code:
        _count(session, turn, acceptance, now)
    session.flush()
    done = finish(session, turn, now, source=acceptance.source.code, referrer=acceptance.referrer.code if acceptance.referrer else None)
    give_after_acceptance(session, turn, now, acceptance.to_me, acceptance.conflict_reason)
    session.flush()
    return done


def refuse(session: Session, act: Act, refusal: Refusal | None, advised: Path | None, note: str, now: datetime) -> Case:
    """Refuse a request with the reason and the path that is advised instead. The request and its time stay."""
    given = {"refusal": refusal and refusal.code, "advised_path": advised and advised.code}
    turn = begin(session, act, Action.NOT_ACCEPTED, given)
    turn.case.received_at, turn.case.ended_at = turn.case.received_at or now, now
    drop_enterprise(session, turn.case, "未受理：不属于企业问题登记范围", act.by, now)
    return finish(session, turn, now, note, **given)


def note_work(session: Session, act: Act, words: str, now: datetime) -> Case:
    """Write a note about a case; encrypted, for colleagues."""
    return finish(session, begin(session, act, Action.NOTED, {"note": words}), now, words)


def whistle(session: Session, act: Act, body: Body | None, reason: str, now: datetime) -> Case:
    """Call a department to the site (吹哨报到); the case stays with us."""
    turn = begin(session, act, Action.WHISTLED, {"body": body and body.code, "reason": reason})
    return finish(session, turn, now, reason, body=body.code if body else None)


def parties_of(session: Session, number: str) -> int:
    """Return how many people and organisations a case has, each once."""
    people = session.execute(sa.select(CasePerson).where(CasePerson.case_number == number)).scalars()
    return len({phone_hash(person.phone) or name_hash(person.name) for person in people} - {None})


def _parties(session: Session, number: str, acceptance: Acceptance) -> int:
    return acceptance.parties if acceptance.parties is not None else parties_of(session, number)


def _count(session: Session, turn: Turn, acceptance: Acceptance, now: datetime) -> None:
    case, parties = turn.case, _parties(session, turn.case.number, acceptance)
    wrong: dict[str, str] = {}
    if parties < 2:
        wrong["parties"] = "一件纠纷至少有两方当事人，请补登对方或核对人数。"
    if acceptance.source is Source.REFERRAL and acceptance.referrer is None:
        wrong["referrer"] = "接受委托移送的，请选择移送单位。"
    if case.dispute_type == DisputeType.OTHER.code and not (acceptance.other_note or "").strip():
        wrong["other_note"] = "纠纷类型为“其他”，请写明是什么纠纷，或先改纠纷类型。"
    if wrong:
        raise BadFields(wrong)
    accepted = Accepted(
        case.number, now, case.community, DisputeType.from_code(case.dispute_type), parties, turn.act.by, source=acceptance.source,
        referrer=acceptance.referrer.code if acceptance.referrer else None, other_note=acceptance.other_note,
        channel=Channel.from_code(case.channel), tier=Tier.from_code(case.tier), is_demo=case.is_demo,
    )  # fmt: skip
    session.flush()
    accept_case(session, accepted, now)
