"""What leads to a person without being asked for: anger, and questions that only a lawyer can answer."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import store
from bot.inbox.handover import ask_for_person
from bot.inbox.store import Stored
from bot.legal.anger import LOOK_BACK, is_angry, is_angry_sentence
from bot.legal.handover import Mode, Reason, told
from bot.legal.lawyer_questions import needs_lawyer
from bot.messages import Outbound
from bot.office import Office
from bot.storage.tables import Conversation


def with_person_called(session: Session, message: Stored, replies: list[Outbound], office: Office, now: datetime) -> list[Outbound]:
    """Return the replies to a message, and among them, the first time, that a person was called.

    The words come before a reply with buttons, so that what is asked last stays last. A message that says neither costs no query.
    """
    reason = _reason(session, message)
    if reason is None or _mode(session, message.conversation) != Mode.BOT.code:
        return replies
    asked = ask_for_person(session, message.conversation, reason, now, f"handover:{message.conversation}:{message.external_id}")
    if asked is None or not asked.is_new:
        return replies
    called = Outbound(told(reason, office.is_staffed(now), office.hours_in_words()), kind="handover")
    last = len(replies) - 1 if replies and replies[-1].buttons else len(replies)
    return [*replies[:last], called, *replies[last:]]


def _reason(session: Session, message: Stored) -> Reason | None:
    if needs_lawyer(message.text):
        return Reason.NEEDS_LAWYER
    if is_angry_sentence(message.text):
        said = [m.text for m in store.messages_of(session, message.conversation, LOOK_BACK) if m.id <= message.id]
        return Reason.ANGER if is_angry(said) else None
    return None


def _mode(session: Session, conversation: str) -> str | None:
    return session.execute(sa.select(Conversation.mode).where(Conversation.id == conversation)).scalar_one_or_none()
