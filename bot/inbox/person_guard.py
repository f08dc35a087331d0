"""What the web process itself answers, without the dialogue: danger while a person is in charge, and a rating.

A person in charge may be away from the desk for a minute; the number in an emergency must not wait for that. Only the rules
are used: neither model nor vectors are loaded here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import appointment_choices, ratings, store
from bot.inbox.store import Stored
from bot.ledger.risks import note_risk
from bot.legal.handover import Mode
from bot.legal.safety import BUTTONS, Emergency
from bot.messages import Button, Outbound
from bot.storage.tables import Conversation, Reply
from bot.understanding.emergencies import read_signs
from bot.understanding.normalise import normalise


def watch(session: Session, stored: Stored, now: datetime) -> Stored:
    """Look at a message that was just received and return it, answered if it was answered here.

    One of the times that the desk proposed is noted. With the bot in charge a rating of the last service by a person is taken;
    with a person in charge an emergency gets its first words. The same message again changes nothing.
    """
    if appointment_choices.take_choice(session, stored, now):
        return replace(stored, answered=True)
    if not stored.answered:
        return replace(stored, answered=ratings.take_rating(session, stored, now))
    if _mode(session, stored.conversation) == Mode.PERSON.code:
        answer_emergency(session, stored, now)
    return stored


def answer_emergency(session: Session, stored: Stored, now: datetime) -> bool:
    """Give the first words for an emergency in a message that belongs to a person, once; returns whether there was one."""
    code = emergency_in(stored.text)
    if code is None or session.execute(sa.select(Reply.id).where(Reply.message_id == stored.id)).first() is not None:
        return False
    first_words = Outbound(Emergency.from_code(code).label, tuple(Button(b, b) for b in BUTTONS), kind="emergency", data={"code": code})
    store.add_reply(session, stored.conversation, first_words, "bot", now, message_id=stored.id)
    note_risk(session, stored.conversation, code, f"{stored.conversation}:{stored.external_id}", now)
    return True


def emergency_in(text: str) -> str | None:
    """Return the code of an emergency that the rules alone are sure of, else None; hearsay and questions of law are none."""
    signs = read_signs(normalise(text))
    is_sure = signs.now in Emergency.codes() and not signs.distant and (signs.urgent or not signs.asking)
    return signs.now if is_sure else None


def _mode(session: Session, conversation: str) -> str:
    return str(session.execute(sa.select(Conversation.mode).where(Conversation.id == conversation)).scalar_one())
