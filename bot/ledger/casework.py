"""One step in the life of a case: checked against the state machine, the form's version and the required values, then written.

Every use case of the desk (casework_*.py) begins and ends here. `begin` locks the case, so that of two people who act at the
same moment the second sees what the first did and is told; `finish` writes the event, the new state and the next time limit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields, CaseNotFound, CaseRefused, StaleCase
from bot.ledger.case_times import set_due
from bot.legal.cases import CaseKind, Tier
from bot.legal.lifecycle import EVENT_LABELS, Action, Actor, Life, Status, Step, missing, step_of, why_not
from bot.legal.lifecycle_fields import ask_for
from bot.legal.time_limits import end_of
from bot.legal.working_hours import Hours
from bot.office import BEIJING
from bot.storage.tables import Case, CaseEvent

MINUTE = timedelta(minutes=1)
# What a correction takes back: it does not count as done any more.
_TAKEN_BACK = frozenset(
    action.code
    for action in (
        Action.AGREED_WRITTEN, Action.AGREED_ORAL, Action.WRITTEN_DOWN, Action.FAILED, Action.TERMINATED, Action.TRANSFERRED, Action.PERFORMING,
        Action.PERFORMED, Action.BREACHED, Action.CONFIRMATION_APPLIED, Action.CONFIRMATION_ACCEPTED, Action.CONFIRMED,
        Action.CONFIRMATION_REJECTED, Action.CONFIRMATION_WITHDRAWN,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """Who acts on which case.

    Args:
        version: the case's version that the form was made from.
        hours: office hours, for the time limit that runs next.
    """

    number: str
    version: int
    actor: Actor
    hours: Hours

    @property
    def by(self) -> str:
        """Code of the account."""
        return self.actor.code


@dataclass
class Turn:
    """A step that was found allowed; `finish` ends it."""

    act: Act
    case: Case
    step: Step
    life: Life
    before: str
    details: dict[str, Any] = field(default_factory=dict)


def begin(session: Session, act: Act, action: Action, given: Mapping[str, Any] | None = None) -> Turn:
    """Lock a case and return the step; the new state is already set, so that the books find the case where it will be.

    Args:
        given: the values that the form brought, by the names of `Step.needs`.

    Raises:
        CaseNotFound: no such case.
        StaleCase: somebody changed it since the form was made; says who, when and what.
        CaseRefused: the state machine does not allow it now, or not to this person.
        BadFields: a required value is missing.
    """
    turn = check(session, act, action)
    gaps = missing(turn.step, {name: "" if value is None else str(value) for name, value in (given or {}).items()})
    if gaps:
        raise BadFields({name: ask_for(name) for name in gaps})
    if turn.step.after is not None:
        turn.case.status = turn.step.after.code
    return turn


def check(session: Session, act: Act, action: Action) -> Turn:
    """Lock a case and return the step if it may be taken; nothing is changed.

    Raises:
        CaseNotFound, StaleCase, CaseRefused: as `begin`.
    """
    case = _locked(session, act.number)
    if case.version != act.version:
        raise StaleCase(_who_was_first(session, case))
    life = life_of(session, case)
    refusal = why_not(life, action, act.actor)
    step = step_of(life, action)
    if refusal or step is None:
        raise CaseRefused(refusal or "这一步现在不能办。")
    return Turn(act, case, step, life, case.status)


def finish(session: Session, turn: Turn, now: datetime, note: str | None = None, **details: Any) -> Case:
    """Write the event of a step and the next time limit; `details` are codes and dates, `note` is in words and is encrypted."""
    case = turn.case
    add_event(session, case, turn.step.action, turn.act.by, turn.before, now, note, {**turn.details, **details})
    case.version += 1
    session.flush()
    set_due(session, case, turn.act.hours)
    session.flush()
    return case


def add_event(
    session: Session, case: Case, action: Action, by: str, before: str | None, now: datetime, note: str | None = None, details: dict[str, Any] | None = None
) -> CaseEvent:
    """Write one event of a case."""
    known = {name: value for name, value in (details or {}).items() if value not in (None, "", False)}
    event = CaseEvent(
        case_number=case.number, happened_at=now, actor=by, event=action.code, status_before=before, status_after=case.status,
        details=json.dumps(known, ensure_ascii=False, sort_keys=True, default=str), note=(note or "").strip() or None,
    )  # fmt: skip
    session.add(event)
    return event


def case_of(session: Session, number: str) -> Case:
    """Return a case by its number, for the desk.

    Raises:
        CaseNotFound: there is none.
    """
    case = session.get(Case, number)
    if case is None:
        raise CaseNotFound(f"There is no case {number}.")
    return case


def life_of(session: Session, case: Case) -> Life:
    """Return what decides which steps a case may take now."""
    done: set[str] = set()
    for code in session.execute(sa.select(CaseEvent.event).where(CaseEvent.case_number == case.number).order_by(CaseEvent.id)).scalars():
        done = done - _TAKEN_BACK if code == Action.REOPENED.code else done | {code}
    return Life(CaseKind.from_code(case.kind), Status.from_code(case.status), frozenset(done), case.assignee, Tier.from_code(case.tier))


def events_of(session: Session, number: str, *actions: Action) -> list[CaseEvent]:
    """Return the events of a case in order; only those of these actions where some are named."""
    query = sa.select(CaseEvent).where(CaseEvent.case_number == number).order_by(CaseEvent.id)
    if actions:
        query = query.where(CaseEvent.event.in_([action.code for action in actions]))
    return list(session.execute(query).scalars())


def day_moment(day: date, now: datetime, field_name: str = "happened_on") -> datetime:
    """Return when something happened of which only the Beijing day is known: now for today, else the end of that day.

    Raises:
        BadFields: the day has not come yet.
    """
    today = now.astimezone(BEIJING).date()
    if day > today:
        raise BadFields({field_name: f"{day} 还没有到，只登记已经发生的事。"})
    return now if day == today else end_of(day)


def check_moment(at: datetime, now: datetime, field_name: str, not_before: datetime | None = None, what: str = "受理") -> datetime:
    """Return when something happened, between what it follows and now. Forms know minutes only, so the same minute is no mistake.

    Raises:
        BadFields: it has not come, or lies before; names the field.
    """
    if at > now + MINUTE:
        raise BadFields({field_name: "这个时间还没有到，只登记已经发生的事。"})
    if not_before is not None and at < not_before - MINUTE:
        raise BadFields({field_name: f"早于{what}时间 {not_before.astimezone(BEIJING):%Y-%m-%d %H:%M}，请核对。"})
    return min(max(at, not_before or at), now)


def _locked(session: Session, number: str) -> Case:
    # No stronger lock: messages and statements under way refer to the case and must not wait for us.
    query = sa.select(Case).where(Case.number == number).with_for_update(key_share=True)
    case = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if case is None:
        raise CaseNotFound(f"There is no case {number}.")
    return case


def _who_was_first(session: Session, case: Case) -> str:
    last = session.execute(
        sa.select(CaseEvent).where(CaseEvent.case_number == case.number).order_by(CaseEvent.id.desc()).limit(1)
    ).scalar_one_or_none()
    if last is None:
        return "这件事刚被别人改过，请刷新后再办；您填的内容没有写入。"
    label = EVENT_LABELS.get(last.event, last.event)
    when = last.happened_at.astimezone(BEIJING).strftime("%m月%d日 %H:%M")
    who = "居民" if last.actor == "resident" else last.actor
    return f"您打开页面之后，{who} 在{when}做了“{label}”，现在是“{Status.from_code(case.status).label}”。请刷新后再办；您填的内容没有写入。"
