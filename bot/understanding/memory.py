"""Sentences known word for word."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Optional

import numpy as np

from bot.understanding.examples import Example
from bot.understanding.normalise import normalise

_DROPPED = str.maketrans("", "", " ,.!?;:、，。！？；：~…-\"'“”‘’")


def _key(text: str) -> int:
    """Return a number for a text without punctuation; eight bytes, so that no sentence is stored."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


class Memory:
    """Labels of the training sentences, found again by the sentence itself."""

    def __init__(self, keys: Any, places: Any, labels: Sequence[Sequence[Optional[str]]]) -> None:
        self.keys, self.places, self.labels = keys, places, [tuple(label) for label in labels]
        self._place = dict(zip(keys.tolist(), places.tolist(), strict=True))

    @classmethod
    def learn(cls, examples: Iterable[Example]) -> "Memory":
        """Return the memory of examples; a sentence with two meanings is not remembered."""
        found: dict[int, set[tuple[Optional[str], ...]]] = {}
        for example in examples:
            meaning = (example.intent, example.topic, example.card, example.emergency)
            found.setdefault(_key(normalise(example.text).translate(_DROPPED)), set()).add(meaning)
        clear = {key: next(iter(meanings)) for key, meanings in found.items() if len(meanings) == 1}
        labels = sorted(set(clear.values()), key=str)
        place = {label: index for index, label in enumerate(labels)}
        keys = np.array(list(clear), dtype=np.int64)
        return cls(keys, np.array([place[label] for label in clear.values()], dtype=np.int32), labels)

    def recall(self, normalised: str) -> Optional[Example]:
        """Return the example that reads the same but for punctuation, None if there is none."""
        bare = normalised.translate(_DROPPED)
        place = self._place.get(_key(bare)) if bare else None
        return None if place is None else Example(normalised, *self.labels[place])  # type: ignore[arg-type]
