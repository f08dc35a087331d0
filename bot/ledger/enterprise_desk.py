"""The enterprises' issues as the desk sees them: where each stands, with whom, and whether silence will soon count as consent. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.enterprise import BOOK, IssueEnd
from bot.ledger.facts import details_of, standing
from bot.legal.cases import CaseKind
from bot.legal.coded import Coded
from bot.legal.enterprise import SILENCE_DAYS, EnterpriseCategory
from bot.legal.lifecycle import Status
from bot.storage.book_tables import BookFact
from bot.storage.tables import Case, CaseStatement

Scope = frozenset[str] | None


class IssueTab(Coded):
    """A part of the list."""

    NEW = ("new", "待登记转办")
    WORK = ("work", "办理中")
    DONE = ("done", "待企业确认")
    CONFIRMED = ("confirmed", "已解决")
    OTHER = ("other", "政策解释与暂不能解决")
    ALL = ("all", "全部")


TABS: dict[IssueTab, tuple[Status, ...]] = {
    IssueTab.NEW: (Status.REQUESTED, Status.SCREENED),
    IssueTab.WORK: (Status.DISPATCHED, Status.PROCESSING),
    IssueTab.DONE: (Status.RESOLVED,),
    IssueTab.CONFIRMED: (Status.ENTERPRISE_CONFIRMED,),
    IssueTab.OTHER: (Status.EXPLAINED, Status.UNRESOLVED),
}


@dataclass(frozen=True)
class IssueLine:
    """One issue. No personal data, and no name of an enterprise: a sole trader's is a person's.

    Args:
        done_at: when the responsible unit was done, while the enterprise has not agreed.
        silent_from: from when on its silence counts as consent.
    """

    number: str
    status: Status
    community: str | None
    channel: str
    raised_at: datetime
    category: EnterpriseCategory | None
    owner_unit: str | None
    done_at: datetime | None
    silent_from: datetime | None


def issues(session: Session, communities: Scope, tab: IssueTab, with_demo: bool = False, limit: int = 500) -> list[IssueLine]:
    """Return the issues of a tab, the oldest first where somebody has to act, the newest first otherwise."""
    query = _cases(communities, with_demo)
    if tab in TABS:
        query = query.where(Case.status.in_([s.code for s in TABS[tab]]))
    acting = tab in (IssueTab.NEW, IssueTab.WORK, IssueTab.DONE)
    order = (Case.requested_at, Case.number) if acting else (Case.requested_at.desc(), Case.number.desc())
    cases = list(session.execute(query.order_by(*order).limit(limit)).scalars())
    facts = _facts(session, [case.number for case in cases])
    return [_line(case, facts.get(case.number, [])) for case in cases]


def counts(session: Session, communities: Scope, with_demo: bool = False) -> dict[str, int]:
    """Return how many issues stand in each tab."""
    grouped = _cases(communities, with_demo).with_only_columns(Case.status, sa.func.count()).group_by(Case.status)
    found = dict(session.execute(grouped).all())
    parts = {tab.code: sum(int(found.get(s.code, 0)) for s in statuses) for tab, statuses in TABS.items()}
    return {**parts, IssueTab.ALL.code: sum(int(n) for n in found.values())}


def chosen_category(session: Session, number: str) -> EnterpriseCategory | None:
    """Return the category that the enterprise itself chose when it raised an issue; the desk decides."""
    query = sa.select(CaseStatement).where(CaseStatement.case_number == number, CaseStatement.about == "category").order_by(CaseStatement.id)
    told = session.execute(query).scalars().first()
    return next((category for category in EnterpriseCategory if told is not None and category.label == told.text), None)


def _cases(communities: Scope, with_demo: bool) -> sa.sql.Select:
    query = sa.select(Case).where(Case.kind == CaseKind.ENTERPRISE.code)
    if communities is not None:
        query = query.where(Case.community.in_(communities))
    return query if with_demo else query.where(Case.is_demo.is_(False))


def _facts(session: Session, numbers: list[str]) -> dict[str, list[BookFact]]:
    found: dict[str, list[BookFact]] = {}
    query = sa.select(BookFact).where(BookFact.book == BOOK, BookFact.subject.in_(numbers), *standing()).order_by(BookFact.id)
    for fact in session.execute(query).scalars():
        found.setdefault(fact.subject, []).append(fact)
    return found


def _line(case: Case, facts: list[BookFact]) -> IssueLine:
    told = next((details_of(f) for f in facts if f.event == "registered"), {})
    status = Status.from_code(case.status)
    done = next((f.happened_at for f in reversed(facts) if f.event == IssueEnd.DONE.code), None) if status is Status.RESOLVED else None
    return IssueLine(
        case.number, status, case.community, case.channel, case.requested_at, EnterpriseCategory.from_code(told["category"]) if told else None,
        told.get("owner_unit"), done, done + timedelta(days=SILENCE_DAYS) if done else None,
    )  # fmt: skip
