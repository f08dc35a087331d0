"""Who is on duty, who is away, and who stands in for them. Days are Beijing days; absences are half-open [first_day, back_on)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields, CaseRefused
from bot.ledger import audit
from bot.office import BEIJING
from bot.storage.casework_tables import DutyShift, StaffAbsence

EVERYWHERE = ""
LONGEST_ABSENCE = 366


def put_on_duty(session: Session, day: date, community: str | None, staff: str | None, by: str, now: datetime) -> None:
    """Set who is on duty on a day, for one community or (None) for all; staff None empties the place."""
    place = community or EVERYWHERE
    shift = session.get(DutyShift, (day, place))
    if shift is not None and staff is None:
        session.delete(shift)
    elif shift is not None:
        shift.staff, shift.entered_by, shift.entered_at = staff, by, now
    elif staff is not None:
        session.add(DutyShift(day=day, community=place, staff=staff, entered_by=by, entered_at=now))
    session.flush()
    audit.note(session, by, "duty_changed", f"{day}:{place or 'all'}", now, staff or "空")


def on_duty(session: Session, day: date, community: str | None) -> str | None:
    """Return who is on duty for a community: its own duty, else the one for all; None where nobody is, or they are away."""
    for place in dict.fromkeys((community or EVERYWHERE, EVERYWHERE)):
        shift = session.get(DutyShift, (day, place))
        if shift is not None and not is_away(session, shift.staff, day):
            return str(shift.staff)
    return None


def shifts_between(session: Session, first: date, end: date) -> dict[tuple[date, str], str]:
    """Return the roster of [first, end): (day, community or "") → staff."""
    query = sa.select(DutyShift).where(DutyShift.day >= first, DutyShift.day < end)
    return {(shift.day, shift.community): shift.staff for shift in session.execute(query).scalars()}


def note_absence(session: Session, staff: str, first_day: date, back_on: date, reason: str, by: str, now: datetime) -> StaffAbsence:
    """Record that somebody is away in [first_day, back_on).

    Raises:
        BadFields: no days, more than a year, no reason, or days that are noted already.
    """
    wrong: dict[str, str] = {}
    if back_on <= first_day:
        wrong["back_on"] = "返岗日要晚于离岗日。"
    elif (back_on - first_day).days > LONGEST_ABSENCE:
        wrong["back_on"] = "离岗超过一年，请改为调整账号。"
    if not reason.strip():
        wrong["reason"] = "请填写原因。"
    if wrong:
        raise BadFields(wrong)
    standing = (StaffAbsence.staff == staff, StaffAbsence.cancelled_at.is_(None))
    overlap = sa.select(StaffAbsence.id).where(*standing, StaffAbsence.first_day < back_on, StaffAbsence.back_on > first_day)
    if session.execute(overlap.limit(1)).first() is not None:
        raise BadFields({"first_day": "这段时间已经登记过离岗，请先撤销原来的登记。"})
    absence = StaffAbsence(staff=staff, first_day=first_day, back_on=back_on, reason=reason.strip()[:40], entered_by=by, entered_at=now)
    session.add(absence)
    session.flush()
    audit.note(session, by, "absence_noted", staff, now, f"{first_day}—{back_on}")
    return absence


def cancel_absence(session: Session, absence_id: int, by: str, now: datetime) -> None:
    """Take an absence back; the record stays.

    Raises:
        CaseRefused: there is no standing absence with this id.
    """
    absence = session.get(StaffAbsence, absence_id)
    if absence is None or absence.cancelled_at is not None:
        raise CaseRefused("没有这条离岗登记，或已经撤销。")
    absence.cancelled_at = now
    session.flush()
    audit.note(session, by, "absence_cancelled", absence.staff, now)


def absences_from(session: Session, day: date) -> list[StaffAbsence]:
    """Return the standing absences that end after a day, by first day."""
    query = sa.select(StaffAbsence).where(StaffAbsence.cancelled_at.is_(None), StaffAbsence.back_on > day)
    return list(session.execute(query.order_by(StaffAbsence.first_day, StaffAbsence.id)).scalars())


def is_away(session: Session, staff: str, day: date) -> bool:
    """Whether somebody is away on a day."""
    query = sa.select(StaffAbsence.id).where(
        StaffAbsence.staff == staff, StaffAbsence.cancelled_at.is_(None), StaffAbsence.first_day <= day, StaffAbsence.back_on > day
    )
    return session.execute(query.limit(1)).first() is not None


def substitute_for(session: Session, staff: str, community: str | None, day: date) -> str | None:
    """Return who stands in for somebody on a day, by the roster; None where they are there, or nobody else is on duty."""
    if not is_away(session, staff, day):
        return None
    found = on_duty(session, day, community)
    return found if found != staff else None


def stands_in_for(session: Session, staff: str, community: str | None, day: date) -> frozenset[str]:
    """Return the colleagues who are away on a day and for whom this person stands in at a community."""
    if on_duty(session, day, community) != staff:
        return frozenset()
    away = sa.select(StaffAbsence.staff).where(StaffAbsence.cancelled_at.is_(None), StaffAbsence.first_day <= day, StaffAbsence.back_on > day)
    return frozenset(session.execute(away).scalars()) - {staff}


def today(now: datetime) -> date:
    """Return the Beijing day of a moment."""
    return now.astimezone(BEIJING).date()
