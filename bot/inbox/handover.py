"""Handing conversations to people and back. One function a use case, the session first; nothing is committed here.

Rows are always locked in one order: conversation, messages, hand-over. Two members of staff who take the same conversation
at the same moment meet at the conversation's row: one wins, the other is told who did.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import HandoverRefused
from bot.inbox import store
from bot.inbox.person_guard import answer_emergency
from bot.inbox.ratings import KIND
from bot.ledger.replies import first_reply, person_asked_for
from bot.legal import handover as rules
from bot.legal.cases import Channel, Role
from bot.legal.handover import Mode, Reason
from bot.messages import MAX_TEXT, Button, Outbound
from bot.storage.handover_tables import Handover
from bot.storage.tables import Conversation, Reply


@dataclass(frozen=True)
class Asked:
    """That a person was asked for.

    Args:
        is_new: False when somebody was asked for before and the hand-over still stands.
    """

    handover: Handover
    is_new: bool


@dataclass(frozen=True)
class Listed:
    """A conversation that wants a person, or has one."""

    number: int
    conversation: str
    channel: str
    reason: Reason
    asked_at: datetime
    taken_by: str | None
    role: str | None


def ask_for_person(session: Session, conversation: str, reason: Reason, now: datetime, source_key: str) -> Asked | None:
    """Put a conversation in the queue for a person; while it is there already nothing is added, but an emergency moves it up.

    None where there is no stored conversation (`rasa shell`).

    Args:
        source_key: unique for the message that asked, so that a retry asks once.
    """
    known = session.execute(sa.select(Handover).where(Handover.source_key == source_key)).scalar_one_or_none()
    if known is not None:
        return Asked(known, False)
    if _move(session, conversation, Mode.BOT, Mode.WAITING):
        asked = Handover(source_key=source_key, conversation_id=conversation, reason=reason.code, asked_at=now)
        session.add(asked)
        session.flush()
        channel, community = _place(session, conversation)
        person_asked_for(session, f"handover:{asked.id}", channel, now, community)
        return Asked(asked, True)
    standing = _open(session, conversation)
    if standing is None:
        return None
    if reason is Reason.EMERGENCY and standing.taken_at is None:
        standing.reason = reason.code
    return Asked(standing, False)


def take(session: Session, conversation: str, staff: str, role: Role, now: datetime) -> Handover:
    """Put a member of staff in charge. The bot falls silent; what it had not answered yet is the person's.

    Raises:
        HandoverRefused: the role does not talk to residents, nobody asked for a person, or a colleague was first.
    """
    rules.check_may_talk(role)
    if not _move(session, conversation, Mode.WAITING, Mode.PERSON):
        raise HandoverRefused(_why_not_waiting(session, conversation))
    for message in store.leave_to_person(session, conversation, now):
        answer_emergency(session, message, now)
    taken = _open(session, conversation)
    assert taken is not None
    taken.taken_at, taken.taken_by, taken.role = now, staff, role.code
    _sign(session, conversation, Outbound(rules.TAKEN.format(role=role.label), kind="handover", data={"role": role.label}), role, now)
    return taken


def say(session: Session, conversation: str, staff: str, role: Role, text: str, now: datetime) -> Reply:
    """Store what a member of staff says; the resident gets it on their channel, signed with the role, never the name.

    Raises:
        HandoverRefused: not in charge of this conversation, a role that does not talk, or no readable text.
    """
    rules.check_may_talk(role)
    words = _readable(text)
    if not words:
        raise HandoverRefused("There is nothing to say: the text is empty or holds no readable character; write something.")
    return say_this(session, conversation, staff, role, Outbound(words, kind="person", data={"role": role.label}), now)


def say_this(session: Session, conversation: str, staff: str, role: Role, what: Outbound, now: datetime) -> Reply:
    """Store a prepared reply of a member of staff: a file, proposed times.

    Raises:
        HandoverRefused: not in charge of this conversation, or a role that does not talk.
    """
    rules.check_may_talk(role)
    standing = _in_charge(session, conversation, staff)
    if standing.reason != Reason.CASE.code:
        channel, community = _place(session, conversation)
        first_reply(session, f"handover:{standing.id}", standing.asked_at, channel, staff, now, community=community)
    return _sign(session, conversation, what, role, now)


def take_up(session: Session, conversation: str, staff: str, role: Role, now: datetime, source_key: str) -> Handover:
    """Put a member of staff in charge of a conversation because of a case, whether or not a person was asked for.

    Raises:
        HandoverRefused: a colleague is in charge, or a role that does not talk.
    """
    rules.check_may_talk(role)
    standing = _open(session, conversation)
    if standing is not None and standing.taken_by == staff:
        return standing
    if standing is None and _move(session, conversation, Mode.BOT, Mode.WAITING):
        session.add(Handover(source_key=source_key, conversation_id=conversation, reason=Reason.CASE.code, asked_at=now))
        session.flush()
    return take(session, conversation, staff, role, now)


def give_back(session: Session, conversation: str, staff: str, note: str, now: datetime, role: Role | None = None) -> Handover:
    """Give a conversation back to the bot with a note for colleagues, and ask the resident for a rating.

    Args:
        role: the office and the administrator may give back what a colleague took.

    Raises:
        HandoverRefused: no person is in charge, or somebody else is.
    """
    ended = _in_charge(session, conversation, staff, role)
    _move(session, conversation, Mode.PERSON, Mode.BOT)
    ended.given_back_at, ended.note = now, note.strip() or None
    question = Outbound(rules.GIVEN_BACK, tuple(Button(score, score) for score in rules.SCORES), kind=KIND)
    store.add_reply(session, conversation, question, "bot", now)
    return ended


def waiting_list(session: Session) -> list[Listed]:
    """Return the conversations that wait for a person: emergencies first, then who waits longest."""
    return _listed(session, Handover.taken_at.is_(None))


def with_person(session: Session) -> list[Listed]:
    """Return the conversations that a person is in charge of, longest first."""
    return _listed(session, Handover.taken_at.is_not(None))


def conversation_of(session: Session, number: int) -> str:
    """Return the conversation of a hand-over by its number in the list.

    Raises:
        HandoverRefused: there is no such number.
    """
    found = session.get(Handover, number)
    if found is None:
        raise HandoverRefused(f"There is no hand-over {number}; `bot person list` shows those that are open.")
    return str(found.conversation_id)


def _move(session: Session, conversation: str, before: Mode, after: Mode) -> bool:
    """Change who answers, if it still is as expected. An update, not a lock and a look: the second of two comes away empty."""
    rules.check_step(before, after)
    mine = (Conversation.id == conversation, Conversation.mode == before.code)
    return int(session.execute(sa.update(Conversation).where(*mine).values(mode=after.code)).rowcount) == 1


def _place(session: Session, conversation: str) -> tuple[Channel, str | None]:
    channel, community = session.execute(sa.select(Conversation.channel, Conversation.community).where(Conversation.id == conversation)).one()
    return Channel.from_code(channel), community


def _open(session: Session, conversation: str) -> Handover | None:
    query = sa.select(Handover).where(Handover.conversation_id == conversation, Handover.given_back_at.is_(None))
    return session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def _in_charge(session: Session, conversation: str, staff: str, role: Role | None = None) -> Handover:
    # No stronger lock: replies under way refer to the conversation and must not wait for us.
    lock = sa.select(Conversation.mode).where(Conversation.id == conversation).with_for_update(key_share=True)
    mode = session.execute(lock).scalar_one_or_none()
    standing = _open(session, conversation) if mode == Mode.PERSON.code else None
    if standing is None:
        raise HandoverRefused(f"No person is in charge of this conversation (it is {mode or 'unknown'}); take it first with `bot person take`.")
    if not rules.may_end(role, standing.taken_by == staff):
        raise HandoverRefused(f"{standing.taken_by} is in charge of this conversation, not {staff}; ask them, or let the office give it back.")
    return standing


def _readable(text: str) -> str:
    """Unlike what residents type, what staff writes keeps its lines and its signs."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).strip()[:MAX_TEXT]


def _sign(session: Session, conversation: str, words: Outbound, role: Role, now: datetime) -> Reply:
    return store.add_reply(session, conversation, words, role.code, now)


def _why_not_waiting(session: Session, conversation: str) -> str:
    standing = _open(session, conversation)
    if standing is None or standing.taken_by is None:
        return "Nobody waits in this conversation: no person was asked for, or it was given back; see `bot person list`."
    return f"{standing.taken_by} took this conversation first; take another from `bot person list`."


def _listed(session: Session, condition: sa.sql.ColumnElement[bool]) -> list[Listed]:
    query = sa.select(Handover, Conversation.channel).join(Conversation, Conversation.id == Handover.conversation_id)
    urgency = sa.case((Handover.reason == Reason.EMERGENCY.code, 0), else_=1)
    rows = session.execute(query.where(Handover.given_back_at.is_(None), condition).order_by(urgency, Handover.asked_at, Handover.id))
    return [Listed(h.id, h.conversation_id, channel, Reason.from_code(h.reason), h.asked_at, h.taken_by, h.role) for h, channel in rows]
