"""What was asked and shown in a mediation: inquiries and the list of evidence (domain.md 5.5). Notes to the state machine: nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields, CaseRefused
from bot.ledger.casework import Act, Turn, begin, check_moment, finish
from bot.ledger.casework_mediation import SIDES
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from bot.office import BEIJING
from bot.storage.casework_tables import MediationEvidence, MediationInquiry
from bot.storage.tables import Case

ASKED = {**SIDES, "third": "知情人、证人"}
FORMS = {"original": "原件", "copy": "复印件"}


@dataclass(frozen=True)
class Inquiry:
    """One inquiry as it was held.

    Args:
        side: whose person was asked: a side of SIDES, or "third".
        words: questions and answers, a line each.
    """

    side: str
    asked_person: str
    asked_by: str
    asked_at: datetime | None
    place: str
    words: str
    relation: str = ""


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence as it came in; `form` is a key of FORMS."""

    item: str
    form: str
    brought_by: str
    received_on: date | None


def record_inquiry(session: Session, act: Act, inquiry: Inquiry, now: datetime) -> MediationInquiry:
    """Record what somebody was asked and answered.

    Raises:
        BadFields: something is left out, or it is in the future or before the request.
    """
    turn = _begin(session, act)
    _whole({"side": inquiry.side in ASKED, "asked_person": inquiry.asked_person, "asked_by": inquiry.asked_by, "asked_at": inquiry.asked_at,
            "place": inquiry.place, "words": inquiry.words})  # fmt: skip
    assert inquiry.asked_at is not None
    at = check_moment(inquiry.asked_at, now, "asked_at", turn.case.requested_at, "提出申请")
    row = MediationInquiry(
        case_number=act.number, inquiry_no=len(inquiries_of(session, act.number)) + 1, side=inquiry.side, asked_person=inquiry.asked_person.strip(),
        relation=inquiry.relation.strip() or None, asked_by=inquiry.asked_by.strip(), asked_at=at, place=inquiry.place.strip(), words=inquiry.words.strip(),
        recorded_by=act.by, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    finish(session, turn, now, None, record="inquiry", no=row.inquiry_no)
    return row


def record_evidence(session: Session, act: Act, evidence: Evidence, now: datetime) -> MediationEvidence:
    """Put one piece of evidence into the case's list.

    Raises:
        BadFields: something is left out, or the day has not come.
    """
    turn = _begin(session, act)
    _whole({"item": evidence.item, "form": evidence.form in FORMS, "brought_by": evidence.brought_by, "received_on": evidence.received_on})
    assert evidence.received_on is not None
    _not_ahead("received_on", evidence.received_on, now)
    row = MediationEvidence(
        case_number=act.number, evidence_no=len(evidence_of(session, act.number)) + 1, item=evidence.item.strip(), form=evidence.form,
        source=evidence.brought_by.strip(), received_on=evidence.received_on, recorded_by=act.by, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    finish(session, turn, now, None, record="evidence", no=row.evidence_no)
    return row


def return_evidence(session: Session, act: Act, evidence_no: int, returned_on: date | None, now: datetime) -> Case:
    """Note that a piece of evidence was given back.

    Raises:
        BadFields: there is no such piece that is still here, or the day is before it came or has not come.
    """
    turn = _begin(session, act)
    row = next((one for one in evidence_of(session, act.number) if one.evidence_no == evidence_no and one.returned_on is None), None)
    if row is None:
        raise BadFields({"evidence_no": "没有这份证据，或已经退还。"})
    _whole({"returned_on": returned_on})
    assert returned_on is not None
    _not_ahead("returned_on", returned_on, now)
    if returned_on < row.received_on:
        raise BadFields({"returned_on": f"早于收到的日子 {row.received_on}，请核对。"})
    row.returned_on = returned_on
    return finish(session, turn, now, None, record="evidence_returned", no=evidence_no)


def inquiries_of(session: Session, number: str) -> list[MediationInquiry]:
    """Return the inquiries of a case in order."""
    return list(session.execute(sa.select(MediationInquiry).where(MediationInquiry.case_number == number).order_by(MediationInquiry.inquiry_no)).scalars())


def evidence_of(session: Session, number: str) -> list[MediationEvidence]:
    """Return the list of evidence of a case in order."""
    return list(session.execute(sa.select(MediationEvidence).where(MediationEvidence.case_number == number).order_by(MediationEvidence.evidence_no)).scalars())


def _begin(session: Session, act: Act) -> Turn:
    turn = begin(session, act, Action.NOTED, {"note": "evidence"})
    if turn.case.kind != CaseKind.MEDIATION.code or turn.case.accepted_at is None:
        raise CaseRefused("受理以后的人民调解才登记调查和证据。")
    return turn


def _whole(given: dict[str, Any]) -> None:
    labels = {
        "side": "是哪一方的人", "asked_person": "被调查人", "asked_by": "调查人", "asked_at": "调查时间", "place": "地点", "words": "问答", "item": "证据名称",
        "form": "原件还是复印件", "brought_by": "提供人", "received_on": "收到日期", "returned_on": "退还日期",
    }  # fmt: skip
    gaps = [name for name, value in given.items() if not (value.strip() if isinstance(value, str) else value)]
    if gaps:
        raise BadFields({name: f"请填写{labels[name]}。" for name in gaps})


def _not_ahead(field: str, day: date, now: datetime) -> None:
    if day > now.astimezone(BEIJING).date():
        raise BadFields({field: f"{day} 还没有到，只登记已经发生的事。"})
