"""A model on disk: model.json, terms.json and arrays.npz. Nothing in it is executable, so a bad file can only be refused."""

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.errors import ModelMissing
from bot.understanding.cards import CardHeads
from bot.understanding.heads import Belief, Head, Hidden, Linear
from bot.understanding.memory import Memory
from bot.understanding.terms import Vocabulary

if TYPE_CHECKING:
    from bot.understanding.understander import Understander

FORMAT = 4
_HEADS = ("intent", "topic", "danger")


def save(model: "Understander", folder: Path) -> None:
    """Write a model's files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"idf": model.vocabulary.weights, "memory.keys": model.memory.keys, "memory.places": model.memory.places,
                              "hidden": model.hidden.layer.weights, "hidden.bias": model.hidden.layer.bias,
                              "tokens": np.asarray(model.hidden.tokens, dtype=np.int32)}
    for name in _HEADS:
        _put_head(arrays, name, getattr(model, name))
    cards = model.cards
    weights = cards.on_terms.weights.tocsr()
    arrays.update({"cards.data": weights.data.astype(np.float16), "cards.indices": weights.indices, "cards.indptr": weights.indptr,
                   "cards.bias": cards.on_terms.bias, "cards.hidden": cards.on_hidden.weights.astype(np.float16),
                   "cards.hidden.bias": cards.on_hidden.bias, "cards.sureness": cards.sureness})
    _put_belief(arrays, "cards", cards.belief)
    np.savez(folder / "arrays.npz", **arrays)
    (folder / "terms.json").write_text(json.dumps(model.vocabulary.terms, ensure_ascii=False), encoding="utf-8")
    about = {"format": FORMAT, "labels": {name: getattr(model, name).labels for name in _HEADS}, "card_labels": cards.labels,
             "card_columns": cards.columns, "memory": model.memory.labels, "card_topics": model.card_topics}
    (folder / "model.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")


def load(folder: Path) -> tuple[Vocabulary, Hidden, Head, Head, Head, CardHeads, Memory, dict[str, str]]:
    """Return the parts of an Understander, in the order its constructor takes them.

    Raises:
        ModelMissing: no model there, or one of another format.
    """
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ModelMissing(f"{folder}: no model of questions can be read there ({error}); run `bot train`.") from error
    if about.get("format") != FORMAT:
        raise ModelMissing(f"{folder}: got a model of format {about.get('format')}, expected {FORMAT}; run `bot train --force`.")
    vocabulary = Vocabulary(terms, arrays["idf"])
    heads = [_take_head(arrays, name, about["labels"][name]) for name in _HEADS]
    memory = Memory(arrays["memory.keys"], arrays["memory.places"], about["memory"])
    hidden = Hidden(Linear(arrays["hidden"], arrays["hidden.bias"]), arrays["tokens"])
    return vocabulary, hidden, heads[0], heads[1], heads[2], _take_cards(arrays, about, len(terms)), memory, about["card_topics"]


def _put_head(arrays: dict[str, Any], name: str, head: Head) -> None:
    arrays[f"{name}.terms"] = head.on_terms.weights.astype(np.float16)
    arrays[f"{name}.terms.bias"] = head.on_terms.bias
    arrays[f"{name}.hidden"], arrays[f"{name}.hidden.bias"] = head.on_hidden.weights, head.on_hidden.bias
    _put_belief(arrays, name, head.belief)


def _put_belief(arrays: dict[str, Any], name: str, belief: Belief) -> None:
    arrays[f"{name}.shares"], arrays[f"{name}.lean"] = belief.shares, np.asarray(belief.lean, dtype=np.float32)
    arrays[f"{name}.first"] = np.array(np.nan if belief.first is None else belief.first)


def _take_belief(arrays: dict[str, Any], name: str) -> Belief:
    first = float(arrays[f"{name}.first"])
    return Belief(arrays[f"{name}.shares"], None if np.isnan(first) else first, arrays[f"{name}.lean"])


def _take_head(arrays: dict[str, Any], name: str, labels: list[str]) -> Head:
    # The weights of terms stay in half precision, as on the disk: of a hundred thousand rows a text reads a few hundred.
    terms, hidden = (Linear(arrays[f"{name}.{part}"], arrays[f"{name}.{part}.bias"]) for part in ("terms", "hidden"))
    return Head(labels, terms, hidden, _take_belief(arrays, name))


def _take_cards(arrays: dict[str, Any], about: dict[str, Any], height: int) -> CardHeads:
    labels = about["card_labels"]
    weights = csr_matrix((arrays["cards.data"].astype(np.float32), arrays["cards.indices"], arrays["cards.indptr"]), shape=(height, len(labels)))
    columns = {topic: (start, end) for topic, (start, end) in about["card_columns"].items()}
    return CardHeads(columns, labels, Linear(weights, arrays["cards.bias"]),
                     Linear(arrays["cards.hidden"].astype(np.float32), arrays["cards.hidden.bias"]),
                     _take_belief(arrays, "cards"), arrays["cards.sureness"])
