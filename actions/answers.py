"""Answering questions about law: from a card, by asking back, or by leading to a person. Never a guess."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.calculators import start_calculator
from actions.person import ask_for_person, told
from actions.wiring import Events, apologise, cards, channel, counting_key, later, now, office, said, say, source_key, understood
from bot.knowledge.answers import first_answer, follow_up
from bot.knowledge.cards import Card
from bot.knowledge.follow_ups import follow_up_part
from bot.ledger.review import keep_question
from bot.ledger.services import Service, record
from bot.legal.calculator_forms import is_asked_for
from bot.legal.handover import Reason
from bot.legal.safety import MENTION
from bot.messages import Button, Outbound
from bot.office import BEIJING

NONE_OF_THESE = "都不是"
# A bare "no" would be taken for a refusal; what the choice does is in what it says.
NONE_OF_THESE_SAYS = "都不是，转人工"


class ActionAnswer(Action):
    """Answer a question: a follow-up from the card in focus, else the card the model is sure of, else ask back."""

    def name(self) -> str:
        return "action_answer"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return answer_question(dispatcher, tracker)


class ActionAskBack(Action):
    """What the model was not sure of: a choice among the likeliest, then a person."""

    def name(self) -> str:
        return "action_ask_back"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return answer_question(dispatcher, tracker)


def answer_question(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Answer the latest message and return what to remember."""
    text, meaning = said(tracker), understood(tracker)
    if is_asked_for(text):
        return start_calculator(tracker)
    focus = cards().get(tracker.get_slot("card") or "")
    part = follow_up_part(text)
    if focus is not None and part is not None:
        say(dispatcher, follow_up(focus, part, office()))
        return []
    chosen = _chosen_card(text)
    if chosen is None and meaning.get("band") == "answer":
        chosen = cards().get(meaning.get("card") or "")
    if chosen is not None:
        return _tell(dispatcher, tracker, chosen, meaning)
    # Nothing to read in it, or surely not about law; what only might be off topic is treated as not understood.
    if meaning.get("intent") == "out_of_scope" and (meaning.get("band") == "answer" or not meaning.get("topics")):
        dispatcher.utter_message(response="utter_out_of_scope")
        return [SlotSet("unsure_times", 0)]
    return _ask_back(dispatcher, tracker, meaning)


def _chosen_card(text: str) -> Card | None:
    """A resident taps one of the choices offered: its title is the choice."""
    return next((card for card in cards().values() if card.title == text), None)


def _tell(dispatcher: CollectingDispatcher, tracker: Tracker, card: Card, meaning: dict[str, Any]) -> Events:
    if meaning.get("emergency"):
        say(dispatcher, Outbound(text=MENTION, kind="safety"))
    at = now()
    say(dispatcher, *first_answer(card, office(), at.astimezone(BEIJING).date()))
    service = Service(
        kind="bot_answer",
        happened_at=at,
        source_key=counting_key(tracker, "bot_answer"),
        channel=channel(tracker),
        topic=card.topic.code,
        dispute_type=card.dispute_type.code,
    )
    later("service", lambda session: record(session, service, at))
    question = tracker.get_slot("question") if said(tracker) == card.title else said(tracker)
    return [SlotSet("card", card.card_id), SlotSet("topic", card.topic.code), SlotSet("question", question), SlotSet("unsure_times", 0)]


def _ask_back(dispatcher: CollectingDispatcher, tracker: Tracker, meaning: dict[str, Any]) -> Events:
    """Offer the two or three likeliest; the second time in a row lead to a person."""
    times = int(tracker.get_slot("unsure_times") or 0)
    likely = [cards()[c] for c in meaning.get("choices") or [] if c in cards()][:3] if meaning.get("band") == "ask_back" else []
    if meaning and said(tracker) != NONE_OF_THESE:
        text, key, at = said(tracker), f"review:{source_key(tracker)}", now()
        later("question", lambda session: keep_question(session, text, meaning, key, at))
    remembered = [] if said(tracker) == NONE_OF_THESE else [SlotSet("question", said(tracker)), SlotSet("topic", meaning.get("topic"))]
    if times >= 1 or said(tracker) == NONE_OF_THESE:
        dispatcher.utter_message(response="utter_lead_to_person", json_message={"kind": "lead", "data": {"question": said(tracker)}})
        asked = ask_for_person(tracker, Reason.UNSURE_TWICE)
        if asked is not None and asked.is_new:
            say(dispatcher, Outbound(told(Reason.UNSURE_TWICE), kind="handover"))
        return [*remembered, SlotSet("unsure_times", 0)]
    if not likely:
        dispatcher.utter_message(response="utter_lead_to_person", json_message={"kind": "lead", "data": {"question": said(tracker)}})
        return [*remembered, SlotSet("unsure_times", times + 1)]
    buttons = tuple(Button(card.title, card.title) for card in likely)
    buttons = (*buttons, Button(NONE_OF_THESE, NONE_OF_THESE_SAYS))
    say(dispatcher, Outbound("您想问的是下面哪一件？点一下就行，都不是就点“都不是”。", buttons, kind="ask_back", data={"question": said(tracker)}))
    return [*remembered, SlotSet("unsure_times", times + 1)]
