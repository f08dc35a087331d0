"""Cross-validation, the frozen sets, and the page that tells of both."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bot.understanding.calibration import Calibration, fit_belief, fit_card, fit_cards
from bot.understanding.cards import CardHeads
from bot.understanding.dataset_check import check_dataset, groups_of_near, table_of
from bot.understanding.examples import BadTrainingData, Example, read_examples
from bot.understanding.heads import Array
from bot.understanding.learning import tasks_of
from bot.understanding.measures import Figures, Pair, measure
from bot.understanding.normalise import normalise
from bot.understanding.understander import Understander
from bot.understanding.vector_store import STORE

_SEED = 20261123
VOICE = "third"  # the frozen set whose questions of law the calibration may read
_WHOLE = 15  # characters from which a sentence can be understood by itself
_KEEP_TOGETHER = 0.4  # likeness from which two sentences are kept in the same part
_BEGIN, _END = "<!-- measured: `bot nlu eval` writes below -->", "<!-- end of measured -->"
_MEANING = {
    "intent_accuracy": "intent right", "intent_macro_f1": "intent, macro-F1", "services": "service intents right",
    "topic_top1": "topic right", "topic_top3": "topic among the best three", "topic_macro_f1": "topic, macro-F1",
    "card_right_of_shown": "cards shown that are right", "card_shown_of_wanted": "questions with a card that get one at once",
    "card_in_choices": "right card shown or among the choices", "off_topic_answered": "off-topic texts answered with a card",
    "emergency_recall": "calls for help found", "false_alarms": "false alarms on legal questions",
    "intent_calibration_error": "expected calibration error, intent", "topic_calibration_error": "expected calibration error, topic",
    "card_calibration_error": "expected calibration error, card",
}


def read_development(path: Path) -> list[Example]:
    """Return the examples of a JSON-lines file with text, intent, topic, card and emergency.

    Raises:
        BadTrainingData: a line is not such an object; names it.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                given = json.loads(line)
                emergency = given.get("emergency")
                found.append(Example(given["text"], given["intent"], given.get("topic"), given.get("card"),
                                     emergency if isinstance(emergency, str) else None))
            except (ValueError, KeyError, AttributeError) as error:
                raise BadTrainingData(f'{path}:{number}: expected {{"text", "intent", "topic", "card", "emergency"}}, got {line[:60]!r}.') from error
    return found


def parts_of(examples: Sequence[Example], folds: int) -> list[list[int]]:
    """Return the indices of each part: as good as equal in every label, near sentences together."""
    groups = groups_of_near([example.text for example in examples], _KEEP_TOGETHER)
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    order = list(members.values())
    np.random.default_rng(_SEED).shuffle(order)  # type: ignore[arg-type]
    order.sort(key=lambda together: str((examples[together[0]].intent, examples[together[0]].topic, examples[together[0]].card)))
    parts: list[list[int]] = [[] for _ in range(folds)]
    for turn, together in enumerate(order):
        parts[turn % folds].extend(together)
    return parts


def cross_validate(examples: Sequence[Example], card_topics: dict[str, str], card_words: dict[str, list[str]], folds: int,
                   progress: Callable[[str], None], spoken: Sequence[Example] = ()) -> tuple[list[Pair], Calibration]:
    """Return every example with what a model trained without its part understood of it, and the calibration fitted on all of them.

    Args:
        spoken: questions of law in another author's voice. Held-out training sentences are harder than what people ask, these are
            easier; for topics and cards both together weigh the same.
    """
    models, heard = [], []
    parts = parts_of(examples, folds)
    for number, part in enumerate(parts, start=1):
        progress(f"part {number} of {folds}")
        left_out = set(part)
        models.append(Understander.train([example for index, example in enumerate(examples) if index not in left_out], card_topics,
                                         card_words=card_words, store=STORE))
        heard.append(models[-1].hear([normalise(examples[index].text) for index in part]))
    in_parts = [examples[index] for part in parts for index in part]
    voice = models[0].hear([normalise(example.text) for example in spoken]) if spoken else {}
    calibration = _fitted(in_parts, models[0].cards, heard, spoken, voice)
    pairs = _judged(in_parts, models, heard, calibration)
    others = _judged(spoken, models[:1], [voice], calibration) if spoken else []
    own = [(u.card_confidence, e.card == u.card, weight_of(e)) for e, u in pairs if u.card]
    each = sum(weight for _, _, weight in own) / max(1, sum(1 for _, u in others if u.card))
    calibration = replace(calibration, card=fit_card([*own, *((u.card_confidence, e.card == u.card, each) for e, u in others if u.card)]))
    return _judged(in_parts, models, heard, calibration), calibration


