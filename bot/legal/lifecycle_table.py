"""The steps of each kind of case. Pure data; what they mean stands in `lifecycle`. Source: domain.md 2.5, 2.9, 2.12."""

from __future__ import annotations

from bot.legal.cases import CaseKind
from bot.legal.lifecycle import AFTER_AGREEMENT, AGREEMENTS, Action, Status, Step
from bot.legal.permissions import Permission

A, S, P = Action, Status, Permission
_NEW = (S.REQUESTED, S.SCREENED)
_WORKING = (S.ACCEPTED, S.ASSIGNED, S.IN_MEDIATION)
_BEFORE_END = (*_NEW, *_WORKING)
_CONFIRMATION_OVER = (S.CONFIRMED, S.CONFIRMATION_REJECTED, S.CONFIRMATION_WITHDRAWN)
_CAN_PERFORM = (*AGREEMENTS, *_CONFIRMATION_OVER)
_ENDED = (S.NOT_ACCEPTED, S.FAILED, S.TERMINATED, S.TRANSFERRED)


def _common(working: tuple[Status, ...], later: tuple[Status, ...], ended: tuple[Status, ...]) -> tuple[Step, ...]:
    """The steps that every kind has.

    Args:
        working: states of a case that was taken in and is not done.
        later: states after the work is done in which somebody still looks after it.
        ended: states from which it goes to the archive.
    """
    new_and_working = (*_NEW, *working)
    open_ = tuple(dict.fromkeys((*new_and_working, *later, *ended)))
    stays = tuple(s for s in (*working, *later) if s is not S.ACCEPTED)
    first = (
        Step(A.ASSIGNED, (S.ACCEPTED,), S.ASSIGNED, P.ASSIGN, ("to",), in_charge=False),
        Step(A.TAKEN, (S.ACCEPTED,), S.ASSIGNED, P.WORK_CASES, in_charge=False),
    )
    return (
        *(first if S.ACCEPTED in working else ()),
        Step(A.RECEIVED, (S.REQUESTED,), S.SCREENED, P.WORK_CASES, in_charge=False),
        Step(A.NOT_ACCEPTED, _NEW, S.NOT_ACCEPTED, P.WORK_CASES, ("refusal", "advised_path"), in_charge=False),
        Step(A.ASSIGNED, (*_NEW, *stays), None, P.ASSIGN, ("to",), in_charge=False),
        Step(A.TAKEN, (*_NEW, *stays), None, P.WORK_CASES, in_charge=False),
        Step(A.SUBSTITUTED, new_and_working + later, None, P.WORK_CASES, ("to",), in_charge=False),
        Step(A.ESCALATED, new_and_working, None, P.WORK_CASES, ("reason",)),
        Step(A.WHISTLED, open_, None, P.WORK_CASES, ("body", "reason")),
        Step(A.NOTED, open_, None, P.WORK_CASES, ("note",), in_charge=False),
        Step(A.MERGED, new_and_working, S.MERGED, P.WORK_CASES, ("into", "reason")),
        Step(A.TERMINATED, working, S.TERMINATED, P.WORK_CASES, ("termination", "note")),
        Step(A.TRANSFERRED, working, S.TRANSFERRED, P.WORK_CASES, ("body", "reason")),
        Step(A.WITHDRAWN, new_and_working, S.WITHDRAWN, P.WORK_CASES),
        Step(A.ARCHIVED, ended, S.ARCHIVED, P.WORK_CASES),
    )


