"""Search by words: BM25 over jieba words and pairs of characters."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import jieba
import numpy as np

# jieba tells on stderr that it reads its dictionary; nobody needs to know.
jieba.setLogLevel(logging.WARNING)
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
K1, B = 1.2, 0.5
_MOST_TIMES_IN_A_QUESTION = 2


def terms(text: str) -> list[str]:
    """Return the words (marked w) and pairs of neighbouring characters (marked b) of `text`, with repetitions."""
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] < "\u4e00":
            found.append("w" + run)
            continue
        found.extend("w" + word for word in jieba.cut(run))
        found.extend("b" + run[at : at + 2] for at in range(len(run) - 1))
    return found


class WordIndex:
    """BM25 weights of every term in every document, by term; documents are numbered from 0."""

    def __init__(self, vocabulary: dict[str, int], starts: np.ndarray, documents: np.ndarray, weights: np.ndarray, size: int) -> None:
        self._vocabulary, self._starts, self._documents, self._weights = vocabulary, starts, documents, weights
        self.size = size

    @classmethod
    def build(cls, counts: Iterable[Mapping[str, float]], k1: float = K1, b: float = B) -> WordIndex:
        """Return the index over documents given as term → how often (a fraction counts a lesser field less)."""
        vocabulary: dict[str, int] = {}
        term_ids: list[np.ndarray] = []
        frequencies: list[np.ndarray] = []
        for document in counts:
            term_ids.append(np.fromiter((vocabulary.setdefault(term, len(vocabulary)) for term in document), np.int32, len(document)))
            frequencies.append(np.fromiter(document.values(), np.float32, len(document)))
        lengths = np.array([frequency.sum() for frequency in frequencies], np.float32)
        size = len(lengths)
        terms_of, times = np.concatenate(term_ids or [np.zeros(0, np.int32)]), np.concatenate(frequencies or [np.zeros(0, np.float32)])
        documents = np.repeat(np.arange(size, dtype=np.int32), [len(ids) for ids in term_ids])
        holding = np.bincount(terms_of, minlength=len(vocabulary))
        rarity = np.log(1 + (size - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        saturation = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if size else 1.0, 1e-6))
        weights = times * (k1 + 1) / (times + saturation[documents]) * rarity[terms_of]
        order = np.argsort(terms_of, kind="stable")
        starts = np.concatenate([[0], np.cumsum(holding)]).astype(np.int64)
        return cls(vocabulary, starts, documents[order], weights[order].astype(np.float32), size)

    def scores(self, wanted: Mapping[str, float]) -> np.ndarray:
        """Return one score a document for the terms wanted, each with its weight; unknown terms count nothing."""
        total = np.zeros(self.size, np.float32)
        for term, weight in wanted.items():
            at = self._vocabulary.get(term)
            if at is not None:
                span = slice(self._starts[at], self._starts[at + 1])
                total[self._documents[span]] += np.float32(weight) * self._weights[span]
        return total

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        (folder / "terms.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        np.savez(folder / "words.npz", starts=self._starts, documents=self._documents, weights=self._weights.astype(np.float16), size=self.size)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Return the index written into `folder`.

        Raises:
            OSError: it is not there.
        """
        written = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
        with np.load(folder / "words.npz") as arrays:
            weights = arrays["weights"].astype(np.float32)
            return cls({term: at for at, term in enumerate(written)}, arrays["starts"], arrays["documents"], weights, int(arrays["size"]))


def question_terms(text: str, legal_words: Iterable[str] = (), legal_weight: float = 0.5) -> dict[str, float]:
    """Return the terms of a question with their weights: its own once or twice, those of legal synonyms less."""
    own: dict[str, float] = {term: float(min(times, _MOST_TIMES_IN_A_QUESTION)) for term, times in Counter(terms(text)).items()}
    for term in {term for words in legal_words for word in words.split() for term in terms(word)}:
        own[term] = own.get(term, 0.0) + legal_weight
    return own
