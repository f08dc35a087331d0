"""Sparse features: which words and runs of characters a text is made of."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.normalise import with_numbers_alike, without_courtesies
from bot.understanding.words import words

_LONGEST_RUN = 4  # characters
_BREAK = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")


def terms_of(text: str) -> list[str]:
    """Return the terms of a normalised text, each once: runs of one to four characters, words, and pairs of words.

    A word is marked "=", so that it is another term than the same characters inside other words. Runs do not cross
    punctuation, pairs of words do.
    """
    alike = with_numbers_alike(without_courtesies(text))
    found: dict[str, None] = {}
    for piece in _BREAK.split(alike):
        size = len(piece)
        for length in range(1, _LONGEST_RUN + 1):
            for start in range(size - length + 1):
                found[piece[start : start + length]] = None
    spoken = words(alike)
    found.update(dict.fromkeys("=" + word for word in spoken))
    found.update(dict.fromkeys(f"={one}={two}" for one, two in zip(spoken, spoken[1:], strict=False)))
    return list(found)


class TermRows(NamedTuple):
    """Sparse rows, one a text: of row n the values and columns [ends[n], ends[n + 1]). A csr_matrix looks at far more than it is told."""

    values: "np.ndarray[Any, Any]"
    columns: "np.ndarray[Any, Any]"
    ends: list[int]

    def row(self, number: int) -> "TermRows":
        """Return one of them alone."""
        own = slice(self.ends[number], self.ends[number + 1])
        return TermRows(self.values[own], self.columns[own], [0, own.stop - own.start])


class Vocabulary:
    """The terms a model knows, with their weights (inverse document frequency)."""

    def __init__(self, terms: Sequence[str], weights: "np.ndarray[Any, Any]") -> None:
        self.terms = list(terms)
        self.weights = weights.astype(np.float32)
        self._place = {term: place for place, term in enumerate(self.terms)}

    @classmethod
    def learn(cls, documents: Iterable[Sequence[str]], rarest: int = 2, most: int = 120_000) -> "Vocabulary":
        """Return the vocabulary of documents given as lists of terms.

        Terms in fewer than `rarest` documents are left out; of the rest the `most` frequent stay.
        """
        seen: Counter[str] = Counter()
        size = 0
        for document in documents:
            seen.update(document)
            size += 1
        common = sorted((pair for pair in seen.items() if pair[1] >= rarest), key=lambda pair: -pair[1])  # five times as fast as most_common
        kept = sorted(term for term, _ in common[:most])
        counts = np.array([seen[term] for term in kept], dtype=np.float64)
        return cls(kept, np.log((1 + size) / (1 + counts)) + 1)

    def __len__(self) -> int:
        return len(self.terms)

    def matrix(self, documents: Sequence[Sequence[str]]) -> csr_matrix:
        """Return the same as `rows` as a matrix to calculate with."""
        return csr_matrix(tuple(self.rows(documents)), shape=(len(documents), len(self)))

    def rows(self, documents: Sequence[Sequence[str]]) -> TermRows:
        """Return one row of length one for each document; a document without known terms has an empty row."""
        places: list[int] = []
        ends = [0]
        for document in documents:
            places.extend(place for place in map(self._place.get, document) if place is not None)
            ends.append(len(places))
        columns = np.array(places, dtype=np.int32)
        values = self.weights[columns]
        norms = np.sqrt(np.add.reduceat(np.append(values**2, 0), ends[:-1])) if places else np.zeros(len(documents))
        lengths = np.diff(ends)
        norms[lengths == 0] = 1
        return TermRows((values / np.repeat(norms, lengths)).astype(np.float32), columns, ends)
