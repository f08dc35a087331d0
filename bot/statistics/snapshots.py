"""Snapshots: what stands on the last day of a period. One row each, so that the figure is the number of its rows."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.advisor_services import ServiceKind
from bot.statistics.views import View, fact_conditions
from bot.storage.book_tables import BookFact
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
    conditions = [
        ServiceEntry.kind.in_([kind.book for kind in ServiceKind]),
        ServiceEntry.happened_at < view.period.end_utc,
        ServiceEntry.happened_at >= view.period.end_utc - timedelta(days=ACTIVE_DAYS),
    ]
    if view.known_before is not None:
        conditions.append(ServiceEntry.recorded_at < view.known_before)
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    query = sa.select(ServiceEntry.community).where(*conditions).group_by(ServiceEntry.community).having(sa.func.sum(ServiceEntry.quantity) > 0)
    return {c for c in session.execute(query).scalars() if c}


def _fits(fact: BookFact, view: View) -> bool:
    return all(getattr(fact, name) == code for name, code in view.where)
