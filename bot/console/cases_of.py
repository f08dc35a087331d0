"""Whose case is it? Cases and conversations of other communities are not there for a member of staff: 404, and written down."""

from __future__ import annotations

from typing import Callable, TypeVar

import sqlalchemy as sa
from sanic.request import Request
from sqlalchemy.orm import Session

from bot.console.access import not_theirs
from bot.legal.permissions import Staff
from bot.storage.staff_tables import StaffAccount
from bot.storage.tables import Case
from bot.storage.threads import in_thread

T = TypeVar("T")


def is_theirs(staff: Staff, case: Case | None) -> bool:
    """Whether a case exists and is of a community that somebody works for."""
    return case is not None and staff.may_see(case.community)


async def with_case(request: Request, number: str, work: Callable[[Session, Case], T], writing: bool = False) -> T:
    """Run `work(session, case)` and return what it returns; a case that is not theirs answers 404 and is audited.

    The case's row is locked while writing, so that two at the same moment come one after the other.
    """

    def run(session: Session) -> tuple[bool, T | None]:
        case = session.get(Case, number[:16], with_for_update={"key_share": True} if writing else None)
        if not is_theirs(request.ctx.staff, case):
            return False, None
        return True, work(session, case)

    found, result = await in_thread(request.app, run, writing=writing)
    if not found:
        await not_theirs(request, number[:16])
    return result  # type: ignore[return-value]


def staff_names(session: Session) -> dict[str, str]:
    """Return code → name of all accounts, closed ones included."""
    return {row.code: row.name for row in session.execute(sa.select(StaffAccount.code, StaffAccount.name).order_by(StaffAccount.code))}
