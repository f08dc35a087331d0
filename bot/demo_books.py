"""A fictional year of the office's books: mediations with their ends, services, screenings, enterprise issues, counters.

Made of nothing but a seed, through the ledger's own functions, so that it obeys every rule of theirs.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Sequence

from sqlalchemy.orm import Session

from bot.demo_office import count_by_hand, register_issues, work_for_offices
from bot.demo_year import BY, EVIDENCE, FictionalYear
from bot.errors import BadRecord
from bot.ledger.advisor_services import ServiceRecord, record_service
from bot.ledger.advisors import assign_advisor, open_service_point
from bot.ledger.mediation import Accepted, Closed, accept_case, after_agreement, close_case, mark_complex, record_prevention, revisit
from bot.ledger.screenings import Finding, FindingEnd, Screening, end_finding, submit_screening
from bot.legal.advisor_services import Result, ServiceKind
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.mediation import AfterAgreement, Outcome, Prevention, TerminationReason
from bot.office import Office
from bot.storage.tables import Case

OUTCOMES = (Outcome.AGREED_WRITTEN,) * 9 + (Outcome.AGREED_ORAL,) * 5 + (Outcome.FAILED,) * 2 + (Outcome.TERMINATED,) + (Outcome.TRANSFERRED,)


def write_books(
    session: Session, office: Office, year: int, mediations: int, seed: int, now: datetime, is_demo: bool = True, requests: Sequence[Case] = ()
) -> None:
    """Write the fictional books of a year up to `now`; the same seed and year again adds nothing. Does not commit.

    Args:
        mediations: how many mediations to make up, and the size of all else: 120 make a year as large as the district's.
        requests: what residents asked for: committees take up mediations, the office registers enterprise issues; the rest of
            both came to a window.
    """
    made = FictionalYear(session, office, year, now, random.Random(f"books-{seed}-{year}"), f"{'D' if is_demo else 'G'}{year % 100}{seed % 10_000}", is_demo)
    _engage(made)
    asked = [request for request in requests if request.kind == CaseKind.MEDIATION.code]
    for n in range(mediations):
        _mediate(made, asked[n] if n < len(asked) else None)
    for _ in range(mediations * 2):
        _serve(made)
    for month in range(1, 13):
        _screen(made, month)
    work_for_offices(made, mediations)
    register_issues(made, mediations, [request for request in requests if request.kind == CaseKind.ENTERPRISE.code])
    count_by_hand(made)


def _engage(made: FictionalYear) -> None:
    start = made.at(1, 1)
    if start > made.now:
        return
    for n, community in enumerate(made.office.communities):
        advisor = made.office.advisors[n % len(made.office.advisors)]
        assign_advisor(made.session, f"{made.prefix}HT{n:03d}", advisor.code, community.code, start, "示例律师事务所", made.paper, made.known(start))
        open_service_point(
            made.session, f"{made.prefix}P{n:03d}", Tier.COMMUNITY, f"{community.name}工作室", community.code, start, made.paper, made.known(start)
        )
    for tier, name in ((Tier.DISTRICT, "示例区公共法律服务中心"), (Tier.SUBDISTRICT, "示例街道甲工作站")):
        open_service_point(made.session, f"{made.prefix}{tier.code}", tier, name, None, start, made.paper, made.known(start))


def _mediate(made: FictionalYear, request: Case | None = None) -> None:
    number, at, dispute, parties = made.next("M"), made.some_day(), made.dispute(), made.chance.choice((2, 2, 2, 3, 4, 12))
    outcome, days, amount = made.chance.choice(OUTCOMES), made.chance.randrange(1, 40), Decimal(made.chance.randrange(5, 900)) * 100
    community, later = made.community(), made.chance.random()
    if request is not None:
        number, at = request.number, request.requested_at + timedelta(hours=30)
        community, dispute = request.community or community, DisputeType.from_code(request.dispute_type)
    if at > made.now:
        return
    channel = made.chance.choice((Channel.WINDOW, Channel.WECHAT, Channel.WEB, Channel.PHONE))
    case = Accepted(
        number,
        at,
        community,
        dispute,
        parties,
        BY,
        other_note="演示" if dispute is DisputeType.OTHER else None,
        channel=channel,
        evidence_ref=EVIDENCE,
        is_demo=made.is_demo,
    )
    accept_case(made.session, case, made.known(at))
    if parties >= 10:
        mark_complex(made.session, number, ("当事人10人以上",), at, BY, made.known(at), EVIDENCE)
    ended = at + timedelta(days=days)
    if ended > made.now:
        return
    close_case(
        made.session,
        Closed(
            number,
            outcome,
            ended,
            BY,
            amount if later < 0.7 else None,
            TerminationReason.PARTY_REFUSED if outcome is Outcome.TERMINATED else None,
            "人民法院诉讼" if outcome is Outcome.FAILED else None,
            "示例行业调委会" if outcome is Outcome.TRANSFERRED else None,
            EVIDENCE,
        ),
        made.known(ended),
    )
    if outcome in (Outcome.AGREED_WRITTEN, Outcome.AGREED_ORAL):
        _follow(made, number, ended, later)


def _follow(made: FictionalYear, number: str, ended: datetime, later: float) -> None:
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


def _serve(made: FictionalYear) -> None:
    number, at, kind, community = made.next("S"), made.some_day(), made.chance.choice(tuple(ServiceKind)), made.community()
    advisor, person, result = (
        made.chance.choice(made.office.advisors).code,
        made.chance.randrange(40),
        made.chance.choice((*([Result.ANSWERED] * 8), Result.NOT_CONNECTED)),
    )
    minutes, tier = made.chance.randrange(10, 120), made.chance.choice((Tier.COMMUNITY, Tier.COMMUNITY, Tier.SUBDISTRICT, Tier.DISTRICT))
    if at > made.now:
        return
    done = ServiceRecord(
        number,
        advisor,
        kind,
        at,
        f"居民{person}",
        f"事项{number}",
        result,
        BY,
        community,
        tier,
        Channel.PHONE if kind is ServiceKind.CONSULT_PHONE else Channel.WINDOW,
        dispute_type=made.chance.choice(tuple(DisputeType)),
        minutes=minutes,
        attendance=20 + person if kind is ServiceKind.LECTURE else 0,
        evidence_ref=EVIDENCE,
        is_demo=made.is_demo,
    )
    record_service(made.session, done, made.known(at))


def _screen(made: FictionalYear, month: int) -> None:
    for community in made.office.communities:
        at, found = made.at(month, 25, 16), made.chance.choice((0, 0, 1, 2))
        findings = tuple(Finding(made.next("F"), made.dispute(), responsible="社区网格员", measures="上门疏导") for _ in range(found))
        if at > made.now:
            continue
        report = Screening(
            community.code, f"{made.year}-{month:02d}", 1, at, BY, made.chance.randrange(60, 140), not findings, findings, "社区主任", EVIDENCE, made.is_demo
        )
        try:
            submit_screening(made.session, report, made.known(at))
        except BadRecord:
            continue
        for finding in findings:
            if at + timedelta(days=3) <= made.now and made.chance.random() < 0.8:
                end_finding(made.session, finding.ref, FindingEnd.SETTLED, at + timedelta(days=3), BY, made.known(at + timedelta(days=3)))
        if findings and made.chance.random() < 0.1:
            record_prevention(
                made.session, made.next("E"), Prevention.CRIME, 2, at, BY, "及时劝阻", EVIDENCE, made.known(at), community=community.code, is_demo=made.is_demo
            )
