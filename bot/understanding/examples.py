"""Training examples, read from Rasa's own files."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import yaml

from bot.errors import LegalBotError


@dataclass(frozen=True)
class Example:
    """One sentence a resident might type, and what it means.

    `topic` and `card` go with ask_law: a topic without a card teaches that no card of it answers. `emergency` is a
    code of taxonomy.yml.
    """

    text: str
    intent: str
    topic: Optional[str] = None
    card: Optional[str] = None
    emergency: Optional[str] = None


class BadTrainingData(LegalBotError):
    """A file of training examples cannot be used."""


def example_of(text: str, intent: str, metadata: Optional[dict[str, Any]]) -> Example:
    """Return the example with what the block's metadata says about it; unknown keys are left alone."""
    known = metadata or {}
    return Example(text, intent, known.get("topic"), known.get("card"), known.get("emergency"))


def read_examples(data_folder: Path) -> list[Example]:
    """Return the examples of every YAML file below a folder, in order of path and line.

    Raises:
        BadTrainingData: a file is not YAML, or a block is not in Rasa's form.
    """
    found: list[Example] = []
    for path in sorted(Path(data_folder).rglob("*.yml")):
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader, in C where there is one)
        except yaml.YAMLError as error:
            raise BadTrainingData(f"{path} is not YAML: {error}; mend it or move it out of the data folder.") from error
        for block in (content or {}).get("nlu") or []:
            if "intent" in block:
                found.extend(_read_block(block, path))
    return found


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read_block(block: dict[str, Any], path: Path) -> list[Example]:
    examples, metadata = block.get("examples"), block.get("metadata")
    if isinstance(examples, list):  # Rasa's long form: one mapping for each sentence
        return [example_of(str(item["text"]).strip(), block["intent"], {**(metadata or {}), **(item.get("metadata") or {})})
                for item in examples]
    if not isinstance(examples, str):
        raise BadTrainingData(f"{path}: intent {block['intent']}: got no examples, expected lines that begin with '- '.")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    wrong = [line for line in lines if not line.startswith("- ")]
    if wrong:
        raise BadTrainingData(f"{path}: intent {block['intent']}: got {wrong[0]!r}, expected lines that begin with '- '.")
    return [example_of(line[2:].strip(), block["intent"], metadata) for line in lines]


def words_of_cards(cards: Iterable[Any]) -> dict[str, list[str]]:
    """Return card id → the sentences of each knowledge card (objects as bot.knowledge.cards makes them), for training."""
    return {card.card_id: [f"{card.title}。{card.summary}", *card.points, *card.steps, *card.evidence, *card.escalate_when] for card in cards}
