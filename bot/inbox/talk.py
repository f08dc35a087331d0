"""A conversation as people read it: both sides in the order of time. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable

from sqlalchemy.orm import Session

from bot.inbox import store
from bot.legal.cases import Role
from bot.legal.masking import without_personal_data

SHOWN = 200


@dataclass(frozen=True)
class Spoken:
    """One thing that was said.

    Args:
        by: "resident", "bot", or "person" (a member of staff; `who` is then the role).
        buttons: what the resident could choose.
        file: of a file that was given: token, name, kind, size.
    """

    at: datetime
    by: str
    who: str
    text: str
    buttons: tuple[str, ...] = ()
    file: dict[str, Any] | None = None


def as_said(text: str) -> str:
    """Return what was said as it was said."""
    return text


def talk_of(session: Session, conversation: str, shown: Callable[[str], str] = without_personal_data, limit: int = SHOWN) -> list[Spoken]:
    """Return the newest of a conversation, oldest first.

    Args:
        shown: what becomes of each text; by default phone, document and account numbers, stated names and addresses are replaced.
    """
    messages = store.messages_of(session, conversation, limit)
    first = messages[0] if messages else None
    said = [(m.received_at, m.id, 0, Spoken(m.received_at, "resident", "居民", shown(m.text))) for m in messages]
    for reply in store.replies_after(session, conversation, 0):
        if first is None or reply.at >= first.received_at:
            said.append((reply.at, reply.message_id or 0, reply.id, _reply(reply, shown)))
    return [entry for *_, entry in sorted(said, key=lambda one: one[:3])]


def _reply(reply: store.StoredReply, shown: Callable[[str], str]) -> Spoken:
    by_bot = reply.said_by == "bot"
    who = "智能助手" if by_bot else next((r.label for r in Role if r.code == reply.said_by), "工作人员")
    buttons = tuple(button.title for button in reply.body.buttons)
    return Spoken(reply.at, "bot" if by_bot else "person", who, shown(reply.body.text), buttons, reply.body.data.get("file"))
