"""The inbox: every message stored once, every reply stored with the word "answered".

Functions take a session and never commit. States of a message: waiting → answered.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.messages import Inbound, Outbound
from bot.storage.tables import Conversation, Message, Reply, Tracker

_LOCK_CLASS = 20260002  # of advisory locks on conversations


class AlreadyAnswered(Exception):
    """Somebody else answered this message; whatever was prepared must not be committed."""


@dataclass(frozen=True)
class Stored:
    """A message as the inbox knows it."""

    id: int
    conversation: str
    external_id: str
    text: str
    channel: str
    received_at: datetime
    answered: bool
    attempts: int
    first_waiting: int | None = None  # the conversation's oldest message without an answer, where that was looked up as well


@dataclass(frozen=True)
class StoredReply:
    """One part of an answer; `id` grows, so a page can ask for what is new."""

    id: int
    message_id: int | None
    said_by: str
    at: datetime
    body: Outbound


def receive(session: Session, inbound: Inbound) -> Stored:
    """Store a message under its unique key and return it; the second delivery returns the first one's row.

    While a person is in charge of the conversation the message is theirs: it counts as answered for the bot.
    """
    with_person = _mode_locked(session, inbound) == "person"
    row = {"conversation_id": inbound.conversation, "external_id": inbound.external_id, "text": inbound.text, "received_at": inbound.at,
           "state": "answered" if with_person else "waiting", "answered_at": inbound.at if with_person else None, "attempts": 0}  # fmt: skip
    insert_once(session, Message, row)
    row = _run(session, _SAME, {"conversation": inbound.conversation, "external_id": inbound.external_id}).one()
    return replace(_stored_columns(row), first_waiting=row.oldest)


def _mode_locked(session: Session, inbound: Inbound) -> str:
    """Return who answers the conversation, which is begun if it is new.

    Locked against a person taking over right now: a message is either the bot's or the person's.
    """
    conversation = {"conversation": inbound.conversation}
    known = None if inbound.community else _run(session, _MODE, conversation).scalar_one_or_none()
    if known is None:
        insert_once(session, Conversation, {"id": inbound.conversation, "channel": inbound.channel.code, "started_at": inbound.at})
        if inbound.community:
            session.execute(sa.update(Conversation).where(Conversation.id == inbound.conversation).values(community=inbound.community))
        known = _run(session, _MODE, conversation).scalar_one()
    return str(known)


def community_of(session: Session, conversation: str) -> str | None:
    """Return the community whose poster a resident scanned last, or None."""
    return session.execute(_COMMUNITY, {"conversation": conversation}).scalar_one_or_none()


def find(session: Session, message_id: int) -> Stored | None:
    """Return one message, or None."""
    row = session.execute(_messages().where(Message.id == message_id)).one_or_none()
    return None if row is None else _stored(row)


@dataclass(frozen=True)
class Claim:
    """A message in a worker's hands, with the memory of its conversation as it stood: version 0 means none yet."""

    message: Stored
    version: int
    memory: str


def claim(session: Session, message_id: int) -> Claim | None:
    """Return the message with all that answering it needs, in one look; None while it is not its turn.

    Its turn is when it is the conversation's oldest without an answer, and on PostgreSQL when no other worker holds the
    conversation: the lock ends with the transaction, or with the worker. An answered message is returned as answered.

    Raises:
        LookupError: there is no such message.
    """
    query = _CLAIM
    if session.get_bind().dialect.name == "postgresql":
        query = _CLAIM_LOCKED
    row = _run(session, query, {"message": message_id}).one_or_none()
    if row is None:
        raise LookupError(f"There is no message {message_id}; the dispatcher and the worker look into different databases.")
    message = _stored_columns(row)
    if not message.answered and not (row.oldest == message_id and row.held):
        return None
    return Claim(message, row.version or 0, row.body or "")


def texts_of(session: Session, message_ids: list[int]) -> list[str]:
    """Return what these messages say, in no order."""
    return list(_run(session, _TEXTS, {"messages": message_ids}).scalars())


def next_waiting(session: Session, conversation: str) -> int | None:
    """Return the id of the conversation's oldest message without an answer, or None."""
    found: int | None = _run(session, _NEXT, {"conversation": conversation}).scalar_one()
    return found


