"""After filing: 查进度, 补充, 撤回. One form finds the case (number, then the phone's last four digits), one action acts."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.safety import respond_to_emergency
from actions.wiring import Events, apologise, now, office, reading, said, source_key, transaction, understood
from bot.errors import BadInput, CaseNotFound
from bot.ledger.cases import add_statement, find_case, own_cases
from bot.ledger.casework_ends import withdraw
from bot.ledger.privacy import correct_applicant
from bot.legal import intake
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import STATUS_LABELS
from bot.office import BEIJING
from bot.storage.tables import Case

REQUESTED = "requested_slot"
PURPOSE_OF_INTENT = {"check_case": "check", "supplement_case": "supplement", "withdraw_case": "withdraw"}
NUMBER, TAIL, TEXT = "desk_number", "desk_phone_tail", "desk_text"
DESK_SLOTS = ("desk_purpose", NUMBER, TAIL, TEXT, "intake_end")
COLUMN_OF = {intake.NAME: "name", intake.PHONE: "phone"}
NEEDS_TEXT = ("supplement", "withdraw")
MOST_MISSES = 5
# Wanting one of these instead of giving a number ends the search for a case.
LEAVES = ("ask_human", "ask_menu", "request_mediation", "request_advisor", "request_legal_aid", "raise_enterprise_issue", "complain")


class ActionStartDesk(Action):
    """Open the form that finds a case; a single case of this conversation needs no number."""

    def name(self) -> str:
        return "action_start_desk"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        purpose = PURPOSE_OF_INTENT.get(tracker.latest_message.get("intent", {}).get("name"), "check")
        values: dict[str, Any] = dict.fromkeys(DESK_SLOTS) | {"desk_purpose": purpose}
        with reading() as session:
            own = [case.number for case in own_cases(session, tracker.sender_id)]
        try:
            values[NUMBER] = intake.read_case_number(said(tracker), office().case_prefix)
        except BadInput:
            values[NUMBER] = own[0] if len(own) == 1 else None
        if values[NUMBER] in own:
            values[TAIL] = "own"
            values[TEXT] = _correction_or_why_not(dispatcher, said(tracker)) if purpose == "supplement" else None
        return [SlotSet(name, value) for name, value in values.items()]


class ValidateDeskForm(Action):
    """Read number, digits and text; everything else is refused with a reason."""

    def name(self) -> str:
        return "validate_desk_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        requested = tracker.get_slot(REQUESTED)
        if requested is None and intake.is_cancel(said(tracker)):
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return _end("cancelled")
        if requested is None:
            return _go_on(tracker, {})
        if understood(tracker).get("emergency_level") == "now":
            respond_to_emergency(dispatcher, tracker)
            return _end("emergency")
        if intake.is_cancel(said(tracker)):
            dispatcher.utter_message(response="utter_cancelled")
            return _end("cancelled")
        try:
            return _go_on(tracker, {requested: _read(requested, said(tracker))})
        except BadInput as refusal:
            if tracker.latest_message.get("intent", {}).get("name") in LEAVES:
                dispatcher.utter_message(response="utter_left_desk")
                return _end("left")
            dispatcher.utter_message(response=refusal.hint)
            return _go_on(tracker, {})


class ActionFinishDesk(Action):
    """Show, add to or withdraw the case that was found."""

    def name(self) -> str:
        return "action_finish_desk"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        forget = [SlotSet(slot, None) for slot in DESK_SLOTS]
        misses = int(tracker.get_slot("desk_misses") or 0)
        if tracker.get_slot("intake_end"):
            return forget
        if misses >= MOST_MISSES:
            dispatcher.utter_message(response="utter_too_many_misses")
            return forget
        tail = tracker.get_slot(TAIL)
        try:
            with transaction() as session:
                case = find_case(session, tracker.get_slot(NUMBER), conversation=tracker.sender_id, phone_tail=None if tail == "own" else tail)
                _act(dispatcher, tracker, session, case)
        except CaseNotFound:
            dispatcher.utter_message(response="utter_case_not_found", number=tracker.get_slot(NUMBER))
            return [*forget, SlotSet("desk_misses", misses + 1)]
        return [*forget, SlotSet("desk_misses", 0)]


def _act(dispatcher: CollectingDispatcher, tracker: Tracker, session: Any, case: Case) -> None:
    purpose, text = tracker.get_slot("desk_purpose"), tracker.get_slot(TEXT)
    # Who only knows the number and four digits may add words, but not put in another phone.
    correction = intake.correction_in(text) if purpose == "supplement" and case.conversation_id == tracker.sender_id else None
    if correction:
        correct_applicant(session, [case], COLUMN_OF[correction[0]], correction[1], now())
        dispatcher.utter_message(response="utter_corrected", numbers=case.number)
    elif purpose == "supplement":
        add_statement(session, case, text, source_key(tracker), now())
        dispatcher.utter_message(response="utter_supplemented", number=case.number)
    elif purpose == "withdraw" and text == "yes":
        withdraw(session, case, now())
        dispatcher.utter_message(response="utter_withdrawn", number=case.number)
    elif purpose == "withdraw":
        dispatcher.utter_message(response="utter_not_withdrawn", number=case.number)
    else:
        dispatcher.utter_message(
            response="utter_case_status",
            number=case.number,
            kind=CaseKind.from_code(case.kind).label,
            status=STATUS_LABELS.get(case.status, case.status),
            day=f"{case.requested_at.astimezone(BEIJING):%Y年%m月%d日 %H:%M}",
        )


def _read(field: str, text: str) -> str:
    if field == NUMBER:
        return intake.read_case_number(text, office().case_prefix)
    if field == TAIL:
        return intake.read_phone_tail(text)
    if field == "desk_withdraw":
        return "yes" if intake.read_yes(text) else "no"
    return text if intake.correction_in(text) else intake.read_story(text)


def _correction_or_why_not(dispatcher: CollectingDispatcher, text: str) -> str | None:
    """Return the text if it puts a name or phone right; None for anything else, after saying what is wrong with a try."""
    try:
        return text if intake.correction_in(text) else None
    except BadInput as refusal:
        dispatcher.utter_message(response=refusal.hint)
        return None


def _go_on(tracker: Tracker, changed: dict[str, Any]) -> Events:
    if "desk_withdraw" in changed:
        changed = {TEXT: changed["desk_withdraw"]}
    values = {**tracker.slots, **changed}
    purpose = values.get("desk_purpose")
    asked = next((f for f in (NUMBER, TAIL) if values.get(f) is None), None)
    if asked is None and purpose in NEEDS_TEXT and values.get(TEXT) is None:
        asked = TEXT if purpose == "supplement" else "desk_withdraw"
    # Rasa takes a turn that sets no slot for a rejection; the purpose is set to itself.
    return [SlotSet("desk_purpose", purpose), *(SlotSet(k, v) for k, v in changed.items()), SlotSet(REQUESTED, asked)]


def _end(how: str) -> Events:
    return [SlotSet("intake_end", how), SlotSet(REQUESTED, None)]
