"""From examples to the parts of a model."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix

from bot.understanding import vectors
from bot.understanding.cards import NO_CARD, CardHeads
from bot.understanding.examples import BadTrainingData, Example
from bot.understanding.heads import Array, Head, Linear, log_softmax
from bot.understanding.memory import Memory
from bot.understanding.normalise import normalise, without_courtesies
from bot.understanding.terms import Vocabulary, terms_of
from bot.understanding.training import fit_head, fit_linear_on_terms, fit_linear_on_vectors, fit_shares, held_out

_CARD_TERMS, _CARD_VECTORS = 0.3, 10.0  # how far the card heads trust single terms, and directions of the vectors
_WORTH_SHARING = 3000  # sentences from which on a second process pays
_FEWEST = 3  # examples of a card, below which it cannot be weighed


def learn(examples: Sequence[Example], card_topics: dict[str, str], progress: Callable[[str], None],
          card_words: dict[str, list[str]]) -> tuple[Vocabulary, Head, Head, Head, CardHeads, Memory]:
    """Return the parts of an Understander, in the order its constructor takes them.

    Raises:
        BadTrainingData: fewer than two intents or topics, or a card that card_topics does not know.
    """
    examples = [example for example in examples if normalise(example.text)]
    _check(examples, card_topics)
    normal = [normalise(example.text) for example in examples]
    progress(f"reading {len(examples)} sentences")
    documents, dense = _read(normal)
    lessons = [(terms_of(normalise(text)), card_topics[card]) for card, texts in card_words.items() if card in card_topics for text in texts]
    vocabulary = Vocabulary.learn([*documents, *(document for document, _ in lessons)])
    terms = vocabulary.matrix(documents)
    ordinary = [index for index, example in enumerate(examples) if example.intent != "emergency"]
    about = [index for index, example in enumerate(examples) if example.topic]
    legal = [index for index in about if examples[index].intent == "ask_law"]

    def head(rows: list[int], labels: list[str], **tuning: Any) -> Any:
        return delayed(fit_head)(terms[rows], dense[rows], labels, **tuning)

    progress(f"fitting intents, topics, dangers and cards on {len(examples)} sentences")
    taught = (vocabulary.matrix([document for document, _ in lessons]), [topic for _, topic in lessons]) if lessons else None
    intent, topic, danger, cards = Parallel(n_jobs=_jobs(len(examples)))([
        head(ordinary, [examples[index].intent for index in ordinary]),
        head(about, [examples[index].topic or "" for index in about], on_terms=0.3, on_vectors=10.0, lessons=taught),
        head(list(range(len(examples))), [danger_of(example) for example in examples]),
        delayed(_learn_cards)([examples[index] for index in legal], terms[legal], dense[legal]),
    ])
    return vocabulary, intent, topic, danger, cards, Memory.learn(examples)


def _jobs(sentences: int) -> int:
    """Two processes halve the time of a real training; a small one is over before they have started."""
    return 1 if sentences < _WORTH_SHARING else min(2, os.cpu_count() or 1)


def _read(texts: list[str]) -> tuple[list[list[str]], Array]:
    """Return the terms of normalised texts, and their sentence vectors as rows."""
    jobs = _jobs(len(texts))
    parts = Parallel(n_jobs=jobs)(delayed(_read_part)(texts[part::jobs]) for part in range(jobs))
    documents: list[list[str]] = [[] for _ in texts]
    rows = np.zeros((len(texts), vectors.SIZE), dtype=np.float32)
    for part, (terms, dense) in enumerate(parts):
        documents[part::jobs], rows[part::jobs] = terms, dense
    return documents, rows


def _read_part(texts: list[str]) -> tuple[list[list[str]], Array]:
    return [terms_of(text) for text in texts], vectors.sentence_vectors([without_courtesies(text) for text in texts])


def danger_of(example: Example) -> str:
    """Return what the head of dangers shall answer: a code for a call for help, "none" for everything else."""
    return example.emergency or "none" if example.intent == "emergency" else "none"


def _check(examples: Sequence[Example], card_topics: dict[str, str]) -> None:
    intents, topics = {example.intent for example in examples} - {"emergency"}, {example.topic for example in examples} - {None}
    if len(intents) < 2 or len(topics) < 2:
        raise BadTrainingData(f"Got {len(intents)} intents and {len(topics)} topics, expected two of each at least; add examples to data/.")
    for example in examples:
        if example.card and card_topics.get(example.card) != example.topic:
            raise BadTrainingData(
                f"Example {example.text!r}: got card {example.card!r} under topic {example.topic!r}, but that card belongs to "
                f"{card_topics.get(example.card)!r}; mend the metadata in data/ or the card in bot/knowledge/cards/.")


def _learn_cards(examples: list[Example], terms: csr_matrix, dense: Array) -> CardHeads:
    """Fit a classifier for each topic; both voices of all topics are weighed together on a fifth held out."""
    labels = np.array([example.card or NO_CARD for example in examples])
    topics = np.array([example.topic for example in examples])
    rows = {topic: np.flatnonzero(topics == topic) for topic in sorted(set(topics))}
    held_voices: list[list[Array]] = []
    held_right: list[Array] = []
    columns: dict[str, tuple[int, int]] = {}
    names: list[str] = []
    sparse, vector_weights, biases = [], [], []
    for topic, own in rows.items():
        kinds = sorted(set(labels[own]))
        columns[topic] = (len(names), len(names) + len(kinds))
        names.extend(kinds)
        kept, held = (own[part] for part in held_out(len(own)))
        if len(kinds) > 1 and min(Counter(labels[kept]).get(kind, 0) for kind in kinds) >= _FEWEST:
            trial = _fit_pair(terms[kept], dense[kept], labels[kept])
            held_voices.append([trial[0].scores(terms[held]), log_softmax(trial[1].scores(dense[held]))])
            held_right.append(np.searchsorted(kinds, labels[held]))
        pair = _fit_pair(terms[own], dense[own], labels[own]) if len(kinds) > 1 else _indifferent(terms.shape[1], dense.shape[1])
        sparse.append(_thin(pair[0].weights))
        vector_weights.append(pair[1].weights)
        biases.append((pair[0].bias, pair[1].bias))
    weights = _side_by_side(sparse, terms.shape[1])
    bias = [np.concatenate([pair[side] for pair in biases]) if biases else np.zeros(0) for side in (0, 1)]
    dense_weights = np.hstack(vector_weights) if vector_weights else np.zeros((dense.shape[1], 0))
    return CardHeads(columns, names, Linear(weights, bias[0]), Linear(dense_weights, bias[1]), _weigh(held_voices, held_right))


def _fit_pair(terms: csr_matrix, dense: Array, labels: Array) -> tuple[Linear, Linear]:
    return fit_linear_on_terms(terms, labels, _CARD_TERMS), fit_linear_on_vectors(dense, labels, _CARD_VECTORS)


def _indifferent(terms: int, size: int) -> tuple[Linear, Linear]:
    none = np.zeros(1, dtype=np.float32)
    return Linear(np.zeros((terms, 1), dtype=np.float32), none), Linear(np.zeros((size, 1), dtype=np.float32), none)


def _thin(weights: Array) -> csr_matrix:
    """Drop the weights that cannot tip a decision, most of them zero: a topic uses few of the terms."""
    return csr_matrix(np.where(np.abs(weights) > 0.01, weights, 0).astype(np.float32))


def _side_by_side(blocks: list[csr_matrix], height: int) -> csr_matrix:
    from scipy.sparse import hstack

    return csr_matrix(hstack(blocks)) if blocks else csr_matrix((height, 0), dtype=np.float32)


def _weigh(held: list[list[Array]], right: list[Array]) -> Array:
    """Return the weights of both voices; topics differ in their number of cards, so missing ones are made impossible."""
    if not held:
        return np.array([2.0, 0.7], dtype=np.float32)
    widest = max(voices[0].shape[1] for voices in held)
    padded = [np.stack([np.pad(voice, ((0, 0), (0, widest - voice.shape[1])), constant_values=-50.0) for voice in voices])
              for voices in held]
    return fit_shares(np.concatenate(padded, axis=1), np.concatenate(right)).astype(np.float32)
