"""The frozen sets: the first by somebody who wrote none of the training data, the others in the voice of consultation pages."""

from pathlib import Path

import pytest

from bot.understanding import Understander
from bot.understanding.evaluation import read_development
from bot.understanding.measures import measure

SETS = {"development": 600, "second": 300, "third": 200, "fourth": 500, "fifth": 400}  # texts at least
GUARDED = ("intent_accuracy", "services", "topic_top1", "topic_top3", "emergency_recall")
ALLOWED_FALL = 0.01


@pytest.fixture(scope="module", params=SETS)
def measured(request: pytest.FixtureRequest, real_model: Understander) -> tuple[str, dict[str, float]]:
    wanted = read_development(Path(__file__).parent / f"{request.param}.jsonl")
    assert len(wanted) >= SETS[request.param]
    return request.param, measure(list(zip(wanted, real_model.understand_many([example.text for example in wanted])))).shares()


@pytest.mark.parametrize("figure", GUARDED)
def test_no_figure_falls_more_than_a_point_below_the_committed_one(frozen_figures, measured: tuple[str, dict[str, float]], figure: str) -> None:
    name, shares = measured
    if figure not in frozen_figures[name]:
        pytest.skip("the third set has no calls for help")
    assert shares[figure] >= frozen_figures[name][figure] - ALLOWED_FALL


def test_false_alarms_and_answers_to_idle_talk_stay_few(measured: tuple[str, dict[str, float]]) -> None:
    name, shares = measured
    assert shares["false_alarms"] <= (0.06 if name == "third" else 0.03)  # stories on the border of danger: some are calls for help
    assert shares["off_topic_answered"] <= 0.1


def test_eight_in_ten_means_eight_in_ten(measured: tuple[str, dict[str, float]]) -> None:
    name, shares = measured
    if name != "third":  # which the calibration has read
        assert shares["topic_calibration_error"] <= 0.08 and shares.get("card_calibration_error", 0.0) <= 0.09  # the last two sets name no cards