_MEDIATION = (
    *_common(_WORKING, AFTER_AGREEMENT, (*_ENDED, S.PERFORMED, S.BREACHED)),
    Step(A.ACCEPTED, _NEW, S.ACCEPTED, P.WORK_CASES, ("source", "parties"), in_charge=False),
    Step(A.SESSION_HELD, (S.ASSIGNED, S.IN_MEDIATION), S.IN_MEDIATION, P.MEDIATE, ("held_at", "mediators", "result")),
    Step(A.AGREED_WRITTEN, (S.IN_MEDIATION,), S.AGREED_WRITTEN, P.MEDIATE, ("agreement_no", "effective_at", "facts", "performance_mode")),
    Step(A.AGREED_ORAL, (S.IN_MEDIATION,), S.AGREED_ORAL, P.MEDIATE, ("effective_at", "facts", "performance_mode")),
    Step(A.WRITTEN_DOWN, (S.AGREED_ORAL,), S.AGREED_WRITTEN, P.MEDIATE, ("agreement_no", "effective_at")),
    Step(A.FAILED, (S.ASSIGNED, S.IN_MEDIATION), S.FAILED, P.MEDIATE, ("advised_path",), after_any=(A.SESSION_HELD,)),
    # An oral agreement has to be written down before a court can confirm it (domain.md 5.7).
    Step(
        A.CONFIRMATION_APPLIED, (S.AGREED_WRITTEN, S.PERFORMING), S.CONFIRMATION_APPLIED, P.MEDIATE, ("happened_on", "court"),
        once=True, after_any=(A.AGREED_WRITTEN, A.WRITTEN_DOWN),
    ),
    Step(A.CONFIRMATION_ACCEPTED, (S.CONFIRMATION_APPLIED,), None, P.MEDIATE, ("happened_on",), once=True),
    Step(A.CONFIRMED, (S.CONFIRMATION_APPLIED,), S.CONFIRMED, P.MEDIATE, ("happened_on", "evidence")),
    Step(A.CONFIRMATION_REJECTED, (S.CONFIRMATION_APPLIED,), S.CONFIRMATION_REJECTED, P.MEDIATE, ("happened_on", "reason")),
    Step(A.CONFIRMATION_WITHDRAWN, (S.CONFIRMATION_APPLIED,), S.CONFIRMATION_WITHDRAWN, P.MEDIATE, ("happened_on",)),
    Step(A.PERFORMING, _CAN_PERFORM, S.PERFORMING, P.MEDIATE),
    Step(A.PERFORMED, (*_CAN_PERFORM, S.PERFORMING, S.BREACHED), S.PERFORMED, P.MEDIATE, ("happened_on", "evidence")),
    Step(A.BREACHED, (*_CAN_PERFORM, S.PERFORMING), S.BREACHED, P.MEDIATE, ("happened_on", "reason")),
    Step(A.REVISITED, AFTER_AGREEMENT, None, P.MEDIATE, ("visited_at", "side", "mode", "performance")),
    Step(A.COMPLEX, (*_WORKING, *AFTER_AGREEMENT), None, P.MEDIATE, ("reason",), once=True),
    Step(A.PREVENTION, (*_WORKING, *AFTER_AGREEMENT), None, P.MEDIATE, ("prevention", "persons", "reason", "evidence"), once=True),
    Step(A.REOPENED, (*AGREEMENTS, S.FAILED, S.TERMINATED, S.TRANSFERRED), S.IN_MEDIATION, P.ASSIGN, ("reason",), after_any=(A.SESSION_HELD,)),
)  # fmt: skip
_ADVICE = (
    *_common((S.ACCEPTED, S.ASSIGNED), (S.ANSWERED,), (S.NOT_ACCEPTED, S.TERMINATED, S.TRANSFERRED, S.ANSWERED)),
    Step(A.ACCEPTED, _NEW, S.ACCEPTED, P.WORK_CASES, in_charge=False),
    Step(A.ANSWERED, (S.ASSIGNED,), S.ANSWERED, P.WORK_CASES, ("service", "note")),
    Step(A.ASKED_AGAIN, (S.ANSWERED,), S.ASSIGNED, P.WORK_CASES, ("note",)),
    Step(A.REOPENED, (S.TERMINATED, S.TRANSFERRED), S.ASSIGNED, P.ASSIGN, ("reason",)),
)
_LEGAL_AID = (
    *_common((S.ACCEPTED, S.ASSIGNED), (S.GUIDED,), (S.NOT_ACCEPTED, S.TERMINATED, S.TRANSFERRED, S.GUIDED)),
    Step(A.ACCEPTED, _NEW, S.ACCEPTED, P.WORK_CASES, in_charge=False),
    Step(A.GUIDED, (S.ASSIGNED,), S.GUIDED, P.WORK_CASES, ("to", "note")),
    Step(A.ASKED_AGAIN, (S.GUIDED,), S.ASSIGNED, P.WORK_CASES, ("note",)),
    Step(A.REOPENED, (S.TERMINATED, S.TRANSFERRED), S.ASSIGNED, P.ASSIGN, ("reason",)),
)
_ENTERPRISE_WORK = (S.DISPATCHED, S.PROCESSING)
_ENTERPRISE_DONE = (S.RESOLVED, S.EXPLAINED, S.UNRESOLVED, S.ENTERPRISE_CONFIRMED)
_NOT_OF_ENTERPRISE = (A.TERMINATED, A.TRANSFERRED)  # the book knows three ends, each with its reason
_ENTERPRISE = (
    *(
        step
        for step in _common(_ENTERPRISE_WORK, _ENTERPRISE_DONE, (S.NOT_ACCEPTED, S.EXPLAINED, S.UNRESOLVED, S.ENTERPRISE_CONFIRMED))
        if step.action not in _NOT_OF_ENTERPRISE
    ),
    Step(A.DISPATCHED, _NEW, S.DISPATCHED, P.WORK_ENTERPRISE, ("uscc", "category", "owner_unit"), in_charge=False),
    Step(A.PROCESSING, (S.DISPATCHED,), S.PROCESSING, P.WORK_ENTERPRISE),
    Step(A.RESOLVED, _ENTERPRISE_WORK, S.RESOLVED, P.WORK_ENTERPRISE, ("happened_on", "note")),
    Step(A.EXPLAINED, _ENTERPRISE_WORK, S.EXPLAINED, P.WORK_ENTERPRISE, ("happened_on", "note")),
    Step(A.UNRESOLVED, _ENTERPRISE_WORK, S.UNRESOLVED, P.WORK_ENTERPRISE, ("happened_on", "note")),
    Step(A.ENTERPRISE_CONFIRMED, (S.RESOLVED,), S.ENTERPRISE_CONFIRMED, P.WORK_ENTERPRISE, ("happened_on", "confirmed_how")),
    Step(A.CONTESTED, (S.RESOLVED,), S.PROCESSING, P.WORK_ENTERPRISE, ("reason",)),
)
STEPS: dict[CaseKind, tuple[Step, ...]] = {
    CaseKind.MEDIATION: _MEDIATION,
    CaseKind.ADVICE: _ADVICE,
    CaseKind.LEGAL_AID: _LEGAL_AID,
    CaseKind.ENTERPRISE: _ENTERPRISE,
}
