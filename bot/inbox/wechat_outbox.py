"""Answers on their way to WeChat: taken from the inbox once, cut into parts, given back passively or pushed.

A part is waiting → sending → sent; or passive (it was the HTTP answer of a delivery); or held: the platform takes nothing
now, so it comes with the resident's next message, marked with its time. Whether a text arrived whose sending was cut nobody
can know: it is said once more, marked as a repetition, and then held; each act of the resident allows that anew. So nothing
is given up: whoever writes again gets what is left. What is recorded here survives a restart.
Functions take a session and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels import wechat_text
from bot.inbox import store, wechat_parts, wechat_store
from bot.inbox.wechat_parts import Unit
from bot.storage.tables import Conversation, Reply
from bot.storage.wechat_tables import WeChatMessage, WeChatPart, WeChatResident, WeChatTakenReply

TURN = timedelta(seconds=60)
KEPT = timedelta(days=3)
UNSURE_LIMIT = 2
# How many replies other transactions may store while one is open.
LATE_IDS = 1000
WECHAT = "wechat"


@dataclass(frozen=True)
class Claim:
    """A unit that this process has to push now.

    Args:
        window: which of the platform's allowances it was taken from.
    """

    conversation: str
    openid: str
    unit: Unit
    window: str


class Busy(Exception):
    """Somebody else is sending to this resident, or a delivery waits to carry the answer; ask again later."""


def take_passive(session: Session, conversation: str, message_id: int, now: datetime, can_push: bool) -> str | None:
    """Return the text that a delivery of this message carries back, or None if there is nothing for it to carry.

    Every delivery of the same message gets the same text. What does not fit is pushed, or held where that is impossible.
    """
    line = _lock(session, conversation)
    message = session.get(WeChatMessage, message_id)
    if line is None or message is None or message.acknowledged:
        return None
    if message.passive is not None:
        return str(message.passive)
    wechat_parts.take_replies(session, line, now)
    units = wechat_parts.pack(wechat_parts.parts_in(session, conversation, "waiting", "held"))
    message.awaited_until = None
    if not units:
        message.acknowledged = True
        return None
    first, rest = units[0], units[1:]
    pushable = can_push and wechat_store.allowed(session, conversation, now) > 0
    wechat_parts.move(session, first.parts, "passive")
    for unit in rest:
        wechat_parts.move(session, unit.parts, "waiting" if pushable else "held")
    _note_shown(line, first)
    message.passive = first.text + (wechat_text.more_mark(len(rest)) if rest and not pushable else "")
    return str(message.passive)


def say_passively(session: Session, message_id: int, text: str) -> str:
    """Record a text of ours as what the deliveries of a message carry back; the answer itself comes later. Returns what they carry."""
    message = session.get(WeChatMessage, message_id, with_for_update=True)
    if message is None:
        return text
    message.passive, message.awaited_until = message.passive or text, None
    return str(message.passive)


def can_carry(session: Session, conversation: str, message_id: int) -> bool:
    """Whether a delivery of an answered message need not wait longer: only 继续 waits for the answer to something else."""
    message = session.get(WeChatMessage, message_id)
    if message is None or not message.asks_for_more or message.passive is not None or message.acknowledged:
        return True
    return something_is_left(session, conversation) or not wechat_store.is_being_answered(session, conversation)


def something_is_left(session: Session, conversation: str) -> bool:
    """Whether anything said to a resident has not reached them."""
    parts = sa.select(WeChatPart.id).where(WeChatPart.state.in_(("waiting", "held")), WeChatPart.conversation_id == conversation)
    return session.execute(parts.limit(1)).first() is not None or bool(wechat_parts.untaken(session, conversation))


def has_work(session: Session, conversation: str, now: datetime) -> bool:
    """Whether claiming may find something; looks only."""
    if wechat_store.is_awaited(session, conversation, now):
        return False
    parts = sa.select(WeChatPart.id).where(WeChatPart.state.in_(("waiting", "sending")), WeChatPart.conversation_id == conversation)
    return session.execute(parts.limit(1)).first() is not None or bool(wechat_parts.untaken(session, conversation))


def revive(session: Session, conversation: str, message_id: int) -> None:
    """Let what was held go out again, marked as late; the parts of the message itself are not late."""
    of_others = (WeChatPart.conversation_id == conversation, sa.or_(WeChatPart.message_id.is_(None), WeChatPart.message_id != message_id))
    held = (*of_others, WeChatPart.state == "held")
    session.execute(sa.update(WeChatPart).where(*held).values(state="waiting", late=True).execution_options(synchronize_session=False))
    # A repetition in the hands of a process that may have died: held when its turn ends, it would miss the act that came meanwhile.
    repeating = (*of_others, WeChatPart.state == "sending", WeChatPart.unsure > 0)
    session.execute(sa.update(WeChatPart).where(*repeating).values(unsure=0, late=True).execution_options(synchronize_session=False))


def claim(session: Session, conversation: str, now: datetime, can_push: bool) -> Claim | None:
    """Return what to push next, taken off the platform's allowance; None when nothing is left or nothing may be sent now.

    Raises:
        Busy: not now.
    """
    line = _lock(session, conversation)
    if line is None:
        # Nobody to send to: erased, or never on WeChat. Looked at once, not every second.
        session.add_all(WeChatTakenReply(reply_id=reply.id) for reply in wechat_parts.untaken(session, conversation))
        return None
    if wechat_store.is_awaited(session, conversation, now) or wechat_store.holds(line.pushing_until, now, TURN):
        raise Busy
    wechat_parts.take_replies(session, line, now)
    line.pushing_until = None
    _doubt(session, conversation)
    units = wechat_parts.pack(wechat_parts.parts_in(session, conversation, "waiting"))
    left = wechat_store.allowed(session, conversation, now)
    if not units or not (can_push and line.subscribed and left):
        wechat_parts.move(session, [p for unit in units for p in unit.parts], "held")
        return None
    unit = units[0]
    if left == 1 and len(units) > 1:
        unit = Unit(unit.parts, unit.text + wechat_text.more_mark(len(units) - 1), unit.choices, unit.only_late)
    wechat_parts.move(session, unit.parts, "sending")
    line.pushing_until = now + TURN
    return Claim(conversation, line.openid, unit, wechat_store.spend(session, conversation, now))


def sent(session: Session, claimed: Claim) -> None:
    """Record that the platform took a unit."""
    line = _release(session, claimed)
    wechat_parts.move(session, claimed.unit.parts, "sent")
    _note_shown(line, claimed.unit)


def hold(session: Session, claimed: Claim) -> None:
    """Record that the platform takes nothing now: the unit and what is behind it wait for the resident's next act."""
    _release(session, claimed)
    waiting = [part.id for part in wechat_parts.parts_in(session, claimed.conversation, "waiting")]
    wechat_parts.move(session, [*claimed.unit.parts, *waiting], "held")


