"""Sentence vectors kept between trainings, so that only new sentences are encoded."""

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding.vectors import SIZE

STORE = Path(__file__).resolve().parents[2] / ".cache" / "vectors.npz"
Array = Any
_MOST = 100_000  # sentences; beyond that the file is begun anew


def stored_vectors(texts: Sequence[str], store: Path, encode: Callable[[list[str]], Array]) -> Array:
    """Return one row of SIZE numbers for each text, from the store where it knows them, else encoded and added to it.

    All are rounded to half precision, so that a model is the same whether its sentences were stored or not. A store
    that cannot be read is begun anew; one that cannot be written is gone without.
    """
    keys = np.array([_key(text) for text in texts], dtype=np.int64)
    known, rows = _read(store)
    fresh, first = np.unique(keys[~np.isin(keys, known)], return_index=True)
    if len(fresh):
        asked = np.flatnonzero(~np.isin(keys, known))[first]
        added = encode([texts[index] for index in asked]).astype(np.float16)
        if len(known) + len(fresh) > _MOST:
            kept = np.isin(known, keys)
            known, rows = known[kept], rows[kept]
        known, rows = np.concatenate([known, fresh]), np.vstack([rows, added])
        order = np.argsort(known)
        known, rows = known[order], rows[order]
        _write(store, known, rows)
    return rows[np.searchsorted(known, keys)].astype(np.float32)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def _read(store: Path) -> tuple[Array, Array]:
    """Return (sorted keys, rows); both empty when there is no good store."""
    try:
        with np.load(store, allow_pickle=False) as stored:
            keys, rows = stored["keys"], stored["rows"]
        if keys.dtype == np.int64 and rows.shape == (len(keys), SIZE) and np.all(np.diff(keys) > 0):
            return keys, rows
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass
    return np.zeros(0, dtype=np.int64), np.zeros((0, SIZE), dtype=np.float16)


def _write(store: Path, keys: Array, rows: Array) -> None:
    half_written = store.with_name(f"{store.name}.{os.getpid()}")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with half_written.open("wb") as file:
            np.savez(file, keys=keys, rows=rows)
        half_written.replace(store)
    except OSError:
        with contextlib.suppress(OSError):
            half_written.unlink()
