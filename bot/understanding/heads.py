"""Trained classifiers as plain arrays: scoring needs numpy alone, and nothing that is loaded can run code."""

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.terms import TermRows

Array = Any  # numpy array; its shape is in the docstrings


@dataclass(frozen=True)
class Linear:
    """Weights (features × labels) and one bias a label."""

    weights: Array
    bias: Array

    def scores(self, features: Any) -> Array:
        """Return one row of scores for each row of features: TermRows, or a dense array."""
        if not isinstance(features, TermRows):
            return np.asarray(features @ self.weights) + self.bias
        # A text touches a few hundred of the weights' rows: gathering them beats a matrix product, and they may be of half precision.
        times = _times_dense if isinstance(self.weights, np.ndarray) else _times_sparse
        spans = [slice(begin, end) for begin, end in zip(features.ends, features.ends[1:], strict=False)]
        found = [times(features.values[own], features.columns[own], self.weights) for own in spans]
        return np.array(found).reshape(len(spans), len(self.bias)) + self.bias


@dataclass(frozen=True)
class Hidden:
    """The layer of rectified units that all questions share, on sentence vectors; `tokens` are those the vectors are mostly made of."""

    layer: Linear
    tokens: Array = ()

    def seen(self, vectors: Array) -> Array:
        """Return what the units say, one row for each row of vectors."""
        return np.maximum(self.layer.scores(vectors), 0)


@dataclass(frozen=True)
class Belief:
    """How far two voices are believed (bot.understanding.calibration fits it, on texts that they had not seen).

    `shares` multiply what they say, and so set the temperature. Without `first`, the products are added up: both have to agree.
    With it, each has its say: of a hundred votes the first voice has `first` times a hundred. `lean` is added to each label's score.
    """

    shares: Array
    first: Optional[float]
    lean: Array

    def weighed(self, voices: Array) -> Array:
        """Return log probabilities from what the voices say, both as (…, text, label)."""
        if self.first is None:
            return log_softmax(mixed(voices, self.shares) + self.lean)
        own = [log_softmax(share * voice) for share, voice in zip(self.shares, voices, strict=True)]
        return np.logaddexp(own[0] + np.log(self.first), own[1] + np.log(1 - self.first))


@dataclass(frozen=True)
class Head:
    """One question put to every text (which intent? which topic?), answered by two voices and a weight for each.

    The voices: a linear model on terms, and the outputs that this question has of the network.
    """

    labels: list[str]
    on_terms: Linear
    on_hidden: Linear
    belief: Belief

    def voices(self, terms: TermRows, hidden: Array) -> Array:
        """Return what each voice says, as (voice, text, label)."""
        return np.stack([self.on_terms.scores(terms), log_softmax(self.on_hidden.scores(hidden))])

    def log_probabilities(self, voices: Array) -> Array:
        """Return calibrated log probabilities from what the voices say, as (text, label)."""
        return self.belief.weighed(voices)


def _times_dense(values: Array, columns: Array, weights: Array) -> Array:
    """Return one sparse row times a dense matrix."""
    return values @ np.asarray(weights[columns], dtype=np.float32)


def _times_sparse(values: Array, columns: Array, weights: csr_matrix) -> Array:
    """Return one sparse row times a sparse matrix, as a dense row."""
    first = weights.indptr[columns]
    lengths = weights.indptr[columns + 1] - first
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places = np.arange(total) + np.repeat(first - ends + lengths, lengths)
    products = weights.data[places] * np.repeat(values, lengths)
    return np.bincount(weights.indices[places], weights=products, minlength=weights.shape[1]).astype(np.float32)


def mixed(voices: Array, shares: Array) -> Array:
    """Return the weighted sum of what the voices say, as (text, label)."""
    return sum(share * voice for share, voice in zip(shares, voices, strict=True))


def log_softmax(scores: Array) -> Array:
    """Return scores turned into log probabilities, row by row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
