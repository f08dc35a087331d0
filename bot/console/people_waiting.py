"""Which conversations with residents somebody at the desk may see."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.inbox import handover
from bot.inbox.handover import Listed
from bot.legal.permissions import Permission, Staff
from bot.storage.tables import Case, Conversation


def how_many_wait(session: Session, staff: Staff) -> int:
    """Return how many residents wait for a person whom this member of staff could be."""
    return len(theirs(session, staff, handover.waiting_list(session))) if staff.may(Permission.TALK) else 0


def theirs(session: Session, staff: Staff, listed: list[Listed]) -> list[Listed]:
    """Return those of a list that are theirs: of an own community, or of none that is known, because somebody has to answer."""
    if staff.communities is None:
        return listed
    places = places_of(session, [one.conversation for one in listed])
    return [one for one in listed if not places[one.conversation] or places[one.conversation] & staff.communities]


def places_of(session: Session, conversations: list[str]) -> dict[str, set[str]]:
    """Return the communities of conversations: the one that was scanned or chosen, and those of their cases."""
    found: dict[str, set[str]] = {conversation: set() for conversation in conversations}
    scanned = sa.select(Conversation.id, Conversation.community).where(Conversation.id.in_(conversations), Conversation.community.is_not(None))
    of_cases = sa.select(Case.conversation_id, Case.community).where(Case.conversation_id.in_(conversations), Case.community.is_not(None))
    for query in (of_cases, scanned):
        for conversation, community in session.execute(query):
            found[conversation].add(community)
    return found
