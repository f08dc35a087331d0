"""What the page of a case shows, gathered in one look. Names, numbers and words are masked unless `opened`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.console.cases_of import staff_names
from bot.console.talks import role_words
from bot.console.timeline import timeline
from bot.inbox.appointments import appointments_of
from bot.inbox.attachments import files_of
from bot.inbox.notices import notices_of
from bot.inbox.talk import as_said, talk_of
from bot.knowledge.answers import cited
from bot.knowledge.cards import Card
from bot.ledger.case_deadlines import CHOICES, compute, deadlines_of
from bot.ledger.case_likeness import duplicates, linked_to, past_of
from bot.ledger.case_times import due_of
from bot.ledger.party_details import as_words, details_of_parties
from bot.ledger.risks import open_risks
from bot.ledger.suggestions import Suggestion, suggestion_of
from bot.legal.appointments import time_words
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.deadlines import NEAR
from bot.legal.disputes import DisputeType
from bot.legal.intake import masked_phone
from bot.legal.lifecycle import FINAL, STATUS_LABELS
from bot.legal.masking import without_personal_data
from bot.legal.party_details import DETAIL_LABELS
from bot.legal.permissions import Staff
from bot.legal.safety import KINDS
from bot.legal.sums import Uncountable
from bot.legal.topics import Topic
from bot.office import BEIJING, Office
from bot.storage.casework_tables import PartyDetails
from bot.storage.handover_tables import Handover
from bot.storage.tables import Case, CasePerson, CaseStatement, Conversation

SIDES = {"applicant": "申请人", "other": "对方"}
ABOUT = {"what_happened": "事情经过", "wish": "希望怎样解决", "supplement": "补充", "category": "问题类别"}
CARDS_SHOWN = 4


@dataclass(frozen=True)
class Limit:
    """A time limit or legal period as it stands: `look` is good, warm or bad; `why` its steps and ground."""

    title: str
    until: str
    left: str
    look: str
    why: str
    code: str = ""


@dataclass(frozen=True)
class Shown:
    """A party as somebody may see them; `details` are (label, value) where opened, `known` the labels of what is kept."""

    number: int
    side: str
    name: str
    phone: str
    details: list[tuple[str, str]]
    known: str


def view_of(session: Session, case: Case, staff: Staff, opened: bool, office: Office, cards: dict[str, Card], at: datetime) -> dict[str, Any]:
    """Return the names and values that case.html shows."""
    people = session.execute(sa.select(CasePerson).where(CasePerson.case_number == case.number).order_by(CasePerson.id)).scalars().all()
    names = [p.name for p in people if p.name]
    suggestion = suggestion_of(session, case.number)
    place = office.community(case.community) if case.community else None
    return {
        "case": case,
        "opened": opened,
        "kind": CaseKind.from_code(case.kind),
        "standing_now": STATUS_LABELS.get(case.status, case.status),
        "is_over": case.status in {s.code for s in FINAL},
        "topic": Topic.from_code(case.topic),
        "dispute_type": DisputeType.from_code(case.dispute_type),
        "place": place.name if place else "社区未定",
        "tier": Tier.from_code(case.tier),
        "channel": Channel.from_code(case.channel).label,
        "names": staff_names(session),
        "people": _people(people, details_of_parties(session, case.number), opened),
        "statements": _statements(session, case.number, names, opened),
        "events": timeline(session, case.number, opened)[::-1],
        "limits": [*_limits(session, case, office, at), *_periods(session, case, at)],
        "periods": CHOICES,
        "days": suggestion.days if suggestion else (),
        "risks": [(r.seen_at, KINDS.get(r.code, r.code)) for r in open_risks(session, case.conversation_id)] if case.conversation_id else [],
        "likely": _likely(suggestion, case),
        "topics": list(Topic),
        "types": list(DisputeType),
        "cards": [(card, cited(card)) for card in _cards(suggestion, case, cards)],
        "duplicates": [one for one in duplicates(session, case) if staff.may_see(one.community)],
        "elsewhere": sum(not staff.may_see(one.community) for one in duplicates(session, case)),
        "linked": linked_to(session, case.number),
        "past": past_of(session, case),
        "labels": STATUS_LABELS,
        **_talk(session, case, as_said if opened else lambda text: masked_words(text, names), staff),
    }


def masked_name(name: str) -> str:
    """Return a name of which only the first sign is shown."""
    return f"{name[:1]}{'*' * min(max(1, len(name) - 1), 3)}"


def masked_words(text: str, names: list[str]) -> str:
    """Return what somebody said without numbers and stated names, and without the names of this case's people."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, masked_name(name))
    return without_personal_data(text)


