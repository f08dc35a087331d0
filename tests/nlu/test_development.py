"""The frozen development set, written by somebody who wrote none of the training data."""

from pathlib import Path

import pytest

from bot.understanding import Understander
from bot.understanding.evaluation import read_development
from bot.understanding.measures import measure

DEVELOPMENT = Path(__file__).parent / "development.jsonl"
GUARDED = ("intent_accuracy", "services", "topic_top1", "topic_top3", "emergency_recall")
ALLOWED_FALL = 0.01


@pytest.fixture(scope="module")
def shares(real_model: Understander) -> dict[str, float]:
    wanted = read_development(DEVELOPMENT)
    assert len(wanted) >= 600
    return measure(list(zip(wanted, real_model.understand_many([example.text for example in wanted])))).shares()


@pytest.mark.skipif(not DEVELOPMENT.is_file(), reason="tests/nlu/development.jsonl is missing: the development set has not been written yet")
@pytest.mark.parametrize("figure", GUARDED)
def test_no_figure_falls_more_than_a_point_below_the_committed_one(frozen_figures: dict[str, float], shares: dict[str, float], figure: str) -> None:
    assert shares[figure] >= frozen_figures[figure] - ALLOWED_FALL
