"""Notices to staff: what happened that somebody should look at, stored once, and taken out by each channel.

Found by looking, not by being told: whatever wrote the case, the risk or the report, the notice comes. Only what is a day old at most,
so that a channel that is switched on today does not tell last year. Functions take a session and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox.store import insert_once
from bot.ledger.account_news import lately_changed
from bot.ledger.case_times import details_of
from bot.ledger.screening_log import findings, rounds
from bot.legal.audit_actions import LABELS
from bot.legal.cases import CaseKind, Tier
from bot.legal.lifecycle import FINAL, Action, Status
from bot.legal.screening import RiskLevel, is_reminder_day, reminded_month
from bot.legal.staff_notices import IN_ONE_MESSAGE, QuietHours, StaffEvent, Told, pause_after
from bot.office import BEIJING, Office
from bot.storage.handover_tables import Handover
from bot.storage.staff_notice_tables import StaffNotice, StaffNoticeSending
from bot.storage.tables import Case, CaseEvent, Conversation, RiskEvent

FRESH = timedelta(days=1)
CLAIMED_FOR = timedelta(minutes=3)
REMIND_FROM_HOUR = 9
KEPT = timedelta(days=90)
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"


@dataclass(frozen=True)
class Found:
    """Something to be told, with the key that makes it one."""

    key: str
    told: Told


def look(session: Session, office: Office, now: datetime) -> list[Found]:
    """Return what happened that staff were not told of yet."""
    found = [*_cases(session, now), *_overdue(session, now), *_escalated(session, now)]
    found += [*_risks(session, now), *_people(session, now), *_screenings(session, office, now), *_accounts(session, now)]
    if not found:
        return []
    known = set(session.execute(sa.select(StaffNotice.source_key).where(StaffNotice.source_key.in_([f.key for f in found]))).scalars())
    return [f for f in found if f.key not in known]


def store(session: Session, found: list[Found], channels: tuple[str, ...], now: datetime) -> int:
    """Store notices and what is to be sent by each channel; returns how many were new. Two processes at once store one."""
    new = 0
    for one in found:
        told = one.told
        values = {"source_key": one.key, "event": told.event.code, "subject": told.subject[:200], "community": told.community or None, "path": told.path}
        if not insert_once(session, StaffNotice, {**values, "made_at": now}):
            continue
        new += 1
        number = session.execute(sa.select(StaffNotice.id).where(StaffNotice.source_key == one.key)).scalar_one()
        session.add_all(StaffNoticeSending(notice_id=number, channel=c, state=WAITING, tries=0, next_at=now) for c in channels)
    session.flush()
    return new


def is_due(session: Session, channel: str, now: datetime) -> bool:
    """Whether a channel has something whose time has come; looks only."""
    query = sa.select(StaffNoticeSending.notice_id).where(
        StaffNoticeSending.channel == channel, StaffNoticeSending.state == WAITING, StaffNoticeSending.next_at <= now
    )
    return session.execute(query.limit(1)).first() is not None


def claim(session: Session, channel: str, office: Office, quiet: QuietHours, now: datetime) -> list[tuple[int, Told]]:
    """Return what to send now, at most twenty; for some minutes nobody else gets them. In quiet hours only what is urgent goes."""
    query = (
        sa.select(StaffNoticeSending, StaffNotice)
        .join(StaffNotice, StaffNotice.id == StaffNoticeSending.notice_id)
        .where(StaffNoticeSending.channel == channel, StaffNoticeSending.state == WAITING, StaffNoticeSending.next_at <= now)
        .order_by(StaffNoticeSending.next_at, StaffNotice.id)
        .with_for_update(of=StaffNoticeSending, skip_locked=True)
    )
    local = now.astimezone(BEIJING)
    taken: list[tuple[int, Told]] = []
    for sending, notice in session.execute(query.limit(10 * IN_ONE_MESSAGE)).all():
        told = _told(notice, office)
        if quiet.covers(local) and not told.event.is_urgent:
            sending.next_at = quiet.over_at(local)
            continue
        if len(taken) < IN_ONE_MESSAGE:
            sending.next_at = now + CLAIMED_FOR
            taken.append((notice.id, told))
    session.flush()
    return taken


def sent(session: Session, channel: str, numbers: list[int], now: datetime) -> None:
    """Record that a channel took notices."""
    _change(session, channel, numbers, state=SENT, sent_at=now, problem=None)


def failed(session: Session, channel: str, numbers: list[int], problem: str, now: datetime) -> None:
    """Record that a channel did not take notices: each is tried again later, and given up after a day."""
    for sending in session.execute(_of(channel, numbers)).scalars():
        sending.tries += 1
        pause = pause_after(sending.tries)
        sending.problem = problem[:80]
        sending.state, sending.next_at = (WAITING, now + pause) if pause else (GIVEN_UP, now)
    session.flush()


def tidy(session: Session, now: datetime) -> None:
    """Forget what was told three months ago."""
    old = sa.select(StaffNotice.id).where(StaffNotice.made_at < now - KEPT)
    for table, column in ((StaffNoticeSending, StaffNoticeSending.notice_id), (StaffNotice, StaffNotice.id)):
        session.execute(sa.delete(table).where(column.in_(old)).execution_options(synchronize_session=False))


def _cases(session: Session, now: datetime) -> Iterator[Found]:
    query = sa.select(Case).where(Case.requested_at >= now - FRESH, Case.status == Status.REQUESTED.code, Case.is_demo.is_(False))
    for case in session.execute(query.order_by(Case.requested_at)).scalars():
        yield Found(f"case:{case.number}", _of_case(StaffEvent.NEW_CASE, case))


def _overdue(session: Session, now: datetime) -> Iterator[Found]:
    over = (Case.due_at < now, Case.due_at >= now - FRESH, Case.is_demo.is_(False), Case.status.not_in([s.code for s in FINAL]))
    for case in session.execute(sa.select(Case).where(*over).order_by(Case.due_at)).scalars():
        yield Found(f"overdue:{case.number}:{case.due_code}:{case.due_at:%Y%m%d%H%M}", _of_case(StaffEvent.OVERDUE, case))


def _escalated(session: Session, now: datetime) -> Iterator[Found]:
    """Cases that were raised a tier, told to the level that receives them."""
    query = sa.select(CaseEvent, Case).join(Case, Case.number == CaseEvent.case_number)
    raised = (Case.tier != Tier.COMMUNITY.code, Case.is_demo.is_(False), Case.status.not_in([s.code for s in FINAL]))
    fresh = (CaseEvent.event == Action.ESCALATED.code, CaseEvent.happened_at >= now - FRESH)
    for event, case in session.execute(query.where(*raised, *fresh).order_by(CaseEvent.id)):
        level = Tier.from_code(details_of(event)["tier"]).label
        yield Found(f"escalated:{event.id}", _of_case(StaffEvent.ESCALATED, case, f"，请{level}一级接办"))


def _of_case(event: StaffEvent, case: Case, more: str = "") -> Told:
    return Told(event, f"{case.number} {CaseKind.from_code(case.kind).label}{more}", case.community or "", f"/console/cases/{case.number}")


def _risks(session: Session, now: datetime) -> Iterator[Found]:
    query = sa.select(RiskEvent.id, Conversation.community).outerjoin(Conversation, Conversation.id == RiskEvent.conversation_id)
    for number, community in session.execute(query.where(RiskEvent.seen_at >= now - FRESH, RiskEvent.handled_at.is_(None)).order_by(RiskEvent.id)):
        yield Found(f"risk:{number}", Told(StaffEvent.RISK, f"第{number}号", community or "", "/console/queue?tab=risk"))


def _people(session: Session, now: datetime) -> Iterator[Found]:
    query = sa.select(Handover.id, Conversation.community).join(Conversation, Conversation.id == Handover.conversation_id)
    waiting = (Handover.asked_at >= now - FRESH, Handover.taken_at.is_(None), Handover.given_back_at.is_(None))
    for number, community in session.execute(query.where(*waiting).order_by(Handover.id)):
        yield Found(f"handover:{number}", Told(StaffEvent.PERSON_WAITING, f"第{number}号", community or "", "/console/people"))


def _screenings(session: Session, office: Office, now: datetime) -> Iterator[Found]:
    """Critical findings, and once a reminder day the communities that have not handed in."""
    for found in findings(session, None):
        if found.risk is RiskLevel.CRITICAL and found.found_at >= now - FRESH:
            yield Found(f"finding:{found.ref}", Told(StaffEvent.CRITICAL_FINDING, found.dispute_type.label, found.community, "/console/screenings"))
    local = now.astimezone(BEIJING)
    if not is_reminder_day(local.date()) or local.hour < REMIND_FROM_HOUR:
        return
    month = f"{reminded_month(local.date()):%Y-%m}"
    done = {r.community for r in rounds(session, month, None)}
    missing = [c.name for c in office.communities if c.code not in done]
    if missing:
        names = "、".join(missing) if len(missing) <= 12 else f"{'、'.join(missing[:12])}等{len(missing)}个社区"
        yield Found(f"screening:{month}:{local:%m%d}", Told(StaffEvent.SCREENING_MISSING, f"{month}：{names}", "", f"/console/screenings?month={month}"))


def _accounts(session: Session, now: datetime) -> Iterator[Found]:
    for entry in lately_changed(session, now - FRESH):
        yield Found(f"account:{entry.number}", Told(StaffEvent.ACCOUNT, f"{entry.subject} {LABELS[entry.action]}", "", "/console/account"))


def _told(notice: StaffNotice, office: Office) -> Told:
    known = office.community(notice.community) if notice.community else None
    return Told(StaffEvent.from_code(notice.event), notice.subject, known.name if known else notice.community or "", notice.path)


def _of(channel: str, numbers: list[int]) -> sa.sql.Select:
    return sa.select(StaffNoticeSending).where(StaffNoticeSending.channel == channel, StaffNoticeSending.notice_id.in_(numbers))


def _change(session: Session, channel: str, numbers: list[int], **values: object) -> None:
    mine = (StaffNoticeSending.channel == channel, StaffNoticeSending.notice_id.in_(numbers))
    session.execute(sa.update(StaffNoticeSending).where(*mine).values(**values).execution_options(synchronize_session=False))
