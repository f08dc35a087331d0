"""Does every article that the cards cite exist, is it in force, and does it carry what we say?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.cards import CARDS
from bot.knowledge.law_names import UnreadableArticleNumber, exact_title
from bot.knowledge.statutes import LawNotFound, StatuteStore


@dataclass(frozen=True)
class CardCitation:
    """One citation as it stands in a card file. `problem` is set when the file itself is wrong at this place."""

    file: str
    line: int
    card_id: str
    law: str
    article: str
    keywords: tuple[str, ...]
    sentence: str
    problem: str = ""


@dataclass(frozen=True)
class CheckedCitation:
    """One citation and what the check found: label and effective day of the article, or the problem."""

    citation: CardCitation
    label: str
    effective_date: date | None
    problem: str

    @property
    def place(self) -> str:
        """Return file:line card, to find it."""
        return f"{self.citation.file}:{self.citation.line} {self.citation.card_id}"


def load_citations(folder: Path = CARDS, day: date | None = None) -> Iterator[CardCitation]:
    """Yield every citation of the card files in `folder`, with its line; what cannot be read comes as a `problem`.

    Args:
        folder: holds <topic>.yml files of cards.
        day: with it, a card whose `valid_until` lies before is a problem too.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        yield _broken(str(folder), 1, "", f"no card files in {folder}; expected <topic>.yml")
    for path in files:
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_loader())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
            mark = getattr(problem, "problem_mark", None)
            yield _broken(path.name, mark.line + 1 if mark else 1, "", f"cannot be read: {problem}")
            continue
        for node in _items(_child(root, "cards")):
            yield from _of_card(path.name, node, day)


def check_citations(store: StatuteStore, citations: Iterable[CardCitation], day: date) -> list[CheckedCitation]:
    """Return every citation checked against what is in force on `day`; an empty `problem` means it holds.

    Holds: the law's exact title is in the store and in force (by effective day, never by its status word), it has the
    article, 之一 articles included, and each keyword stands in the article's text.
    """
    return [_checked(store, citation, day) for citation in citations]


def broken_cards(checked: Iterable[CheckedCitation]) -> dict[str, list[CheckedCitation]]:
    """Return card id → its citations that do not hold, in the order found."""
    broken: dict[str, list[CheckedCitation]] = {}
    for one in checked:
        if one.problem:
            broken.setdefault(one.citation.card_id, []).append(one)
    return broken


def _checked(store: StatuteStore, citation: CardCitation, day: date) -> CheckedCitation:
    if citation.problem:
        return CheckedCitation(citation, citation.article, None, citation.problem)
    if citation.law not in store.titles():
        meant = exact_title(citation.law, store.titles())
        hint = f"expected the exact title {meant}" if meant else "expected a title of the store (`bot laws show` names near ones)"
        return CheckedCitation(citation, citation.article, None, f"no law is titled {citation.law!r}; {hint}")
    try:
        article = store.article(citation.law, citation.article, day)
    except (LawNotFound, UnreadableArticleNumber) as failure:
        return CheckedCitation(citation, citation.article, None, str(failure))
    missing = [keyword for keyword in citation.keywords if keyword not in article.text]
    problem = ""
    if not citation.keywords:
        problem = "keywords are missing; expected words that stand in the article and carry our sentence"
    elif missing:
        problem = f"{'、'.join(missing)} not in the article in force since {article.law.effective_date}: {article.text[:80]}…".replace("\n", "")
    return CheckedCitation(citation, article.label, article.law.effective_date, problem)


def _of_card(file: str, node: yaml.Node, day: date | None) -> Iterator[CardCitation]:
    line, card_id = node.start_mark.line + 1, str(_value(_child(node, "card_id")) or "card without card_id")
    until = str(_value(_child(node, "valid_until")) or "")
    if day and until not in ("", "null", "~") and until < day.isoformat():
        yield _broken(file, line, card_id, f"valid_until is {until}, before {day}; expected a later day after a new review, or null")
    citations = _items(_child(node, "law_citation"))
    if not citations:
        yield _broken(file, line, card_id, "law_citation is missing or empty; expected at least one {law, article, keywords}")
    sentence = " ".join(str(_value(point) or "") for point in _items(_child(node, "points")))
    for one in citations:
        law, article = (_value(_child(one, name)) for name in ("law", "article"))
        keywords = tuple(str(_value(keyword)) for keyword in _items(_child(one, "keywords")))
        at = one.start_mark.line + 1
        if not law or not article:
            yield _broken(file, at, card_id, "a citation lacks law or article; expected {law: exact title, article: \"1079\", keywords: […]}")
        else:
            yield CardCitation(file, at, card_id, str(law), str(article), keywords, sentence)


def _broken(file: str, line: int, card_id: str, problem: str) -> CardCitation:
    return CardCitation(file, line, card_id, "", "", (), "", problem)


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _value(node: yaml.Node | None) -> str | None:
    return node.value if isinstance(node, yaml.ScalarNode) else None
