"""WeChat's book: addresses, nonces, deliveries of a message, and what the platform allows to push.

Functions take a session and never commit.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.wechat_crypto import NotFromWeChat
from bot.inbox.store import insert_once
from bot.ledger.cases import add_statement, own_cases
from bot.messages import Button
from bot.storage.tables import Message
from bot.storage.wechat_tables import (
    WeChatAccount,
    WeChatMessage,
    WeChatNonce,
    WeChatPart,
    WeChatResident,
    WeChatWindow,
)

# The platform delivers a message at most three times, five seconds apart.
DELIVERIES = 3
RETRIES_WITHIN = timedelta(seconds=60)
NONCES_KEPT = timedelta(minutes=15)
# How long a "no permission" of the platform is believed before it is asked again.
PERMISSION_KEPT = timedelta(hours=24)
# What the platform allows after an act (客服消息额度, since 2023-06-12), and what we take off for the way here.
WINDOWS = {
    "message": (timedelta(hours=48), 5),
    "click": (timedelta(minutes=1), 3),
    "subscribe": (timedelta(minutes=1), 3),
    "scan": (timedelta(minutes=1), 3),
}
MARGIN = timedelta(seconds=5)
# No delivery waits longer for its answer (the platform hangs up after five seconds).
LONGEST_WAIT = timedelta(seconds=60)
# Whoever looks at a turn may have looked at the clock well before it was taken: it waited for the database since.
LOOKED_EARLIER = timedelta(minutes=2)


def claim_nonce(session: Session, nonce: str, external_id: str, now: datetime) -> None:
    """Note a delivery's nonce for all processes.

    The platform repeats a delivery it got no answer to, possibly with the same nonce: that may happen twice, for the
    same message, within a minute. Anything else is a replay.

    Raises:
        NotFromWeChat: a replay.
    """
    values = {"nonce": nonce, "external_id": external_id, "seen_at": now, "uses": 0}
    insert_once(session, WeChatNonce, values)
    row = session.get(WeChatNonce, nonce, with_for_update=True)
    row.uses += 1
    if row.external_id != external_id or row.uses > DELIVERIES or now - row.seen_at > RETRIES_WITHIN:
        raise NotFromWeChat("replay")


def forget_nonces(session: Session, now: datetime) -> None:
    """Remove nonces whose timestamps are refused anyway."""
    session.execute(sa.delete(WeChatNonce).where(WeChatNonce.seen_at < now - NONCES_KEPT))


def note_resident(session: Session, conversation: str, openid: str, now: datetime, subscribed: bool = True) -> WeChatResident:
    """Keep a resident's address, and return their line in the book."""
    insert_once(session, WeChatResident, {"conversation_id": conversation, "openid": openid, "subscribed": subscribed, "seen_at": now})
    row = resident(session, conversation)
    assert row is not None
    row.subscribed, row.seen_at = subscribed, now
    return row


def resident(session: Session, conversation: str) -> WeChatResident | None:
    """Return a resident's line, or None."""
    return session.get(WeChatResident, conversation)


def offered(row: WeChatResident) -> list[Button]:
    """Return the choices of the last answer that reached a resident; empty if it offered none."""
    return [Button(**choice) for choice in json.loads(row.choices or "[]")]


def forget(session: Session, conversation: str) -> None:
    """Remove what this channel knows of a resident; part of erasing a person."""
    for table in (WeChatResident, WeChatWindow, WeChatMessage, WeChatPart):
        session.execute(sa.delete(table).where(table.conversation_id == conversation))


def note_delivery(session: Session, conversation: str, message_id: int, now: datetime, wait: float) -> WeChatMessage:
    """Count one delivery of a stored message and note that somebody waits for its answer for so many seconds."""
    values = {"message_id": message_id, "conversation_id": conversation, "first_at": now, "deliveries": 0, "acknowledged": False, "asks_for_more": False}
    insert_once(session, WeChatMessage, values)
    row = session.get(WeChatMessage, message_id, with_for_update=True)
    row.deliveries += 1
    if not row.acknowledged:
        row.awaited_until = now + timedelta(seconds=wait + 1)
    return row


