"""The training data looked over: how many, how long, how varied, and no sentence twice in other clothes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.examples import Example
from bot.understanding.normalise import normalise

NEAR = 0.7  # Jaccard similarity of character 3-grams from which two sentences count as one
FEWEST = 60  # examples of a card or a service
_ORDINARY = {"ask_law", "emergency"}  # counted by card and by code, not as a whole
_AT_ONCE = 1000  # texts compared with all others in one product

Label = tuple[str, Optional[str], Optional[str]]  # intent, topic, card or emergency code


@dataclass(frozen=True)
class Block:
    """The examples of one label, in figures: lengths in characters, and how much new vocabulary the second half brings."""

    label: Label
    count: int
    shortest: int
    median: int
    longest: int
    growth: float


@dataclass(frozen=True)
class DatasetReport:
    """What was counted, and what has to be mended."""

    blocks: list[Block]
    total: int
    complaints: list[str] = field(default_factory=list)


def label_of(example: Example) -> Label:
    """Return what an example is counted under."""
    return example.intent, example.topic, example.card or example.emergency


def check_dataset(examples: Sequence[Example], fewest: int = FEWEST) -> DatasetReport:
    """Return counts of every label, and a complaint for each near-duplicate, contradiction and thin label."""
    grouped: dict[Label, list[str]] = defaultdict(list)
    for example in examples:
        grouped[label_of(example)].append(example.text)
    blocks = [_block(label, texts) for label, texts in sorted(grouped.items(), key=str)]
    complaints = [f"{_name(label)}: near-duplicates {one!r} and {other!r}"
                  for label, texts in grouped.items() for one, other in near_duplicates(texts)]
    complaints += _contradictions(examples)
    for block in blocks:
        intent, _, card = block.label
        if block.count < fewest and (card or intent not in _ORDINARY) and intent != "emergency":
            complaints.append(f"{_name(block.label)}: got {block.count} examples, expected {fewest} at least")
    return DatasetReport(blocks, len(examples), complaints)


def grams(text: str) -> frozenset[str]:
    """Return the runs of three characters of a text, spaces left out; a shorter text is one run."""
    bare = normalise(text).replace(" ", "")
    return frozenset(bare[start : start + 3] for start in range(max(1, len(bare) - 2)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity of two sets, 1.0 for two empty ones."""
    return len(one & other) / len(one | other) if one | other else 1.0


def near_pairs(texts: Sequence[str], near: float) -> list[tuple[int, int]]:
    """Return the index pairs of texts whose likeness is above `near`, the earlier one first."""
    seen = [grams(text) for text in texts]
    place = {gram: column for column, gram in enumerate(sorted(set().union(*seen)))}
    sizes = np.array([len(own) for own in seen])
    columns = np.array([place[gram] for own in seen for gram in own], dtype=np.int64)
    holds = csr_matrix((np.ones(len(columns), dtype=np.int32), columns, np.append(0, np.cumsum(sizes))), shape=(len(texts), len(place)))
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(texts), _AT_ONCE):
        shared = (holds[start : start + _AT_ONCE] @ holds.T).tocoo()
        later, earlier = shared.row + start, shared.col
        alike = shared.data / (sizes[later] + sizes[earlier] - shared.data)
        found = np.flatnonzero((alike > near) & (earlier < later))
        pairs.extend(sorted(zip(earlier[found].tolist(), later[found].tolist(), strict=True)))
    return pairs


def near_duplicates(texts: Sequence[str], near: float = NEAR) -> list[tuple[str, str]]:
    """Return the pairs of texts that are too alike."""
    return [(texts[one], texts[other]) for one, other in near_pairs(texts, near)]


def groups_of_near(texts: Sequence[str], near: float) -> list[int]:
    """Return a group number for each text; texts joined by a chain of likeness share one, so that a split keeps them together."""
    leader = list(range(len(texts)))

    def first(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for one, other in near_pairs(texts, near):
        leader[first(other)] = first(one)
    return [first(index) for index in range(len(texts))]


def table_of(report: DatasetReport) -> str:
    """Return the counts as a Markdown table, one row a label."""
    rows = ["| label | examples | length min/median/max | new 3-grams in the second half |", "|---|---|---|---|"]
    rows += [f"| {_name(b.label)} | {b.count} | {b.shortest}/{b.median}/{b.longest} | {b.growth:.0%} |" for b in report.blocks]
    return "\n".join([*rows, f"| all | {report.total} | | |"])


def _block(label: Label, texts: list[str]) -> Block:
    lengths = sorted(map(len, texts))
    half = len(texts) // 2
    early: set[str] = set().union(*map(grams, texts[:half])) if half else set()
    late: set[str] = set().union(*map(grams, texts[half:]))
    return Block(label, len(texts), lengths[0], lengths[len(lengths) // 2], lengths[-1], len(late - early) / max(1, len(late)))


def _contradictions(examples: Sequence[Example]) -> list[str]:
    meanings: dict[str, set[Label]] = defaultdict(set)
    for example in examples:
        meanings[normalise(example.text)].add(label_of(example))
    return [f"{text!r} stands under {' and '.join(sorted(map(_name, labels)))}" for text, labels in meanings.items() if len(labels) > 1]


def _name(label: Label) -> str:
    return "/".join(part for part in label if part)
