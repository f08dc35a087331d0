"""Fitting the voices on terms, and weighing voices against each other. The only module that needs scikit-learn."""

import warnings
from typing import Optional

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack

from bot.understanding.heads import Array, Linear, log_softmax, mixed

_HELD_OUT, _RUN = 5, 4  # one run of four texts in five measures the voices before they are fitted on all
_TRIAL = 15000  # texts that are enough to weigh the voices against each other
_SEED = 20261123
_NEVER = -9.0  # bias of a label that the rows at hand do not hold


def fit_linear_on_terms(terms: csr_matrix, right: Array, count: int, strictness: float,
                        lessons: Optional[tuple[csr_matrix, Array]] = None) -> Linear:
    """Return one-against-the-rest support vector machines, one column for each of `count` labels.

    Args:
        terms: features of the texts, one row each.
        right: each text's label, 0 to count - 1; negative where nothing is known.
        strictness: their C; smaller trusts single terms less.
        lessons: more rows and labels to learn from, of labels that occur in `right`.
    """
    from sklearn.svm import LinearSVC

    asked = np.flatnonzero(right >= 0)
    own, wanted = terms[asked], right[asked]
    if lessons is not None:
        known = np.flatnonzero(np.isin(lessons[1], wanted))
        own, wanted = vstack([own, lessons[0][known]]).tocsr(), np.concatenate([wanted, lessons[1][known]])
    weights, bias = np.zeros((terms.shape[1], count), dtype=np.float32), np.full(count, _NEVER, dtype=np.float32)
    present = np.unique(wanted)
    if len(present) < 2:
        bias[present] = 0
        return Linear(weights, bias)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The last digits of the margins cost most of the time and change no answer.
        model = LinearSVC(C=strictness, class_weight="balanced", tol=0.02, max_iter=200, random_state=_SEED).fit(own, wanted)
    if len(present) == 2:  # scikit-learn stores two labels as one column
        weights[:, present], bias[present] = np.hstack([-model.coef_.T, model.coef_.T]) / 2, np.append(-model.intercept_, model.intercept_) / 2
    else:
        weights[:, present], bias[present] = model.coef_.T, model.intercept_
    return Linear(weights, bias)


def fit_shares(voices: Array, right: Array) -> Array:
    """Return the weights of two voices that make the right labels (column numbers) likeliest; none is negative."""
    voices = voices.astype(np.float64)

    def loss(logs: Array) -> float:
        chosen = log_softmax(mixed(voices, np.exp(logs)))
        return float(-chosen[np.arange(len(right)), right].mean() + 0.002 * (logs**2).sum())

    return np.exp(minimize(loss, np.log([2.0, 0.5]), method="L-BFGS-B", bounds=[(-4, 3)] * 2).x).astype(np.float32)


def held_out(count: int) -> tuple[Array, Array]:
    """Return (kept, held) row numbers of texts in the order of their files.

    Whole runs are held: what one person wrote in one breath is alike, and half of it seen would flatter the voices.
    """
    runs = np.arange(count) // _RUN
    chosen = np.random.default_rng(_SEED).random(count // _RUN + 1) < 1 / _HELD_OUT
    return np.flatnonzero(~chosen[runs]), np.flatnonzero(chosen[runs])


def thinned(rows: Array) -> Array:
    """Return as many whole runs of the rows as are enough to weigh the voices."""
    if len(rows) <= _TRIAL:
        return rows
    runs = np.unique(rows // _RUN)
    chosen = runs[np.random.default_rng(_SEED).random(len(runs)) < _TRIAL / len(rows)]
    return rows[np.isin(rows // _RUN, chosen)]