def acknowledge(session: Session, message_id: int) -> str | None:
    """Note that the platform is told `success`: from now on the answer can only be pushed, or come with a later message.

    Returns None; or the text, where another delivery of the message carries it just now: then this one carries it too.
    """
    session.execute(
        sa.update(WeChatMessage)
        .where(WeChatMessage.message_id == message_id, WeChatMessage.passive.is_(None))
        .values(acknowledged=True, awaited_until=None)
    )
    carried: str | None = session.execute(sa.select(WeChatMessage.passive).where(WeChatMessage.message_id == message_id)).scalar_one_or_none()
    return carried


def holds(until: datetime | None, now: datetime, lasts: timedelta) -> bool:
    """Whether a turn that lasts so long is still taken; one that seems to last longer was taken before the clock went back, and is over."""
    return until is not None and now < until <= now + lasts + LOOKED_EARLIER


def is_awaited(session: Session, conversation: str, now: datetime) -> bool:
    """Whether a delivery of this conversation is waiting to carry an answer back."""
    awaited = WeChatMessage.awaited_until > now, WeChatMessage.awaited_until <= now + LONGEST_WAIT
    query = sa.select(WeChatMessage.message_id).where(WeChatMessage.conversation_id == conversation, *awaited)
    return session.execute(query.limit(1)).first() is not None


def is_being_answered(session: Session, conversation: str) -> bool:
    """Whether a message of this conversation has no answer yet."""
    query = sa.select(Message.id).where(Message.conversation_id == conversation, Message.state == "waiting")
    return session.execute(query.limit(1)).first() is not None


def open_window(session: Session, conversation: str, kind: str, now: datetime) -> None:
    """Note what an act of the resident allows from now on; a new act of the same kind begins anew."""
    lasts, allowance = WINDOWS[kind]
    insert_once(session, WeChatWindow, {"conversation_id": conversation, "kind": kind, "ends_at": now, "allowance": allowance, "used": 0})
    row = session.get(WeChatWindow, (conversation, kind), with_for_update=True)
    row.ends_at, row.allowance, row.used = now + lasts - MARGIN, allowance, 0


def allowed(session: Session, conversation: str, now: datetime) -> int:
    """Return how many parts may be pushed now."""
    return sum(w.allowance - w.used for w in _open_windows(session, conversation, now))


def spend(session: Session, conversation: str, now: datetime) -> str:
    """Take one from the window that ends first, and return its kind; `allowed` must have been at least 1."""
    window = _open_windows(session, conversation, now)[0]
    window.used += 1
    return str(window.kind)


def give_back(session: Session, conversation: str, kind: str) -> None:
    """Return what was spent on a part that certainly was not sent."""
    session.execute(
        sa.update(WeChatWindow)
        .where(WeChatWindow.conversation_id == conversation, WeChatWindow.kind == kind, WeChatWindow.used > 0)
        .values(used=WeChatWindow.used - 1)
    )


def close_windows(session: Session, conversation: str) -> None:
    """Note that the platform takes nothing more for this resident until the next act."""
    session.execute(sa.update(WeChatWindow).where(WeChatWindow.conversation_id == conversation).values(used=WeChatWindow.allowance))


def may_push(session: Session, app_id: str, now: datetime) -> bool | None:
    """Return whether the account may push, None if that is not known (yet, or not any more)."""
    row = session.get(WeChatAccount, app_id)
    if row is None or row.may_push is None:
        return None
    return None if not row.may_push and now - row.asked_at > PERMISSION_KEPT else bool(row.may_push)


def note_permission(session: Session, app_id: str, granted: bool, now: datetime) -> None:
    """Keep what the platform said about pushing."""
    insert_once(session, WeChatAccount, {"app_id": app_id})
    session.execute(sa.update(WeChatAccount).where(WeChatAccount.app_id == app_id).values(may_push=granted, asked_at=now))


def note_for_open_case(session: Session, conversation: str, text: str, external_id: str, now: datetime) -> str | None:
    """Add a line to the newest open case of a conversation and return its number; None without a case."""
    cases = own_cases(session, conversation)
    if not cases:
        return None
    add_statement(session, cases[0], text, f"wechat:{external_id}", now)
    return str(cases[0].number)


def _open_windows(session: Session, conversation: str, now: datetime) -> list[WeChatWindow]:
    query = sa.select(WeChatWindow).where(
        WeChatWindow.conversation_id == conversation, WeChatWindow.ends_at > now, WeChatWindow.used < WeChatWindow.allowance
    )
    return list(session.execute(query.order_by(WeChatWindow.ends_at)).scalars())
