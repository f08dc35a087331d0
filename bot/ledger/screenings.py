"""Monthly screening of disputes (排查): one report a community, month and round; no dispute is said, not left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, details_of, last_id, required, reverse_fact, standing, standing_facts, write_fact
from bot.legal.cases import Channel
from bot.legal.coded import Coded
from bot.legal.disputes import DisputeType
from bot.legal.masking import without_personal_data
from bot.office import BEIJING
from bot.storage.book_tables import BookFact

BOOK, FINDINGS = "screening", "finding"


class FindingEnd(Coded):
    """What became of a dispute that a screening found."""

    SETTLED = ("settled", "就地化解")
    TO_MEDIATION = ("to_mediation", "转人民调解")
    TO_POLICE = ("to_police", "移送公安及有关部门")


@dataclass(frozen=True)
class Finding:
    """One dispute that was found; `due` is the day by which it is to be settled, in words of the day: 2026-04-10."""

    ref: str
    dispute_type: DisputeType
    risk: str = "low"
    group_risk: bool = False
    responsible: str = ""
    measures: str = ""
    due: str = ""


@dataclass(frozen=True)
class Screening:
    """One round in one community.

    Args:
        month: "2026-03", the month it belongs to.
        zero_finding: said by whoever signs; must be true exactly when nothing was found.
    """

    community: str
    month: str
    round_no: int
    submitted_at: datetime
    by: str
    households: int
    zero_finding: bool
    findings: tuple[Finding, ...] = ()
    sign_off: str | None = None
    evidence_ref: str | None = None
    is_demo: bool = False


def submit_screening(session: Session, report: Screening, now: datetime) -> BookFact:
    """Record a round and what it found; the same round again writes nothing, one that was taken back is written anew.

    Raises:
        BadRecord: silent about nothing found, or the month is not that of the report or the one before.
    """
    subject = f"{report.community}:{report.month}:{report.round_no}"
    again = _again(session, BOOK, subject)
    known = standing_round(session, report.community, report.month, report.round_no)
    if known is not None:
        return known
    if report.zero_finding == bool(report.findings):
        raise BadRecord(f"Screening {subject}: {len(report.findings)} findings and zero_finding={report.zero_finding}; say either, not both and not neither.")
    happened = _inside_month(report, subject)
    fact = Fact(
        BOOK, "submitted", subject, f"screening:{subject}{again}", happened, report.by,
        community=report.community, channel=Channel.VISIT, evidence_ref=report.evidence_ref,
        details={"households": report.households, "zero_finding": report.zero_finding, "sign_off": report.sign_off, "found": len(report.findings)},
        is_demo=report.is_demo,
    )  # fmt: skip
    row = write_fact(session, fact, {"screening_round": 1, "households_visited": report.households}, now)
    for found in report.findings:
        _write_finding(session, report, found, happened, now)
    return row


def end_finding(session: Session, ref: str, end: FindingEnd, happened_at: datetime, by: str, now: datetime, case_number: str | None = None) -> BookFact:
    """Record what became of a finding; one that became a mediation case counts there, not here.

    Raises:
        BadRecord: there is no such finding, it has an end, or the case it became is not named.
    """
    last = last_id(session, FINDINGS, ref)
    so_far = standing_facts(session, FINDINGS, ref)
    if not so_far or so_far[0].event != "found":
        raise BadRecord(f"Finding {ref} is not in the books.")
    ended = next((f for f in so_far if f.event in FindingEnd.codes()), None)
    if ended is not None:
        if ended.event == end.code:
            return ended
        raise BadRecord(f"Finding {ref} ended as {ended.event}; reverse that first.")
    if end is FindingEnd.TO_MEDIATION:
        required(case_number, f"Finding {ref}: the number of the mediation case")
    first = so_far[0]
    fact = Fact(
        FINDINGS, end.code, ref, f"finding:{ref}:ended:{last}", happened_at, by,
        community=first.community, channel=Channel.VISIT, dispute_type=first.dispute_type, details={"case": case_number}, is_demo=first.is_demo,
    )  # fmt: skip
    lines = {f"finding_{end.code}": 1}
    if end is FindingEnd.TO_POLICE:
        lines["referred_police"] = 1
    return write_fact(session, fact, lines, now)


def take_back_screening(session: Session, community: str, month: str, round_no: int, reason: str, by: str, now: datetime) -> None:
    """Take a round back with all it found and what became of that; it can then be handed in anew.

    Raises:
        BadRecord: there is no such round, or no reason.
    """
    row = standing_round(session, community, month, round_no)
    if row is None:
        raise BadRecord(f"Screening {community}:{month}:{round_no} is not in the books.")
    query = sa.select(BookFact).where(BookFact.book == FINDINGS, BookFact.community == community, BookFact.event == "found", *standing())
    mine = [f.subject for f in session.execute(query).scalars() if details_of(f).get("round") == row.subject]
    for fact in [*(fact for ref in mine for fact in reversed(standing_facts(session, FINDINGS, ref))), row]:
        reverse_fact(session, fact, reason, by, now)


def standing_round(session: Session, community: str, month: str, round_no: int) -> BookFact | None:
    """Return the report of a round that stands, or None."""
    return next(iter(standing_facts(session, BOOK, f"{community}:{month}:{round_no}")), None)


def _again(session: Session, book: str, subject: str) -> str:
    """What sets a second writing apart from the one that was taken back; nothing for the first."""
    last = last_id(session, book, subject)
    return f":{last}" if last else ""


def _write_finding(session: Session, report: Screening, found: Finding, happened: datetime, now: datetime) -> None:
    details = {
        "risk": found.risk, "group_risk": found.group_risk, "due": found.due, "round": f"{report.community}:{report.month}:{report.round_no}",
        "responsible": without_personal_data(found.responsible), "measures": without_personal_data(found.measures),
    }  # fmt: skip
    fact = Fact(
        FINDINGS, "found", found.ref, f"finding:{found.ref}{_again(session, FINDINGS, found.ref)}", happened, report.by,
        community=report.community, channel=Channel.VISIT, dispute_type=found.dispute_type.code, details=details, is_demo=report.is_demo,
    )  # fmt: skip
    write_fact(session, fact, {"screening_finding": 1, "finding_group_risk": int(found.group_risk)}, now)


def _inside_month(report: Screening, subject: str) -> datetime:
    """A round belongs to its month, also when it is handed in on the third of the next: it then counts on the last day."""
    local = report.submitted_at.astimezone(BEIJING)
    said = local.strftime("%Y-%m")
    if said == report.month:
        return report.submitted_at
    try:
        year, month = (int(part) for part in report.month.split("-"))
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=BEIJING)
    except ValueError as error:
        raise BadRecord(f"Screening {subject}: {report.month!r} is not a month; expected one such as 2026-03.") from error
    if report.submitted_at < following:
        raise BadRecord(f"Screening {subject} was handed in on {local.date()}, before its month began or ended; expected a day in or after {report.month}.")
    return datetime.fromtimestamp(following.timestamp() - 1, tz=BEIJING)
