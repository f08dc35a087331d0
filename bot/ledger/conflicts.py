"""Conflicts of interest before somebody gets a case: are they a party, or did they advise the other side? (律师法 39)

Names and phone numbers are compared on keyed hashes, so nothing is decrypted to find them, and what is erased is not found.
A name alone may be a namesake: that is said, and a person decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import CaseRefused
from bot.ledger import audit
from bot.ledger.people import name_hashes, phone_hashes
from bot.legal.cases import CaseKind
from bot.legal.coded import Coded
from bot.storage.casework_tables import CaseAssignment, ConflictCheck
from bot.storage.tables import Case, CasePerson

# In these a member of staff stands by the applicant; a mediation is neutral.
ADVISING = (CaseKind.ADVICE.code, CaseKind.LEGAL_AID.code, CaseKind.ENTERPRISE.code)


class ConflictKind(Coded):
    """What speaks against somebody having a case."""

    IS_PARTY = ("is_party", "与本案当事人同名")
    ADVISED_OTHER_SIDE = ("advised_other_side", "曾为对方当事人提供法律服务")
    ADVISED_A_PARTY = ("advised_a_party", "曾为一方当事人提供法律服务，本案须居中调解")
    ADVISED_AGAINST = ("advised_against", "曾在另一件事中为本案申请人的对方提供法律服务")


@dataclass(frozen=True)
class Conflict:
    """One thing that speaks against it.

    Args:
        other: number of the case it was found in; None where it is this one.
        by_phone: found by the phone number too, so hardly a namesake.
    """

    kind: ConflictKind
    other: str | None
    by_phone: bool

    @property
    def words(self) -> str:
        """What staff read; no names."""
        where = f"（{self.other}）" if self.other else ""
        return f"{self.kind.label}{where}，{'电话一致' if self.by_phone else '姓名一致，也可能是同名'}"


class ConflictFound(CaseRefused):
    """Something speaks against it, and nobody has decided yet; nothing was written."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__("发现可能的利益冲突：" + "；".join(c.words for c in conflicts) + "。请换人承办；确认没有冲突的，写明理由后再分派。")
        self.conflicts = conflicts


def find_conflicts(session: Session, case: Case, staff: str, staff_name: str) -> tuple[Conflict, ...]:
    """Return what speaks against this person having this case, the gravest first; empty where nothing was found."""
    found: list[Conflict] = []
    mine = name_hashes(staff_name)
    own = sa.select(CasePerson.id).where(CasePerson.case_number == case.number, CasePerson.name_hash.in_(mine)).limit(1)
    if mine and session.execute(own).first() is not None:
        found.append(Conflict(ConflictKind.IS_PARTY, None, False))
    if case.kind == CaseKind.MEDIATION.code:
        found += _served(session, case, staff, ConflictKind.ADVISED_A_PARTY, here=None, there="applicant")
    else:
        found += _served(session, case, staff, ConflictKind.ADVISED_OTHER_SIDE, here="other", there="applicant")
        found += _served(session, case, staff, ConflictKind.ADVISED_AGAINST, here="applicant", there="other")
    return tuple(found)


def decide(
    session: Session, case: Case, staff: str, staff_name: str, by: str, now: datetime, reason: str | None = None
) -> tuple[Conflict, ...]:
    """Check and record what was decided; returns what was found.

    Raises:
        ConflictFound: something was found and no reason was given for going on.
    """
    found = find_conflicts(session, case, staff, staff_name)
    words = (reason or "").strip()
    if found and not words:
        raise ConflictFound(found)
    session.add(
        ConflictCheck(
            case_number=case.number, staff=staff, checked_at=now, decided_by=by, decision="assigned_anyway" if found else "clear",
            found=json.dumps([{"kind": c.kind.code, "case": c.other, "by_phone": c.by_phone} for c in found]), reason=words if found else None,
        )
    )  # fmt: skip
    if found:
        audit.note(session, by, "conflict_overruled", case.number, now, words)
    return found


def checks_of(session: Session, number: str) -> list[ConflictCheck]:
    """Return the conflict checks of a case, oldest first."""
    return list(session.execute(sa.select(ConflictCheck).where(ConflictCheck.case_number == number).order_by(ConflictCheck.id)).scalars())


def _served(session: Session, case: Case, staff: str, kind: ConflictKind, here: str | None, there: str) -> list[Conflict]:
    """Cases this person had in which somebody of our `here` side stood on the `there` side."""
    ours = sa.select(CasePerson).where(CasePerson.case_number == case.number)
    people = session.execute(ours if here is None else ours.where(CasePerson.side == here)).scalars().all()
    by_name = CasePerson.name_hash.in_([found for person in people for found in name_hashes(person.name)])
    by_phone = CasePerson.phone_hash.in_([found for person in people for found in phone_hashes(person.phone)])
    query = (
        sa.select(Case.number, sa.func.max(sa.case((by_phone, 1), else_=0)))
        .join(CaseAssignment, CaseAssignment.case_number == Case.number)
        .join(CasePerson, CasePerson.case_number == Case.number)
        .where(CaseAssignment.staff == staff, Case.number != case.number, Case.kind.in_(ADVISING), CasePerson.side == there, sa.or_(by_name, by_phone))
        .group_by(Case.number)
        .order_by(Case.number)
    )
    return [Conflict(kind, number, bool(same_phone)) for number, same_phone in session.execute(query)]
