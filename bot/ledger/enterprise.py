"""Enterprise issues (企业问题): the book behind the blank of the old report (domain.md 1.2 #10, 2.12).

Collected: newly registered, once an issue. Resolved: done, and the enterprise agreed or said nothing for 15 days. Explained
issues and those that could not be solved are counted apart. What was raised in an earlier year is counted as carried over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, details_of, known_fact, last_id, required, reverse_fact, standing_facts, write_fact
from bot.ledger.services import request_line, reverse_line
from bot.legal.cases import Channel
from bot.legal.coded import Coded
from bot.legal.enterprise import EnterpriseCategory, is_uscc, issue_key, silence_counts
from bot.office import BEIJING
from bot.storage.book_tables import BookFact

BOOK, IDENTITY = "enterprise", "enterprise_identity"


class IssueEnd(Coded):
    """How the responsible unit ended an issue."""

    DONE = ("done", "办结，待企业确认")
    EXPLAINED = ("explained", "政策解释")
    UNRESOLVED = ("unresolved", "暂不能解决")


_ENDS = frozenset({*IssueEnd.codes(), "confirmed"})


@dataclass(frozen=True)
class Issue:
    """An issue as it came in.

    Args:
        issue_no: our number.
        uscc: unified social credit code of the enterprise; not personal data.
        request: what it asks for, its own words without names.
        case_number: the request a resident's chat opened, where it came through us.
        topic, dispute_type: what the request stands under, so that both sides of the stock stand in one place.
    """

    issue_no: str
    uscc: str
    category: EnterpriseCategory
    request: str
    raised_at: datetime
    owner_unit: str
    by: str
    channel: Channel = Channel.WINDOW
    community: str | None = None
    case_number: str | None = None
    topic: str = "enterprise"
    dispute_type: str | None = None
    is_demo: bool = False


def register_issue(session: Session, issue: Issue, now: datetime) -> BookFact:
    """Record an issue; a repeated letter hangs on the first and counts nothing. Returns the fact written.

    Raises:
        BadRecord: the credit code is wrong, or request or owner is missing.
    """
    key = f"enterprise:{issue.issue_no}"
    known = known_fact(session, key)
    if known is not None:
        return known
    if not is_uscc(issue.uscc):
        raise BadRecord(f"Issue {issue.issue_no}: {issue.uscc!r} is not a unified social credit code (18 characters with check character).")
    required(issue.request, f"Issue {issue.issue_no}: the request")
    required(issue.owner_unit, f"Issue {issue.issue_no}: the responsible unit")
    identity = issue_key(issue.uscc, issue.category, issue.request)
    main = _main_issue(session, identity, issue.raised_at)
    counted = request_line(session, issue.case_number) if issue.case_number else None
    if counted is not None and main:
        reverse_line(session, counted, f"重复来件，并入{main}", issue.by, now)
    lines = {} if main or counted is not None else {"enterprise_registered": 1}
    row = write_fact(session, _as_fact(issue, identity, main), lines, now)
    if not main:
        key, details = f"enterprise-identity:{issue.issue_no}", {"issue_no": issue.issue_no}
        own = Fact(IDENTITY, "registered", identity, key, issue.raised_at, issue.by, details=details, is_demo=issue.is_demo)
        write_fact(session, own, {}, now)
    return row


def take_back_issue(session: Session, issue_no: str, reason: str, by: str, now: datetime) -> None:
    """Take an issue and all that followed back.

    Raises:
        BadRecord: there is no such issue.
    """
    _, first, so_far = _issue(session, issue_no)
    identity = details_of(first)["identity"]
    mine = [f for f in standing_facts(session, IDENTITY, identity) if details_of(f)["issue_no"] == issue_no]
    number = details_of(first)["case"]
    counted = request_line(session, number) if number else None
    for fact in [*reversed(so_far), *mine]:
        reverse_fact(session, fact, reason, by, now)
    if counted is not None:
        reverse_line(session, counted, reason, by, now)


def end_issue(
    session: Session, issue_no: str, end: IssueEnd, happened_at: datetime, by: str, now: datetime, resolution: str, evidence_ref: str | None = None
) -> BookFact:
    """Record what the responsible unit did. `DONE` counts nothing yet: the enterprise has to agree.

    Raises:
        BadRecord: no such open issue, or no word on what was done.
    """
    last, first, so_far = _issue(session, issue_no)
    same = next((f for f in so_far if f.event == end.code), None)
    if same is not None:
        return same
    _refuse_ended(issue_no, so_far)
    required(resolution, f"Issue {issue_no}: what was done")
    lines = {} if end is IssueEnd.DONE else {f"enterprise_{end.code}{_carried(first, happened_at)}": 1}
    return _next(session, first, last, end.code, happened_at, by, now, lines, {"resolution": resolution}, evidence_ref)


def confirm_issue(
    session: Session, issue_no: str, happened_at: datetime, by: str, now: datetime, *, silent: bool = False, evidence_ref: str | None = None
) -> BookFact:
    """Record that the enterprise agreed, or (silent) that it said nothing for 15 days: now it counts as resolved.

    Raises:
        BadRecord: the issue is not done, or the 15 days are not over.
    """
    last, first, so_far = _issue(session, issue_no)
    same = next((f for f in so_far if f.event == "confirmed"), None)
    if same is not None:
        return same
    done = next((f for f in so_far if f.event == IssueEnd.DONE.code), None)
    if done is None:
        raise BadRecord(f"Issue {issue_no} was not done by the responsible unit; only then can the enterprise agree.")
    if silent and not silence_counts(done.happened_at, happened_at):
        raise BadRecord(f"Issue {issue_no} was done on {done.happened_at.date()}; silence counts as consent only after 15 days.")
    lines = {f"enterprise_resolved{_carried(first, happened_at)}": 1}
    return _next(session, first, last, "confirmed", happened_at, by, now, lines, {"silent": silent}, evidence_ref)


def _as_fact(issue: Issue, identity: str, main: str | None) -> Fact:
    details = {
        "category": issue.category.code, "owner_unit": issue.owner_unit, "case": issue.case_number, "main": main, "identity": identity,
        "issue_no": issue.issue_no,
    }  # fmt: skip
    return Fact(
        BOOK, "repeated" if main else "registered", main or issue.issue_no, f"enterprise:{issue.issue_no}", issue.raised_at, issue.by,
        community=issue.community, channel=issue.channel, topic=issue.topic, dispute_type=issue.dispute_type, details=details, is_demo=issue.is_demo,
    )  # fmt: skip


def _issue(session: Session, issue_no: str) -> tuple[int, BookFact, list[BookFact]]:
    last = last_id(session, BOOK, issue_no)
    so_far = standing_facts(session, BOOK, issue_no)
    if not so_far or so_far[0].event != "registered":
        raise BadRecord(f"Issue {issue_no} is not in the books, or was merged into another.")
    return last, so_far[0], so_far


def _refuse_ended(issue_no: str, so_far: list[BookFact]) -> None:
    ended = {f.event for f in so_far} & _ENDS
    if ended:
        raise BadRecord(f"Issue {issue_no} has ended as {', '.join(sorted(ended))}; reverse that first.")


def _next(
    session: Session,
    first: BookFact,
    last: int,
    event: str,
    at: datetime,
    by: str,
    now: datetime,
    lines: dict[str, int],
    details: dict[str, object],
    evidence_ref: str | None,
) -> BookFact:
    if at < first.happened_at:
        raise BadRecord(f"Issue {first.subject}: {event} at {at.isoformat()} lies before it was raised.")
    key = f"enterprise:{first.subject}:{event}:{last}"
    fact = Fact(
        BOOK,
        event,
        first.subject,
        key,
        at,
        by,
        community=first.community,
        channel=Channel.from_code(first.channel),
        topic=first.topic,
        dispute_type=first.dispute_type,
        details=details,
        evidence_ref=evidence_ref,
        is_demo=first.is_demo,
    )
    return write_fact(session, fact, lines, now)


def _carried(first: BookFact, at: datetime) -> str:
    raised, ended = (moment.astimezone(BEIJING).year for moment in (first.happened_at, at))
    return "_carried" if raised < ended else ""


def _main_issue(session: Session, identity: str, raised_at: datetime) -> str | None:
    """The issue a letter repeats: the same words, still open or raised in the same year."""
    for own in standing_facts(session, IDENTITY, identity):
        number = str(details_of(own)["issue_no"])
        events = {f.event for f in standing_facts(session, BOOK, number)}
        if own.happened_at.astimezone(BEIJING).year == raised_at.astimezone(BEIJING).year or not events & _ENDS:
            return number
    return None
