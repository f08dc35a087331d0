"""Cases that resemble one: perhaps the same matter twice, and how the same committee's earlier ones ended. Reads only.

Parties are compared on keyed hashes. Of earlier cases only figures are shown, never a word of what was said or conceded in
them (domain.md 4.6).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.people import name_hashes, phone_hashes
from bot.legal.lifecycle import STATUS_LABELS, Status
from bot.storage.desk_tables import CaseLink
from bot.storage.tables import Case, CasePerson

LOOK_BACK = timedelta(days=365)
PAST_SHOWN, PAST_READ = 5, 200
_UNCOUNTED = (Status.WITHDRAWN.code, Status.MERGED.code)


@dataclass(frozen=True)
class Duplicate:
    """A case that may be the same matter; `why` in words for staff, without names."""

    number: str
    community: str | None
    status: str
    requested_at: datetime
    why: str


@dataclass(frozen=True)
class Past:
    """How earlier cases of one community and dispute type ended.

    Args:
        ends: label of the last status → how many, most frequent first.
        median_days: from request to end; None without any.
        newest: (number, month it was asked in, last status, days it took).
    """

    ends: tuple[tuple[str, int], ...]
    median_days: int | None
    newest: tuple[tuple[str, str, str, int], ...]


def duplicates(session: Session, case: Case) -> list[Duplicate]:
    """Return other cases of the last year with the same parties and the same matter, newest first.

    The same parties: the applicant's phone stands in both, or both names do, on either side. A single name may be a namesake.
    """
    shared = _shared(session, case.number)
    found = []
    for number, pairs in shared.items():
        parties = _why_same_parties(pairs)
        other = session.get(Case, number) if parties else None
        if other is None or other.merged_into is not None or other.is_demo != case.is_demo or case.requested_at - other.requested_at > LOOK_BACK:
            continue
        matter = "纠纷类型相同" if other.dispute_type == case.dispute_type else "事项类别相同" if other.topic == case.topic else ""
        if matter:
            found.append(Duplicate(number, other.community, other.status, other.requested_at, f"{parties}，{matter}"))
    return sorted(found, key=lambda one: one.requested_at, reverse=True)


def past_of(session: Session, case: Case) -> Past:
    """Return how the last 200 ended cases of the same community, kind and dispute type went."""
    same = (Case.community == case.community, Case.kind == case.kind, Case.dispute_type == case.dispute_type, Case.is_demo == case.is_demo)
    ended = sa.select(Case).where(*same, Case.ended_at.is_not(None), Case.status.not_in(_UNCOUNTED), Case.number != case.number)
    cases = session.execute(ended.order_by(Case.ended_at.desc()).limit(PAST_READ)).scalars().all() if case.community else []
    took = [(one.ended_at - one.requested_at).days for one in cases]
    ends = Counter(STATUS_LABELS.get(one.status, one.status) for one in cases)
    newest = tuple((one.number, f"{one.requested_at:%Y-%m}", STATUS_LABELS.get(one.status, one.status), days) for one, days in zip(cases[:PAST_SHOWN], took))
    return Past(tuple(ends.most_common()), round(median(took)) if took else None, newest)


def link_cases(session: Session, case: Case, other: str, by: str, now: datetime) -> bool:
    """Note that two cases belong together; returns whether that was new. Both ways are one link."""
    first, second = sorted((case.number, other))
    known = sa.select(CaseLink.id).where(CaseLink.case_number == first, CaseLink.other_number == second)
    if first == second or session.execute(known).first() is not None:
        return False
    session.add(CaseLink(case_number=first, other_number=second, linked_by=by, linked_at=now))
    session.flush()
    return True


def linked_to(session: Session, number: str) -> list[str]:
    """Return the numbers of the cases that belong together with this one."""
    query = sa.select(CaseLink.case_number, CaseLink.other_number).where(sa.or_(CaseLink.case_number == number, CaseLink.other_number == number))
    return sorted(second if first == number else first for first, second in session.execute(query))


def _shared(session: Session, number: str) -> dict[str, set[tuple[str, str, str]]]:
    """Other case → what both have in common: (name or phone, side here, side there)."""
    mine = session.execute(sa.select(CasePerson).where(CasePerson.case_number == number)).scalars().all()
    names = [(known, person.side) for person in mine for known in name_hashes(person.name)]
    phones = [(known, person.side) for person in mine for known in phone_hashes(person.phone)]
    found: dict[str, set[tuple[str, str, str]]] = {}
    for what, column, here in (("phone", CasePerson.phone_hash, phones), ("name", CasePerson.name_hash, names)):
        query = sa.select(CasePerson.case_number, column, CasePerson.side).where(column.in_({known for known, _ in here}), CasePerson.case_number != number)
        for other, same, side_there in session.execute(query):
            found.setdefault(other, set()).update((what, side_here, side_there) for known, side_here in here if known == same)
    return found


def _why_same_parties(pairs: set[tuple[str, str, str]]) -> str:
    if ("phone", "applicant", "applicant") in pairs:
        return "申请人电话相同"
    if {("name", "applicant", "applicant"), ("name", "other", "other")} <= pairs:
        return "双方姓名都相同"
    if {("name", "applicant", "other"), ("name", "other", "applicant")} <= pairs or ("phone", "applicant", "other") in pairs:
        return "双方互为申请人和对方"
    return ""
