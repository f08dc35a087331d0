"""Vectors kept between trainings: the same with and without the store, and no harm from a bad one."""

from pathlib import Path

import numpy as np
import pytest

from bot.understanding.vector_store import stored_vectors
from bot.understanding.vectors import SIZE, sentence_vectors

TEXTS = ["房东不退押金", "老板欠薪", "房东不退押金", "", "离婚"]


def refuse(texts: list[str]) -> np.ndarray:
    raise AssertionError(f"encoded again: {texts}")


def test_stored_sentences_are_not_encoded_again_and_stay_the_same(tmp_path: Path) -> None:
    store = tmp_path / "deep" / "vectors.npz"
    first = stored_vectors(TEXTS, store, sentence_vectors)
    assert np.abs(first - sentence_vectors(TEXTS)).max() < 1e-3
    assert (stored_vectors(TEXTS[::-1], store, refuse) == first[::-1]).all()
    more = stored_vectors([*TEXTS, "工伤"], store, lambda texts: sentence_vectors(texts) if texts == ["工伤"] else refuse(texts))
    assert (more[:5] == first).all() and (stored_vectors(["工伤"], store, refuse) == more[5:]).all()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no archive at all"])
def test_a_store_that_cannot_be_read_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    store = tmp_path / "vectors.npz"
    store.write_bytes(content)
    assert stored_vectors(TEXTS, store, sentence_vectors).shape == (5, SIZE)
    stored_vectors(TEXTS, store, refuse)


def test_a_store_that_cannot_be_written_is_gone_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert stored_vectors(TEXTS, tmp_path / "file" / "vectors.npz", sentence_vectors).shape == (5, SIZE)


def test_no_sentence_stands_in_the_store(tmp_path: Path) -> None:
    store = tmp_path / "vectors.npz"
    stored_vectors(TEXTS, store, sentence_vectors)
    assert "老板欠薪".encode() not in store.read_bytes()
