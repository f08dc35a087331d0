"""The web chat: who is speaking, and what they said. No SQL, no Rasa."""

from __future__ import annotations

import hmac
import re
import secrets
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


def new_visitor(keys: KeyRing) -> str:
    """Return a new signed visitor id for the cookie."""
    visitor = secrets.token_urlsafe(18)
    return f"{visitor}.{_signature(visitor, keys)}"


def read_visitor(cookie: str | None, keys: KeyRing) -> str:
    """Return the visitor id of a cookie; "" without one or with a forged one."""
    visitor, _, signature = (cookie or "").rpartition(".")
    genuine = visitor and hmac.compare_digest(signature.encode(), _signature(visitor, keys).encode())
    return visitor if genuine else ""


def conversation_id(visitor: str, named: str, keys: KeyRing) -> str:
    """Return our id of a conversation: bound to the visitor's cookie, so that nobody reads another's by guessing a name.

    Programs without a cookie get a space of their own, where the name itself is the secret.
    """
    return f"web:{keys.look_up_hash(f'{visitor}|{named}', 'web conversation')[:40]}"


def read_name(value: Any) -> str:
    """Return the page's name of its conversation.

    Raises:
        BadInput: the hint tells the resident.
    """
    if not isinstance(value, str) or not _ID.match(value):
        raise BadInput(HINTS["conversation"])
    return value


def parse(body: Any, visitor: str, keys: KeyRing, now: datetime, communities: Container[str] = ()) -> Inbound:
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


def _signature(visitor: str, keys: KeyRing) -> str:
    return keys.look_up_hash(visitor, "visitor cookie")[:32]
