"""Snapshots: what stands on the last day of a period. One row each, so that the figure is the number of its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.advisor_services import ServiceKind
from bot.statistics.periods import Period
from bot.statistics.views import NONE, View, day_conditions, fact_conditions, line_conditions
from bot.storage.book_tables import BookFact, DailyCount
from bot.storage.tables import ServiceEntry

ACTIVE_DAYS = 90


def snapshot_rows(session: Session, code: str, view: View) -> list[BookFact]:
    """Return the facts that stand at the end of the view's period."""
    if code == "service_points_by_tier":
        return [f for f in _begun(session, "service_point", view) if _fits(f, view)]
    served = _served_communities(session, view)
    covered: dict[str, BookFact] = {}
    for fact in _begun(session, "assignment", view):
        if fact.community in served and _fits(fact, view):
            covered.setdefault(fact.community, fact)
    return list(covered.values())


def _begun(session: Session, book: str, view: View) -> list[BookFact]:
    """The opening fact of each subject that has not ended."""
    query = sa.select(BookFact).where(BookFact.book == book, BookFact.happened_at < view.period.end_utc, *fact_conditions(view))
    latest: dict[str, BookFact] = {}
    for fact in session.execute(query.order_by(BookFact.happened_at, BookFact.id)).scalars():
        latest[fact.subject] = fact
    return sorted((f for f in latest.values() if f.event == "started"), key=lambda f: f.id)


def _served_communities(session: Session, view: View) -> set[str]:
    last_days = View(Period(view.period.end - timedelta(days=ACTIVE_DAYS), view.period.end), view.with_demo, view.as_of)
    kinds = tuple(kind.book for kind in ServiceKind)
    source: Any = DailyCount if view.as_of is None else ServiceEntry
    conditions = (day_conditions if view.as_of is None else line_conditions)(last_days, kinds, cumulative=False)
    query = sa.select(source.community).where(*conditions).group_by(source.community).having(sa.func.sum(source.quantity) > 0)
    return {c for c in session.execute(query).scalars() if c}


def _fits(fact: BookFact, view: View) -> bool:
    mine = view.communities is None or fact.community in view.communities
    return mine and all((getattr(fact, name) or NONE) == code for name, code in view.where)
