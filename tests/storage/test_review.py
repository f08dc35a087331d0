"""Questions the model was not sure of become training examples."""

import pytest
import yaml

from bot.errors import CaseNotFound, UnknownCode
from bot.ledger.review import export_labelled, keep_question, label_question, open_questions
from tests.conftest import NOON

CARDS = {"water_leak": "neighbour"}
UNSURE = {"intent": "ask_law", "band": "ask_back", "topics": [["neighbour", 0.4]], "choices": ["water_leak"]}


def kept(database, text="楼上的水滴我头上13800138000", key="a"):
    with database.transaction() as session:
        keep_question(session, text, UNSURE, key, NOON)
    with database.reading() as session:
        return open_questions(session)


def test_a_question_is_kept_once_without_personal_data(database):
    kept(database)
    [question] = kept(database)
    assert question.text == "楼上的水滴我头上〔电话〕"


def test_a_label_turns_it_into_a_training_example(database):
    [question] = kept(database)
    with database.transaction() as session:
        label_question(session, question.id, "ask_law", None, "water_leak", CARDS, "a01")
    with database.transaction() as session:
        [block] = yaml.safe_load(export_labelled(session, NOON))["nlu"]
    assert block == {"intent": "ask_law", "examples": "- 楼上的水滴我头上〔电话〕\n", "metadata": {"topic": "neighbour", "card": "water_leak"}}
    with database.reading() as session:
        assert open_questions(session) == []


def test_what_would_be_read_as_markup_is_exported_as_plain_text(database, tmp_path):
    from bot.understanding import read_examples

    [question] = kept(database, text="/inform[漏水]{x}\n第二行", key="b")
    with database.transaction() as session:
        label_question(session, question.id, "ask_law", "neighbour", None, CARDS, "a01")
        (tmp_path / "nlu.yml").write_text(export_labelled(session, NOON), encoding="utf-8")
    [example] = read_examples(tmp_path)
    assert example.text == "inform【漏水】（x） 第二行" and example.topic == "neighbour"


@pytest.mark.parametrize("intent, topic, card", [("ask_law", None, None), ("ask_law", "moon", None), ("ask_law", None, "moon"), ("moon", None, None)])
def test_a_label_that_does_not_exist_is_refused(database, intent, topic, card):
    [question] = kept(database)
    with pytest.raises(UnknownCode), database.transaction() as session:
        label_question(session, question.id, intent, topic, card, CARDS, "a01")


def test_an_unknown_question_is_refused(database):
    with pytest.raises(CaseNotFound), database.transaction() as session:
        label_question(session, 99, "greet", None, None, CARDS, "a01")
