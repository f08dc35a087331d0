"""Knowledge cards: what residents are told. One YAML file a topic; fields of domain.md 3.0."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadCard
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic

CARDS = Path(__file__).parent / "cards"
SCREEN = 600  # characters; a phone screen of large type, and the safe length of one WeChat text (domain.md 4.10)
UNITS = {"hour": "小时", "calendar_day": "日", "workday": "个工作日", "month": "个月", "year": "年"}
# YAML reads an unquoted yes or no as a boolean.
FITS = {"yes": "yes", "partly": "partly", "no": "no", True: "yes", False: "no"}
FORBIDDEN_HOTLINES = ("12393",)  # domain.md 4.2: could not be confirmed
TEXT_LISTS = ("points", "steps", "where", "evidence", "escalate_when")
FIELDS = {
    "card_id", "title", "dispute_type", "summary", *TEXT_LISTS, "deadline", "hotline",
    "mediation_fit", "law_citation", "reviewed_by", "reviewed_on", "valid_until",
}  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """One article a card rests on; `keywords` stand in that article."""

    law: str
    article: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Deadline:
    """One period: value and unit from a starting event; `hard` means that missing it costs the right."""

    what: str
    value: float
    unit: str
    start_event: str
    hard: bool

    def words(self) -> str:
        """Return it as one sentence for residents."""
        amount = int(self.value) if self.value == int(self.value) else self.value
        return f"{self.what}：{self.start_event}起{amount}{UNITS[self.unit]}"


@dataclass(frozen=True)
class Card:
    """What we say about one question."""

    card_id: str
    topic: Topic
    title: str
    dispute_type: DisputeType
    summary: str
    points: tuple[str, ...]
    steps: tuple[str, ...]
    deadline: tuple[Deadline, ...]
    where: tuple[str, ...]
    evidence: tuple[str, ...]
    hotline: tuple[str, ...]
    mediation_fit: str
    mediation_note: str
    escalate_when: tuple[str, ...]
    law_citation: tuple[Citation, ...]
    reviewed_by: str | None
    reviewed_on: date | None
    valid_until: date | None

    def review_status(self, today: date) -> str:
        """Return '' when signed and valid, else the words that residents must see with the card."""
        if self.valid_until and self.valid_until < today:
            return "本条已过复核期，请向12348核实"
        return "" if self.reviewed_by else "待律师审定"


def read_cards(folder: Path = CARDS) -> dict[str, Card]:
    """Return all cards by id.

    Raises:
        BadCard: names file, line, field, what was found and what was expected.
    """
    cards: dict[str, Card] = {}
    for path in sorted(folder.glob("*.yml")):
        for card in _cards_of(path.name, path.stem, path.read_text(encoding="utf-8")):
            if card.card_id in cards:
                raise BadCard(f"{path.name}: card_id {card.card_id!r} is already used in topic {cards[card.card_id].topic.code}.")
            cards[card.card_id] = card
    return cards


def card_topics(folder: Path = CARDS) -> dict[str, str]:
    """Return card id → topic code, for the training of the model."""
    return {card.card_id: card.topic.code for card in read_cards(folder).values()}


class _Lines(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A loader that remembers where each mapping begins."""


def _with_line(loader: Any, node: Any) -> dict[str, Any]:
    values: dict[str, Any] = loader.construct_mapping(node, deep=True)
    return {**values, "__line__": node.start_mark.line + 1}


_Lines.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _with_line)


@functools.lru_cache(maxsize=64)
def _cards_of(file: str, stem: str, text: str) -> tuple[Card, ...]:
    """The same text makes the same cards: pages, actions and the model ask for them, and reading takes a third of a second."""
    try:
        raw = yaml.load(text, Loader=_Lines)  # noqa: S506 (a safe loader that also keeps lines)
    except yaml.YAMLError as error:
        raise BadCard(f"{file} is not readable YAML: {error}") from error
    if not isinstance(raw, dict) or set(raw) != {"topic", "cards", "__line__"}:
        raise BadCard(f"{file}: expected `topic:` and `cards:` at the top and nothing else.")
    if raw["topic"] != stem or raw["topic"] not in Topic.codes():
        raise BadCard(f"{file}:1: topic is {raw['topic']!r}; expected {stem!r}, a code of bot/legal/topics.py.")
    return tuple(_card(entry, Topic.from_code(raw["topic"]), file) for entry in raw["cards"])


