"""What another model would change, told before it goes live."""

import pytest

from bot.models.comparison import compare, frozen_texts
from bot.understanding import Example, Understander
from tests.nlu.small import CARD_TOPICS, EXAMPLES

FROZEN = {"few": [Example("房东不退押金", "ask_law", "tenancy", "rental_deposit"), Example("你好", "greet")]}


@pytest.fixture(scope="module")
def before() -> Understander:
    return Understander.train(EXAMPLES, CARD_TOPICS)


@pytest.fixture(scope="module")
def after() -> Understander:
    others = [example for example in EXAMPLES if example.text != "你好"]
    return Understander.train([*others, Example("物业要收装修押金", "out_of_scope"), Example("你好", "thank")], CARD_TOPICS)


def test_the_same_model_changes_nothing(before):
    found = compare(before, before, FROZEN, [(7, "物业要收装修押金")])
    assert (found["changed"], found["questions"]) == ([], [])
    assert found["sets"]["few"]["before"] == found["sets"]["few"]["after"]


def test_figures_before_and_after_and_each_changed_answer_are_told(before, after):
    found = compare(before, after, FROZEN, [(7, "物业要收装修押金"), (8, "房东不退押金")])
    assert found["sets"]["few"]["texts"] == 2
    assert found["sets"]["few"]["before"]["intent_accuracy"] == 1.0 > found["sets"]["few"]["after"]["intent_accuracy"]
    assert [change["text"] for change in found["changed"]] == ["你好"]
    [question] = found["questions"]
    assert question["number"] == 7 and question["after"] == ["out_of_scope", None, None, "answer"] and question["before"] != question["after"]


def test_no_words_of_residents_stand_in_it(before, after):
    assert "物业" not in str(compare(before, after, {}, [(7, "物业要收装修押金")]))


def test_all_frozen_sets_are_read():
    found = frozen_texts()
    assert list(found) == ["development", "second", "third", "fourth", "fifth"] and all(len(texts) >= 200 for texts in found.values())
