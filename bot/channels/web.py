"""The web chat: who is speaking, and what they said. No SQL, no Rasa."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Container

from bot.errors import BadInput
from bot.legal.cases import Channel
from bot.messages import MAX_TEXT, Inbound, clean_text
from bot.storage.personal_data import KeyRing

COOKIE = "visitor"
_ID = re.compile(r"^[\w.:-]{1,64}$", re.ASCII)
HINTS = {
    "body": "消息格式不对，请刷新页面再试。",
    "conversation": "会话编号不对，请刷新页面再试。",
    "id": "消息编号不对，请刷新页面再试。",
    "text": "消息里没有文字，请打字告诉我您的问题。",
    "long": f"这段话太长了，请分成几条发，每条不超过{MAX_TEXT}字。",
}


@dataclass(frozen=True)
class Visitor:
    """Whom a cookie means: its id, "" without a genuine one, and the key that signed it."""

    id: str = ""
    key: str | None = None


NOBODY = Visitor()


def new_visitor(keys: KeyRing) -> str:
    """Return a new signed visitor id for the cookie."""
    visitor = secrets.token_urlsafe(18)
    return f"{visitor}.{_signature(visitor, keys, keys.look_up.current)}"


def read_visitor(cookie: str | None, keys: KeyRing) -> Visitor:
    """Return whom a cookie means; nobody without one or with a forged one. A cookie of a former key is good as long as the key is kept."""
    visitor, _, signature = (cookie or "").rpartition(".")
    for key in keys.look_up.names:
        if visitor and hmac.compare_digest(signature.encode(), _signature(visitor, keys, key).encode()):
            return Visitor(visitor, key)
    return NOBODY


def conversation_id(visitor: Visitor, named: str, keys: KeyRing) -> str:
    """Return our id of a conversation: bound to the visitor's cookie, so that nobody reads another's by guessing a name.

    Made with the key that signed the cookie, so a conversation keeps its id when keys change. Programs without a cookie get a space of
    their own, where the name itself is the secret, by the oldest key that is kept.
    """
    key = visitor.key or keys.look_up.oldest
    return f"web:{keys.look_up_hash(f'{visitor.id}|{named}', 'web conversation', key)[:40]}"


def read_name(value: Any) -> str:
    """Return the page's name of its conversation.

    Raises:
        BadInput: the hint tells the resident.
    """
    if not isinstance(value, str) or not _ID.match(value):
        raise BadInput(HINTS["conversation"])
    return value


def parse(body: Any, visitor: Visitor, keys: KeyRing, now: datetime, communities: Container[str] = ()) -> Inbound:
    """Return what came in; its text may be "" when nothing readable was typed.

    Args:
        communities: the codes of the office's communities; the page's address may name one (a poster's code), others are ignored.

    Raises:
        BadInput: the hint tells the resident what was wrong.
    """
    if not isinstance(body, dict):
        raise BadInput(HINTS["body"])
    name = read_name(body.get("conversation"))
    external_id, text = body.get("id"), body.get("text")
    if not isinstance(external_id, str) or not _ID.match(external_id):
        raise BadInput(HINTS["id"])
    if not isinstance(text, str):
        raise BadInput(HINTS["text"])
    if len(text) > MAX_TEXT:
        raise BadInput(HINTS["long"])
    named = body.get("community")
    community = named if isinstance(named, str) and named in communities else None
    return Inbound(Channel.WEB, conversation_id(visitor, name, keys), external_id, clean_text(text), now, community)


def _signature(visitor: str, keys: KeyRing, key: str) -> str:
    return keys.look_up_hash(visitor, "visitor cookie", key).rpartition(".")[2][:32]
