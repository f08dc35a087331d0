"""What the model suggests for a case, and people's corrections: kept for training, followed in the books (改类留痕)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.facts import undo_line
from bot.ledger.mediation_corrections import reclassify
from bot.ledger.review import keep_question, label_question
from bot.ledger.services import Service, record
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Intent, Topic
from bot.storage.desk_tables import CaseSuggestion
from bot.storage.tables import Case, CaseEvent, CaseStatement, ServiceEntry

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


def correct_matter(session: Session, case: Case, topic: Topic, dispute_type: DisputeType, by: str, now: datetime) -> bool:
    """Put a case under another topic and dispute type; returns whether anything changed.

    Every line the case has in the books is reversed and written again; what the resident said goes, without personal data
    and under the right topic, to the training review.
    """
    if (case.topic, case.dispute_type) == (topic.code, dispute_type.code):
        return False
    reason = f"类别由{case.topic}/{case.dispute_type}更正为{topic.code}/{dispute_type.code}"
    _restate_requests(session, case, topic, dispute_type, reason, by, now)
    reclassify(session, case.number, dispute_type, reason, by, now)
    if case.topic != topic.code:
        _teach(session, case, topic, by, now)
    event = {"case_number": case.number, "happened_at": now, "actor": by, "event": "reclassified", "status_before": case.status}
    details = {"topic": [case.topic, topic.code], "dispute_type": [case.dispute_type, dispute_type.code]}
    session.add(CaseEvent(**event, status_after=case.status, details=json.dumps(details)))
    case.topic, case.dispute_type, case.version = topic.code, dispute_type.code, case.version + 1
    return True


def _restate_requests(session: Session, case: Case, topic: Topic, dispute_type: DisputeType, reason: str, by: str, now: datetime) -> None:
    undone = sa.select(ServiceEntry.reverses_id).where(ServiceEntry.reverses_id.is_not(None), ServiceEntry.case_number == case.number)
    mine = (ServiceEntry.case_number == case.number, ServiceEntry.source_key.like("request:%"), ServiceEntry.reverses_id.is_(None))
    for line in session.execute(sa.select(ServiceEntry).where(*mine, ServiceEntry.id.not_in(undone))).scalars().all():
        undo_line(session, line, reason, by, now)
        again = Service(
            kind=line.kind,
            happened_at=line.happened_at,
            source_key=f"request:{case.number}:after:{line.id}",
            channel=Channel.from_code(line.channel),
            tier=Tier.from_code(line.tier),
            community=line.community,
            topic=topic.code,
            dispute_type=dispute_type.code,
            case_number=case.number,
            quantity=line.quantity,
            recorded_by=by,
            is_demo=line.is_demo,
        )
        record(session, again, now)


def _teach(session: Session, case: Case, topic: Topic, by: str, now: datetime) -> None:
    told = sa.select(CaseStatement.text).where(CaseStatement.case_number == case.number, CaseStatement.about == "what_happened")
    text = session.execute(told.order_by(CaseStatement.id).limit(1)).scalar_one_or_none()
    if text is None or case.is_demo:
        return
    stored = session.get(CaseSuggestion, case.number)
    guesses = {"topics": json.loads(stored.topics) if stored else [[case.topic, None]], "band": "corrected"}
    question = keep_question(session, text, guesses, f"case:{case.number}", now)
    label_question(session, question.id, Intent.ASK_LAW.code, topic.code, None, {}, by)


def _days(entities: list[dict[str, Any]]) -> list[str]:
    named = [str(e["value"]) for e in entities if e.get("kind") == "date" and e.get("unit") == "day"]
    return list(dict.fromkeys(named))[:MOST_DAYS]
