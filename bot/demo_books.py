"""A fictional year of the office's books: mediations with their ends, services, screenings, enterprise issues, counters.

Made of nothing but a seed, through the ledger's own functions, so that it obeys every rule of theirs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Sequence

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.advisor_services import ServiceRecord, record_service
from bot.ledger.advisors import Paper, assign_advisor, open_service_point, record_litigation, record_meeting, record_opinion
from bot.ledger.counters import Counter, Record, record_counter
from bot.ledger.declarations import ZERO, declare
from bot.ledger.enterprise import Issue, IssueEnd, confirm_issue, end_issue, register_issue
from bot.ledger.mediation import Accepted, Closed, accept_case, after_agreement, close_case, mark_complex, record_prevention, revisit
from bot.ledger.screenings import Finding, FindingEnd, Screening, end_finding, submit_screening
from bot.legal.advisor_services import Result, ServiceKind
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import CHARACTER_WEIGHTS, EnterpriseCategory
from bot.legal.mediation import AfterAgreement, Outcome, Prevention, TerminationReason
from bot.office import BEIJING, Office
from bot.storage.tables import Case

BY = "demo"
EVIDENCE = "演示凭证"
OUTCOMES = (Outcome.AGREED_WRITTEN,) * 9 + (Outcome.AGREED_ORAL,) * 5 + (Outcome.FAILED,) * 2 + (Outcome.TERMINATED,) + (Outcome.TRANSFERRED,)
COUNTS = (
    (Counter.PUBLICITY, 23), (Counter.OFFICIAL_LECTURE, 2), (Counter.PREMEETING_STUDY, 4), (Counter.THEMATIC_STUDY, 2),
    (Counter.PRE_APPOINTMENT, 2), (Counter.REPEALED, 6), (Counter.CLEANUP, 1),
)  # fmt: skip


@dataclass
class _Year:
    """What every part of the year needs."""

    session: Session
    office: Office
    year: int
    now: datetime
    chance: random.Random
    prefix: str
    is_demo: bool
    number: int = 0
    paper: Paper = field(init=False)

    def __post_init__(self) -> None:
        self.paper = Paper(BY, EVIDENCE, self.is_demo)

    def at(self, month: int, day: int, hour: int = 10) -> datetime:
        return datetime(self.year, month, day, hour, self.chance.randrange(60), tzinfo=BEIJING)

    def some_day(self) -> datetime:
        start = datetime(self.year, 1, 1, tzinfo=BEIJING)
        return start + timedelta(minutes=self.chance.randrange(365 * 24 * 60 - 1))

    def known(self, at: datetime, days: int = 2) -> datetime:
        """When a thing was recorded: the same day to some days later, never after now."""
        return min(self.now, at + timedelta(hours=self.chance.randrange(1, 24 * days)))

    def next(self, what: str) -> str:
        self.number += 1
        return f"{self.prefix}{what}{self.number:05d}"

    def community(self) -> str:
        return self.chance.choice(self.office.communities).code

    def dispute(self) -> DisputeType:
        return self.chance.choice((DisputeType.NEIGHBOUR, DisputeType.CONTRACT, DisputeType.PROPERTY_MGMT, *DisputeType))


def write_books(session: Session, office: Office, year: int, mediations: int, seed: int, now: datetime, is_demo: bool = True, requests: Sequence[Case] = ()) -> None:
    """Write the fictional books of a year up to `now`; the same seed and year again adds nothing. Does not commit.

    Args:
        mediations: how many mediations to make up, and the size of all else: 120 make a year as large as the district's.
        requests: what residents asked for: committees take up mediations, the office registers enterprise issues; the rest of
            both came to a window.
    """
    made = _Year(session, office, year, now, random.Random(f"books-{seed}-{year}"), f"{'D' if is_demo else 'G'}{year % 100}{seed % 10_000}", is_demo)
    _engage(made)
    asked = [request for request in requests if request.kind == CaseKind.MEDIATION.code]
    for n in range(mediations):
        _mediate(made, asked[n] if n < len(asked) else None)
    for _ in range(mediations * 2):
        _serve(made)
    for month in range(1, 13):
        _screen(made, month)
    _work_for_offices(made, mediations)
    _issues(made, mediations, [request for request in requests if request.kind == CaseKind.ENTERPRISE.code])
    _count(made)


def _engage(made: _Year) -> None:
    start = made.at(1, 1)
    if start > made.now:
        return
    for n, community in enumerate(made.office.communities):
        advisor = made.office.advisors[n % len(made.office.advisors)]
        assign_advisor(made.session, f"{made.prefix}HT{n:03d}", advisor.code, community.code, start, "示例律师事务所", made.paper, made.known(start))
        open_service_point(made.session, f"{made.prefix}P{n:03d}", Tier.COMMUNITY, f"{community.name}工作室", community.code, start, made.paper, made.known(start))
    for tier, name in ((Tier.DISTRICT, "示例区公共法律服务中心"), (Tier.SUBDISTRICT, "示例街道甲工作站")):
        open_service_point(made.session, f"{made.prefix}{tier.code}", tier, name, None, start, made.paper, made.known(start))


def _mediate(made: _Year, request: Case | None = None) -> None:
    number, at, dispute, parties = made.next("M"), made.some_day(), made.dispute(), made.chance.choice((2, 2, 2, 3, 4, 12))
    outcome, days, amount = made.chance.choice(OUTCOMES), made.chance.randrange(1, 40), Decimal(made.chance.randrange(5, 900)) * 100
    community, later = made.community(), made.chance.random()
    if request is not None:
        number, at = request.number, request.requested_at + timedelta(hours=30)
        community, dispute = request.community or community, DisputeType.from_code(request.dispute_type)
    if at > made.now:
        return
    channel = made.chance.choice((Channel.WINDOW, Channel.WECHAT, Channel.WEB, Channel.PHONE))
    case = Accepted(number, at, community, dispute, parties, BY, other_note="演示" if dispute is DisputeType.OTHER else None, channel=channel, evidence_ref=EVIDENCE, is_demo=made.is_demo)
    accept_case(made.session, case, made.known(at))
    if parties >= 10:
        mark_complex(made.session, number, ("当事人10人以上",), at, BY, made.known(at), EVIDENCE)
    ended = at + timedelta(days=days)
    if ended > made.now:
        return
    close_case(
        made.session,
        Closed(
            number, outcome, ended, BY, amount if later < 0.7 else None, TerminationReason.PARTY_REFUSED if outcome is Outcome.TERMINATED else None,
            "人民法院诉讼" if outcome is Outcome.FAILED else None, "示例行业调委会" if outcome is Outcome.TRANSFERRED else None, EVIDENCE,
        ),
        made.known(ended),
    )  # fmt: skip
    if outcome in (Outcome.AGREED_WRITTEN, Outcome.AGREED_ORAL):
        _follow(made, number, ended, later)


def _follow(made: _Year, number: str, ended: datetime, later: float) -> None:
    steps: list[tuple[int, AfterAgreement | None]] = [(7, None), (20, AfterAgreement.PERFORMED if later < 0.9 else AfterAgreement.BREACHED)]
    if later < 0.2:
        steps += [(21, AfterAgreement.CONFIRMATION_APPLIED), (30, AfterAgreement.CONFIRMED)]
    for days, step in steps:
        at = ended + timedelta(days=days)
        if at > made.now:
            return
        if step is None:
            revisit(made.session, number, at, BY, made.known(at), "双方满意")
        else:
            after_agreement(made.session, number, step, at, BY, made.known(at), EVIDENCE)


def _serve(made: _Year) -> None:
    number, at, kind, community = made.next("S"), made.some_day(), made.chance.choice(tuple(ServiceKind)), made.community()
    advisor, person, result = made.chance.choice(made.office.advisors).code, made.chance.randrange(40), made.chance.choice((*([Result.ANSWERED] * 8), Result.NOT_CONNECTED))
    minutes, tier = made.chance.randrange(10, 120), made.chance.choice((Tier.COMMUNITY, Tier.COMMUNITY, Tier.SUBDISTRICT, Tier.DISTRICT))
    if at > made.now:
        return
    done = ServiceRecord(
        number, advisor, kind, at, f"居民{person}", f"事项{number}", result, BY, community, tier,
        Channel.PHONE if kind is ServiceKind.CONSULT_PHONE else Channel.WINDOW, dispute_type=made.chance.choice(tuple(DisputeType)), minutes=minutes,
        attendance=20 + person if kind is ServiceKind.LECTURE else 0, evidence_ref=EVIDENCE, is_demo=made.is_demo,
    )  # fmt: skip
    record_service(made.session, done, made.known(at))


def _screen(made: _Year, month: int) -> None:
    for community in made.office.communities:
        at, found = made.at(month, 25, 16), made.chance.choice((0, 0, 1, 2))
        findings = tuple(Finding(made.next("F"), made.dispute(), responsible="社区网格员", measures="上门疏导") for _ in range(found))
        if at > made.now:
            continue
        report = Screening(community.code, f"{made.year}-{month:02d}", 1, at, BY, made.chance.randrange(60, 140), not findings, findings, "社区主任", EVIDENCE, made.is_demo)
        try:
            submit_screening(made.session, report, made.known(at))
        except BadRecord:
            continue
        for finding in findings:
            if at + timedelta(days=3) <= made.now and made.chance.random() < 0.8:
                end_finding(made.session, finding.ref, FindingEnd.SETTLED, at + timedelta(days=3), BY, made.known(at + timedelta(days=3)))
        if findings and made.chance.random() < 0.1:
            record_prevention(made.session, made.next("E"), Prevention.CRIME, 2, at, BY, "及时劝阻", EVIDENCE, made.known(at), community=community.code, is_demo=made.is_demo)


def _work_for_offices(made: _Year, size: int) -> None:
    advisor = made.office.advisors[0].code
    for _ in range(_share(13, size)):
        number, at = made.next("L"), made.some_day()
        if at <= made.now:
            record_litigation(made.session, number, at, "示例管委会", advisor, made.paper, made.known(at))
    for n in range(_share(104, size)):
        number, at = made.next("O"), made.some_day()
        if at <= made.now:
            record_opinion(made.session, number, at, "示例单位", ("contract", "decision", "enforcement", "petition", "other")[n % 5], advisor, made.paper, made.known(at))
    for _ in range(_share(217, size)):
        number, at = made.next("T"), made.some_day()
        if at <= made.now:
            record_meeting(made.session, number, at, "工作讨论", (advisor,), made.paper, made.known(at))


def _issues(made: _Year, size: int, asked: list[Case]) -> None:
    for n in range(_share(37, size)):
        number, at, category = made.next("Q"), made.some_day(), made.chance.choice(tuple(EnterpriseCategory))
        case, community = (asked[n] if n < len(asked) else None), made.community()
        at = case.requested_at if case else at
        if at > made.now:
            continue
        issue = Issue(number, _uscc(n), category, f"演示诉求{number}", at, "示例责任单位", BY, community=community, case_number=case.number if case else None, is_demo=made.is_demo)
        register_issue(made.session, issue, made.known(at))
        done = at + timedelta(days=20)
        if done > made.now:
            continue
        end = IssueEnd.EXPLAINED if n % 12 == 0 else IssueEnd.DONE
        end_issue(made.session, number, end, done, BY, made.known(done), "已协调", EVIDENCE)
        agreed = done + timedelta(days=5)
        if end is IssueEnd.DONE and agreed <= made.now:
            confirm_issue(made.session, number, agreed, BY, made.known(agreed), evidence_ref=EVIDENCE)


def _count(made: _Year) -> None:
    for counter, times in COUNTS:
        for n in range(times):
            ref, at = made.next("C"), made.some_day()
            if at <= made.now:
                record_counter(made.session, Record(counter, ref, at, f"{counter.label}（演示{n + 1}）", EVIDENCE, BY, attendance=30, is_demo=made.is_demo), made.known(at))
    for month in range(1, 13):
        at = made.at(month, 28)
        views = made.chance.randrange(80_000, 95_000)
        if at <= made.now:
            record_counter(made.session, Record(Counter.PAGEVIEWS, f"{made.prefix}{made.year}-{month:02d}", at, "网站统计导出", EVIDENCE, BY, views, is_demo=made.is_demo), made.known(at))
    roster = made.at(11, 20)
    if roster <= made.now:
        record_counter(made.session, Record(Counter.ENFORCERS, f"{made.prefix}{made.year}", roster, "在册人员名册", EVIDENCE, BY, 48, is_demo=made.is_demo), made.known(roster))
    over = min(date(made.year + 1, 1, 1), made.now.astimezone(BEIJING).date())
    for metric in ("reconsideration_cases", "reconsideration_closed"):
        if over > date(made.year, 1, 1):
            declare(made.session, metric, date(made.year, 1, 1), over, ZERO, BY, "全年无行政复议案件", made.now, EVIDENCE, made.is_demo)


def _share(whole: int, size: int) -> int:
    return max(1, min(whole, whole * size // 120))


def _uscc(n: int) -> str:
    """A made-up credit code with a right check character; the division code 000000 belongs to nobody."""
    body = f"91000000DEM{n:06d}"
    total = sum(CHARACTER_WEIGHTS[c] * pow(3, i, 31) for i, c in enumerate(body))
    return body + next(c for c, w in CHARACTER_WEIGHTS.items() if w == (31 - total % 31) % 31)
