"""From examples to the parts of a model."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Optional

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix, hstack

from bot.understanding import vectors
from bot.understanding.calibration import read_calibration
from bot.understanding.cards import NO_CARD, CardHeads
from bot.understanding.examples import BadTrainingData, Example
from bot.understanding.heads import Array, Head, Hidden, Linear
from bot.understanding.memory import Memory
from bot.understanding.network import Task, fit_network
from bot.understanding.normalise import normalise, without_courtesies
from bot.understanding.terms import Vocabulary, terms_of
from bot.understanding.training import fit_linear_on_terms
from bot.understanding.vector_store import stored_vectors

_HEADS = {"intent": 1.0, "topic": 0.3, "danger": 1.0}  # how far their voices on terms trust single terms
_CARD_TERMS = 0.3
_SAMPLED = 5  # every fifth sentence shows which tokens are frequent
_WORTH_SHARING = 3000  # sentences from which on a second process pays


def learn(examples: Sequence[Example], card_topics: dict[str, str], progress: Callable[[str], None], card_words: dict[str, list[str]],
          store: Optional[Path] = None) -> tuple[Vocabulary, Hidden, Head, Head, Head, CardHeads, Memory]:
    """Return the parts of an Understander, in the order its constructor takes them.

    Raises:
        BadTrainingData: fewer than two intents or topics, or a card that card_topics does not know.
    """
    examples = [example for example in examples if normalise(example.text)]
    _check(examples, card_topics)
    progress(f"reading {len(examples)} sentences")
    documents, dense = _read([normalise(example.text) for example in examples], store)
    lessons = [(terms_of(normalise(text)), card_topics[card]) for card, texts in card_words.items() if card in card_topics for text in texts]
    vocabulary = Vocabulary.learn([*documents, *(document for document, _ in lessons)])
    tasks = tasks_of(examples)
    taught = [(document, tasks["topic"].labels.index(topic)) for document, topic in lessons if topic in tasks["topic"].labels]
    progress(f"fitting intents, topics, dangers and cards on {len(examples)} sentences")
    hidden, outputs, on_terms = _fit(vocabulary.matrix(documents), dense, tasks, (
        vocabulary.matrix([document for document, _ in taught]), np.array([place for _, place in taught])) if taught else None)
    hidden = Hidden(hidden.layer, vectors.frequent_tokens([without_courtesies(normalise(example.text)) for example in examples[::_SAMPLED]]))
    known = read_calibration()
    intent, topic, danger = (Head(tasks[name].labels, on_terms[name], outputs[name], known.belief(name, tasks[name].labels)) for name in _HEADS)
    labels = tasks["card"].labels
    cards = CardHeads(_columns(labels), [label.partition("/")[2] for label in labels], on_terms["card"], outputs["card"],
                      known.belief("card", ()), np.array(known.card, dtype=np.float32))
    return vocabulary, hidden, intent, topic, danger, cards, Memory.learn(examples)


def tasks_of(examples: Sequence[Example]) -> dict[str, Task]:
    """Return what is asked of each text; a card's label is "topic/card", so that a topic's cards stand together."""
    return {
        "intent": Task.of([None if example.intent == "emergency" else example.intent for example in examples]),
        "topic": Task.of([example.topic for example in examples]),
        "danger": Task.of([danger_of(example) for example in examples]),
        "card": Task.of([f"{example.topic}/{example.card or NO_CARD}" if example.intent == "ask_law" and example.topic else None for example in examples]),
    }


def _fit(terms: csr_matrix, dense: Array, tasks: dict[str, Task],
         lessons: Optional[tuple[csr_matrix, Array]]) -> tuple[Hidden, dict[str, Linear], dict[str, Linear]]:
    """Return the hidden layer, and what each task has on it and on terms; the jobs are shared between processes, the longest first."""
    jobs: list[Any] = [delayed(fit_network)(dense, list(tasks.values()), np.arange(len(dense)))]
    jobs += [delayed(fit_linear_on_terms)(terms, tasks[name].right, len(tasks[name].labels), strictness, lessons if name == "topic" else None)
             for name, strictness in _HEADS.items()]
    jobs.append(delayed(_fit_cards)(terms, tasks["card"].right, tasks["card"].labels))
    (hidden, outputs), *linear = Parallel(n_jobs=_jobs(len(dense)))(jobs)
    return hidden, dict(zip(tasks, outputs, strict=True)), dict(zip([*_HEADS, "card"], linear, strict=True))


def _jobs(sentences: int) -> int:
    """Two processes halve the time of a real training; a small one is over before they have started."""
    return 1 if sentences < _WORTH_SHARING else min(2, os.cpu_count() or 1)


def _read(texts: list[str], store: Optional[Path]) -> tuple[list[list[str]], Array]:
    """Return the terms of normalised texts, and their sentence vectors as rows."""
    documents: list[list[str]] = [[] for _ in texts]
    for part, terms in enumerate(_shared(_terms, texts)):
        documents[part :: _jobs(len(texts))] = terms
    spoken = [without_courtesies(text) for text in texts]
    return documents, stored_vectors(spoken, store, _encode) if store else _encode(spoken)


def _terms(texts: list[str]) -> list[list[str]]:
    return [terms_of(text) for text in texts]


def _encode(texts: list[str]) -> Array:
    rows = np.zeros((len(texts), vectors.SIZE), dtype=np.float32)
    for part, dense in enumerate(_shared(vectors.sentence_vectors, texts)):
        rows[part :: _jobs(len(texts))] = dense
    return rows


def _shared(work: Callable[[list[str]], Any], texts: list[str]) -> list[Any]:
    """Return what comes of each process's share of the texts: every second one, where there are two."""
    jobs = _jobs(len(texts))
    return list(Parallel(n_jobs=jobs)(delayed(work)(texts[part::jobs]) for part in range(jobs)))


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


def _columns(labels: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return topic → (begin, end) of its cards among sorted labels of the form "topic/card"."""
    topics = [label.partition("/")[0] for label in labels]
    return {topic: (topics.index(topic), topics.index(topic) + topics.count(topic)) for topic in dict.fromkeys(topics)}


def _fit_cards(terms: csr_matrix, right: Array, labels: Sequence[str]) -> Linear:
    """Return a classifier for each topic's cards, side by side; weights that cannot tip a decision, most of them, are dropped."""
    blocks, biases = [], []
    for begin, end in _columns(labels).values():
        own = np.flatnonzero((right >= begin) & (right < end))
        part = fit_linear_on_terms(terms[own], right[own] - begin, end - begin, _CARD_TERMS)
        blocks.append(csr_matrix(np.where(np.abs(part.weights) > 0.01, part.weights, 0)))
        biases.append(part.bias)
    return Linear(csr_matrix(hstack(blocks)), np.concatenate(biases)) if blocks else Linear(csr_matrix((terms.shape[1], 0)), np.zeros(0))
