"""Corrections of what a case stands under: topic, dispute type, community. The books follow line by line (改类留痕), training too."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger import enterprise
from bot.ledger.facts import restate, standing_facts, undo_lines
from bot.ledger.mediation import BOOK
from bot.ledger.mediation_corrections import reclassify
from bot.ledger.review import keep_question, label_question
from bot.ledger.services import Service, record, stands
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Intent, Topic
from bot.storage.desk_tables import CaseSuggestion
from bot.storage.tables import Case, CaseEvent, CaseStatement, ServiceEntry


def correct_matter(session: Session, case: Case, topic: Topic, dispute_type: DisputeType, by: str, now: datetime) -> bool:
    """Put a case under another topic and dispute type; returns whether anything changed.

    Every line the case has in the books is reversed and written again; what the resident said goes, without personal data
    and under the right topic, to the training review.
    """
    if (case.topic, case.dispute_type) == (topic.code, dispute_type.code):
        return False
    reason = f"类别由{case.topic}/{case.dispute_type}更正为{topic.code}/{dispute_type.code}"
    _restate_requests(session, case, reason, by, now, topic=topic.code, dispute_type=dispute_type.code)
    reclassify(session, case.number, dispute_type, reason, by, now)
    _restate_facts(session, enterprise.BOOK, case, reason, by, now, topic=topic.code, dispute_type=dispute_type.code)
    if case.topic != topic.code:
        _teach(session, case, topic, by, now)
    _note(session, case, "reclassified", by, now, topic=[case.topic, topic.code], dispute_type=[case.dispute_type, dispute_type.code])
    case.topic, case.dispute_type, case.version = topic.code, dispute_type.code, case.version + 1
    return True


def correct_community(session: Session, case: Case, community: str, by: str, now: datetime) -> bool:
    """Put a case in the community it belongs to, as when a resident did not know; returns whether anything changed."""
    if case.community == community:
        return False
    reason = f"社区由{case.community or '未定'}更正为{community}"
    _restate_requests(session, case, reason, by, now, community=community)
    for book in (BOOK, enterprise.BOOK):
        _restate_facts(session, book, case, reason, by, now, community=community)
    _note(session, case, "community_set", by, now, community=[case.community, community])
    case.community, case.version = community, case.version + 1
    return True


def _restate_facts(session: Session, book: str, case: Case, reason: str, by: str, now: datetime, **changed: str) -> None:
    """What came in and what left move together, or the old place would be left with fewer open than none."""
    for fact in standing_facts(session, book, case.number):
        restate(session, fact, reason, by, now, **changed)


def _restate_requests(session: Session, case: Case, reason: str, by: str, now: datetime, **changed: str) -> None:
    mine = (ServiceEntry.case_number == case.number, ServiceEntry.source_key.like("request:%"), *stands())
    for line in session.execute(sa.select(ServiceEntry).where(*mine)).scalars().all():
        undo_lines(session, [line], reason, by, now)
        values = {"community": line.community, "topic": line.topic, "dispute_type": line.dispute_type, **changed}
        again = Service(
            kind=line.kind,
            happened_at=line.happened_at,
            source_key=f"request:{case.number}:after:{line.id}",
            channel=Channel.from_code(line.channel),
            tier=Tier.from_code(line.tier),
            case_number=case.number,
            quantity=line.quantity,
            recorded_by=by,
            is_demo=line.is_demo,
            **values,
        )
        record(session, again, now)


def _note(session: Session, case: Case, event: str, by: str, now: datetime, **details: Any) -> None:
    values = {"case_number": case.number, "happened_at": now, "actor": by, "event": event, "details": json.dumps(details)}
    session.add(CaseEvent(**values, status_before=case.status, status_after=case.status))


def _teach(session: Session, case: Case, topic: Topic, by: str, now: datetime) -> None:
    told = sa.select(CaseStatement.text).where(CaseStatement.case_number == case.number, CaseStatement.about == "what_happened")
    text = session.execute(told.order_by(CaseStatement.id).limit(1)).scalar_one_or_none()
    if text is None or case.is_demo:
        return
    stored = session.get(CaseSuggestion, case.number)
    guesses = {"topics": json.loads(stored.topics) if stored else [[case.topic, None]], "band": "corrected"}
    question = keep_question(session, text, guesses, f"case:{case.number}", now)
    label_question(session, question.id, Intent.ASK_LAW.code, topic.code, None, {}, by)