def waiting_conversations(session: Session) -> list[str]:
    """Return the conversations in which somebody waits, longest wait first."""
    query = sa.select(Message.conversation_id).where(Message.state == "waiting").group_by(Message.conversation_id)
    return list(session.execute(query.order_by(sa.func.min(Message.id))).scalars())


def answer(session: Session, message: Stored, replies: list[Outbound], now: datetime, said_by: str = "bot") -> list[StoredReply]:
    """Store the replies, mark the message answered, and return them as stored.

    Raises:
        AlreadyAnswered: the message has its answer; the caller must roll back.
    """
    marked = _run(session, _MARK, {"message": message.id, "now": now})
    if marked.rowcount != 1:
        raise AlreadyAnswered(f"Message {message.id} is answered already.")
    stored = []
    for part, reply in enumerate(replies):
        row = {"conversation_id": message.conversation, "message_id": message.id, "part": part, "body": reply.to_json(), "said_by": said_by,
               "created_at": now}  # fmt: skip
        added = _run(session, _ADD_REPLY, row).inserted_primary_key[0]
        stored.append(StoredReply(added, message.id, said_by, now, reply))
    return stored


def add_reply(session: Session, conversation: str, reply: Outbound, said_by: str, now: datetime, message_id: int | None = None) -> Reply:
    """Store something said outside the dialogue: by a person, or by itself. Returns the stored row."""
    row = _reply(conversation, message_id, 0, reply, said_by, now)
    session.add(row)
    session.flush()
    return row


def leave_to_person(session: Session, conversation: str, now: datetime) -> list[Stored]:
    """Count every message that waits as a person's to answer, and return them; a bot answer under way cannot be stored any more."""
    query = _messages().where(Message.conversation_id == conversation, Message.state == "waiting").order_by(Message.id)
    waiting = [_stored(row) for row in session.execute(query)]
    mine = (Message.conversation_id == conversation, Message.state == "waiting")
    session.execute(sa.update(Message).where(*mine).values(state="answered", answered_at=now).execution_options(synchronize_session=False))
    return waiting


def note_attempt(session: Session, message_id: int) -> int:
    """Count one failed try and return how many there were."""
    session.execute(sa.update(Message).where(Message.id == message_id).values(attempts=Message.attempts + 1))
    return int(session.execute(sa.select(Message.attempts).where(Message.id == message_id)).scalar_one())


def replies_to(session: Session, message_id: int) -> list[Outbound] | None:
    """Return the answer to a message in order, or None while it waits."""
    stored = stored_replies_to(session, message_id)
    return None if stored is None else [reply.body for reply in stored]


def stored_replies_to(session: Session, message_id: int) -> list[StoredReply] | None:
    """Return the answer to a message in order, each part with its id and who said it; None while it waits."""
    state = session.execute(sa.select(Message.state).where(Message.id == message_id)).scalar_one_or_none()
    if state != "answered":
        return None
    query = sa.select(Reply).where(Reply.message_id == message_id).order_by(Reply.part)
    return [_stored_reply(r) for r in session.execute(query).scalars()]


def replies_after(session: Session, conversation: str, last_id: int) -> list[StoredReply]:
    """Return what was said to a resident after the reply with this id, oldest first."""
    query = sa.select(Reply).where(Reply.conversation_id == conversation, Reply.id > last_id).order_by(Reply.id)
    return [_stored_reply(r) for r in session.execute(query).scalars()]


def newest_reply(session: Session) -> int:
    """Return the id of the newest reply of all conversations, 0 if there is none."""
    return int(session.execute(sa.select(sa.func.coalesce(sa.func.max(Reply.id), 0))).scalar_one())


def conversations_with_replies_after(session: Session, last_id: int) -> list[tuple[int, str]]:
    """Return (reply id, conversation) of every reply after this id, oldest first."""
    query = sa.select(Reply.id, Reply.conversation_id).where(Reply.id > last_id).order_by(Reply.id)
    return [(row[0], row[1]) for row in session.execute(query)]


def messages_of(session: Session, conversation: str, limit: int = 100) -> list[Stored]:
    """Return the newest messages of a conversation, oldest first."""
    query = _messages().where(Message.conversation_id == conversation).order_by(Message.id.desc()).limit(limit)
    return [_stored(row) for row in reversed(session.execute(query).all())]


