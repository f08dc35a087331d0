"""Sentence vectors, one by one and by the thousand."""

import numpy as np
import pytest

from bot.understanding import vectors
from bot.understanding.token_vectors import Familiar, encode_many, frequent_tokens
from tests.nlu.small import EXAMPLES

TEXTS = [example.text for example in EXAMPLES] + ["a", "😀", "房东不退押金" * 26, "GX2026-00003 到哪一步了?"]


@pytest.fixture(autouse=True)
def nothing_familiar():
    """The encoder as it is before a model was loaded."""
    vectors.warm_up()
    yield
    vectors.warm_up()


def test_thousands_at_once_give_the_same_vectors_as_one_by_one() -> None:
    single = vectors.sentence_vectors(TEXTS)
    assert np.abs(encode_many(vectors._encoder(), TEXTS) - single).max() < 1e-5
    many = vectors.sentence_vectors((TEXTS * 4)[: vectors._MANY + 1])
    assert np.abs(many - np.vstack([single] * 4)[: len(many)]).max() < 1e-5


@pytest.mark.parametrize("tokens", [(), (5, 6, 7)])
def test_an_empty_text_has_no_direction(tokens) -> None:
    vectors.warm_up(tokens)
    assert not vectors.sentence_vectors(["", "  "]).any()
    assert not vectors.sentence_vectors(["", *TEXTS, *TEXTS, *TEXTS, *TEXTS])[0].any()


def test_tokens_reckoned_ahead_give_the_same_vectors_and_so_do_strange_ones_beside_them() -> None:
    encoder = vectors._encoder()
    exact = encoder.encode(TEXTS)
    for texts in (TEXTS, ["房东"], ["!"]):
        near = encode_many(encoder, TEXTS, Familiar(encoder, frequent_tokens(encoder, texts, 100)))
        assert np.abs(near - exact).max() < 2e-3 and (near * exact).sum(axis=1).min() > 0.99999


def test_family_names_are_familiar_though_hardly_a_question_holds_one() -> None:
    encoder = vectors._encoder()
    familiar = Familiar(encoder, vectors.frequent_tokens(["房东不退押金"]))
    assert all((familiar._place[encoder._tokenizer.encode(name)] >= 0).all() for name in "王赵孙")


def test_nothing_that_is_read_later_stays_among_the_familiar_tokens() -> None:
    encoder = vectors._encoder()
    familiar = Familiar(encoder, frequent_tokens(encoder, ["房东不退押金"], 100))
    before = familiar._rows.copy(), familiar._place.copy()
    encode_many(encoder, ["我叫张三，电话13800001234"], familiar)
    assert np.array_equal(before[0], familiar._rows) and np.array_equal(before[1], familiar._place)