def weight_of(example: Example) -> float:
    """Return how much a text counts for calibration: by what residents send, not by how many of its kind were written.

    Every second sentence of data/ is a fragment of a few words on law; a request for a service is one in nine.
    """
    if example.intent in ("ask_law", "emergency"):
        return 1.0 if len(example.text) >= _WHOLE else 0.5
    return 2.0


def _fitted(examples: Sequence[Example], cards: CardHeads, heard: Sequence[dict[str, Array]], spoken: Sequence[Example],
            voice: dict[str, Array]) -> Calibration:
    """Return the calibration but for the line of cards."""
    weights = np.array([weight_of(example) for example in examples])
    shares, first, lean = {}, {}, {}
    for name, task in tasks_of(examples).items():
        voices = np.concatenate([part[name] for part in heard], axis=1)
        if name == "card":
            shares[name] = fit_cards(cards.columns, voices, task.right, weights)
            continue
        asked = np.flatnonzero(task.right >= 0)
        said, right, count = voices[:, asked], task.right[asked], weights[asked]
        if name == "topic" and spoken:
            said, right = np.concatenate([said, voice[name]], axis=1), np.append(right, [task.labels.index(str(example.topic)) for example in spoken])
            count = np.append(count, np.full(len(spoken), count.sum() / len(spoken)))
        shares[name], votes, lean[name] = fit_belief(said, right, count, task.labels, name == "topic",
                                                     ["ask_law", "out_of_scope"] if name == "intent" else [])
        if votes is not None:
            first[name] = votes
    return Calibration(shares, first, lean)


def _judged(examples: Sequence[Example], models: Sequence[Understander], heard: Sequence[dict[str, Array]], calibration: Calibration) -> list[Pair]:
    """Return the examples, in the order in which the models heard them, with what they then make of them."""
    pairs: list[Pair] = []
    for model, voices in zip(models, heard, strict=True):
        model.calibrate(calibration)
        wanted = examples[len(pairs) : len(pairs) + voices["topic"].shape[1]]
        texts = [example.text for example in wanted]
        judged = model.judge(texts, [normalise(text) for text in texts], voices, partial(_cards_of, voices))
        pairs.extend(zip(wanted, judged, strict=True))
    return pairs


def _cards_of(voices: dict[str, Array], row: int) -> Array:
    return voices["card"][:, row]


def evaluate_all(data: Path, frozen: Sequence[Path], card_topics: dict[str, str], card_words: dict[str, list[str]], folds: int,
                 progress: Callable[[str], None], page: str = "") -> tuple[str, dict[str, dict[str, float]]]:
    """Return (the page with its measured part renewed, the shares of each frozen set by the stem of its file).

    A cross-validation also writes bot/understanding/calibration.json anew.
    """
    examples = read_examples(data)
    columns: list[tuple[str, Figures]] = []
    if folds > 1:
        spoken = [example for path in frozen if path.stem == VOICE for example in read_development(path) if example.intent == "ask_law"]
        pairs, calibration = cross_validate(examples, card_topics, card_words, folds, progress, spoken)
        calibration.write()
        columns.append(("cross-validation", measure(pairs)))
    found = {path.stem: read_development(path) for path in frozen if path.is_file()}
    if found:
        progress("frozen sets")
        model = Understander.train(examples, card_topics, card_words=card_words, store=STORE)
        said = {name: model.understand_many([example.text for example in wanted]) for name, wanted in found.items()}
        columns += [(name, measure(list(zip(wanted, said[name], strict=True)))) for name, wanted in found.items()]
    return renewed(page, measured_part(columns, table_of(check_dataset(examples)))), {name: figures.shares() for name, figures in columns if name in found}


def measured_part(columns: Sequence[tuple[str, Figures]], table: str) -> str:
    """Return the Markdown of what was measured, a column for each (name, figures)."""
    lines = ["| figure | " + " | ".join(f"{name} ({figures.texts} texts)" for name, figures in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, meaning in _MEANING.items():
        values = (getattr(figures, name) for _, figures in columns)
        lines.append(f"| {meaning} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in values) + " |")
    for name, figures in columns:
        lines += ["", f"### Confusions worth reading: {name}", "", "| wanted | given | times | for example |", "|---|---|---|---|"]
        lines += [f"| {wanted} | {given} | {times} | {text[:60].replace('|', '/')} |" for wanted, given, times, text in figures.confusions]
    return "\n".join([*lines, "", "### Training data", "", table, ""])


def renewed(page: str, part: str) -> str:
    """Return the page with the text between the two marks replaced; they are added at its end when it has none."""
    whole = f"{_BEGIN}\n\n{part}\n{_END}"
    if _BEGIN in page and _END in page:
        return re.sub(re.escape(_BEGIN) + ".*" + re.escape(_END), lambda _: whole, page, flags=re.S)
    return f"{page.rstrip()}\n\n## Measured\n\n{whole}\n" if page.strip() else f"# Understanding\n\n## Measured\n\n{whole}\n"
