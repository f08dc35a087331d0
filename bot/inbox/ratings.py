"""What residents think of the service by a person: asked once at the end, counted once."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import store
from bot.inbox.store import Stored
from bot.ledger.services import Service, record
from bot.legal.cases import Channel
from bot.legal.handover import RATED, RATED_ALREADY, Rating, read_rating
from bot.messages import Outbound
from bot.storage.handover_tables import Handover
from bot.storage.tables import Conversation, Reply

KIND = "rating"
OPEN_FOR = timedelta(days=7)
REMEMBERED_FOR = timedelta(hours=12)


class Took(Enum):
    """What became of a rating: counted now, counted before, or not about a person's service."""

    COUNTED = RATED
    BEFORE = RATED_ALREADY
    NONE = ""


def take_rating(session: Session, stored: Stored, now: datetime) -> bool:
    """Answer a message that rates the last service by a person; returns whether it was one.

    Only right after a rating was asked for: in the middle of something else "2分" may be a rate of interest.
    """
    rating = read_rating(stored.text)
    if rating is None or not _was_just_asked(session, stored.conversation):
        return False
    took = rate(session, stored.conversation, rating, now)
    if took is Took.NONE:
        return False
    store.answer(session, stored, [Outbound(took.value, kind=KIND)], now)
    return True


def rate(session: Session, conversation: str, rating: Rating, now: datetime) -> Took:
    """Record a rating of the last service by a person, once, as one line of the books."""
    ended = sa.select(Handover).where(Handover.conversation_id == conversation, Handover.given_back_at.is_not(None))
    newest = ended.order_by(Handover.id.desc()).limit(1).with_for_update()
    handover = session.execute(newest).scalars().first()
    if handover is None:
        return Took.NONE
    if handover.rated_at is not None:
        return Took.BEFORE if now - handover.rated_at < REMEMBERED_FOR else Took.NONE
    if now - handover.given_back_at > OPEN_FOR:
        return Took.NONE
    handover.rated_at, handover.stars, handover.words = now, rating.stars, rating.words or None
    _count(session, handover, now)
    return Took.COUNTED


def _was_just_asked(session: Session, conversation: str) -> bool:
    newest = sa.select(Reply.body).where(Reply.conversation_id == conversation).order_by(Reply.id.desc()).limit(1)
    body = session.execute(newest).scalar_one_or_none()
    return body is not None and Outbound.from_json(body).kind == KIND


def _count(session: Session, handover: Handover, now: datetime) -> None:
    channel = session.execute(sa.select(Conversation.channel).where(Conversation.id == handover.conversation_id)).scalar_one()
    service = Service(
        kind=f"rating_{handover.stars}",
        happened_at=now,
        source_key=f"rating:handover:{handover.id}",
        channel=Channel.from_code(channel),
        recorded_by="resident",
    )
    record(session, service, now)
