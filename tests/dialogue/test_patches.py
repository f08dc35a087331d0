"""Each patch of Rasa against what it replaces, and the worker that does without TensorFlow."""

import copy
import subprocess
import sys

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.dialogue import patches
from bot.settings import ROOT

RASAS_TEMPORARY_TRACKER = patches._temporary_tracker
SAID = ("你好", "楼上漏水把我家泡了怎么办", "申请人民调解", "示例社区二", "同意")


@pytest.fixture()
def trackers(resident):
    """What the conversation stands at after each of some messages, one of them in the middle of a form."""
    found = []
    for text in SAID:
        resident.says(text)
        found.append(resident.agent.tracker_store._retrieve("web:resident"))
    assert found[-1].active_loop_name == "intake_form"
    return found


def test_a_copied_tracker_is_what_rasas_replay_makes_of_its_events(trackers):
    for tracker in trackers:
        ours, rasas = patches._copied_tracker(tracker), tracker.travel_back_in_time(float("inf"))
        assert ours.current_state() == rasas.current_state() and list(ours.events) == list(rasas.events)
        assert (ours.active_loop, ours.latest_action, ours.followup_action) == (rasas.active_loop, rasas.latest_action, rasas.followup_action)
        assert {n: s.value for n, s in ours.slots.items()} == {n: s.value for n, s in rasas.slots.items()}


def test_a_copied_tracker_goes_on_by_itself(trackers):
    before = trackers[-1].current_state()
    twin = patches._copied_tracker(trackers[-1])
    twin.update(SlotSet("wish", "赔偿"))
    assert twin.get_slot("wish") == "赔偿" and trackers[-1].current_state() == before


def test_a_form_tries_its_events_on_the_tracker_rasa_would_make(trackers, agent):
    form, events = FormAction("intake_form", None), [SlotSet("wish", "赔偿"), SlotSet("person_name", None)]
    for tracker in trackers:
        ours, rasas = (make(form, tracker, events, agent.domain) for make in (patches._continued_tracker, RASAS_TEMPORARY_TRACKER))
        assert ours.current_state() == rasas.current_state() and ours.get_slot("wish") == "赔偿"
        assert list(ours.applied_events()) == list(rasas.applied_events())
        assert (ours.active_loop, ours.latest_action, ours.followup_action) == (rasas.active_loop, rasas.latest_action, rasas.followup_action)


def test_every_kind_of_event_is_found_as_rasa_finds_it():
    for kind in {known.type_name for known in all_subclasses(Event)}:
        assert patches._event_class(kind) is patches._resolve_event(kind)
    with pytest.raises(ValueError, match="Unknown event"):
        patches._event_class("nothing")


def test_every_action_is_of_the_class_rasa_makes(agent):
    for name in agent.domain.action_names_or_texts:
        ours, rasas = (make(name, agent.domain, agent.action_endpoint) for make in (patches._action_made_once, patches._make_action))
        assert type(ours) is type(rasas) and ours.name() == rasas.name()


@pytest.mark.parametrize("result, is_valid", [
    ({"events": [], "responses": []}, True),
    ({"events": [{"event": "slot", "name": "card", "value": None, "timestamp": None}], "responses": [{"text": "好"}]}, True),
    ({"events": [{"event": "followup", "name": "intake_form", "timestamp": 1.5}]}, True),
    ({"events": [{"event": "slot", "value": 1}]}, False),
    ({"events": [{"event": "slot", "name": 7, "value": 1}]}, False),
    ({"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}]}, False),
    ({"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": True}]}, False),
    ({"events": [{"event": "slot", "name": "a", "value": 1, "metadata": "x"}]}, False),
    ({"events": [{"event": "nothing"}]}, False),
    ({"events": {}}, False),
    ({"responses": ["text"]}, False),
    ({"events": [{"event": "active_loop", "name": None}]}, True),
])  # fmt: skip
def test_an_actions_result_is_judged_as_rasa_judges_it(result, is_valid):
    def judge(check):
        try:
            check()
            return True
        except jsonschema.ValidationError:
            return False

    ours = judge(lambda: patches._with_prepared_validator(RemoteAction("a", None), result))
    assert ours == judge(lambda: jsonschema.validate(result, RemoteAction.action_response_format_spec())) == is_valid


def test_no_rule_is_missed_by_not_looking_at_the_words(agent, trackers):
    policy = next(n._component for n in agent.processor.graph_runner._instantiated_nodes.values() if isinstance(n._component, RulePolicy))
    assert not patches._speaks_of_words(policy)
    for tracker in trackers:
        by_words, by_intent = (patches._look_in_rules(policy, tracker, agent.domain, use_text_for_last_user_input=words) for words in (True, False))
        assert by_words[0] is None and (not by_words[2] or by_intent[2])


def test_a_copied_slot_is_rasas(agent):
    for slot in agent.domain.slots:
        twin = patches._copied_slot(slot)
        assert type(twin) is type(slot) and twin is not slot and twin.__dict__ == slot.__dict__
        assert copy.copy(slot).__dict__ == slot.__dict__


def test_a_worker_imports_rasa_without_tensorflow_and_says_so_when_it_is_used():
    script = """
import sys
from bot.dialogue.light_imports import LeftOut, stand_in
stand_in()
import rasa.core.agent, tensorflow as tf
assert not hasattr(tf, "__file__") and not any(name.startswith("tensorflow.python") for name in sys.modules)
try:
    tf.constant(1)
except LeftOut as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert "constant" in done.stdout and done.returncode == 0, done.stderr[-500:]


def test_two_trackers_of_one_conversation_do_not_share_slots(agent):
    one, other = (DialogueStateTracker.from_events("web:x", [], agent.domain.slots) for _ in range(2))
    one.update(SlotSet("wish", "赔偿"))
    assert other.get_slot("wish") is None
