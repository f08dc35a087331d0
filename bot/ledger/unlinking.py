"""What stays after a person was erased leads to nobody: the rows that the books name are cut off from the conversation.

A line of the books names a hand-over or a case by its number; an answer of the assistant by a keyed hash (message_keys). The lines
themselves never change, nor do the figures and hashes that rest on them.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.storage.handover_tables import Handover
from bot.storage.tables import Case, Conversation

ERASED = "erased"


def unlink_handovers(session: Session, conversation: str) -> None:
    """Let the ended hand-overs of a conversation belong to nobody's; one that is open still needs its conversation."""
    ended = sa.select(Handover).where(Handover.conversation_id == conversation, Handover.given_back_at.is_not(None))
    for handover in session.execute(ended).scalars().all():
        handover.conversation_id = _nobody(session, conversation, handover)
        handover.source_key = f"{ERASED}:handover:{handover.id}"
    session.flush()


def unlink_case(session: Session, case: Case) -> None:
    """Let an emptied case belong to no conversation."""
    case.conversation_id, case.source_key = None, f"{ERASED}:{case.number}"
    session.flush()


def _nobody(session: Session, conversation: str, like: Handover) -> str:
    """The conversation that all erased ones of a channel share."""
    channel = session.execute(sa.select(Conversation.channel).where(Conversation.id == conversation)).scalar_one()
    name = f"{ERASED}:{channel}"
    if session.get(Conversation, name) is None:
        try:
            with session.begin_nested():
                session.add(Conversation(id=name, channel=channel, started_at=like.asked_at))
        except IntegrityError:  # somebody else was erased at the same moment
            pass
    return name