def try_again(session: Session, claimed: Claim, unsure: bool) -> int:
    """Record that a unit must be sent again, and return how often it was tried.

    Args:
        unsure: it may have arrived; then it is said to be a repetition, and the platform's allowance stays spent.
    """
    _release(session, claimed)
    if not unsure:
        wechat_store.give_back(session, claimed.conversation, claimed.window)
    mine = WeChatPart.id.in_(claimed.unit.parts)
    more: dict[str, Any] = {"state": "waiting", "tries": WeChatPart.tries + 1, "unsure": WeChatPart.unsure + int(unsure)}
    session.execute(sa.update(WeChatPart).where(mine).values(**more).execution_options(synchronize_session=False))
    _hold_doubtful(session, claimed.conversation)
    return int(session.execute(sa.select(sa.func.max(WeChatPart.tries)).where(mine)).scalar_one())


def undelivered(session: Session, floor: int) -> tuple[int, list[str]]:
    """Return the conversations with something to send, and the reply id below which all is taken, for the next look.

    Args:
        floor: the same number from the last look; 0 looks through everything.
    """
    # Asked for first: a reply stored between two queries must be above the floor. And PostgreSQL may show a lower id after a higher one.
    newest = store.newest_reply(session) - LATE_IDS
    taken = sa.select(WeChatTakenReply.reply_id).where(WeChatTakenReply.reply_id == Reply.id).exists()
    query = sa.select(Reply.id, Reply.conversation_id).join(Conversation, Conversation.id == Reply.conversation_id)
    untaken = session.execute(query.where(Conversation.channel == WECHAT, Reply.id > floor, ~taken).order_by(Reply.id)).all()
    on_their_way = sa.select(WeChatPart.conversation_id).where(WeChatPart.state.in_(("waiting", "sending"))).distinct()
    found = dict.fromkeys([row[1] for row in untaken] + list(session.execute(on_their_way).scalars()))
    floor = max(floor, newest)
    return (min(floor, untaken[0][0] - 1) if untaken else floor), list(found)


def tidy(session: Session, now: datetime) -> None:
    """Remove what is only needed while a message travels: nonces, carried texts, parts that reached the resident."""
    wechat_store.forget_nonces(session, now)
    old = now - KEPT
    session.execute(sa.delete(WeChatPart).where(WeChatPart.state.in_(("sent", "passive", "dropped")), WeChatPart.said_at < old))
    session.execute(sa.delete(WeChatMessage).where(WeChatMessage.first_at < old))


def _lock(session: Session, conversation: str) -> Any:
    """On PostgreSQL the line in the book is the lock of a conversation; SQLite has one writer anyway."""
    return session.get(WeChatResident, conversation, with_for_update=True, populate_existing=True)


def _note_shown(line: WeChatResident | None, unit: Unit) -> None:
    """What a resident may choose from now on is what this unit showed."""
    if line is not None and (unit.choices or not unit.only_late):
        line.choices = unit.choices


def _doubt(session: Session, conversation: str) -> None:
    """Parts that a process took and never reported may have arrived or not."""
    lost = sa.update(WeChatPart).where(WeChatPart.state == "sending", WeChatPart.conversation_id == conversation)
    session.execute(lost.values(state="waiting", unsure=WeChatPart.unsure + 1).execution_options(synchronize_session=False))
    _hold_doubtful(session, conversation)


def _hold_doubtful(session: Session, conversation: str) -> None:
    """One repetition is enough: a resident is not told the same thing again and again."""
    doubtful = (WeChatPart.state == "waiting", WeChatPart.conversation_id == conversation, WeChatPart.unsure >= UNSURE_LIMIT)
    session.execute(sa.update(WeChatPart).where(*doubtful).values(state="held", unsure=1).execution_options(synchronize_session=False))


def _release(session: Session, claimed: Claim) -> WeChatResident | None:
    line = _lock(session, claimed.conversation)
    if line is not None:
        line.pushing_until = None
    return line
