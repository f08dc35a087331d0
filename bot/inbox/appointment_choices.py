"""Which of the proposed times a resident chose. Apart from `appointments`, because every message that comes in is looked at here."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import store
from bot.inbox.store import Stored
from bot.legal.appointments import chosen_time, time_words
from bot.messages import Outbound
from bot.storage.desk_tables import Appointment
from bot.storage.tables import Reply

KIND = "appointment"
AGREED = "约好了：{time}，地点：{place}。请带上身份证件和有关材料；来不了请提前在这里说一声。"
PAST = "这个时间已经过了，请在这里说说您什么时候有空。"


def take_choice(session: Session, stored: Stored, now: datetime) -> bool:
    """Answer a message that picks one of the times proposed last; returns whether it was one. The same message again changes nothing."""
    if "月" not in stored.text or "日" not in stored.text:
        return False  # a time's words name month and day; every other message is spared the query
    newest = _newest(session, stored.conversation)
    at = None if newest is None else chosen_time(stored.text, times_of(newest))
    if newest is None or at is None or session.execute(sa.select(Reply.id).where(Reply.message_id == stored.id)).first() is not None:
        return False
    answer = Outbound(PAST, kind=KIND)
    if at > now:
        newest.chosen, newest.chosen_at = at, now
        words = AGREED.format(time=time_words(at), place=newest.place)
        answer = Outbound(words, kind=KIND, data={"calendar": newest.token})
    if stored.answered:
        store.add_reply(session, stored.conversation, answer, "bot", now, message_id=stored.id)
    else:
        store.answer(session, stored, [answer], now)
    return True


def times_of(appointment: Appointment) -> list[datetime]:
    """Return the proposed times, UTC, earliest first."""
    return [datetime.fromisoformat(text) for text in json.loads(appointment.times)]


def _newest(session: Session, conversation: str) -> Appointment | None:
    mine = sa.select(Appointment).where(Appointment.conversation_id == conversation)
    return session.execute(mine.order_by(Appointment.id.desc()).limit(1)).scalars().first()
