"""算一算: which calculation, one input at a time, then the sum with its steps.

Every turn comes through validate_calculator_form. What is typed can be an answer, a correction, a question in between, a
wish to stop or an emergency, as in the other forms.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.safety import respond_to_emergency
from actions.wiring import Events, apologise, cards, now, office, said, say, understood
from bot.knowledge.answers import SIGNED, ways_on
from bot.knowledge.law_names import article_label, short_title
from bot.legal import intake
from bot.legal.calculator_fields import told_already
from bot.legal.calculator_forms import CALCULATORS, COMMON, calculator, calculators_of
from bot.legal.calculator_record import Answer, Calculator
from bot.legal.figures import KNOWN, Figures, read_figures
from bot.legal.sums import Uncountable
from bot.messages import Button, CitedArticle, Outbound
from bot.office import BEIJING
from bot.understanding.entities import find_entities

FORM, REQUESTED, ASKED = "calculator_form", "requested_slot", "calc_field"
KIND, VALUES = "calc_kind", "calc_values"
SLOTS = (KIND, VALUES, ASKED)
DONE = "done"
CANCEL = Button("取消", "取消")
_STOPS = re.compile(r"^(不算了?|别算了|先不算了?)[吧。.!！]*$")
_AGAIN = re.compile(r"^(重填|重新填|重来|都?不对|重算|重新算)[吧。.!！]*$")
_BACK = re.compile(r"^(上一步|上一项|写错了|填错了|改一下|返回)[吧。.!！]*$")
# Wanting one of these instead of giving a number ends the calculation.
LEAVES = ("ask_human", "ask_menu", "request_mediation", "request_advisor", "request_legal_aid", "raise_enterprise_issue", "check_case", "complain")


def start_calculator(tracker: Tracker) -> Events:
    """Open the form for the card in focus: its only calculator, else the choice of which."""
    offered = _offered(tracker)
    kind = offered[0].code if len(offered) == 1 else None
    return [SlotSet(KIND, kind), SlotSet(VALUES, None), SlotSet(ASKED, None), FollowupAction(FORM)]


class ValidateCalculatorForm(Action):
    """Decide what this turn was, and what is asked next."""

    def name(self) -> str:
        return "validate_calculator_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        kind = tracker.get_slot(KIND)
        if tracker.get_slot(REQUESTED) is None:
            return _go_on(kind, _told(dispatcher, tracker, calculator(kind)) if kind else {})
        text = said(tracker)
        if understood(tracker).get("emergency_level") == "now":
            respond_to_emergency(dispatcher, tracker)
            return _end("emergency")
        if intake.is_cancel(text) or _STOPS.match(text):
            dispatcher.utter_message(response="utter_calculation_cancelled")
            return _end("cancelled")
        if kind is None:
            return _choose(dispatcher, tracker)
        values = _values(tracker)
        if _AGAIN.match(text):
            return _go_on(kind, {})
        if _BACK.match(text):
            return _go_on(kind, dict(list(values.items())[:-1]))
        return _take(dispatcher, tracker, calculator(kind), values)


class ActionAskCalcField(Action):
    """Ask for the input that is missing, with its choices as buttons."""

    def name(self) -> str:
        return "action_ask_calc_field"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        kind = tracker.get_slot(KIND)
        if kind is None:
            buttons = tuple(Button(known.title, known.title) for known in _offered(tracker))
            say(dispatcher, Outbound("想算哪一样？", (*buttons, CANCEL), kind="choose"))
            return []
        field = calculator(kind).missing(_values(tracker))
        if field is not None:
            say(dispatcher, Outbound(field.question, (*(Button(b, b) for b in field.buttons), CANCEL), kind="choose"))
        return []


class ActionFinishCalculator(Action):
    """Show the sum once everything is given; forget what was typed."""

    def name(self) -> str:
        return "action_finish_calculator"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        forget = [SlotSet(slot, None) for slot in SLOTS]
        kind = tracker.get_slot(KIND)
        if tracker.get_slot(ASKED) != DONE or kind is None:
            return forget
        try:
            answer = calculator(kind).calculate(_values(tracker), _figures(), _today())
        except (Uncountable, KeyError):
            # A slot that was set while validation was away is not trusted (rasa.md, hazard 5).
            dispatcher.utter_message(response="utter_try_later")
            return forget
        card = cards().get(tracker.get_slot("card") or "")
        buttons = ways_on(card) if card is not None else (Button("找社区法律顾问", "找社区法律顾问"), Button("转人工", "转人工"))
        text = f"{answer.text}\n{SIGNED}"
        say(dispatcher, Outbound(text, buttons, citations=_cited(answer), kind="answer", data={"calculator": kind}))
        return forget


def _choose(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    text, offered = said(tracker), _offered(tracker)
    chosen = next((known for known in (*offered, *CALCULATORS) if known.title == text), None)
    if chosen is None and re.fullmatch("[1-9]", text) and int(text) <= len(offered):
        chosen = offered[int(text) - 1]
    if chosen is None:
        return _leave_or_answer(dispatcher, tracker) or _refuse(dispatcher, "请从下面选一样。", None, {})
    return _go_on(chosen.code, _told(dispatcher, tracker, chosen))


def _take(dispatcher: CollectingDispatcher, tracker: Tracker, known: Calculator, values: dict[str, str]) -> Events:
    field = known.missing(values)
    if field is None:
        return _go_on(known.code, values)
    text = said(tracker)
    try:
        values[field.name] = field.read(text, _entities(text), _today())
    except Uncountable as problem:
        return _leave_or_answer(dispatcher, tracker, known.code, values) or _refuse(dispatcher, problem.hint, known.code, values)
    if known.missing(values) is None:
        try:
            known.calculate(values, _figures(), _today())
        except Uncountable as problem:
            del values[known.blamed(problem, values).name]
            return _refuse(dispatcher, problem.hint, known.code, values)
    return _go_on(known.code, values)


def _leave_or_answer(dispatcher: CollectingDispatcher, tracker: Tracker, kind: str | None = None, values: dict[str, str] | None = None) -> Events | None:
    """Handle what is no answer: a service wanted instead ends the form, a question about law is answered; else None."""
    from actions.answers import answer_question  # answers.py opens this form

    meaning = understood(tracker)
    if tracker.latest_message.get("intent", {}).get("name") in LEAVES:
        dispatcher.utter_message(response="utter_left_calculation")
        return _end("left")
    if meaning.get("band") == "answer" and meaning.get("card") and intake.looks_like_question(said(tracker)):
        answer_question(dispatcher, tracker)
        dispatcher.utter_message(response="utter_back_to_calculation")
        return _go_on(kind, values or {})
    return None


def _told(dispatcher: CollectingDispatcher, tracker: Tracker, known: Calculator) -> dict[str, str]:
    """Take from the question before what is surely meant, and say so."""
    question = str(tracker.get_slot("question") or "")
    told = told_already(known.fields, question, _entities(question))
    if told:
        shown = "、".join(known.field(name).shown(value) for name, value in told.items())
        say(dispatcher, Outbound(f"先用您说过的：{shown}。不对就说“重填”。"))
    return told


def _refuse(dispatcher: CollectingDispatcher, hint: str, kind: str | None, values: dict[str, str]) -> Events:
    say(dispatcher, Outbound(hint))
    return _go_on(kind, values)


def _go_on(kind: str | None, values: dict[str, str]) -> Events:
    """Store what is known and ask for what is missing; end when nothing is."""
    missing = kind is None or calculator(kind).missing(values) is not None
    # Rasa takes a turn that sets no slot for a rejection; kind and values are always set.
    kept = [SlotSet(KIND, kind), SlotSet(VALUES, json.dumps(values, ensure_ascii=False))]
    return [*kept, SlotSet(ASKED, None if missing else DONE), SlotSet(REQUESTED, ASKED if missing else None)]


def _end(how: str) -> Events:
    return [SlotSet(ASKED, how), SlotSet(REQUESTED, None)]


def _offered(tracker: Tracker) -> tuple[Calculator, ...]:
    return calculators_of(tracker.get_slot("card") or "") or tuple(map(calculator, COMMON))


def _values(tracker: Tracker) -> dict[str, str]:
    return dict(json.loads(tracker.get_slot(VALUES) or "{}"))


def _entities(text: str) -> list[dict[str, Any]]:
    return [entity.as_dict() for entity in find_entities(text, _today())]


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _figures() -> Figures:
    return read_figures({name: given for name, given in office().figures.items() if name in KNOWN})


def _cited(answer: Answer) -> tuple[CitedArticle, ...]:
    return tuple(CitedArticle(s.law, article_label(s.article), f"{short_title(s.law)} {article_label(s.article)}") for s in answer.sources)
