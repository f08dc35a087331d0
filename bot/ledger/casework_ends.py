"""How a case ends otherwise: terminated, transferred, merged, withdrawn, put right, and into the archive. Counted once in each case."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.errors import BadFields, StaleCase
from bot.ledger.case_times import standing_agreement
from bot.ledger.casework import Act, add_event, begin, finish, life_of
from bot.ledger.casework_services import drop_enterprise
from bot.ledger.facts import standing_facts
from bot.ledger.mediation import BOOK, Closed, close_case
from bot.ledger.mediation_corrections import merge_case, reopen_case
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import RESIDENT, Action, Body, Status, why_not
from bot.legal.mediation import CLOSED, Outcome, TerminationReason
from bot.storage.casework_tables import CaseAssignment
from bot.storage.tables import Case

NOT_A_TARGET = (Status.MERGED.code, Status.WITHDRAWN.code, Status.ARCHIVED.code, Status.NOT_ACCEPTED.code)


def terminate(session: Session, act: Act, reason: TerminationReason | None, note: str, now: datetime) -> Case:
    """End a case before it was done, with the reason."""
    turn = begin(session, act, Action.TERMINATED, {"termination": reason and reason.code, "note": note})
    assert reason is not None
    turn.case.ended_at = now
    _end_in_book(session, turn.case, Closed(act.number, Outcome.TERMINATED, now, act.by, reason=reason), now)
    return finish(session, turn, now, note, termination=reason.code)


def transfer(session: Session, act: Act, body: Body | None, reason: str, now: datetime, evidence: str = "") -> Case:
    """Hand a case to another organisation; whoever settles it counts the success, we count the transfer."""
    turn = begin(session, act, Action.TRANSFERRED, {"body": body and body.code, "reason": reason})
    assert body is not None
    turn.case.ended_at = now
    closed = Closed(act.number, Outcome.TRANSFERRED, now, act.by, to=body.label, evidence_ref=evidence.strip() or None)
    _end_in_book(session, turn.case, closed, now)
    return finish(session, turn, now, reason, body=body.code, evidence=evidence.strip())


def merge(session: Session, act: Act, into: str, reason: str, now: datetime) -> Case:
    """Put a case into another of the same matter: nothing of it counts as a mediation any more; its request and time stay.

    Raises:
        BadFields: the other case is not there, is of another kind or community, is over, or was not taken in while this one was.
    """
    into = into.strip().upper()
    turn = begin(session, act, Action.MERGED, {"into": into, "reason": reason})
    case = turn.case
    target = _locked_target(session, into) if into != case.number else None
    if target is None or target.kind != case.kind or target.community != case.community or target.status in NOT_A_TARGET:
        raise BadFields({"into": f"不能并入 {into}：要填同一社区、同一类、还没有结束的另一件。"})
    booked, target_booked = ({f.event for f in standing_facts(session, BOOK, n)} for n in (case.number, into))
    if booked and "accepted" not in target_booked:
        raise BadFields({"into": f"本件已受理，{into} 还没有受理；请先受理那一件，或把那一件并入本件。"})
    case.merged_into, case.ended_at = into, now
    session.flush()
    if booked:
        merge_case(session, case.number, into, act.by, now)
    drop_enterprise(session, case, f"并入{into}", act.by, now)
    _nobody_has_it(session, case, now)
    add_event(session, target, Action.NOTED, act.by, target.status, now, details={"merged_from": case.number})
    target.version += 1
    return finish(session, turn, now, reason, into=into)


def reopen(session: Session, act: Act, reason: str, now: datetime) -> Case:
    """Take a wrong end back; the books reverse it with the reason, so that the right end can be recorded."""
    turn = begin(session, act, Action.REOPENED, {"reason": reason})
    case = turn.case
    agreement = standing_agreement(session, case.number)
    if agreement is not None:
        agreement.replaced_at = now
    case.ended_at = None
    session.flush()
    if any(f.event in CLOSED for f in standing_facts(session, BOOK, case.number)):
        reopen_case(session, case.number, reason, act.by, now)
    return finish(session, turn, now, reason)


def archive(session: Session, act: Act, now: datetime) -> Case:
    """Put a case into the archive; nobody has it any more."""
    turn = begin(session, act, Action.ARCHIVED)
    turn.case.ended_at = turn.case.ended_at or now
    _nobody_has_it(session, turn.case, now, keep_name=True)
    return finish(session, turn, now)


def withdraw(session: Session, case: Case, now: datetime, from_books: bool = True) -> None:
    """Let the resident withdraw. Nothing is deleted: the request of that day keeps interrupting limitation (domain.md 2.5).

    A case that is over keeps its end; that its resident withdrew is noted all the same. A mediation that was taken in ends in
    the books as withdrawn.

    Args:
        from_books: False where a person is erased: that changes no figure, so an enterprise issue stays counted.
    """
    session.flush()
    session.refresh(case, with_for_update={"key_share": True})
    if case.withdrawn_at is not None:
        return
    before, case.withdrawn_at = case.status, now
    if why_not(life_of(session, case), Action.WITHDRAWN, RESIDENT) is None:
        case.status, case.ended_at = Status.WITHDRAWN.code, now
        case.due_at = case.due_code = None
        _end_in_book(session, case, Closed(case.number, Outcome.TERMINATED, now, RESIDENT.code, reason=TerminationReason.WITHDRAWN), now)
        if from_books:
            drop_enterprise(session, case, "企业撤回", RESIDENT.code, now)
        _nobody_has_it(session, case, now, keep_name=True)
    add_event(session, case, Action.WITHDRAWN, RESIDENT.code, before, now)
    case.version += 1
    session.flush()


def _locked_target(session: Session, number: str) -> Case | None:
    # Not waiting: two people who merge two cases into each other would wait for each other for good.
    try:
        return session.get(Case, number, with_for_update={"key_share": True, "nowait": True})
    except OperationalError as error:
        raise StaleCase(f"{number} 正在被别人改动，请稍后再试；没有写入。") from error


def _end_in_book(session: Session, case: Case, closed: Closed, now: datetime) -> None:
    session.flush()
    if case.kind == CaseKind.MEDIATION.code and standing_facts(session, BOOK, case.number):
        close_case(session, closed, now)


def _nobody_has_it(session: Session, case: Case, now: datetime, keep_name: bool = False) -> None:
    standing = sa.update(CaseAssignment).where(CaseAssignment.case_number == case.number, CaseAssignment.until.is_(None)).values(until=now)
    session.execute(standing.execution_options(synchronize_session=False))
    if not keep_name:
        case.assignee = None
