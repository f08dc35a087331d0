"""Emergencies: the number first, nothing asked, people told."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.person import ask_for_person, told
from actions.wiring import Events, now, office, say, source_key, transaction, understood
from bot.ledger.case_times import hurry
from bot.ledger.risks import note_risk
from bot.legal.handover import Reason
from bot.legal.safety import BUTTONS, Emergency
from bot.messages import Button, Outbound


class ActionEmergency(Action):
    """Say what to do first; never apologises instead, because these words must come whatever else fails."""

    def name(self) -> str:
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        respond_to_emergency(dispatcher, tracker)
        return []


def respond_to_emergency(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Give the first words for the emergency in the latest message and note it for the people on duty."""
    code = understood(tracker).get("emergency")
    kind = Emergency.from_code(code) if code in Emergency.codes() else Emergency.VIOLENCE_NOW
    say(dispatcher, Outbound(kind.label, tuple(Button(b, b) for b in BUTTONS), kind="emergency", data={"code": kind.code}))
    say(dispatcher, Outbound(told(Reason.EMERGENCY), kind="handover"))
    with transaction() as session:
        note_risk(session, tracker.sender_id, kind.code, source_key(tracker), now())
        hurry(session, tracker.sender_id, office().weekday_hours)
    ask_for_person(tracker, Reason.EMERGENCY)
