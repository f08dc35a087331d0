"""The component inside Rasa's own storage, without training a whole assistant."""

from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.components import understanding
from bot.dialogue.components.understanding import LegalUnderstanding
from bot.errors import ModelMissing
from tests.nlu.small import CARD_TOPICS, EXAMPLES


def messages() -> list[Message]:
    return [Message.build(e.text, e.intent, intent_metadata={k: v for k, v in (("topic", e.topic), ("card", e.card), ("emergency", e.emergency)) if v})
            for e in EXAMPLES]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalModelStorage, Resource]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(understanding, "taught_by_cards", lambda: (CARD_TOPICS, {}))
        storage, resource = LocalModelStorage(tmp_path_factory.mktemp("storage")), Resource("train_LegalUnderstanding0")
        LegalUnderstanding.create(LegalUnderstanding.get_default_config(), storage, resource, None).train(TrainingData(messages()))
        return storage, resource


@pytest.fixture(scope="module")
def loaded(trained: tuple[LocalModelStorage, Resource]) -> LegalUnderstanding:
    return LegalUnderstanding.load({**LegalUnderstanding.get_default_config(), "communities": ["龙飞山社区"]}, *trained, None)


def test_intent_entities_and_meaning_reach_the_output(loaded: LegalUnderstanding) -> None:
    (message,) = loaded.process([Message.build("龙飞山社区的老板拖欠工资三千块不给")])
    said = message.as_dict(only_output_properties=True)
    assert said["intent"]["name"] == "ask_law" and said["intent_ranking"][0]["name"] == "ask_law"
    assert said["understood"]["topic"] == "labour"
    assert {entity["entity"]: entity["value"] for entity in said["entities"]} == {"community": "龙飞山社区", "role": "employer", "money": "3000"}


def test_an_intent_set_by_other_means_stays(loaded: LegalUnderstanding) -> None:
    message = Message.build("你好")
    message.set("intent", {"name": "affirm", "confidence": 1.0}, add_to_output=True)
    assert loaded.process([message])[0].get("intent") == {"name": "affirm", "confidence": 1.0}


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": None}])
def test_a_message_without_text_passes_untouched(loaded: LegalUnderstanding, data: dict) -> None:
    assert loaded.process([Message(dict(data))])[0].get("understood") is None


def test_metadata_of_the_intent_block_becomes_labels() -> None:
    assert set(understanding.examples_of(TrainingData(messages()))) == set(EXAMPLES)


def test_the_fingerprint_covers_the_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "taught_by_cards", lambda: ({"a": "labour"}, {}))
    before = LegalUnderstanding.fingerprint_addon({})
    monkeypatch.setattr(understanding, "taught_by_cards", lambda: ({"a": "tenancy"}, {}))
    assert LegalUnderstanding.fingerprint_addon({}) != before


def test_an_archive_without_the_component_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="bot train"):
        LegalUnderstanding.load(LegalUnderstanding.get_default_config(), LocalModelStorage(tmp_path), Resource("none"), None)


def test_texts_read_ahead_mean_what_they_mean_alone_and_are_forgotten_once_processed(loaded: LegalUnderstanding) -> None:
    text = "老板拖欠工资三千块不给"
    (alone,) = loaded.process([Message.build(text)])
    loaded.understand_ahead([text, "房东不退押金怎么办"])
    (together,) = loaded.process([Message.build(text)])
    assert together.get("understood")["topics"] == alone.get("understood")["topics"]
    assert [known for known, _ in loaded._ahead] == ["房东不退押金怎么办"]
    loaded.understand_ahead([])
    assert not loaded._ahead


@pytest.mark.parametrize("tapped", ["龙飞山社区", next(e.text for e in EXAMPLES if len(e.text) <= 8)])
def test_what_residents_tap_is_read_once_a_day_also_when_it_is_read_ahead(loaded: LegalUnderstanding, tapped: str) -> None:
    loaded.understand_ahead([tapped])
    (first,) = loaded.process([Message.build(tapped)])
    loaded.understand_ahead([tapped])
    assert not loaded._ahead
    assert loaded.process([Message.build(tapped)])[0].get("understood") == first.get("understood")


def test_what_a_resident_wrote_is_not_kept(loaded: LegalUnderstanding) -> None:
    loaded.understand_ahead(["我叫张三"])
    loaded.process([Message.build("我叫张三")])
    assert "张三" not in str(loaded._ahead) + str(loaded._tapped)


def test_the_offices_own_communities_are_found_where_the_configuration_names_none(trained: tuple[LocalModelStorage, Resource]) -> None:
    component = LegalUnderstanding.load(LegalUnderstanding.get_default_config(), *trained, None)
    (message,) = component.process([Message.build("我是示例社区三的，楼上漏水")])
    assert {"entity": "community", "start": 2, "end": 7, "value": "示例社区三"}.items() <= message.get("entities")[0].items()
