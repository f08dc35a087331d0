"""Our model of residents' questions as a component of Rasa's pipeline."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import ModelMissing
from bot.knowledge.cards import read_cards
from bot.office import read_office
from bot.settings import read_settings
from bot.understanding import Example, Understander, Understood
from bot.understanding.examples import example_of, words_of_cards
from bot.understanding.normalise import normalise
from bot.understanding.storing import FORMAT
from bot.understanding.vector_store import STORE

log = logging.getLogger(__name__)

UNDERSTOOD = "understood"  # the property actions read from tracker.latest_message
_TAPPED, _MOST_TAPPED = 12, 2000  # characters of what is tapped; how many such sentences are kept
_BEIJING = timezone(timedelta(hours=8))
_RANKING = "intent_ranking"
_WORDS = Path(__file__).resolve().parents[2] / "understanding" / "words.txt"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LegalUnderstanding(GraphComponent):
    """Sets intent, entities and `understood` (see bot.understanding.Understood.as_dict) of each message.

    Configuration: `communities`, the names that entities of that kind are looked for by, those of the office's file if none are given;
    `ranking_length`, how many intents stand in intent_ranking.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the configuration used where config.yml says nothing."""
        return {"communities": [], "ranking_length": 3}

    @staticmethod
    def required_packages() -> list[str]:
        """Return what has to be importable besides Rasa's own requirements."""
        return ["jieba"]  # the others are imported and distributed under different names, and Rasa checks one name both ways

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Optional[Understander] = None) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._model = model
        self._tapped: dict[tuple[str, date], Understood] = {}
        self._ahead: dict[tuple[str, date], Understood] = {}
        if model is not None:
            model.communities = tuple(config["communities"])

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> LegalUnderstanding:
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext,
             **kwargs: Any) -> LegalUnderstanding:
        """Return the trained component, dictionary and vectors already in memory.

        Raises:
            ModelMissing: the archive holds no trained component; Rasa must not start with one that guesses.
        """
        try:
            with model_storage.read_from(resource) as folder:
                model = Understander.load(folder)
        except ValueError as error:
            raise ModelMissing(f"LegalUnderstanding was not trained into this archive ({error}); run `bot train --force`.") from error
        model.warm_up()
        return cls({**config, "communities": config["communities"] or _communities_of_the_office()}, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> Optional[str]:
        """Return a hash of what training reads besides the training data: the cards and our words."""
        read = [json.dumps(taught_by_cards(), sort_keys=True, ensure_ascii=False), _WORDS.read_text(encoding="utf-8"), str(FORMAT)]
        return hashlib.sha256("\0".join(read).encode()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model and write it into the component's folder of the archive."""
        topics, words = taught_by_cards()
        model = Understander.train(examples_of(training_data), topics, lambda step: log.info("understanding: %s", step), words, STORE)
        model.communities = tuple(self._config["communities"])
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
        self._model = model
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set what was understood of each message; an intent set by other means (a button's payload) stays."""
        if self._model is None:
            raise ModelMissing("LegalUnderstanding has no trained model; run `bot train`.")
        for message in messages:
            if message.get(TEXT):
                self._write(message, self._understand(message.get(TEXT)))
        return messages

    def understand_ahead(self, texts: Sequence[str]) -> None:
        """Read texts that are about to be processed, together; each is kept until then, and no longer than until the next such call."""
        if self._model is None:
            return
        today = _today()
        unread = [text for text in dict.fromkeys(texts) if (text, today) not in self._tapped]
        self._ahead = {(text, today): found for text, found in zip(unread, self._model.understand_many(unread, today), strict=True)}

    def _understand(self, text: str) -> Understood:
        """Return what a text means; what residents tap is the same a thousand times a day and is worked out once a day.

        Only short sentences of the training data and names of communities are kept: nothing a resident wrote stays in memory.
        """
        assert self._model is not None
        today = _today()
        found = self._tapped.get((text, today))
        if found is None:
            found = self._ahead.pop((text, today), None) or self._model.understand(text, today)
            if self._is_tapped(text):
                if len(self._tapped) >= _MOST_TAPPED:
                    self._tapped.clear()
                self._tapped[text, today] = found
        return found

    def _is_tapped(self, text: str) -> bool:
        """Say whether a text is one of ours: a short sentence of the training data, or a community of the office."""
        assert self._model is not None
        return len(text) <= _TAPPED and (text in self._model.communities or self._model.memory.recall(normalise(text)) is not None)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the training data as they are: no later component needs what was understood of them."""
        return training_data

    def _write(self, message: Message, understood: Understood) -> None:
        if not (message.get(INTENT) or {}).get("name"):
            ranking = list(understood.intents)[: self._config["ranking_length"]]
            message.set(INTENT, {"name": _what_to_do(understood), "confidence": understood.confidence}, add_to_output=True)
            message.set(_RANKING, [{"name": name, "confidence": share} for name, share in ranking], add_to_output=True)
        found = [{"entity": entity.kind, "start": entity.start, "end": entity.end, "value": entity.value, "text": entity.text,
                  "unit": entity.unit, "extractor": type(self).__name__} for entity in understood.entities]
        message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        message.set(UNDERSTOOD, understood.as_dict(), add_to_output=True)


def _communities_of_the_office() -> list[str]:
    """They are read when a model is loaded, not when it is trained: an office adds one without training."""
    return [community.name for community in read_office(read_settings().office).communities]


def _today() -> date:
    return datetime.now(_BEIJING).date()  # 昨天 means another date tomorrow


def _what_to_do(understood: Understood) -> str:
    """Danger comes before everything; what is not certain is asked back; the rest is what the model says."""
    if understood.emergency_level == "now":
        return "emergency"
    return understood.intent if understood.band == "answer" else "nlu_fallback"


def taught_by_cards() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return card id → topic code, and card id → the card's sentences."""
    cards = read_cards()
    return {card.card_id: card.topic.code for card in cards.values()}, words_of_cards(cards.values())


def examples_of(training_data: TrainingData) -> list[Example]:
    """Return Rasa's training messages as examples, with the metadata of their intent block."""
    return [example_of(message.get(TEXT), message.get(INTENT), _metadata(message))
            for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]


def _metadata(message: Message) -> dict[str, Any]:
    given = (message.get(METADATA) or {}).get(METADATA_INTENT)
    return given if isinstance(given, dict) else {}
