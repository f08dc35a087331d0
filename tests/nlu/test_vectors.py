"""Sentence vectors, one by one and by the thousand."""

import numpy as np

from bot.understanding import vectors
from bot.understanding.bulk_vectors import encode_many
from tests.nlu.small import EXAMPLES

TEXTS = [example.text for example in EXAMPLES] + ["a", "😀", "房东不退押金" * 26, "GX2026-00003 到哪一步了?"]


def test_thousands_at_once_give_the_same_vectors_as_one_by_one() -> None:
    single = vectors.sentence_vectors(TEXTS)
    assert np.abs(encode_many(vectors._encoder(), TEXTS) - single).max() < 1e-5
    many = vectors.sentence_vectors((TEXTS * 4)[: vectors._MANY + 1])
    assert np.abs(many - np.vstack([single] * 4)[: len(many)]).max() < 1e-5


def test_an_empty_text_has_no_direction() -> None:
    assert not vectors.sentence_vectors(["", "  "]).any()
    assert not vectors.sentence_vectors(["", *TEXTS, *TEXTS, *TEXTS, *TEXTS])[0].any()
