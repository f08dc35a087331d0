"""Which card of a topic answers, or that none does."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bot.understanding.heads import Array, Belief, Linear, log_softmax
from bot.understanding.terms import TermRows

NO_CARD = "-"


@dataclass(frozen=True)
class CardHeads:
    """One small classifier for each topic, all side by side in one matrix.

    Columns [start, end) of a topic are its cards and NO_CARD. Two voices, on terms (weights are sparse) and on the
    network's hidden layer, weighed the same in every topic.
    """

    columns: dict[str, tuple[int, int]]
    labels: list[str]
    on_terms: Linear
    on_hidden: Linear
    belief: Belief
    sureness: Array  # slope and offset on the log odds of a card shown (bot.understanding.calibration)

    def voices(self, terms: TermRows, hidden: Array) -> Array:
        """Return what both voices say, as (voice, text, label)."""
        if not self.labels:
            return np.zeros((2, len(hidden), 0))
        return np.stack([self.on_terms.scores(terms), self.on_hidden.scores(hidden)])

    def of_topics(self, voices: Array, topics: Iterable[str]) -> list[tuple[str, str, float]]:
        """Return (topic, card or NO_CARD, probability within the topic) from one text's voices, as (voice, label)."""
        found: list[tuple[str, str, float]] = []
        for topic in topics:
            start, end = self.columns.get(topic, (0, 0))
            if start < end:
                chances = np.exp(self.log_probabilities(voices[:, None, start:end]))[0]
                found.extend((topic, label, float(chance)) for label, chance in zip(self.labels[start:end], chances, strict=True))
        return found

    def log_probabilities(self, voices: Array) -> Array:
        """Return calibrated log probabilities from the voices within one topic, as (text, label)."""
        return self.belief.weighed(np.stack([voices[0], log_softmax(voices[1])]))
