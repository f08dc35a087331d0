"""Who has a case: assigned, taken over, handed to whoever is on duty. Each change is checked for conflicts of interest."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields, BadInput, CaseRefused
from bot.ledger import duty, staff
from bot.ledger.casework import Act, Turn, add_event, begin, finish
from bot.ledger.conflicts import decide
from bot.ledger.people import person_of
from bot.legal.lifecycle import NEXT_TIER, Action, Actor, Status
from bot.legal.permissions import Permission, Staff
from bot.legal.working_hours import Hours
from bot.storage.casework_tables import CaseAssignment
from bot.storage.tables import Case


def actor_of(session: Session, who: Staff, community: str | None, now: datetime) -> Actor:
    """Return somebody as the state machine sees them, with those they stand in for today."""
    return Actor(who.code, who.permissions, duty.stands_in_for(session, who.code, community, duty.today(now)))


def colleagues(session: Session, community: str | None) -> list[Staff]:
    """Return who may work on a community's cases, by code; closed accounts are left out."""
    found = (one.staff for one in staff.listed(session) if one.disabled_at is None)
    return [one for one in found if one.may(Permission.WORK_CASES) and one.may_see(community)]


def assign(session: Session, act: Act, to: str, now: datetime, reason: str = "", conflict_reason: str | None = None) -> Case:
    """Give a case to somebody; whoever had it no longer has it.

    Args:
        reason: why, needed when it is taken from somebody.
        conflict_reason: why somebody gets it in spite of what the conflict check found.

    Raises:
        BadFields: nobody of this code may work on the case, they are away, or it is taken from somebody without a reason.
        ConflictFound: something speaks against it and no reason was given.
    """
    turn = begin(session, act, Action.ASSIGNED, {"to": to})
    _reason_for_change(turn.case, to, reason)
    _give(session, turn, to, "assigned", now, conflict_reason)
    return finish(session, turn, now, reason, to=to)


def take(session: Session, act: Act, now: datetime, reason: str = "", conflict_reason: str | None = None) -> Case:
    """Take a case oneself, or over from a colleague, who is named in the event. Of two at once the second is told who was first."""
    turn = begin(session, act, Action.TAKEN)
    previous = turn.case.assignee
    _reason_for_change(turn.case, act.by, reason)
    _give(session, turn, act.by, "taken", now, conflict_reason)
    return finish(session, turn, now, reason, to=act.by, previous=previous)


def substitute(session: Session, act: Act, now: datetime, conflict_reason: str | None = None) -> Case:
    """Hand the case of somebody who is away to whoever is on duty today for its community.

    Raises:
        CaseRefused: nobody has it, they are not away, or nobody else is on duty.
    """
    case = session.get(Case, act.number)
    day = duty.today(now)
    holder = case.assignee if case is not None else None
    if case is None or holder is None:
        raise CaseRefused("这件事还没有承办人，请直接分派。")
    if not duty.is_away(session, holder, day):
        raise CaseRefused(f"{holder} 今天没有登记离岗；要换人请用“{Action.ASSIGNED.label}”。")
    to = duty.substitute_for(session, holder, case.community, day)
    if to is None:
        raise CaseRefused("今天没有可以替班的值班人，请先在值班表里安排。")
    turn = begin(session, act, Action.SUBSTITUTED, {"to": to})
    _give(session, turn, to, "substituted", now, conflict_reason)
    return finish(session, turn, now, to=to, previous=holder)


def substitute_all(session: Session, holder: str, actor: Staff, hours: Hours, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Hand all open cases of somebody who is away to those on duty; returns the numbers handed on, and number → why not for the rest.

    Only cases of communities that `actor` works for; a case that cannot be handed on (nobody on duty, a conflict) stays as it is.
    """
    moved: list[str] = []
    left: dict[str, str] = {}
    for case in cases_of_absent(session, holder):
        if not actor.may_see(case.community):
            continue
        act = Act(case.number, case.version, actor_of(session, actor, case.community, now), hours)
        try:
            with session.begin_nested():
                substitute(session, act, now)
            moved.append(case.number)
        except BadInput as refusal:
            left[case.number] = refusal.hint
    return moved, left


def cases_of_absent(session: Session, holder: str) -> list[Case]:
    """Return the open cases somebody has, by the time limit that runs next."""
    query = sa.select(Case).where(Case.assignee == holder, Case.status.not_in(["archived", "withdrawn", "merged"]))
    return list(session.execute(query.order_by(Case.due_at.is_(None), Case.due_at, Case.number)).scalars())


def give_after_acceptance(session: Session, turn: Turn, now: datetime, to_me: bool, conflict_reason: str | None) -> None:
    """After a case was taken in: whoever had it, or (to_me) whoever took it in, goes on with it."""
    case = turn.case
    if to_me and case.assignee is None:
        _give(session, turn, turn.act.by, "taken", now, conflict_reason)
    if case.assignee is None:
        return
    before, case.status = case.status, Status.ASSIGNED.code
    add_event(session, case, Action.ASSIGNED, turn.act.by, before, now, details={"to": case.assignee})


def escalate(session: Session, act: Act, reason: str, now: datetime) -> Case:
    """Raise a case one tier: community → subdistrict → district."""
    turn = begin(session, act, Action.ESCALATED, {"reason": reason})
    higher = NEXT_TIER[turn.life.tier]
    turn.case.tier = higher.code
    return finish(session, turn, now, reason, tier=higher.code)


def add_party(session: Session, act: Act, side: str, name: str, phone: str, now: datetime) -> Case:
    """Add a person or organisation to a case; recorded as a note without the name."""
    if side not in ("applicant", "other") or not name.strip():
        raise BadFields({"name": "请填写姓名或单位名称，并选择是哪一方。"})
    turn = begin(session, act, Action.NOTED, {"note": "party"})
    session.add(person_of(act.number, side, name.strip(), phone.strip() or None))
    return finish(session, turn, now, None, party=side)


def _give(session: Session, turn: Turn, to: str, how: str, now: datetime, conflict_reason: str | None) -> None:
    case = turn.case
    chosen = next((one for one in colleagues(session, case.community) if one.code == to), None)
    if chosen is None:
        raise BadFields({"to": f"{to} 不能办理这个社区的事项：账号不存在、已停用，或没有这个社区。"})
    if duty.is_away(session, to, duty.today(now)):
        instead = duty.substitute_for(session, to, case.community, duty.today(now))
        raise BadFields({"to": f"{to} 今天离岗" + (f"，值班的是 {instead}。" if instead else "，今天也没有值班人。")})
    decide(session, case, to, chosen.name, turn.act.by, now, conflict_reason)
    standing = sa.update(CaseAssignment).where(CaseAssignment.case_number == case.number, CaseAssignment.until.is_(None)).values(until=now)
    session.execute(standing.execution_options(synchronize_session=False))
    session.add(CaseAssignment(case_number=case.number, staff=to, since=now, given_by=turn.act.by, how=how))
    case.assignee = to
    session.flush()


def _reason_for_change(case: Case, to: str, reason: str) -> None:
    if case.assignee == to:
        raise BadFields({"to": f"已经由 {to} 承办。"})
    if case.assignee is not None and not reason.strip():
        raise BadFields({"reason": f"现在由 {case.assignee} 承办，换人请写明原因。"})
