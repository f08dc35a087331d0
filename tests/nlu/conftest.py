"""Models for the tests of understanding: a small fixed one, and the real one where nothing less will do."""

import json
from pathlib import Path

import pytest

from bot.understanding import Example, Understander, read_examples
from tests.nlu.small import CARD_TOPICS, EXAMPLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def small_model() -> Understander:
    return Understander.train(EXAMPLES, CARD_TOPICS)


@pytest.fixture(scope="session")
def real_examples() -> list[Example]:
    return read_examples(ROOT / "data")


@pytest.fixture(scope="session")
def real_model(real_examples: list[Example]) -> Understander:
    from bot.knowledge.cards import card_topics, read_cards
    from bot.understanding.examples import words_of_cards
    from bot.understanding.vector_store import STORE

    return Understander.train(real_examples, card_topics(), card_words=words_of_cards(read_cards().values()), store=STORE)


@pytest.fixture(scope="session")
def frozen_figures() -> dict[str, dict[str, float]]:
    path = ROOT / "tests" / "nlu" / "figures.json"
    if not path.is_file():
        pytest.skip("tests/nlu/figures.json is missing: run `bot nlu eval --freeze tests/nlu/figures.json` and commit it")
    return json.loads(path.read_text(encoding="utf-8"))
