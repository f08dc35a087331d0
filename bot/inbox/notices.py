"""Telling residents that their case moved on, in the conversation it came from, on the channel they use."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import store
from bot.legal.notices import CHECK, NoticeKind, notice_text
from bot.messages import Button, Outbound
from bot.storage.handover_tables import Notice
from bot.storage.tables import Case, Conversation, Reply


def notify(session: Session, case: Case, kind: NoticeKind, now: datetime, source_key: str) -> Reply | None:
    """Store a notice for the resident of a case and return it; the channels deliver it as any other reply.

    None, and nothing stored, for a case of a demonstration, without a conversation of ours (phone, window), or when the same
    `source_key` was told before.
    """
    if case.is_demo or case.conversation_id is None or session.get(Conversation, case.conversation_id) is None:
        return None
    if not store.insert_once(session, Notice, {"source_key": source_key, "case_number": case.number, "kind": kind.code, "noticed_at": now}):
        return None
    news = Outbound(notice_text(kind, case.number), (Button(CHECK, CHECK),), kind="notice", data={"case": case.number, "notice": kind.code})
    return store.add_reply(session, case.conversation_id, news, "bot", now)


def notices_of(session: Session, number: str) -> list[NoticeKind]:
    """Return what the resident of a case was told, oldest first."""
    query = sa.select(Notice.kind).where(Notice.case_number == number).order_by(Notice.id)
    return [NoticeKind.from_code(code) for code in session.execute(query).scalars()]
