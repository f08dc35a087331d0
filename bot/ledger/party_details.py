"""What is kept of a party besides name and phone, each value encrypted by itself; only what was asked for and given."""

from __future__ import annotations

from datetime import datetime
from typing import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields, BadInput
from bot.ledger.audit import note
from bot.ledger.casework import Act, begin, finish
from bot.ledger.people import set_person
from bot.legal.lifecycle import Action
from bot.legal.party_details import DETAIL_LABELS, problems
from bot.office import BEIJING
from bot.storage.casework_tables import PartyDetails
from bot.storage.tables import Case, CasePerson


def describe_party(session: Session, act: Act, person: int, given: Mapping[str, str], id_agreed: bool, now: datetime) -> Case:
    """Keep what is known of a party of a case; a value left empty is forgotten. Recorded as a note that names no value, and audited.

    Args:
        given: "name", "phone" and the names of DETAIL_LABELS.
        id_agreed: the party agreed by itself that the document number is kept.

    Raises:
        BadInput: the case has no such party.
        BadFields: no name, or a value that cannot be right.
    """
    turn = begin(session, act, Action.NOTED, {"note": "party"})
    row = session.get(CasePerson, person)
    if row is None or row.case_number != act.number:
        raise BadInput("这件事没有这位当事人，请刷新后再办。")
    name = (given.get("name") or "").strip()
    wrong = problems(given, id_agreed, now.astimezone(BEIJING).date())
    if not name or wrong:
        raise BadFields({**wrong, **({} if name else {"name": "请填写姓名或单位名称。"})})
    for field, value in (("name", name), ("phone", (given.get("phone") or "").strip() or None)):
        set_person(row, field, value)
    kept = session.get(PartyDetails, person) or PartyDetails(person_id=person)
    for field in DETAIL_LABELS:
        setattr(kept, field, (given.get(field) or "").strip() or None)
    kept.recorded_by, kept.recorded_at = act.by, now
    session.add(kept)
    note(session, act.by, "party_described", act.number, now, "单独同意登记证件号码" if kept.id_number else None)
    return finish(session, turn, now, None, record="party_details", party=row.side)


def details_of_parties(session: Session, number: str) -> dict[int, PartyDetails]:
    """Return what is kept of the parties of a case: number of the person → details; who was never described is left out."""
    query = sa.select(PartyDetails).join(CasePerson, CasePerson.id == PartyDetails.person_id).where(CasePerson.case_number == number)
    return {row.person_id: row for row in session.execute(query).scalars()}


def as_words(details: PartyDetails | None) -> dict[str, str]:
    """Return what is kept of a party by the names of DETAIL_LABELS; what is not known is left out."""
    values = {name: getattr(details, name) for name in DETAIL_LABELS} if details is not None else {}
    return {name: str(value) for name, value in values.items() if value}
