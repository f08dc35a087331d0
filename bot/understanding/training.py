"""Fitting the heads. The only module that needs scikit-learn."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Optional

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack

from bot.understanding.heads import Array, Head, Layered, Linear, log_softmax, mixed

_HELD_OUT, _RUN = 5, 4  # one run of four texts in five measures the voices before they are fitted on all
_TRIAL = 9000  # texts that are enough to weigh the voices against each other
_SEED = 20261123


def fit_linear_on_terms(terms: csr_matrix, labels: Array, strictness: float) -> Linear:
    """Return one-against-the-rest support vector machines; `strictness` is their C, smaller trusts single terms less."""
    from sklearn.svm import LinearSVC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The last digits of the margins cost most of the time and change no answer.
        model = LinearSVC(C=strictness, class_weight="balanced", tol=0.02, max_iter=200, random_state=_SEED).fit(terms, labels)
    return _both_sides(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


def fit_linear_on_vectors(vectors: Array, labels: Array, strictness: float) -> Linear:
    """Return a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping early is part of the regularisation
        model = LogisticRegression(C=strictness, max_iter=60, tol=1e-2, multi_class="multinomial", class_weight="balanced").fit(vectors, labels)
    return _both_sides(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


def fit_layered(vectors: Array, labels: Array, width: int = 192, rounds: int = 20) -> Layered:
    """Return a network with one hidden layer, fitted for a fixed number of rounds."""
    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPClassifier((width,), alpha=1e-3, max_iter=rounds, batch_size=min(400, len(labels)), random_state=_SEED).fit(vectors, labels)
    first, second = ((w.astype(np.float32), b.astype(np.float32)) for w, b in zip(model.coefs_, model.intercepts_, strict=True))
    return Layered(Linear(*first), _logistic_sides(*second))


def _both_sides(weights: Array, bias: Array) -> Linear:
    """Give a two-label model, which scikit-learn stores as one column, its second column."""
    if weights.shape[1] == 1:
        return Linear(np.hstack([-weights, weights]) / 2, np.append(-bias, bias) / 2)
    return Linear(weights, bias)


def _logistic_sides(weights: Array, bias: Array) -> Linear:
    if weights.shape[1] == 1:
        return Linear(np.hstack([np.zeros_like(weights), weights]), np.append(np.zeros_like(bias), bias))
    return Linear(weights, bias)


def fit_shares(voices: Array, right: Array) -> Array:
    """Return the weights of the voices that make the right labels (column numbers) likeliest; none is negative."""

    voices = voices.astype(np.float64)

    def loss(logs: Array) -> float:
        chosen = log_softmax(mixed(voices, np.exp(logs)))
        return float(-chosen[np.arange(len(right)), right].mean() + 0.002 * (logs**2).sum())

    start = np.log(np.array([2.0, 0.5, 0.5])[: len(voices)])
    return np.exp(minimize(loss, start, method="L-BFGS-B", bounds=[(-4, 3)] * len(voices)).x)


def held_out(count: int) -> tuple[Array, Array]:
    """Return (kept, held) row numbers of texts in the order of their files.

    Whole runs are held: what one person wrote in one breath is alike, and half of it seen would flatter the voices.
    """
    runs = np.arange(count) // _RUN
    chosen = np.random.default_rng(_SEED).random(count // _RUN + 1) < 1 / _HELD_OUT
    kept, held = np.flatnonzero(~chosen[runs]), np.flatnonzero(chosen[runs])
    thin = max(1, round(len(kept) / _TRIAL))
    return kept[(kept // _RUN) % thin == 0], held


def fit_head(terms: csr_matrix, vectors: Array, labels: Sequence[str], on_terms: float = 1.0, on_vectors: float = 30.0,
             lessons: Optional[tuple[csr_matrix, Sequence[str]]] = None) -> Head:
    """Return a head fitted on all texts, its voices weighed on a fifth of them that they had not seen.

    With too few texts to hold any out the weights are even.

    Args:
        terms, vectors: features of the texts, one row each.
        labels: what is right for each.
        on_terms, on_vectors: how far the linear voices trust single features.
        lessons: more texts for the voice on terms alone, as (terms, labels); their labels occur among the others.
    """
    answers = np.array(labels)
    kept, held = held_out(len(answers))
    held = held[np.isin(answers[held], answers[kept])]

    def fit(rows: Any) -> Head:
        own, wanted = terms[rows], answers[rows]
        if lessons is not None:
            known = np.flatnonzero(np.isin(np.array(lessons[1]), wanted))
            own, wanted = vstack([own, lessons[0][known]]).tocsr(), np.concatenate([wanted, np.array(lessons[1])[known]])
        return Head(sorted(set(answers[rows])), fit_linear_on_terms(own, wanted, on_terms),
                    fit_linear_on_vectors(vectors[rows], answers[rows], on_vectors), fit_layered(vectors[rows], answers[rows]),
                    np.ones(3, dtype=np.float32))

    shares = np.ones(3)
    if len(held) >= 10 and len(set(answers[kept])) > 1:
        trial = fit(kept)
        shares = fit_shares(trial.voices(terms[held], vectors[held]), np.searchsorted(trial.labels, answers[held]))
    return replace(fit(np.arange(len(answers))), shares=shares.astype(np.float32))
