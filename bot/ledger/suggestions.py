"""What the model suggests for a case: kept when it is filed, shown at the desk with its confidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.legal.topics import Topic
from bot.storage.desk_tables import CaseSuggestion

MOST_TOPICS, MOST_DAYS = 3, 5


@dataclass(frozen=True)
class Suggestion:
    """What the model made of a case.

    Args:
        topics: the likeliest with their calibrated confidence (0 to 1), best first.
        days: Beijing days that the resident named, in order.
    """

    topics: tuple[tuple[Topic, float], ...]
    card: str | None
    card_confidence: float
    days: tuple[date, ...]


def keep_suggestion(session: Session, number: str, meaning: dict[str, Any], now: datetime) -> None:
    """Store what the model made of a new case; nothing for a case that has it, or where no model answered.

    Args:
        meaning: `Understood.as_dict()` of the text that tells what happened; {} where another pipeline was used.
    """
    if not meaning.get("topics") or session.get(CaseSuggestion, number) is not None:
        return
    topics = [[code, round(float(share), 4)] for code, share in meaning["topics"] if code in Topic.codes()][:MOST_TOPICS]
    session.add(
        CaseSuggestion(
            case_number=number,
            topics=json.dumps(topics),
            card=meaning.get("card"),
            card_confidence=float(meaning.get("card_confidence") or 0),
            days=json.dumps(_days(meaning.get("entities") or [])),
            suggested_at=now,
        )
    )


def suggestion_of(session: Session, number: str) -> Suggestion | None:
    """Return what the model made of a case when it was opened, or None (a case entered by hand)."""
    stored = session.get(CaseSuggestion, number)
    if stored is None:
        return None
    topics = tuple((Topic.from_code(code), float(share)) for code, share in json.loads(stored.topics))
    days = tuple(date.fromisoformat(day) for day in json.loads(stored.days or "[]"))
    return Suggestion(topics, stored.card, stored.card_confidence, days)


def _days(entities: list[dict[str, Any]]) -> list[str]:
    named = [str(e["value"]) for e in entities if e.get("kind") == "date" and e.get("unit") == "day"]
    return list(dict.fromkeys(named))[:MOST_DAYS]
