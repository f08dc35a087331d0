"""What a resident's conversation on WeChat is called while look-up keys change: it keeps the name it was born with.

The platform brings the OpenID with every delivery, so each kept key can say what it would call the conversation; the book of addresses
knows which of these names is there. Whoever is new gets the current key's, once, whichever process meets them first.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.wechat import Delivered
from bot.inbox import wechat_store
from bot.storage.wechat_tables import WeChatResident

_LOCK_CLASS = 20260003  # of advisory locks on names that are being given


def known_name(session: Session, delivered: Delivered) -> str | None:
    """Return the name under which this resident is known, or None."""
    names = (delivered.conversation, *delivered.formerly)
    query = sa.select(WeChatResident.conversation_id).where(WeChatResident.conversation_id.in_(names))
    return session.execute(query.order_by(WeChatResident.seen_at.desc()).limit(1)).scalar_one_or_none()


def give_name(session: Session, delivered: Delivered, now: datetime) -> str:
    """Return the name of somebody who may be new, and keep it. Two processes that disagree about the current key give one."""
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time anyway.
        first = min((delivered.conversation, *delivered.formerly))
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_CLASS, sa.func.hashtext(first))))
    known = known_name(session, delivered)
    return known or str(wechat_store.note_resident(session, delivered.conversation, delivered.openid, now).conversation_id)