def _card(raw: dict[str, Any], topic: Topic, file: str) -> Card:
    where = f"{file}:{raw.get('__line__', 1)}: {raw.get('card_id', 'card without card_id')}"
    got = set(raw) - {"__line__"}
    if got != FIELDS:
        raise BadCard(f"{where}: missing {sorted(FIELDS - got)}, unknown {sorted(got - FIELDS)}; fields are those of domain.md 3.0.")
    for check in (_check_texts, _check_codes, _check_citations, _check_review):
        problem = check(raw)
        if problem:
            raise BadCard(f"{where}: {problem}")
    texts = {name: tuple(raw[name]) for name in TEXT_LISTS}
    return Card(
        card_id=raw["card_id"],
        topic=topic,
        title=raw["title"],
        dispute_type=DisputeType.from_code(raw["dispute_type"]),
        summary=raw["summary"],
        deadline=tuple(Deadline(**{k: v for k, v in d.items() if k != "__line__"}) for d in raw["deadline"]),
        hotline=tuple(raw["hotline"]),
        mediation_fit=FITS[raw["mediation_fit"]["fit"]],
        mediation_note=raw["mediation_fit"].get("note") or "",
        law_citation=tuple(Citation(c["law"], c["article"], tuple(c["keywords"])) for c in raw["law_citation"]),
        reviewed_by=raw["reviewed_by"],
        reviewed_on=raw["reviewed_on"],
        valid_until=raw["valid_until"],
        **texts,
    )


def _check_texts(raw: dict[str, Any]) -> str | None:
    for name in ("card_id", "title", "summary"):
        if not isinstance(raw[name], str) or not raw[name].strip():
            return f"{name} is {raw[name]!r}; expected text."
    for name in TEXT_LISTS:
        if not isinstance(raw[name], list) or not all(isinstance(t, str) for t in raw[name]):
            return f"{name} must be a list of texts."
        if sum(map(len, raw[name])) > SCREEN:
            return f"{name} has {sum(map(len, raw[name]))} characters; a screen holds {SCREEN}."
    if not raw["points"] or not raw["steps"]:
        return "points and steps must not be empty."
    return None


def _check_codes(raw: dict[str, Any]) -> str | None:
    if raw["dispute_type"] not in DisputeType.codes():
        return f"dispute_type is {raw['dispute_type']!r}; expected one of {', '.join(DisputeType.codes())}."
    for deadline in raw["deadline"]:
        if set(deadline) - {"__line__"} != {"what", "value", "unit", "start_event", "hard"} or deadline["unit"] not in UNITS:
            return f"deadline {deadline} needs what, value, unit (one of {', '.join(UNITS)}), start_event and hard."
    for number in raw["hotline"]:
        if not (isinstance(number, str) and number.isdigit()) or number in FORBIDDEN_HOTLINES:
            return f"hotline {number!r} is not a number of domain.md 4.2 that may be shown."
    fit = raw["mediation_fit"]
    if not isinstance(fit, dict) or fit.get("fit") not in FITS:
        return f"mediation_fit is {fit!r}; expected {{fit: yes|partly|no, note: …}}."
    return None


def _check_citations(raw: dict[str, Any]) -> str | None:
    if not raw["law_citation"]:
        return "law_citation is empty; a card rests on at least one article."
    for citation in raw["law_citation"]:
        if set(citation) - {"__line__"} != {"law", "article", "keywords"} or not isinstance(citation["article"], str):
            return f"law_citation {citation} needs law, article (text such as \"1077\" or \"276之一\") and keywords."
    return None


def _check_review(raw: dict[str, Any]) -> str | None:
    for name in ("reviewed_on", "valid_until"):
        if raw[name] is not None and not isinstance(raw[name], date):
            return f"{name} is {raw[name]!r}; expected a day such as 2026-11-23, or null."
    if bool(raw["reviewed_by"]) != bool(raw["reviewed_on"]):
        return "reviewed_by and reviewed_on are set together or not at all."
    return None
