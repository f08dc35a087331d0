"""Fitting the voices on terms. The only module that needs scikit-learn."""

import warnings
from typing import Optional

import numpy as np
from scipy.sparse import csr_matrix, vstack

from bot.understanding.heads import Array, Linear

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
