"""How far each voice is believed, and how sure of itself a card may be: numbers fitted on texts that no voice had learnt from.

`bot nlu eval` fits them on the parts of its cross-validation and writes calibration.json, which every training reads. To fit
them within a training would mean to train twice, and on fewer texts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bot.understanding.heads import Array, Belief, log_softmax

CALIBRATION = Path(__file__).parent / "calibration.json"
_SURE = 1e-4  # nothing is surer than this, nor less sure


@dataclass(frozen=True)
class Calibration:
    """What is believed of each question's voices (intent, topic, danger, card), and of a card that is shown.

    `card`: slope and offset on its log odds.
    """

    shares: Mapping[str, tuple[float, float]]
    first: Mapping[str, float]
    lean: Mapping[str, Mapping[str, float]]
    card: tuple[float, float] = (1.0, 0.0)

    def belief(self, name: str, labels: Sequence[str]) -> Belief:
        """Return what is believed of the voices on one question, whose labels these are."""
        lean = self.lean.get(name, {})
        return Belief(np.array(self.shares[name], dtype=np.float32), self.first.get(name),
                      np.array([lean.get(label, 0.0) for label in labels], dtype=np.float32) if lean else np.zeros(1, dtype=np.float32))

    def write(self, path: Path = CALIBRATION) -> None:
        """Write the numbers as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_calibration(path: Path = CALIBRATION) -> Calibration:
    """Return the numbers that trainings use."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return Calibration({name: (shares[0], shares[1]) for name, shares in read["shares"].items()}, read["first"], read["lean"],
                       (read["card"][0], read["card"][1]))


def surer(confidence: float, card: tuple[float, float]) -> float:
    """Return the share of cards shown with this confidence, 0 to 1, that are right."""
    odds = np.log(max(confidence, _SURE) / max(1 - confidence, _SURE))
    return float(1 / (1 + np.exp(-(card[0] * odds + card[1]))))


def fit_belief(voices: Array, right: Array, weights: Array, labels: Sequence[str] = (), votes: bool = False,
               leaning: Sequence[str] = ()) -> tuple[tuple[float, float], float | None, dict[str, float]]:
    """Return (shares, first, lean) of a Belief that makes the right labels likeliest.

    Args:
        voices: what they say, as (voice, text, label).
        right: the right label (column number) of each text.
        weights: how much each text counts.
        labels: the columns' names.
        votes: whether each voice has its say, or both have to agree.
        leaning: labels of `labels` that may be leant to or from.
    """
    voices, places = voices.astype(np.float64), [list(labels).index(label) for label in leaning]

    def of(found: Array) -> Belief:
        lean = np.zeros(voices.shape[2])
        lean[places] = found[3:]
        return Belief(np.exp(found[:2]), 1 / (1 + np.exp(-found[2])) if votes else None, lean)

    def loss(found: Array) -> float:
        chosen = of(found).weighed(voices)[np.arange(len(right)), right]
        return float(-(weights * chosen).sum() / weights.sum() + 0.002 * (found[:2] ** 2).sum())

    start, bounds = np.array([*np.log([2.0, 0.5]), 0.0, *np.zeros(len(places))]), [(-4, 3)] * 2 + [(-4, 4)] * (1 + len(places))
    best = of(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
    return ((round(float(best.shares[0]), 3), round(float(best.shares[1]), 3)), None if best.first is None else round(float(best.first), 3),
            {label: round(float(place), 3) for label, place in zip(leaning, np.asarray(best.lean)[places], strict=True)})


def fit_card(shown: Sequence[tuple[float, bool, float]]) -> tuple[float, float]:
    """Return slope and offset from (confidence, right, how much it counts) of cards; as they are where there are too few."""
    if len(shown) < 50:
        return 1.0, 0.0
    confidence, right, weights = (np.array(column, dtype=np.float64) for column in zip(*shown, strict=True))
    odds = np.log(np.maximum(confidence, _SURE) / np.maximum(1 - confidence, _SURE))

    def loss(line: Array) -> float:
        scores = line[0] * odds + line[1]
        return float((weights * (np.logaddexp(0, scores) - right * scores)).sum() / weights.sum())

    slope, offset = minimize(loss, [1.0, 0.0], method="L-BFGS-B").x
    return round(float(slope), 3), round(float(offset), 3)


def fit_cards(columns: Mapping[str, tuple[int, int]], voices: Array, right: Array, weights: Array) -> tuple[float, float]:
    """Return the weights of both voices within the right topic; topics differ in their number of cards: missing ones are impossible."""
    widest = max(end - begin for begin, end in columns.values())
    asked = np.flatnonzero(right >= 0)
    own = np.full((2, len(asked), widest), -50.0)
    places = np.zeros(len(asked), dtype=np.int64)
    for begin, end in columns.values():
        rows = np.flatnonzero((right[asked] >= begin) & (right[asked] < end))
        own[0, rows, : end - begin] = voices[0][asked[rows], begin:end]
        own[1, rows, : end - begin] = log_softmax(voices[1][asked[rows], begin:end])
        places[rows] = right[asked[rows]] - begin
    return fit_belief(own, places, weights[asked])[0]
