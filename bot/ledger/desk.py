"""The desk's queue: open cases of somebody's communities, what hurts first on top. Reads only; one query a page, one for the counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.people import name_hashes, phone_hashes
from bot.legal.coded import Coded
from bot.legal.deadlines import NEAR
from bot.legal.lifecycle import FINAL, Status
from bot.office import BEIJING
from bot.storage.desk_tables import CaseDeadline
from bot.storage.tables import Case, CaseEvent, CasePerson, Conversation, Message, Reply, RiskEvent

PAGE = 50
CLOSED_STATUSES = tuple(status.code for status in FINAL)
NEW_STATUSES = (Status.REQUESTED.code, Status.SCREENED.code)
_SHOWN = (
    "number", "kind", "status", "topic", "dispute_type", "community", "channel", "requested_at", "assignee", "due_at", "due_code", "is_demo", "tier",
)  # fmt: skip
Scope = frozenset[str] | None  # communities; None means all
_ENDS = sa.select(CaseDeadline.case_number, sa.func.min(CaseDeadline.last_on).label("limit_on")).group_by(CaseDeadline.case_number).subquery()


class Tab(Coded):
    """A part of the queue."""

    NEW = ("new", "新来")
    MINE = ("mine", "我的")
    OVERDUE = ("overdue", "超时")
    RISK = ("risk", "风险")
    ALL = ("all", "全部在办")


@dataclass(frozen=True)
class Filters:
    """What is looked for; "" leaves it open.

    Args:
        search: a case number or part of one, or a party's exact name or phone.
        with_demo: also cases of a demonstration.
    """

    tab: Tab = Tab.NEW
    community: str = ""
    kind: str = ""
    dispute_type: str = ""
    assignee: str = ""
    search: str = ""
    with_demo: bool = False


@dataclass(frozen=True)
class Line:
    """A case in the queue. No personal data.

    Args:
        limit_on: the nearest end of a legal period that runs, Beijing date.
        talk: who answers in the case's conversation: "bot", "waiting", "person"; None without one.
    """

    number: str
    kind: str
    status: str
    topic: str
    dispute_type: str
    community: str | None
    channel: str
    requested_at: datetime
    assignee: str | None
    due_at: datetime | None
    due_code: str | None
    limit_on: Any
    has_risk: bool
    talk: str | None
    is_demo: bool
    tier: str


@dataclass(frozen=True)
class Queue:
    """One page of the queue, how many lines there are in all, and how many each tab holds."""

    lines: tuple[Line, ...]
    total: int
    counts: dict[str, int]
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def queue(session: Session, scope: Scope, staff: str, filters: Filters, now: datetime, page: int = 1) -> Queue:
    """Return one page (50 cases): open risks first, then legal periods that end within 30 days, then the nearest limit of ours.

    Args:
        staff: whose cases are "mine".
        page: from 1; beyond the last gives the last.
    """
    found = counts(session, scope, staff, filters, now)
    total = found[filters.tab.code]
    page = min(max(1, page), max(1, -(-total // PAGE)))
    query = _lines(scope, filters).where(_of_tab(filters.tab, staff, now)).order_by(*_urgency(now)).limit(PAGE).offset((page - 1) * PAGE)
    return Queue(tuple(Line(**row._mapping) for row in session.execute(query)), total, found, page)


def counts(session: Session, scope: Scope, staff: str, filters: Filters, now: datetime) -> dict[str, int]:
    """Return how many cases each tab holds under the other filters: tab code → number."""
    sums = [sa.func.coalesce(sa.func.sum(sa.case((_of_tab(tab, staff, now), 1), else_=0)), 0).label(tab.code) for tab in Tab]
    query = sa.select(*sums).select_from(_joined()).where(*_where(scope, filters))
    return {code: int(number) for code, number in session.execute(query).one()._mapping.items()}


def pulse(session: Session) -> tuple[int, ...]:
    """Return numbers that change whenever something happened that a desk should see; four look-ups in indexes."""
    newest = (sa.select(sa.func.coalesce(sa.func.max(table.id), 0)).scalar_subquery() for table in (CaseEvent, Message, Reply, RiskEvent))
    return tuple(session.execute(sa.select(*newest)).one())


def unhandled_risks() -> Any:
    """Conversations in which an emergency was seen and nobody has noted yet that it was dealt with."""
    return sa.select(RiskEvent.conversation_id).where(RiskEvent.handled_at.is_(None))


def _lines(scope: Scope, filters: Filters) -> Any:
    seen = (_ENDS.c.limit_on, _has_risk().label("has_risk"), Conversation.mode.label("talk"))
    joined = sa.outerjoin(_joined(), _ENDS, _ENDS.c.case_number == Case.number)
    return sa.select(*(getattr(Case, name) for name in _SHOWN), *seen).select_from(joined).where(*_where(scope, filters))


def _joined() -> Any:
    return sa.outerjoin(Case, Conversation, Conversation.id == Case.conversation_id)


def _has_risk() -> Any:
    return sa.and_(Case.conversation_id.is_not(None), Case.conversation_id.in_(unhandled_risks()))


def _where(scope: Scope, filters: Filters) -> list[Any]:
    wanted = [Case.status.not_in(CLOSED_STATUSES), Case.merged_into.is_(None)]
    if scope is not None:
        wanted.append(Case.community.in_(sorted(scope)))
    if not filters.with_demo:
        wanted.append(Case.is_demo.is_(False))
    equal = ((Case.community, filters.community), (Case.kind, filters.kind), (Case.dispute_type, filters.dispute_type), (Case.assignee, filters.assignee))
    wanted += [column == value for column, value in equal if value]
    return wanted + ([_matches(filters.search)] if filters.search.strip() else [])


def _matches(text: str) -> Any:
    """Parties are found by exact name or phone: only keyed hashes can be compared."""
    said = text.strip()
    hashes = [column.in_(values) for column, values in ((CasePerson.name_hash, name_hashes(said)), (CasePerson.phone_hash, phone_hashes(said))) if values]
    by_number = Case.number.contains(said.upper(), autoescape=True)
    return sa.or_(by_number, Case.number.in_(sa.select(CasePerson.case_number).where(sa.or_(*hashes)))) if hashes else by_number


def _of_tab(tab: Tab, staff: str, now: datetime) -> Any:
    which: dict[Tab, Any] = {
        Tab.NEW: sa.and_(Case.status.in_(NEW_STATUSES), Case.assignee.is_(None)),
        Tab.MINE: Case.assignee == staff,
        Tab.OVERDUE: Case.due_at < now,
        Tab.RISK: _has_risk(),
        Tab.ALL: sa.true(),
    }
    return which[tab]


def _urgency(now: datetime) -> tuple[Any, ...]:
    near = now.astimezone(BEIJING).date() + timedelta(days=NEAR)
    limit = _ENDS.c.limit_on
    rank = sa.case((_has_risk(), 0), (limit <= near, 1), (Case.due_at < now, 2), else_=3)
    return rank, sa.case((limit <= near, limit)).is_(None), sa.case((limit <= near, limit)), Case.due_at.is_(None), Case.due_at, Case.requested_at, Case.number
