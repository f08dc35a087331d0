"""A stock Rasa project from our own data: Rasa's default Chinese pipeline, its default policies, its SQL tracker, an action server.

    python -m bench.stock.project FOLDER [--sentences 700]

The sentences are a stratified share of data/: of every meaning (intent, and topic for questions of law) the same part, at
least two, none longer than LONGEST characters (DIET pads each batch to its longest). Questions of law are one intent a topic,
because stock has one output. Actions do nothing but speak; the form has the same fields as ours and believes what is typed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT

LONGEST = 60
FIELDS = ("community", "consent", "other_party", "wish", "person_name", "phone", "confirmed")
CONFIG = """
recipe: default.v1
language: zh
assistant_id: stock
pipeline:
- name: JiebaTokenizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: 100
- name: TEDPolicy
  max_history: 5
  epochs: 100
  constrain_similarities: true
"""
ENDPOINTS = """
action_endpoint:
  url: http://127.0.0.1:{actions}/webhook
tracker_store:
  type: SQL
{where}
"""
ACTIONS = '''
from rasa_sdk import Action


class ActionAnswer(Action):
    def name(self):
        return "action_answer"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="先止损，再查清水从哪里来，责任跟着源头走。")
        return []


class ActionStartIntake(Action):
    def name(self):
        return "action_start_intake"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="好的，我来登记。")
        return []


class ActionSubmitIntake(Action):
    def name(self):
        return "action_submit_intake"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="已提交。")
        return []
'''


def write_project(folder: Path, sentences: int) -> int:
    """Write the project and return how many sentences it trains on."""
    blocks = share_of_data(sentences)
    law = sorted(label for label in blocks if label.startswith("ask_law"))
    other = sorted(set(blocks) - set(law))
    for name in ("data", "actions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    nlu = [{"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in sorted(blocks.items())]
    _write(folder / "data/nlu.yml", {"version": "3.1", "nlu": nlu})
    _write(folder / "data/rules.yml", {"version": "3.1", "rules": _rules(law, other)})
    _write(folder / "data/stories.yml", {"version": "3.1", "stories": _stories(law)})
    _write(folder / "domain.yml", _domain([*law, *other]))
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    (folder / "actions/__init__.py").write_text("", encoding="utf-8")
    (folder / "actions/actions.py").write_text(ACTIONS, encoding="utf-8")
    return sum(map(len, blocks.values()))


def share_of_data(sentences: int) -> dict[str, list[str]]:
    """Return label → sentences: of each label the same share, at least two, evenly spread; what is tapped in the conversations is in."""
    from bot.understanding import read_examples

    all_blocks: dict[str, list[str]] = {}
    for example in read_examples(ROOT / "data"):
        if len(example.text) > LONGEST:
            continue
        label = f"ask_law_{example.topic}" if example.intent == "ask_law" else example.intent
        all_blocks.setdefault(label, []).append(example.text.translate(str.maketrans("[]{}", "()()")))
    part = sentences / sum(map(len, all_blocks.values()))
    blocks = {}
    for label, texts in all_blocks.items():
        wanted = max(2, round(len(texts) * part))
        blocks[label] = [texts[int(i * len(texts) / wanted)] for i in range(min(wanted, len(texts)))]
    for label, spoken in (("request_mediation", ("申请人民调解",)), ("affirm", ("同意", "确认提交")), ("thank", ("谢谢",))):
        blocks[label] = list(dict.fromkeys([*spoken, *blocks[label]]))
    return blocks


def _domain(intents: list[str]) -> dict[str, Any]:
    condition = {"active_loop": "intake_form"}
    slots = {
        field: {"type": "text", "influence_conversation": False,
                "mappings": [{"type": "from_text", "conditions": [{**condition, "requested_slot": field}]}]}
        for field in FIELDS
    }
    spoken = [intent for intent in intents if not intent.startswith(("ask_law", "request_mediation"))]
    responses = {f"utter_ask_{field}": [{"text": f"请告诉我：{field}"}] for field in FIELDS}
    responses.update({f"utter_{intent}": [{"text": "好的。"}] for intent in spoken})
    return {
        "version": "3.1", "intents": intents, "slots": slots, "forms": {"intake_form": {"required_slots": list(FIELDS)}},
        "actions": ["action_answer", "action_start_intake", "action_submit_intake"], "responses": responses,
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }  # fmt: skip


def _rules(law: list[str], other: list[str]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [{"rule": label, "steps": [{"intent": label}, {"action": "action_answer"}]} for label in law]
    form = [{"action": "intake_form"}, {"active_loop": "intake_form"}]
    done = [{"action": "intake_form"}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}, {"action": "action_submit_intake"}]
    rules.append({"rule": "mediation", "steps": [{"intent": "request_mediation"}, {"action": "action_start_intake"}, *form]})
    rules.append({"rule": "complete", "condition": [{"active_loop": "intake_form"}], "steps": done})
    rules += [{"rule": label, "steps": [{"intent": label}, {"action": f"utter_{label}"}]} for label in other if label != "request_mediation"]
    return rules


def _stories(law: list[str]) -> list[dict[str, Any]]:
    form = [{"intent": "request_mediation"}, {"action": "action_start_intake"}, {"action": "intake_form"}, {"active_loop": "intake_form"},
            {"action": "intake_form"}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}, {"action": "action_submit_intake"}]
    stories: list[dict[str, Any]] = []
    for place, label in enumerate(law):
        asked = [{"intent": label}, {"action": "action_answer"}]
        again = [{"intent": law[(place + 1) % len(law)]}, {"action": "action_answer"}]
        thanks = [{"intent": "thank"}, {"action": "utter_thank"}]
        stories.append({"story": f"{label} and filed", "steps": [*asked, *form, *thanks]})
        stories.append({"story": f"{label} and another", "steps": [*asked, *again, *thanks]})
    return stories


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


def main() -> None:
    """Write the project into the folder given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=700)
    given = parser.parse_args()
    print(write_project(given.folder, given.sentences))


if __name__ == "__main__":
    main()
