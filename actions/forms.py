"""Validation of the intake form: every turn of the form comes through here.

A turn can be an answer to the field asked for, a correction, a question in between (answered, then the form goes on),
a wish to stop, or an emergency (which ends the form).
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import answer_question
from actions.person import ask_for_person
from actions.safety import respond_to_emergency
from actions.wiring import Events, channel, later, now, office, said, say, source_key, understood
from bot.errors import BadInput
from bot.knowledge.follow_ups import follow_up_part
from bot.ledger.consents import give_consent
from bot.legal import intake
from bot.legal.calculator_forms import is_asked_for
from bot.legal.cases import CaseKind
from bot.legal.enterprise import read_category
from bot.legal.handover import Reason
from bot.messages import Button, Outbound

REQUESTED = "requested_slot"
# Asked for while a resident chooses what to change; it has no question of its own.
CORRECTION = "correction"
SURE = 0.95
SMALL_TALK = {
    "greet": "utter_greet_again", "thank": "utter_thank", "bot_challenge": "utter_bot_challenge", "ask_hours": "utter_hours_short",
    "ask_human": "utter_person_after_form", "complain": "utter_complain",
}  # fmt: skip
SERVICES = ("request_mediation", "request_advisor", "request_legal_aid", "raise_enterprise_issue", "check_case", "ask_menu")
# What happened is a story even when it asks something: it is kept, not answered in between.
FREE_TEXT = (intake.WISH, intake.OTHER, intake.ENTERPRISE)


class ValidateIntakeForm(Action):
    """Decide what this turn of the form was, and which field comes next."""

    def name(self) -> str:
        return "validate_intake_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        requested = tracker.get_slot(REQUESTED)
        if requested is None:
            return _go_on(tracker, {})
        if understood(tracker).get("emergency_level") == "now":
            respond_to_emergency(dispatcher, tracker)
            return _end("emergency")
        if intake.is_cancel(said(tracker)):
            dispatcher.utter_message(response="utter_cancelled")
            return _end("cancelled")
        return _take(dispatcher, tracker, requested)


def _take(dispatcher: CollectingDispatcher, tracker: Tracker, requested: str) -> Events:
    text = said(tracker)
    corrected = intake.corrected_field(text) if requested != intake.WHAT else None
    if corrected in intake.fields_of(_kind(tracker)):
        return _go_on(tracker, {corrected: None, intake.CONFIRMED: None}, ask=corrected)
    if requested in (intake.CONFIRMED, CORRECTION):
        return _confirm(dispatcher, tracker)
    if _asks_for_a_service(tracker):
        dispatcher.utter_message(response="utter_in_form")
        return _go_on(tracker, {}, ask=requested)
    if requested in FREE_TEXT and _digresses(dispatcher, tracker):
        return _go_on(tracker, {}, ask=requested)
    try:
        value = _read(requested, text)
    except BadInput as refusal:
        if not _digresses(dispatcher, tracker):
            dispatcher.utter_message(response=refusal.hint)
        return _go_on(tracker, {}, ask=requested)
    if requested == intake.CONSENT:
        return _consent(dispatcher, tracker, bool(value))
    return _go_on(tracker, {requested: value})


def _read(field: str, text: str) -> Any:
    if field == intake.COMMUNITY:
        return _read_community(text)
    readers = {
        intake.WHAT: intake.read_story,
        intake.WISH: intake.read_wish,
        intake.OTHER: intake.read_party,
        intake.ENTERPRISE: intake.read_party,
        intake.CATEGORY: lambda said: read_category(said).code,
        intake.NAME: intake.read_name,
        intake.PHONE: intake.read_phone,
        intake.CONSENT: intake.read_yes,
    }
    return readers[field](text)


def _read_community(text: str) -> str:
    if text in (intake.UNKNOWN, "不在列表里", "不知道"):
        return intake.UNKNOWN
    found = office().find_community(text)
    if found is None:
        raise BadInput("utter_bad_community")
    return found.code


def _consent(dispatcher: CollectingDispatcher, tracker: Tracker, agreed: bool) -> Events:
    if not agreed:
        dispatcher.utter_message(response="utter_no_consent")
        return _end("no_consent")
    notice, on, key, at = office().privacy_notice, channel(tracker), f"consent:{source_key(tracker)}", now()
    later("consent", lambda session: give_consent(session, tracker.sender_id, notice, on, key, at))
    return _go_on(tracker, {intake.CONSENT: True})


def _confirm(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    text = said(tracker)
    if intake.wants_change(text):
        fields = [f for f in intake.fields_of(_kind(tracker)) if f in intake.LABELS]
        buttons = tuple(Button(f"改{intake.LABELS[f]}", f"修改{intake.LABELS[f]}") for f in fields)
        say(dispatcher, Outbound("要改哪一项？", (*buttons, Button("取消", "取消")), kind="correct"))
        return _wait(tracker)
    try:
        if intake.read_yes(text):
            return _go_on(tracker, {intake.CONFIRMED: True})
        dispatcher.utter_message(response="utter_not_confirmed")
        return _wait(tracker)
    except BadInput:
        if not _digresses(dispatcher, tracker):
            dispatcher.utter_message(response="utter_bad_confirm")
        return _go_on(tracker, {}, ask=intake.CONFIRMED)


def _digresses(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Answer a question in between; returns whether the turn was one."""
    meaning, text = understood(tracker), said(tracker)
    intent = tracker.latest_message.get("intent", {}).get("name")
    if intent in SMALL_TALK and len(text) <= 20:
        if intent == "ask_human":
            ask_for_person(tracker, Reason.ASKED)
        dispatcher.utter_message(response=SMALL_TALK[intent])
        return True
    follows_up = follow_up_part(text) is not None and tracker.get_slot("card") is not None
    asks_law = meaning.get("band") == "answer" and bool(meaning.get("card")) and intake.looks_like_question(text)
    if follows_up or asks_law:
        answer_question(dispatcher, tracker)
        dispatcher.utter_message(response="utter_back_to_form")
        return True
    return False


def _asks_for_a_service(tracker: Tracker) -> bool:
    """A menu button tapped in the middle of the form is no name and no wish."""
    if is_asked_for(said(tracker)):
        return True
    intent = tracker.latest_message.get("intent") or {}
    return intent.get("name") in SERVICES and float(intent.get("confidence") or 0) >= SURE and len(said(tracker)) <= 12


def _kind(tracker: Tracker) -> CaseKind:
    return CaseKind.from_code(tracker.get_slot("case_kind"))


def _go_on(tracker: Tracker, changed: dict[str, Any], ask: str | None = None) -> Events:
    """Store what was said and ask for the field named, else for the first that is missing."""
    values = {**tracker.slots, **changed}
    asked = ask or intake.next_field(_kind(tracker), values)
    kept = tracker.slots.get("case_kind")
    # Rasa takes a turn that sets no slot for a rejection; the kind is set to itself.
    return [SlotSet("case_kind", kept), *(SlotSet(k, v) for k, v in changed.items()), SlotSet(REQUESTED, asked)]


def _wait(tracker: Tracker) -> Events:
    """Stay at the summary without showing it again."""
    return [SlotSet("case_kind", tracker.slots.get("case_kind")), SlotSet(REQUESTED, CORRECTION)]


def _end(how: str) -> Events:
    return [SlotSet("intake_end", how), SlotSet(REQUESTED, None)]
