"""Appointments in a conversation: the desk proposes times; what the resident taps is taken in `appointment_choices`."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.inbox import handover
from bot.inbox.appointment_choices import KIND
from bot.legal.appointments import LENGTHS, calendar_file, time_words
from bot.legal.cases import Role
from bot.messages import Button, Outbound
from bot.storage.desk_tables import Appointment
from bot.storage.tables import Reply

NONE_FITS = "都不方便"
LONGEST_PLACE = 60
PROPOSED = "想和您约个时间见面，地点：{place}，大约{minutes}分钟。请点一个您方便的时间；都不合适就点“{none}”，再说说您什么时候有空。"


def propose(
    session: Session, conversation: str, staff: str, role: Role, times: list[datetime], minutes: int, place: str, now: datetime, case: str | None = None
) -> Reply:
    """Propose times to a resident, as buttons.

    Args:
        times: 1 to 4, from `bot.legal.appointments.read_times`.

    Raises:
        BadInput: no place, or a length that is not offered.
        HandoverRefused: not in charge of the conversation.
    """
    where = " ".join(place.split())[:LONGEST_PLACE]
    if not where:
        raise BadInput("请写见面地点。")
    if minutes not in LENGTHS:
        raise BadInput("请选约见时长。")
    # Choices that begin with a figure would not be numbered on WeChat.
    buttons = (*(Button(f"选{time_words(at)}", time_words(at)) for at in times), Button(NONE_FITS, NONE_FITS))
    words = PROPOSED.format(place=where, minutes=minutes, none=NONE_FITS)
    said = handover.say_this(session, conversation, staff, role, Outbound(words, buttons, kind=KIND, data={"role": role.label}), now)
    session.add(
        Appointment(
            token=secrets.token_urlsafe(24),
            conversation_id=conversation,
            case_number=case,
            place=where,
            minutes=minutes,
            times=json.dumps([at.isoformat() for at in times]),
            proposed_by=staff,
            proposed_at=now,
        )
    )
    session.flush()
    return said


def calendar_of(session: Session, token: str, conversation: str) -> str | None:
    """Return the calendar file of an appointment that was agreed in this conversation, or None."""
    found = session.execute(sa.select(Appointment).where(Appointment.token == token[:40])).scalar_one_or_none()
    if found is None or found.conversation_id != conversation or found.chosen is None:
        return None
    return calendar_of_appointment(found)


def calendar_of_appointment(appointment: Appointment) -> str:
    """Return the calendar file of an agreed appointment."""
    return calendar_file(f"{appointment.token}@appointments", appointment.chosen, appointment.minutes, appointment.place, appointment.chosen_at)


def appointments_of(session: Session, conversation: str) -> list[Appointment]:
    """Return what was proposed in a conversation, newest first."""
    return list(session.execute(sa.select(Appointment).where(Appointment.conversation_id == conversation).order_by(Appointment.id.desc())).scalars())
