"""Models for the tests of understanding: a small fixed one, and the real one where nothing less will do."""

import json
from pathlib import Path

import pytest

from bot.understanding import Understander
from bot.understanding.archive import load_from_archive, newest_archive
from tests.nlu.small import CARD_TOPICS, EXAMPLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def small_model() -> Understander:
    return Understander.train(EXAMPLES, CARD_TOPICS)


@pytest.fixture(scope="session")
def real_model(model_folder: Path) -> Understander:
    """What answers residents: the model of the run, out of its archive."""
    return load_from_archive(newest_archive(model_folder))


@pytest.fixture(scope="session")
def frozen_figures() -> dict[str, dict[str, float]]:
    path = ROOT / "tests" / "nlu" / "figures.json"
    if not path.is_file():
        pytest.skip("tests/nlu/figures.json is missing: run `bot nlu eval --freeze tests/nlu/figures.json` and commit it")
    return json.loads(path.read_text(encoding="utf-8"))