def _people(people: list[CasePerson], kept: dict[int, PartyDetails], opened: bool) -> list[Shown]:
    found = []
    for person in people:
        words = as_words(kept.get(person.id))
        details = [(DETAIL_LABELS[name], value) for name, value in words.items()]
        known = "、".join(label for label, _ in details)
        found.append(Shown(person.id, SIDES.get(person.side, person.side), *_person(person, opened), details if opened else [], known))
    return found


def _person(person: CasePerson, opened: bool) -> tuple[str, str]:
    name, phone = person.name or "没有写", person.phone or ""
    if opened:
        return name, phone
    return (masked_name(name) if person.name else name), (masked_phone(phone) if phone else "")


def _statements(session: Session, number: str, names: list[str], opened: bool) -> list[tuple[str, datetime, str]]:
    said = sa.select(CaseStatement).where(CaseStatement.case_number == number).order_by(CaseStatement.id)
    return [(ABOUT.get(s.about, s.about), s.said_at, s.text if opened else masked_words(s.text, names)) for s in session.execute(said).scalars()]


def _limits(session: Session, case: Case, office: Office, at: datetime) -> list[Limit]:
    found = []
    for due in due_of(session, case, office.weekday_hours):
        days = due.days_left(at)
        left = (f"已超{-days}天" if days < 0 else "已超时") if due.is_over(at) else f"还有{days}天" if days else "今天到期"
        look = "bad" if due.is_over(at) else "warm" if days <= 1 else "good"
        found.append(Limit(due.limit.label, f"{due.at.astimezone(BEIJING):%Y-%m-%d %H:%M}", left, look, due.source))
    return found


def _periods(session: Session, case: Case, at: datetime) -> list[Limit]:
    today: date = at.astimezone(BEIJING).date()
    found = []
    for stored in deadlines_of(session, case.number):
        try:
            counted = compute(case, stored.code, stored.start_on, at)
        except Uncountable:
            continue
        left = (stored.last_on - today).days
        look = "bad" if left <= NEAR else "good"
        words = f"还有{left}天" if left >= 0 else f"已过{-left}天"
        found.append(Limit(counted.title, f"{stored.last_on}", words, look, "\n".join([*(s.text for s in counted.steps), *counted.caveats]), stored.code))
    return found


def _likely(suggestion: Suggestion | None, case: Case) -> list[tuple[Topic, DisputeType, int, bool]]:
    """What the model thinks of: topic, its usual dispute type, percent, whether the case stands under both."""
    if suggestion is None:
        return []
    topics = [(topic, topic.default_dispute_type, round(share * 100)) for topic, share in suggestion.topics]
    return [(t, d, p, (t.code, d.code) == (case.topic, case.dispute_type)) for t, d, p in topics if p >= 1]


def _cards(suggestion: Suggestion | None, case: Case, cards: dict[str, Card]) -> list[Card]:
    first = [cards[suggestion.card]] if suggestion and suggestion.card in cards and cards[suggestion.card].topic.code == case.topic else []
    return (first + [card for card in cards.values() if card.topic.code == case.topic and card not in first])[:CARDS_SHOWN]


def _talk(session: Session, case: Case, shown: Callable[[str], str], staff: Staff) -> dict[str, Any]:
    conversation = session.get(Conversation, case.conversation_id) if case.conversation_id else None
    if conversation is None:
        return {"conversation": None, "talk": [], "standing": None, "files": [], "appointments": [], "notices": [], "time_words": time_words, "role": ""}
    standing = sa.select(Handover).where(Handover.conversation_id == conversation.id, Handover.given_back_at.is_(None))
    return {
        "conversation": conversation,
        "talk": talk_of(session, conversation.id, shown, 60),
        "standing": session.execute(standing).scalar_one_or_none(),
        "files": files_of(session, conversation.id),
        "appointments": [a for a in appointments_of(session, conversation.id) if a.chosen][:3],
        "notices": [kind.label for kind in notices_of(session, case.number)],
        "time_words": time_words,
        "role": role_words(staff),
    }
