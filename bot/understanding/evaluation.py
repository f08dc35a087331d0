"""Cross-validation, the frozen sets, and the page that tells of both."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.understanding.dataset_check import check_dataset, groups_of_near, table_of
from bot.understanding.examples import BadTrainingData, Example, read_examples
from bot.understanding.measures import Figures, Pair, measure
from bot.understanding.understander import Understander
from bot.understanding.vector_store import STORE

_SEED = 20261123
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
                   progress: Callable[[str], None]) -> list[Pair]:
    """Return every example with what a model trained without its part understood of it."""
    pairs: list[Pair] = []
    for number, part in enumerate(parts_of(examples, folds), start=1):
        progress(f"part {number} of {folds}")
        left_out = set(part)
        model = Understander.train([example for index, example in enumerate(examples) if index not in left_out], card_topics,
                                   card_words=card_words, store=STORE)
        wanted = [examples[index] for index in part]
        pairs.extend(zip(wanted, model.understand_many([example.text for example in wanted]), strict=True))
    return pairs


def evaluate_all(data: Path, frozen: Sequence[Path], card_topics: dict[str, str], card_words: dict[str, list[str]], folds: int,
                 progress: Callable[[str], None], page: str = "") -> tuple[str, dict[str, dict[str, float]]]:
    """Return (the page with its measured part renewed, the shares of each frozen set by the stem of its file)."""
    examples = read_examples(data)
    crossed = measure(cross_validate(examples, card_topics, card_words, folds, progress)) if folds > 1 else None
    columns = [("cross-validation", crossed)] if crossed else []
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
