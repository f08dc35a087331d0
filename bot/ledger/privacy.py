"""A resident's own data: what we hold, a copy of it, deletion, withdrawal of consent (domain.md 4.4, 4.5).

The books hold no personal data and are never touched here: erasing a person changes no figure. What the law says must be
kept (a mediation request interrupts limitation, 时效规定 12) is kept and said to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.blanking import blank_case
from bot.ledger.cases import own_cases
from bot.ledger.casework_ends import withdraw
from bot.ledger.party_details import as_words, details_of_parties
from bot.ledger.people import set_person
from bot.ledger.unlinking import unlink_case, unlink_handovers
from bot.storage.casework_tables import PartyDetails
from bot.storage.desk_tables import Appointment, Attachment, AttachmentPart, CaseSuggestion
from bot.storage.handover_tables import Handover
from bot.storage.tables import Case, CaseEvent, CasePerson, CaseStatement, Consent, Message, Reply, Tracker
from bot.storage.wechat_tables import WeChatMessage, WeChatPart, WeChatResident, WeChatWindow

KEPT_BY_LAW = ("mediation",)


@dataclass(frozen=True)
class Holdings:
    """How much we hold about one conversation."""

    messages: int
    cases: tuple[str, ...]
    consents: int


@dataclass(frozen=True)
class Erased:
    """What was deleted, and which cases were kept because the law wants them kept."""

    messages: int
    cases_emptied: tuple[str, ...]
    cases_kept: tuple[str, ...]


def what_we_hold(session: Session, conversation: str) -> Holdings:
    """Return what is stored about a conversation."""
    messages = session.execute(sa.select(sa.func.count()).select_from(Message).where(Message.conversation_id == conversation)).scalar_one()
    cases = session.execute(sa.select(Case.number).where(Case.conversation_id == conversation).order_by(Case.number)).scalars()
    consents = session.execute(sa.select(sa.func.count()).select_from(Consent).where(_standing(conversation))).scalar_one()
    return Holdings(messages, tuple(cases), consents)


def copy_of_all(session: Session, conversation: str) -> dict[str, Any]:
    """Return everything stored about a conversation as JSON values, for its resident (个保法 45)."""
    messages = session.execute(sa.select(Message).where(Message.conversation_id == conversation).order_by(Message.id)).scalars()
    replies = session.execute(sa.select(Reply).where(Reply.conversation_id == conversation).order_by(Reply.id)).scalars()
    cases = session.execute(sa.select(Case).where(Case.conversation_id == conversation).order_by(Case.number)).scalars()
    consents = session.execute(sa.select(Consent).where(Consent.conversation_id == conversation).order_by(Consent.id)).scalars()
    handovers = session.execute(sa.select(Handover).where(Handover.conversation_id == conversation).order_by(Handover.id)).scalars()
    return {
        "messages": [{"at": m.received_at.isoformat(), "text": m.text} for m in messages],
        "replies": [{"at": r.created_at.isoformat(), "said_by": r.said_by, "body": r.body} for r in replies],
        "cases": [_copy_of_case(session, case) for case in cases],
        "consents": [{"version": c.version, "notice": c.notice, "given_at": c.given_at.isoformat()} for c in consents],
        "handovers": [{"asked_at": h.asked_at.isoformat(), "reason": h.reason, "note": h.note, "stars": h.stars, "words": h.words} for h in handovers],
    }


def erase_conversation(session: Session, conversation: str, now: datetime, keep_message: str | None = None) -> Erased:
    """Delete what was said and who said it; cases the law wants kept stay, other cases lose people and words.

    Args:
        keep_message: external id of the message that asked for it; its answer is still to be given.
    """
    emptied, kept = [], []
    for case in session.execute(sa.select(Case).where(Case.conversation_id == conversation).order_by(Case.number)).scalars():
        if case.kind in KEPT_BY_LAW:
            kept.append(case.number)
            continue
        withdraw(session, case, now, from_books=False)
        parties = sa.select(CasePerson.id).where(CasePerson.case_number == case.number)
        session.execute(sa.delete(PartyDetails).where(PartyDetails.person_id.in_(parties)).execution_options(synchronize_session=False))
        for table in (CasePerson, CaseStatement, CaseSuggestion):
            session.execute(sa.delete(table).where(table.case_number == case.number).execution_options(synchronize_session=False))
        blank_case(session, case.number)
        unlink_case(session, case)
        emptied.append(case.number)
    return Erased(erase_talk(session, conversation, kept, keep_message), tuple(emptied), tuple(kept))


def erase_talk(session: Session, conversation: str, kept: Sequence[str] = (), keep_message: str | None = None) -> int:
    """Delete what was said, the dialogue's memory, files and what WeChat holds; cases are left as they are. Returns the number of messages.

    Args:
        kept: numbers of cases whose files stay.
        keep_message: see `erase_conversation`; then the memory and the address to answer to stay too.
    """
    gone = sa.select(Message.id).where(Message.conversation_id == conversation, Message.external_id != (keep_message or ""))
    session.execute(sa.delete(Reply).where(Reply.message_id.in_(gone)).execution_options(synchronize_session=False))
    _erase_talk_with_people(session, conversation)
    said = sa.and_(Message.conversation_id == conversation, Message.external_id != (keep_message or ""))
    deleted = session.execute(sa.delete(Message).where(said).execution_options(synchronize_session=False))
    if keep_message is None:
        session.execute(sa.delete(Tracker).where(Tracker.conversation_id == conversation).execution_options(synchronize_session=False))
    _erase_files_and_wechat(session, conversation, kept, is_over=keep_message is None)
    return int(deleted.rowcount)


def correct_applicant(session: Session, cases: Sequence[Case], field: str, value: str, now: datetime) -> None:
    """Put an applicant's own name or phone right (个保法 46); what was said of the matter is added to, never changed.

    Args:
        field: "name" or "phone".
    """
    for case in cases:
        mine = sa.select(CasePerson).where(CasePerson.case_number == case.number, CasePerson.side == "applicant")
        for person in session.execute(mine).scalars():
            set_person(person, field, value)
        session.add(CaseEvent(case_number=case.number, happened_at=now, actor="resident", event=f"{field}_corrected",
                              status_before=case.status, status_after=case.status))


def withdraw_consent(session: Session, conversation: str, now: datetime) -> tuple[str, ...]:
    """Withdraw consent and the open cases that rest on it; returns their numbers. The record of the consent stays (≥ 3 years)."""
    session.execute(sa.update(Consent).where(_standing(conversation)).values(withdrawn_at=now).execution_options(synchronize_session=False))
    cases = own_cases(session, conversation)
    for case in cases:
        withdraw(session, case, now)
    return tuple(case.number for case in cases)


def _erase_talk_with_people(session: Session, conversation: str) -> None:
    """What a person said belongs to no message; that somebody was served, and how many stars it got, stays without words."""
    by_itself = (Reply.conversation_id == conversation, Reply.message_id.is_(None))
    session.execute(sa.delete(Reply).where(*by_itself).execution_options(synchronize_session=False))
    words = sa.update(Handover).where(Handover.conversation_id == conversation).values(note=None, words=None)
    session.execute(words.execution_options(synchronize_session=False))
    unlink_handovers(session, conversation)


def _erase_files_and_wechat(session: Session, conversation: str, kept: Sequence[str], is_over: bool) -> None:
    """Files and times given to the resident, and what WeChat still holds; the address only when nothing is left to answer."""
    def of(table: Any) -> Any:
        return sa.and_(table.conversation_id == conversation, sa.or_(table.case_number.is_(None), table.case_number.notin_(kept)))

    parts = sa.delete(AttachmentPart).where(AttachmentPart.attachment_id.in_(sa.select(Attachment.id).where(of(Attachment))))
    gone = [parts, sa.delete(Attachment).where(of(Attachment)), sa.delete(Appointment).where(of(Appointment))]
    still_to_answer = sa.select(Message.id).where(Message.conversation_id == conversation)
    gone.append(sa.delete(WeChatMessage).where(WeChatMessage.conversation_id == conversation, WeChatMessage.message_id.notin_(still_to_answer)))
    wechat = (WeChatPart, *((WeChatWindow, WeChatResident) if is_over else ()))
    gone += [sa.delete(table).where(table.conversation_id == conversation) for table in wechat]
    for statement in gone:
        session.execute(statement.execution_options(synchronize_session=False))


def _standing(conversation: str) -> Any:
    return sa.and_(Consent.conversation_id == conversation, Consent.withdrawn_at.is_(None))


def _copy_of_case(session: Session, case: Case) -> dict[str, Any]:
    people = list(session.execute(sa.select(CasePerson).where(CasePerson.case_number == case.number).order_by(CasePerson.id)).scalars())
    words = session.execute(sa.select(CaseStatement).where(CaseStatement.case_number == case.number).order_by(CaseStatement.id)).scalars()
    return {
        "number": case.number,
        "kind": case.kind,
        "status": case.status,
        "requested_at": case.requested_at.isoformat(),
        "people": _copy_of_people(people, details_of_parties(session, case.number)),
        "statements": [{"about": w.about, "text": w.text, "at": w.said_at.isoformat()} for w in words],
    }


def _copy_of_people(people: Sequence[CasePerson], details: dict[int, PartyDetails]) -> list[dict[str, Any]]:
    """The resident, who stands first on the applicant's side, whole; of everybody else no more than the name that the resident said."""
    own = next((person.id for person in people if person.side == "applicant"), None)
    return [
        {"side": p.side, "name": p.name, "phone": p.phone, **as_words(details.get(p.id))} if p.id == own else {"side": p.side, "name": p.name} for p in people
    ]
