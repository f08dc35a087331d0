"""A mediation from its first session to the agreement or its failure. What each side said is kept apart (domain.md 4.6, 5.4-5.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields
from bot.ledger.case_times import standing_agreement
from bot.ledger.casework import Act, Turn, begin, check_moment, finish
from bot.ledger.mediation import FEN, Closed, close_case
from bot.ledger.mediation_corrections import reopen_case
from bot.legal.agreement_checks import Term, Verdict, checklist
from bot.legal.lifecycle import Action, Path
from bot.legal.mediation import Outcome
from bot.storage.casework_tables import AgreementTerm, MediationAgreement, MediationSession, MediationStatement
from bot.storage.tables import Case

RESULTS = {"continue": "继续调解", "agreed": "达成一致", "failed": "未达成一致"}
SIDES = {"applicant": "申请人一方", "other": "对方"}


@dataclass(frozen=True)
class Held:
    """One session as it was held; texts may be "".

    Args:
        statements: side → what they said, kept apart.
        shared_facts: what both sides confirmed, the only part that both may read.
    """

    held_at: datetime | None
    mediators: str
    result: str
    rights_notified: bool
    mode: str = "onsite"
    place: str = ""
    attendees: str = ""
    statements: tuple[tuple[str, str], ...] = ()
    shared_facts: str = ""
    proposals: str = ""
    agreed_points: str = ""
    disputed_points: str = ""


@dataclass(frozen=True)
class Agreement:
    """What the sides agreed.

    Args:
        checks: codes of the questions of the self-check that somebody looked at and answered for; written agreements only.
    """

    effective_at: datetime | None
    facts: str
    performance_mode: str
    terms: tuple[Term, ...] = ()
    agreement_no: str = ""
    breach_clause: str = ""
    confirmation_wanted: bool = False
    checks: frozenset[str] = frozenset()
    disputed_items: str = ""
    liabilities: str = ""


def hold_session(session: Session, act: Act, held: Held, now: datetime) -> MediationSession:
    """Record a session; the first one moves the case into mediation.

    Raises:
        BadFields: in the future, before acceptance, or rights and duties were not told before the first session.
    """
    turn = begin(session, act, Action.SESSION_HELD, {"held_at": held.held_at, "mediators": held.mediators, "result": held.result})
    assert held.held_at is not None
    held_at = check_moment(held.held_at, now, "held_at", turn.case.accepted_at)
    number = len(sessions_of(session, act.number)) + 1
    if number == 1 and not held.rights_notified:
        raise BadFields({"rights_notified": "第一次调解要先告知当事人的权利义务（人民调解法第23、24条），告知后请勾选。"})
    row = MediationSession(
        case_number=act.number, session_no=number, held_at=held_at, mode=held.mode, place=held.place or None, mediators=held.mediators.strip(),
        attendees=held.attendees or None, rights_notified=held.rights_notified, shared_facts=held.shared_facts or None, proposals=held.proposals or None,
        agreed_points=held.agreed_points or None, disputed_points=held.disputed_points or None, result=held.result,
        recorded_by=act.by, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all([MediationStatement(session_id=row.id, side=side, text=text.strip()) for side, text in held.statements if text.strip()])
    finish(session, turn, now, no=number, result=held.result)
    return row


def agree(session: Session, act: Act, agreement: Agreement, written: bool, now: datetime) -> Case:
    """Record an agreement: it counts once, on the day it took effect, with the amounts that it names.

    Raises:
        BadFields: what a written agreement must say is missing, or the self-check is not done.
    """
    action, outcome = (Action.AGREED_WRITTEN, Outcome.AGREED_WRITTEN) if written else (Action.AGREED_ORAL, Outcome.AGREED_ORAL)
    turn = begin(session, act, action, {name: getattr(agreement, name) for name in ("agreement_no", "effective_at", "facts", "performance_mode")})
    assert agreement.effective_at is not None
    agreement = replace(agreement, effective_at=check_moment(agreement.effective_at, now, "effective_at", turn.case.accepted_at))
    assert agreement.effective_at is not None
    _check_terms(agreement, written)
    turn.case.ended_at = agreement.effective_at
    _store(session, turn, agreement, "written" if written else "oral", now)
    amount = total(agreement.terms)
    close_case(session, Closed(act.number, outcome, agreement.effective_at, act.by, amount, evidence_ref=agreement.agreement_no or None), now)
    return finish(session, turn, now, at=agreement.effective_at.isoformat(), amount=amount, no=agreement.agreement_no)


def write_down(session: Session, act: Act, agreement_no: str, effective_at: datetime | None, checks: frozenset[str], now: datetime) -> Case:
    """Put an oral agreement into writing, so that a court can confirm it; it stays one agreement and one count (domain.md 5.7)."""
    turn = begin(session, act, Action.WRITTEN_DOWN, {"agreement_no": agreement_no, "effective_at": effective_at})
    oral = standing_agreement(session, act.number)
    assert oral is not None and effective_at is not None
    effective_at = check_moment(effective_at, now, "effective_at", oral.effective_at, "口头协议达成")
    written = Agreement(
        effective_at, oral.facts, oral.performance_mode, terms_of(session, oral), agreement_no, oral.breach_clause or "", oral.confirmation_wanted,
        checks, oral.disputed_items or "", oral.liabilities or "",
    )  # fmt: skip
    _check_terms(written, True)
    oral.replaced_at = now
    session.flush()
    _store(session, turn, written, "written", now)
    turn.case.ended_at = effective_at
    reopen_case(session, act.number, "口头协议补成书面", act.by, now)
    closed = Closed(act.number, Outcome.AGREED_WRITTEN, effective_at, act.by, total(written.terms), evidence_ref=agreement_no)
    close_case(session, closed, now)
    return finish(session, turn, now, at=effective_at.isoformat(), no=agreement_no)


def fail(session: Session, act: Act, advised: Path | None, note: str, now: datetime) -> Case:
    """Record that the sides did not agree, with the path they were advised of (人民调解法 26)."""
    turn = begin(session, act, Action.FAILED, {"advised_path": advised and advised.code})
    assert advised is not None
    turn.case.ended_at = now
    session.flush()
    close_case(session, Closed(act.number, Outcome.FAILED, now, act.by, advised_path=advised.label), now)
    return finish(session, turn, now, note, advised_path=advised.code)


def sessions_of(session: Session, number: str) -> list[MediationSession]:
    """Return the sessions of a case in order."""
    query = sa.select(MediationSession).where(MediationSession.case_number == number).order_by(MediationSession.session_no)
    return list(session.execute(query).scalars())


def statements_of(session: Session, number: str, side: str) -> dict[int, str]:
    """Return what one side said: session number → text. The other side's words are never in it."""
    query = (
        sa.select(MediationSession.session_no, MediationStatement.text)
        .join(MediationStatement, MediationStatement.session_id == MediationSession.id)
        .where(MediationSession.case_number == number, MediationStatement.side == side)
        .order_by(MediationSession.session_no, MediationStatement.id)
    )
    found: dict[int, str] = {}
    for session_no, text in session.execute(query):
        found[session_no] = f"{found[session_no]}\n{text}" if session_no in found else text
    return found


