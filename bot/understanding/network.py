"""One network for all questions put to a text: they share a hidden layer, and each has outputs of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.heads import Array, Hidden, Linear

WIDTH, ROUNDS = 384, 14
_BATCH, _STEP, _DROPPED, _DECAY = 400, 2e-3, 0.3, 1e-5
_STRETCH = 8.0  # vectors of length one in 512 directions are too small numbers to learn from quickly
_SEED = 20261123


@dataclass(frozen=True)
class Task:
    """A question put to texts: its labels, and for each text the right one's place, -1 where nothing is known."""

    labels: list[str]
    right: Array

    @classmethod
    def of(cls, answers: Sequence[str | None]) -> "Task":
        """Return the task of these answers, None for a text of which nothing is asked."""
        labels = sorted({answer for answer in answers if answer is not None})
        place = {label: index for index, label in enumerate(labels)}
        return cls(labels, np.array([-1 if answer is None else place[answer] for answer in answers], dtype=np.int64))


def fit_network(vectors: Array, tasks: Sequence[Task], rows: Array, rounds: int = ROUNDS) -> tuple[Hidden, list[Linear]]:
    """Return the hidden layer and one output layer a task, fitted on these rows for a fixed number of rounds.

    Adam with falling steps; three in ten hidden units are left out at random each time, so that none is relied upon.
    """
    chance = np.random.default_rng(_SEED)
    edges = np.cumsum([0, *(len(task.labels) for task in tasks)])
    slices = [slice(begin, end) for begin, end in zip(edges, edges[1:], strict=False)]
    layers = [_spread(chance, vectors.shape[1], WIDTH), np.zeros(WIDTH, dtype=np.float32),
              _spread(chance, WIDTH, int(edges[-1])), np.zeros(int(edges[-1]), dtype=np.float32)]
    size = min(_BATCH, max(8, len(rows) // 8))
    adam = _Adam(layers, rounds * -(-len(rows) // size))
    for _ in range(rounds):
        shuffled = chance.permutation(rows)
        for start in range(0, len(rows), size):
            batch = shuffled[start : start + size]
            kept = (chance.random((len(batch), WIDTH), dtype=np.float32) > _DROPPED).astype(np.float32) / (1 - _DROPPED)
            adam.step(_slopes(layers, vectors[batch] * np.float32(_STRETCH), kept, [task.right[batch] for task in tasks], slices))
    first, bias, second, biases = layers
    return Hidden(Linear(first * np.float32(_STRETCH), bias)), [Linear(second[:, part].copy(), biases[part].copy()) for part in slices]


def _spread(chance: np.random.Generator, above: int, below: int) -> Array:
    return (chance.uniform(-1, 1, (above, below)) * np.sqrt(6 / (above + below))).astype(np.float32)


def _slopes(layers: list[Array], inputs: Array, kept: Array, right: list[Array], slices: list[slice]) -> list[Array]:
    """Return the gradient of the mean loss by each layer."""
    first, bias, second, biases = layers
    hidden = np.maximum(inputs @ first + bias, 0) * kept
    scores = hidden @ second + biases
    slope = np.zeros_like(scores)
    for answers, part in zip(right, slices, strict=True):
        asked = np.flatnonzero(answers >= 0)
        own = np.exp(scores[asked, part] - scores[asked, part].max(axis=1, keepdims=True, initial=-1e9))
        own /= own.sum(axis=1, keepdims=True)
        own[np.arange(len(asked)), answers[asked]] -= 1
        slope[asked, part] = own / len(inputs)
    below = slope @ second.T * kept * (hidden > 0)
    return [inputs.T @ below + _DECAY * first, below.sum(axis=0), hidden.T @ slope + _DECAY * second, slope.sum(axis=0)]


class _Adam:
    """Steps of a size fitting each number, falling to a tenth at the end; changes the layers in place."""

    def __init__(self, layers: list[Array], steps: int) -> None:
        self._layers, self._steps, self._taken = layers, steps, 0
        self._means, self._squares = ([np.zeros_like(layer) for layer in layers] for _ in range(2))

    def step(self, slopes: list[Array]) -> None:
        """Take one step against the slopes."""
        self._taken += 1
        size = _STEP * (1 - 0.9 * self._taken / self._steps) * np.sqrt(1 - 0.999**self._taken) / (1 - 0.9**self._taken)
        for layer, slope, mean, square in zip(self._layers, slopes, self._means, self._squares, strict=True):
            mean[...] += np.float32(0.1) * (slope - mean)
            square[...] += np.float32(0.001) * (slope * slope - square)
            layer[...] -= np.float32(size) * mean / (np.sqrt(square) + np.float32(1e-8))
