"""Questions the model was not sure of: kept without personal data, labelled by people, exported as training data."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from bot.errors import CaseNotFound, UnknownCode
from bot.legal.masking import without_personal_data
from bot.legal.topics import Intent, Topic
from bot.storage.tables import ReviewQuestion


def keep_question(session: Session, text: str, meaning: dict[str, Any], source_key: str, now: datetime) -> ReviewQuestion:
    """Keep a question of the lower two bands for people to label and return it; the same message again returns what is kept."""
    known = session.execute(sa.select(ReviewQuestion).where(ReviewQuestion.source_key == source_key)).scalar_one_or_none()
    if known is not None:
        return known
    guesses = {"intent": meaning.get("intent"), "topics": meaning.get("topics"), "cards": meaning.get("choices")}
    question = ReviewQuestion(
        source_key=source_key,
        text=without_personal_data(text),
        band=str(meaning.get("band") or "person"),
        guesses=json.dumps(guesses, ensure_ascii=False),
        asked_at=now,
    )
    session.add(question)
    session.flush()
    return question


def open_questions(session: Session, limit: int = 200) -> list[ReviewQuestion]:
    """Return questions without a label, oldest first."""
    query = sa.select(ReviewQuestion).where(ReviewQuestion.label_intent.is_(None)).order_by(ReviewQuestion.id).limit(limit)
    return list(session.execute(query).scalars())


def labelled_questions(session: Session, limit: int = 50) -> list[ReviewQuestion]:
    """Return questions with a label, the newest first."""
    query = sa.select(ReviewQuestion).where(ReviewQuestion.label_intent.isnot(None)).order_by(ReviewQuestion.id.desc()).limit(limit)
    return list(session.execute(query).scalars())


def counts(session: Session) -> dict[str, int]:
    """Return how many questions wait for a label ("open"), have one ("labelled"), and of these were never in a training ("fresh")."""
    has_label = ReviewQuestion.label_intent.isnot(None)
    where = {"open": ~has_label, "labelled": has_label, "fresh": has_label & ReviewQuestion.exported_at.is_(None)}
    return {name: session.execute(sa.select(sa.func.count()).select_from(ReviewQuestion).where(what)).scalar_one() for name, what in where.items()}


def texts_for_comparison(session: Session, limit: int = 2000) -> list[tuple[int, str]]:
    """Return (number, text) of the newest questions, labelled or not: what two models are compared on."""
    query = sa.select(ReviewQuestion.id, ReviewQuestion.text).order_by(ReviewQuestion.id.desc()).limit(limit)
    return [(number, text) for number, text in session.execute(query)]


def label_question(session: Session, number: int, intent: str, topic: str | None, card: str | None, cards: dict[str, str], by: str) -> None:
    """Say what a question meant.

    Args:
        cards: card id → topic code; a card brings its topic along.

    Raises:
        CaseNotFound: there is no such question.
        UnknownCode: an intent, topic or card that does not exist, or a question of law without a topic.
    """
    question = session.get(ReviewQuestion, number)
    if question is None:
        raise CaseNotFound(f"There is no question {number} to label; `bot nlu review` lists them.")
    Intent.from_code(intent)
    if card is not None and card not in cards:
        raise UnknownCode(f"Unknown card {card!r}; `bot laws check` lists all cards.")
    topic = topic or (cards[card] if card else None)
    if intent == Intent.ASK_LAW.code and topic is None:
        raise UnknownCode("A question of law needs --topic or --card.")
    if topic is not None:
        Topic.from_code(topic)
    question.label_intent, question.label_topic, question.label_card, question.labelled_by = intent, topic, card, by


def export_labelled(session: Session, now: datetime | None = None) -> str:
    """Return all labelled questions as a Rasa training file (YAML), grouped by label; marks them exported."""
    query = sa.select(ReviewQuestion).where(ReviewQuestion.label_intent.isnot(None)).order_by(ReviewQuestion.id)
    blocks: dict[tuple[str, str | None, str | None], list[str]] = {}
    for question in session.execute(query).scalars():
        key = (question.label_intent, question.label_topic, question.label_card)
        line = " ".join(question.text.translate(str.maketrans("[]{}\n", "【】（） ")).split()).lstrip("/")
        if line not in blocks.setdefault(key, []):
            blocks[key].append(line)
        question.exported_at = question.exported_at or now or datetime.now(timezone.utc)
    entries = []
    for (intent, topic, card), lines in blocks.items():
        metadata = {name: value for name, value in (("topic", topic), ("card", card)) if value}
        entry: dict[str, Any] = {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
        entries.append({**entry, "metadata": metadata} if metadata else entry)
    return yaml.safe_dump({"version": "3.1", "nlu": entries}, allow_unicode=True, sort_keys=False, default_style=None)
