"""Stock Rasa and two simpler candidates against our component, on the same sentences. Run by hand; stock takes hours on all of them.

    .venv/bin/python -m bench.nlu [--epochs 100] [--share 40] [--only ours|linear|nearest|stock]

`linear` is the support vector machine on terms alone, `nearest` the five nearest sentence vectors. All learn the same sentences of data/
and are measured on the frozen sets of tests/nlu/, which other authors wrote. Stock is JiebaTokenizer, two CountVectorsFeaturizers (words,
characters 1-4) and DIETClassifier; it has one output, so its labels are intents, and for questions of law intent and topic
joined. Each side runs in a process of its own; peak memory is that process's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

import yaml

ROOT = Path(__file__).resolve().parents[1]
TIMED = 400  # texts parsed one by one
SIDES = ("ours", "linear", "nearest", "stock")
STOCK = """
language: zh
recipe: default.v1
pipeline:
- name: JiebaTokenizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  constrain_similarities: true
"""


def texts(share: int) -> tuple[list[Any], list[Any]]:
    """Return (training, frozen) examples without the calls for help, which stock has no answer to; of data/ every `share`-th run of four."""
    from bot.understanding import read_examples
    from bot.understanding.evaluation import read_development
    from bot.understanding.frozen_sets import FROZEN

    examples = [example for example in read_examples(ROOT / "data") if example.intent != "emergency"]
    frozen = [example for path in FROZEN.values() for example in read_development(path) if example.intent != "emergency"]
    return [example for place, example in enumerate(examples) if (place // 4) % share == 0], frozen


def ours(epochs: int, share: int) -> dict[str, float]:
    """Return the figures of our component."""
    from bot.knowledge.cards import card_topics, read_cards
    from bot.understanding import Understander, read_examples
    from bot.understanding.examples import words_of_cards

    train, held = texts(share)
    began = time.perf_counter()
    # Our component always learns the calls for help too; they cost it time and are not measured here.
    calls = [example for example in read_examples(ROOT / "data") if example.intent == "emergency"]
    calls = [example for place, example in enumerate(calls) if (place // 4) % share == 0]
    model = Understander.train([*train, *calls], card_topics(), card_words=words_of_cards(read_cards().values()))
    spent = time.perf_counter() - began
    model.warm_up()

    def parse(text: str) -> tuple[str, str | None]:
        found = model.understand(text)
        return found.intent, found.topic

    return figures(held, parse, spent)


def joined(example: Any) -> str:
    """Return the one label of pipelines with one output."""
    return f"ask_law-{example.topic}" if example.intent == "ask_law" else str(example.intent)


def linear(_epochs: int, share: int) -> dict[str, float]:
    """Return the figures of one support vector machine on terms."""
    import numpy as np

    from bot.understanding.network import Task
    from bot.understanding.normalise import normalise
    from bot.understanding.terms import Vocabulary, terms_of
    from bot.understanding.training import fit_linear_on_terms

    train, held = texts(share)
    began = time.perf_counter()
    documents = [terms_of(normalise(example.text)) for example in train]
    vocabulary, task = Vocabulary.learn(documents), Task.of([joined(example) for example in train])
    model = fit_linear_on_terms(vocabulary.matrix(documents), task.right, len(task.labels), 0.3)
    spent = time.perf_counter() - began

    def parse(text: str) -> tuple[str, str]:
        scores = model.scores(vocabulary.rows([terms_of(normalise(text))]))
        intent, _, topic = task.labels[int(np.argmax(scores))].partition("-")
        return intent, topic

    return figures(held, parse, spent)


def nearest(_epochs: int, share: int) -> dict[str, float]:
    """Return the figures of a vote of the five nearest sentence vectors, nearer ones counting more."""
    from collections import defaultdict

    import numpy as np

    from bot.understanding.normalise import normalise, without_courtesies
    from bot.understanding.vectors import sentence_vectors

    train, held = texts(share)
    began = time.perf_counter()
    known = sentence_vectors([without_courtesies(normalise(example.text)) for example in train])
    spent = time.perf_counter() - began

    def parse(text: str) -> tuple[str, str]:
        likeness = known @ sentence_vectors([without_courtesies(normalise(text))])[0]
        votes: dict[str, float] = defaultdict(float)
        for place in np.argpartition(-likeness, 5)[:5]:
            votes[joined(train[place])] += likeness[place]
        intent, _, topic = max(votes, key=votes.__getitem__).partition("-")
        return intent, topic

    return figures(held, parse, spent)


def stock(epochs: int, share: int) -> dict[str, float]:
    """Return the figures of Rasa's own pipeline."""
    import asyncio

    import rasa.model_training
    from rasa.core.agent import Agent

    train, held = texts(share)
    with tempfile.TemporaryDirectory() as folder:
        blocks: dict[str, list[str]] = {}
        for example in train:
            blocks.setdefault(joined(example), []).append(example.text.translate(str.maketrans("[]{}", "()()")))
        data = {"version": "3.1", "nlu": [{"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in blocks.items()]}
        (Path(folder) / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")  # JSON would be taken for another format
        (Path(folder) / "config.yml").write_text(STOCK.format(epochs=epochs), encoding="utf-8")
        began = time.perf_counter()
        archive = rasa.model_training.train_nlu(f"{folder}/config.yml", f"{folder}/nlu.yml", folder)
        spent = time.perf_counter() - began
        agent = Agent.load(archive)
        loop = asyncio.new_event_loop()

        def parse(text: str) -> tuple[str, str]:
            intent, _, topic = loop.run_until_complete(agent.parse_message(text))["intent"]["name"].partition("-")
            return intent, topic

        return figures(held, parse, spent)


def figures(held: list[Any], parse: Callable[[str], tuple[Any, Any]], trained_in: float) -> dict[str, float]:
    """Return accuracy, latency (milliseconds), training time (seconds) and peak memory (MB)."""
    spent, intents, topics = [], [], []
    for number, example in enumerate(held):
        began = time.perf_counter()
        intent, topic = parse(example.text)
        if number < TIMED:
            spent.append(time.perf_counter() - began)
        intents.append(intent == example.intent)
        if example.intent == "ask_law":
            topics.append(intent == "ask_law" and topic == example.topic)
    spent.sort()
    return {
        "texts": len(held), "intent right": sum(intents) / len(intents), "intent and topic right, of questions of law": sum(topics) / len(topics),
        "parse p50, ms": 1000 * spent[len(spent) // 2], "parse p99, ms": 1000 * spent[int(len(spent) * 0.99)], "training, s": trained_in,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Run both sides, each in its own process, and print them side by side as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=100, help="of DIET")
    parser.add_argument("--share", type=int, default=1, help="take every n-th run of examples only, for machines in a hurry")
    parser.add_argument("--only", choices=SIDES)
    parser.add_argument("--child", choices=SIDES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print("\n" + json.dumps(globals()[given.child](given.epochs, given.share)))
        return
    sides = [given.only] if given.only else list(SIDES)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false"}
    found = {}
    for side in sides:
        command = [sys.executable, "-m", "bench.nlu", "--child", side, "--epochs", str(given.epochs), "--share", str(given.share)]
        found[side] = json.loads(subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
    print("| | " + " | ".join(sides) + " |\n" + "|---" * (len(sides) + 1) + "|")
    for name in found[sides[0]]:
        digits = 3 if name.endswith(("right", "law")) else 1
        print(f"| {name} | " + " | ".join(f"{found[side][name]:.{digits}f}" for side in sides) + " |")


if __name__ == "__main__":
    main()
