"""Builders for the office's books."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.ledger.advisor_services import ServiceRecord
from bot.ledger.enterprise import Issue
from bot.ledger.mediation import Accepted, Closed
from bot.ledger.screenings import Finding, Screening
from bot.legal.advisor_services import Result, ServiceKind
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.mediation import Outcome, TerminationReason
from bot.office import BEIJING
from bot.statistics import metrics
from bot.statistics.figures import figure
from bot.statistics.periods import read_period
from bot.statistics.views import View

LATER = datetime(2027, 1, 10, 12, tzinfo=BEIJING)
YEAR = read_period("2026-01-01", "2026-12-31")
USCC = "91000000DEM0000006"


def at(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


def make_case(number: str = "M1", **changed: Any) -> Accepted:
    values: dict[str, Any] = {"accepted_at": at(3, 2), "community": "c01", "dispute_type": DisputeType.NEIGHBOUR, "parties": 2, "by": "m01"}
    return Accepted(number, **{**values, **changed})


def make_end(number: str = "M1", outcome: Outcome = Outcome.AGREED_WRITTEN, **changed: Any) -> Closed:
    values: dict[str, Any] = {
        "closed_at": at(3, 20),
        "by": "m01",
        "amount": Decimal("1234.50") if outcome in (Outcome.AGREED_WRITTEN, Outcome.AGREED_ORAL) else None,
        "reason": TerminationReason.WITHDRAWN if outcome is Outcome.TERMINATED else None,
        "advised_path": "诉讼" if outcome is Outcome.FAILED else None,
        "to": "行业调委会" if outcome is Outcome.TRANSFERRED else None,
    }
    return Closed(number, outcome, **{**values, **changed})


def make_service(record_no: str = "S1", **changed: Any) -> ServiceRecord:
    values: dict[str, Any] = {
        "advisor": "a01", "kind": ServiceKind.CONSULT_ONSITE, "served_at": at(3, 2), "subject_ref": "r1", "matter": "漏水", "result": Result.ANSWERED,
        "by": "a01", "community": "c01", "evidence_ref": "卷1",
    }  # fmt: skip
    return ServiceRecord(record_no, **{**values, **changed})


def make_screening(month: str = "2026-03", findings: tuple[Finding, ...] = (), **changed: Any) -> Screening:
    number = int(month[-2:])
    values: dict[str, Any] = {"community": "c01", "round_no": 1, "submitted_at": at(number, 25), "by": "m01", "households": 100, "zero_finding": not findings}
    return Screening(month=month, findings=findings, **{**values, **changed})


def make_issue(issue_no: str = "Q1", **changed: Any) -> Issue:
    values: dict[str, Any] = {
        "uscc": USCC, "category": EnterpriseCategory.PAYMENT, "request": "货款拖欠半年，请协调。", "raised_at": at(3, 2), "owner_unit": "示例单位", "by": "office",
    }  # fmt: skip
    return Issue(issue_no, **{**values, **changed})


def counted(database: Any, code: str, period: Any = YEAR, **view: Any) -> Any:
    with database.reading() as session:
        return metrics.count(session, metrics.metric(code), View(period, **view))


def known(database: Any, code: str, period: Any = YEAR, **view: Any) -> tuple[str, Any]:
    """State and value of a figure."""
    with database.reading() as session:
        found = figure(session, metrics.metric(code), View(period, **view))
    return found.state.value, found.value


def done(database: Any, use_case: Any, *arguments: Any, now: datetime = LATER, **named: Any) -> Any:
    """Run one use case in a transaction of its own."""
    with database.transaction() as session:
        return use_case(session, *arguments, now=now, **named)


def days(n: int) -> timedelta:
    return timedelta(days=n)
