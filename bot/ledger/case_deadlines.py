"""Legal periods that run in a case: computed by bot.legal from a day that the desk entered, kept so that the queue can warn."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.deadline_table import DEADLINES, deadline
from bot.legal.deadlines import deadline_sum
from bot.legal.limitation import limitation
from bot.legal.sums import Sum, Uncountable
from bot.office import BEIJING
from bot.storage.desk_tables import CaseDeadline
from bot.storage.tables import Case

LIMITATION = "limitation"
# What a resident has to do in time; the others are what others owe.
CHOICES = (
    (LIMITATION, "诉讼时效（一般3年），从到期日或知道受损害之日"),
    *((d.code, f"{d.title}（{d.length}），从{d.start}") for d in DEADLINES if d.whose == "own"),
)


def set_deadline(session: Session, case: Case, code: str, start_on: date, by: str, now: datetime) -> CaseDeadline:
    """Compute a period of a case anew from the day it runs from, and keep it.

    Raises:
        Uncountable: an unknown period, or a day that no period runs from; the hint says why.
    """
    counted = compute(case, code, start_on, now)
    last_on = counted.results[0].low
    assert isinstance(last_on, date)
    known = session.execute(sa.select(CaseDeadline).where(CaseDeadline.case_number == case.number, CaseDeadline.code == code)).scalar_one_or_none()
    if known is None:
        known = CaseDeadline(case_number=case.number, code=code)
        session.add(known)
    known.start_on, known.last_on, known.set_by, known.set_at = start_on, last_on, by, now
    session.flush()
    return known


def compute(case: Case, code: str, start_on: date, now: datetime) -> Sum:
    """Return a period of a case step by step; a mediation request interrupts the general limitation (时效规定 12)."""
    today = now.astimezone(BEIJING).date()
    if start_on > today:
        raise Uncountable("起算的日子还没有到，请核对日期。", "start")
    if code == LIMITATION:
        asked = case.requested_at.astimezone(BEIJING).date()
        interrupts = case.kind == "mediation" and start_on <= asked
        return limitation(start_on, (asked,) if interrupts else (), today)
    if code not in {d.code for d in DEADLINES}:
        raise Uncountable("没有这种期限，请从列表里选。", "code")
    period = deadline(code)
    return deadline_sum(period, start_on, today)


def drop_deadline(session: Session, number: str, code: str) -> None:
    """Forget a period that was entered by mistake."""
    session.execute(sa.delete(CaseDeadline).where(CaseDeadline.case_number == number, CaseDeadline.code == code))


def deadlines_of(session: Session, number: str) -> list[CaseDeadline]:
    """Return the periods of a case, the nearest end first."""
    return list(session.execute(sa.select(CaseDeadline).where(CaseDeadline.case_number == number).order_by(CaseDeadline.last_on)).scalars())
