"""Changes to Rasa 3.6.21 where it has no extension point. Each says what it changes, why, and what stays the same.

Applied once a process by `apply`, after checking that Rasa is the version they were written against. Only workers apply
them; `rasa train`, `rasa shell` and `rasa test` run Rasa as it is. tests/dialogue/test_patches.py holds each against the original.
"""

from __future__ import annotations

import types
from typing import Any

import jsonschema
import rasa
import rasa.core.actions.forms
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.errors import LegalBotError

WRITTEN_FOR = "3.6.21"


class WrongRasa(LegalBotError):
    """Another Rasa is installed than the patches were written for."""


def apply() -> None:
    """Patch Rasa; doing it twice changes nothing.

    Raises:
        WrongRasa: the installed version is another one; look at each patch again.
    """
    if rasa.__version__ != WRITTEN_FOR:
        raise WrongRasa(f"Rasa is {rasa.__version__}; the patches of bot/dialogue/patches.py were written for {WRITTEN_FOR}.")
    RemoteAction._validate_action_result = _with_prepared_validator
    DialogueStateTracker.copy = _copied_tracker
    FormAction._temporary_tracker = _continued_tracker
    Slot.__copy__ = _copied_slot
    Event.resolve_by_type = staticmethod(_event_class)
    action.action_for_name_or_text = _action_made_once
    RulePolicy._find_action_from_rules = _found_in_rules
    for module in (rasa.core.processor, rasa.core.actions.forms, rasa.core.policies.rule_policy):
        module.copy = _COPIES_NOTHING


# Rasa checks its own constant schema anew at each action call, three quarters of the time a message takes (rasa.md 9).
# The same schema, checked once: results are judged as before. What actions nearly always return is recognised without it.
_VALIDATOR = jsonschema.validators.validator_for(RemoteAction.action_response_format_spec())(RemoteAction.action_response_format_spec())


def _with_prepared_validator(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Raise jsonschema.ValidationError for an action result of the wrong shape, as Rasa does."""
    if _is_plain(result):
        return True
    error = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(result))
    if error is not None:
        raise error
    return True


def _is_plain(result: Any) -> bool:
    """Say whether a result holds nothing but slots set, a next action and responses as objects: always valid."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    return all(isinstance(r, dict) for r in responses) and all(map(_is_plain_event, events))


def _is_plain_event(event: Any) -> bool:
    if not isinstance(event, dict) or "metadata" in event or type(event.get("timestamp")) not in (int, float, type(None)):
        return False
    return event.get("event") == "followup" or (event.get("event") == "slot" and isinstance(event.get("name"), str) and "value" in event)


# Rasa copies a tracker, before every action, by replaying all its events into a new one. The state is a function of the events,
# so taking the state over gives the same tracker. As with Rasa's copy, events are shared and model and assistant are not set.
def _copied_tracker(self: DialogueStateTracker) -> DialogueStateTracker:
    """Return a tracker that can go on by itself."""
    twin: DialogueStateTracker = object.__new__(type(self))
    twin.__dict__.update(self.__dict__)
    twin.events = self.events.copy()
    twin.slots = type(self.slots)({name: _copied_slot(slot) for name, slot in self.slots.items()})
    twin.latest_action = dict(self.latest_action) if self.latest_action is not None else None
    loop = self.active_loop
    twin.active_loop = None if loop is None else type(loop)(loop.name, loop.is_interrupted, loop.rejected, loop.trigger_message)
    twin.model_id = twin.assistant_id = None
    return twin


# A form tries its events on a tracker of its own, twice an answer, which Rasa makes by the same replay.
_temporary_tracker = FormAction._temporary_tracker


def _continued_tracker(self: FormAction, current_tracker: DialogueStateTracker, additional_events: list[Event], domain: Any) -> DialogueStateTracker:
    """Return the tracker as it would be if the form had been executed and these events had followed."""
    twin = _copied_tracker(current_tracker)
    asked_for = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
    for event in (asked_for, ActionExecuted(self.name()), *additional_events):
        twin.update(event)
    return twin


# Every new tracker copies every slot of the domain through copy.copy, which goes through pickle's protocol; same result.
def _copied_slot(self: Slot) -> Slot:
    twin: Slot = object.__new__(type(self))
    twin.__dict__.update(self.__dict__)
    return twin


# Rasa walks all classes that derive from Event to find the one of a name, for each event of each action. Found once.
_event_classes: dict[str, Any] = {}
_resolve_event = Event.resolve_by_type


def _event_class(type_name: str, default: Any = None) -> Any:
    if not _event_classes:
        for known in all_subclasses(Event):
            _event_classes.setdefault(known.type_name, known)
    return _event_classes.get(type_name) or _resolve_event(type_name, default)


# Rasa makes the dozen default actions anew to look up one by name. Actions hold no state of a conversation, so they are kept.
_make_action = action.action_for_name_or_text


def _action_made_once(name: str, domain: Any, action_endpoint: Any) -> Any:
    made = domain.__dict__.setdefault("_actions_made", {})
    key = (name, id(action_endpoint))
    if key not in made:
        made[key] = _make_action(name, domain, action_endpoint)
    return made[key]


# RulePolicy looks for rules twice: by the words typed, then by the intent. Where no rule speaks of words the first look finds
# no action, and whether a form was left for a while it learns from the second look too; the states for it are not worked out.
_look_in_rules = RulePolicy._find_action_from_rules


def _found_in_rules(self: RulePolicy, tracker: DialogueStateTracker, domain: Any, use_text_for_last_user_input: bool) -> Any:
    if use_text_for_last_user_input and not _speaks_of_words(self):
        return None, None, False
    return _look_in_rules(self, tracker, domain, use_text_for_last_user_input)


def _speaks_of_words(policy: RulePolicy) -> bool:
    known = policy.__dict__.get("_speaks_of_words")
    if known is None:
        known = any('"text"' in key for rules in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for key in policy.lookup.get(rules, ()))
        policy._speaks_of_words = known
    return bool(known)


# These modules copy states, events and messages deeply only to hand them to a debug log that is switched off.
_COPIES_NOTHING = types.SimpleNamespace(deepcopy=lambda value: value)