def insert_once(session: Session, table: Any, values: dict[str, Any]) -> bool:
    """Insert unless the unique key is there already; two at once leave one row. Returns whether this one did."""
    query, defaults = _insert_once(table, tuple(values))
    return int(_run(session, query, {**defaults, **values}).rowcount) == 1


@functools.cache
def _insert_once(table: Any, given: tuple[str, ...]) -> tuple[Any, dict[str, Any]]:
    """The insert as text, because SQLAlchemy compiles one with a conflict clause anew at each execution; both dialects read it alike."""
    columns = table.__table__.c
    defaults = {c.name: c.default.arg for c in columns if c.name not in given and c.default is not None and c.default.is_scalar}
    names = (*given, *defaults)
    values = ", ".join(f":{name}" for name in names)
    query = sa.text(f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING")  # noqa: S608 (names of ours)
    return query.bindparams(*(sa.bindparam(name, type_=columns[name].type) for name in names)), defaults


def _run(session: Session, statement: Any, values: dict[str, Any]) -> Any:
    """Run a statement on tables in the session's transaction; what the session does for mapped objects would cost as much again."""
    return session.connection().execute(statement, values)


# Written once: SQLAlchemy then compiles them once, and each message costs only the running.
_m, _c, _t = Message.__table__, Conversation.__table__, Tracker.__table__
_columns = [_m.c.id, _m.c.conversation_id, _m.c.external_id, _m.c.text, _m.c.received_at, _m.c.state, _m.c.attempts, _c.c.channel]
_with_channel = _m.join(_c, _c.c.id == _m.c.conversation_id)
_first = _m.alias()
_oldest = sa.select(sa.func.min(_first.c.id)).where(_first.c.state == "waiting", _first.c.conversation_id == _m.c.conversation_id).scalar_subquery()


def _claim(held: Any) -> Any:
    query = sa.select(*_columns, _oldest.label("oldest"), _t.c.version, _t.c.body, held.label("held"))
    return query.select_from(_with_channel.outerjoin(_t, _t.c.conversation_id == _m.c.conversation_id)).where(_m.c.id == sa.bindparam("message"))


_CLAIM = _claim(sa.literal(True))
_CLAIM_LOCKED = _claim(sa.func.pg_try_advisory_xact_lock(_LOCK_CLASS, sa.func.hashtext(_m.c.conversation_id)))
_SAME = (
    sa.select(*_columns, _oldest.label("oldest"))
    .select_from(_with_channel)
    .where(_m.c.conversation_id == sa.bindparam("conversation"), _m.c.external_id == sa.bindparam("external_id"))
)
_TEXTS = sa.select(_m.c.text).where(_m.c.id.in_(sa.bindparam("messages", expanding=True)))
_NEXT = sa.select(sa.func.min(_m.c.id)).where(_m.c.state == "waiting", _m.c.conversation_id == sa.bindparam("conversation"))
_MODE = sa.select(_c.c.mode).where(_c.c.id == sa.bindparam("conversation")).with_for_update(read=True)
_COMMUNITY = sa.select(_c.c.community).where(_c.c.id == sa.bindparam("conversation"))
_MARK = (
    sa.update(_m)
    .where(_m.c.id == sa.bindparam("message"), _m.c.state == "waiting")
    .values(state="answered", answered_at=sa.bindparam("now"))
)
_ADD_REPLY = sa.insert(Reply.__table__)


def _stored_columns(row: Any) -> Stored:
    return Stored(row.id, row.conversation_id, row.external_id, row.text, row.channel, row.received_at, row.state == "answered", row.attempts)


def _messages() -> Any:
    return sa.select(Message, Conversation.channel).join(Conversation, Conversation.id == Message.conversation_id)


def _stored(row: Any) -> Stored:
    message, channel = row
    return Stored(
        id=message.id,
        conversation=message.conversation_id,
        external_id=message.external_id,
        text=message.text,
        channel=channel,
        received_at=message.received_at,
        answered=message.state == "answered",
        attempts=message.attempts,
    )


def _stored_reply(row: Any) -> StoredReply:
    return StoredReply(row.id, row.message_id, row.said_by, row.created_at, Outbound.from_json(row.body))


def _reply(conversation: str, message_id: int | None, part: int, reply: Outbound, said_by: str, now: datetime) -> Reply:
    return Reply(
        conversation_id=conversation, message_id=message_id, part=part, body=reply.to_json(), said_by=said_by, created_at=now
    )
