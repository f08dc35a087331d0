"""Asking for a person from within the dialogue, in the transaction of the message."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.wiring import now, office, source_key, transaction
from bot.inbox import handover
from bot.legal import handover as rules
from bot.legal.handover import Reason


def ask_for_person(tracker: Tracker, reason: Reason) -> handover.Asked | None:
    """Put this conversation in the queue for a person; None where nothing is stored (`rasa shell`)."""
    with transaction() as session:
        return handover.ask_for_person(session, tracker.sender_id, reason, now(), f"handover:{source_key(tracker)}")


def told(reason: Reason, again: bool = False) -> str:
    """Return what to tell the resident at this hour."""
    return rules.told(reason, office().is_staffed(now()), office().hours_in_words(), again)