def terms_of(session: Session, agreement: MediationAgreement) -> tuple[Term, ...]:
    """Return the terms of an agreement in order, amounts in 元."""
    query = sa.select(AgreementTerm).where(AgreementTerm.agreement_id == agreement.id).order_by(AgreementTerm.term_no)
    return tuple(
        Term(t.term_no, t.content, Decimal(t.amount_fen) / FEN if t.amount_fen else None, t.payer, None, t.method, t.due_on)
        for t in session.execute(query).scalars()
    )


def total(terms: tuple[Term, ...]) -> Decimal | None:
    """Return what an agreement clearly names to be paid, in 元; None where it names no amount."""
    amounts = [term.amount for term in terms if term.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _store(session: Session, turn: Turn, agreement: Agreement, form: str, now: datetime) -> None:
    row = MediationAgreement(
        case_number=turn.case.number, form=form, agreement_no=agreement.agreement_no.strip() or None, effective_at=agreement.effective_at,
        facts=agreement.facts, disputed_items=agreement.disputed_items or None, liabilities=agreement.liabilities or None,
        performance_mode=agreement.performance_mode, breach_clause=agreement.breach_clause or None,
        confirmation_wanted=agreement.confirmation_wanted, checks=",".join(sorted(agreement.checks))[:200], recorded_by=turn.act.by, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(
        AgreementTerm(
            agreement_id=row.id, term_no=term.no, content=term.content, amount_fen=int(term.amount * FEN) if term.amount else None,
            payer=term.payer, due_on=term.due_on, method=term.method,
        )
        for term in agreement.terms
    )  # fmt: skip
    session.flush()


def _check_terms(agreement: Agreement, written: bool) -> None:
    if not agreement.terms:
        raise BadFields({"term_1": "请写至少一条协议内容。"})
    gaps = {
        f"term_{term.no}": f"第{term.no}条写了金额，还要写付款日期和付款方式。"
        for term in agreement.terms
        if term.amount is not None and not (term.due_on and term.method)
    }
    if gaps:
        raise BadFields(gaps)
    if not written:
        return
    for check in checklist(agreement.terms, 2, 3):
        if check.verdict is Verdict.MEND:
            raise BadFields({"term_1": f"{check.question}：{check.where}"})
        if check.verdict is Verdict.LOOK and check.code not in agreement.checks:
            raise BadFields({f"check_{check.code}": f"请核对后勾选：{check.question}{'（' + check.where + '）' if check.where else ''}"})
