# ruff: noqa: E501 (sentences, two columns a character)
import dataclasses
import json

import pytest

from bot.errors import ModelMissing
from bot.understanding import BadTrainingData, Example, Understander
from tests.nlu.small import CARD_TOPICS, EXAMPLES

STRANGE = ["", " \n\t", "\x00\x00", "😀😀😀", "\ud83d", "?" * 10, "안녕하세요", "ما هذا", "abc" * 4000, "我要离婚" * 2500, "1", "{}[]()<>", "Ｈｅｌｌｏ　Ｗｏｒｌｄ",
           "１２３ＡＢＣ离婚", "\u202e反过来", "a\x00b老板\x00不给钱", "/restart", "\u200b" * 50, "離婚後孩子歸誰"]


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text)[:20])
def test_any_text_at_all_gets_a_defined_result(small_model: Understander, text: str) -> None:
    found = small_model.understand(text)
    assert found.text == text
    assert 0 <= found.confidence <= 1
    assert found.band in ("answer", "ask_back", "person")
    json.dumps(found.as_dict())


@pytest.mark.parametrize("text", ["", "   ", "\x00", "😀", "안녕하세요", "?????"])
def test_nothing_to_read_goes_to_a_person_as_out_of_scope(small_model: Understander, text: str) -> None:
    found = small_model.understand(text)
    assert (found.intent, found.band, found.card, found.topic) == ("out_of_scope", "person", None, None)
    assert found.confidence < 0.2


def test_a_training_sentence_is_known_whatever_its_punctuation(small_model: Understander) -> None:
    found = small_model.understand("老板拖欠工资，三个月不给！！")
    assert (found.intent, found.confidence) == ("ask_law", 0.99)
    assert (found.topic, found.card, found.band, found.answered) == ("labour", "unpaid_wages", "answer", True)


def test_an_unseen_question_finds_its_topic_and_a_card_of_that_topic(small_model: Understander) -> None:
    found = small_model.understand("工地欠我三个月工资老板一直不给怎么办")
    assert (found.intent, found.topic) == ("ask_law", "labour")
    assert found.card is None or CARD_TOPICS[found.card] == "labour"
    assert len(found.topics) == 3 and found.topics[0][0] == "labour"


def test_a_service_carries_a_topic_but_never_a_card(small_model: Understander) -> None:
    found = small_model.understand("帮我查下进度")
    assert (found.intent, found.card, found.choices, found.answered) == ("check_case", None, [], False)
    assert found.topic is not None


def test_danger_comes_before_everything(small_model: Understander) -> None:
    found = small_model.understand("救命啊他拿着刀在砍我家的门")
    assert (found.intent, found.emergency_level, found.card) == ("emergency", "now", None)


def test_a_question_about_danger_keeps_its_card_and_mentions_the_danger(small_model: Understander) -> None:
    found = small_model.understand("家暴怎么取证")
    assert (found.intent, found.card, found.emergency, found.emergency_level) == ("ask_law", "domestic_violence", "dv", "mention")


def test_many_at_once_are_understood_as_one_by_one(small_model: Understander) -> None:
    texts = [*STRANGE, *(example.text + "呢" for example in EXAMPLES[::5])]
    for one, many in zip((small_model.understand(text) for text in texts), small_model.understand_many(texts)):
        assert (one.intent, one.topic, one.card, one.band) == (many.intent, many.topic, many.card, many.band)
        assert one.confidence == pytest.approx(many.confidence, abs=0.01)


def test_a_saved_model_says_the_same_after_loading(small_model: Understander, tmp_path) -> None:
    small_model.save(tmp_path)
    loaded = Understander.load(tmp_path)
    for text in ("房东扣我押金不退", "谢谢你", "他正在打我", "老板不发工资"):
        before, after = small_model.understand(text), loaded.understand(text)
        assert (before.intent, before.topics[0][0], before.card) == (after.intent, after.topics[0][0], after.card)
        assert before.confidence == pytest.approx(after.confidence, abs=0.01)


def test_a_saved_model_is_data_alone(small_model: Understander, tmp_path) -> None:
    small_model.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.json", "terms.json", "arrays.npz"}


def test_a_missing_model_says_what_to_do(tmp_path) -> None:
    with pytest.raises(ModelMissing, match="bot train"):
        Understander.load(tmp_path)


def test_an_unknown_card_in_the_examples_is_refused() -> None:
    with pytest.raises(BadTrainingData, match="no_such_card"):
        Understander.train([*EXAMPLES, Example("随便问问", "ask_law", "labour", "no_such_card")], CARD_TOPICS)


def test_too_little_to_train_on_is_refused() -> None:
    with pytest.raises(BadTrainingData, match="expected two"):
        Understander.train([Example("你好", "greet")], {})


def test_an_understood_text_cannot_be_changed(small_model: Understander) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        small_model.understand("你好").intent = "thank"  # type: ignore[misc]
