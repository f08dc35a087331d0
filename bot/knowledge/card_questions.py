"""Which questions belong to which card, and which articles a card rests on: what the law search learns from the cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.knowledge.cards import CARDS, read_cards
from bot.knowledge.law_names import article_label

_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class CardQuestion:
    """One way to ask for a card."""

    card_id: str
    text: str


@dataclass(frozen=True)
class CardQuestions:
    """All questions, and card id → (exact title, label) of every article it cites."""

    questions: tuple[CardQuestion, ...]
    cited: dict[str, tuple[tuple[str, str], ...]]


def read_card_questions(cards: Path = CARDS, data: Path | None = None) -> CardQuestions:
    """Return titles and summaries of the cards, and the training sentences of `data` whose block names a card.

    Args:
        cards: folder of the card files.
        data: folder of the training data (one folder a topic with nlu.yml); without it only the cards' own words.

    Raises:
        BadCard: a card file breaks its format.
    """
    known = read_cards(cards)
    own = [CardQuestion(card.card_id, text) for card in known.values() for text in (card.title, card.summary)]
    trained = [question for path in sorted(data.glob("*/nlu.yml")) for question in _trained(path)] if data else []
    cited = {card.card_id: tuple((one.law, article_label(one.article)) for one in card.law_citation) for card in known.values()}
    return CardQuestions(tuple(own + [question for question in trained if question.card_id in cited]), cited)


def _trained(path: Path) -> Iterator[CardQuestion]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 (a safe loader)
    for block in content.get("nlu") or ():
        card = (block.get("metadata") or {}).get("card")
        if card and isinstance(block.get("examples"), str):
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield CardQuestion(card, _ENTITY.sub(r"\1", line[2:]).strip())
