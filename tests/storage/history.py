"""Random histories of the books: what offices really do, in any order, late, twice and wrongly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.errors import BadRecord, CaseNotFound
from bot.inbox import store
from bot.ledger.advisor_services import record_service, take_back_service
from bot.ledger.cases import open_case
from bot.ledger.enterprise import IssueEnd, confirm_issue, end_issue, register_issue, take_back_issue
from bot.ledger.mediation import AfterAgreement, accept_case, after_agreement, close_case
from bot.ledger.mediation_corrections import merge_case, reclassify, reopen_case
from bot.ledger.privacy import erase_conversation
from bot.ledger.screenings import Finding, FindingEnd, end_finding, submit_screening
from bot.ledger.services import Service, record
from bot.legal.advisor_services import Result, ServiceKind
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.mediation import Outcome
from bot.office import BEIJING
from tests.builders import make_inbound, make_request
from tests.storage.books import USCC, make_case, make_end, make_issue, make_screening, make_service

START = datetime(2026, 1, 1, 8, tzinfo=BEIJING)
KINDS = ("request", "answer", "accept", "close", "perform", "reclassify", "merge", "reopen", "service", "unserve", "screen", "finding", "issue", "end_issue", "confirm", "unissue", "erase")
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 11), st.integers(0, 11), st.integers(0, 70)), min_size=1, max_size=40)


@dataclass
class History:
    """Writes steps into a session; what the books refuse is left out, as at a counter."""

    session: Session
    now: datetime = START
    written: int = 0
    refused: list[str] = field(default_factory=list)

    def take(self, step: tuple[str, int, int, int]) -> None:
        kind, a, b, late = step
        self.now += timedelta(days=5, hours=a, minutes=b)
        self.written += 1
        try:
            with self.session.begin_nested():
                getattr(self, kind)(a, b, max(START, self.now - timedelta(days=late)))
        except (BadRecord, CaseNotFound) as error:
            self.refused.append(str(error))

    def request(self, a: int, b: int, at: datetime) -> None:
        request = make_request(source_key=f"r{self.written}", conversation=f"web:{a % 3}", kind=list(CaseKind)[b % 4], community=_place(a))
        store.receive(self.session, make_inbound("我家漏水", f"m{self.written}", f"web:{a % 3}", self.now))
        open_case(self.session, request, "GX", self.now)

    def answer(self, a: int, b: int, at: datetime) -> None:
        record(self.session, Service("bot_answer", at, f"a{self.written}", list(Channel)[b % 5], community=_place(a), topic="neighbour"), self.now)

    def accept(self, a: int, b: int, at: datetime) -> None:
        kind = list(DisputeType)[b % 17]
        accept_case(self.session, make_case(f"M{a}", accepted_at=at, community=_place(b), dispute_type=kind, parties=2 + b % 4, is_demo=a == 11), self.now)

    def close(self, a: int, b: int, at: datetime) -> None:
        outcome = list(Outcome)[b % 5]
        amount = Decimal(b * 1234567) / 100 if b % 5 < 2 else None
        close_case(self.session, make_end(f"M{a}", outcome, closed_at=at, amount=amount), self.now)

    def perform(self, a: int, b: int, at: datetime) -> None:
        after_agreement(self.session, f"M{a}", list(AfterAgreement)[b % 7], at, "m01", self.now)

    def reclassify(self, a: int, b: int, at: datetime) -> None:
        reclassify(self.session, f"M{a}", list(DisputeType)[b % 17], "改类", "m01", self.now)

    def merge(self, a: int, b: int, at: datetime) -> None:
        merge_case(self.session, f"M{a}", f"M{b}", "m01", self.now)

    def reopen(self, a: int, b: int, at: datetime) -> None:
        reopen_case(self.session, f"M{a}", "记错", "m01", self.now)

    def service(self, a: int, b: int, at: datetime) -> None:
        done = make_service(
            f"S{self.written}", advisor=f"a0{1 + b % 3}", kind=list(ServiceKind)[b], served_at=at, matter=str(a % 3), result=list(Result)[a % 8], community=_place(b),
            tier=list(Tier)[a % 3], new_substance=b % 2 == 0, attendance=10,
        )  # fmt: skip
        record_service(self.session, done, self.now)

    def unserve(self, a: int, b: int, at: datetime) -> None:
        take_back_service(self.session, f"S{a * 3}", "记错", "a01", self.now)

    def screen(self, a: int, b: int, at: datetime) -> None:
        month = at.astimezone(BEIJING).strftime("%Y-%m")
        found = tuple(Finding(f"F{self.written}-{n}", list(DisputeType)[b]) for n in range(a % 3))
        submit_screening(self.session, make_screening(month, found, community=f"c0{1 + b % 9}", submitted_at=at), self.now)

    def finding(self, a: int, b: int, at: datetime) -> None:
        end_finding(self.session, f"F{a * 3 + b % 3}-0", list(FindingEnd)[b % 3], at, "m01", self.now, "M1")

    def issue(self, a: int, b: int, at: datetime) -> None:
        issue = make_issue(f"Q{a}", category=list(EnterpriseCategory)[b], request=f"诉求{b % 4}", raised_at=at, uscc=USCC)
        register_issue(self.session, issue, self.now)

    def end_issue(self, a: int, b: int, at: datetime) -> None:
        end_issue(self.session, f"Q{a}", list(IssueEnd)[b % 3], at, "office", self.now, "已办")

    def confirm(self, a: int, b: int, at: datetime) -> None:
        confirm_issue(self.session, f"Q{a}", at, "office", self.now, silent=b % 2 == 1)

    def unissue(self, a: int, b: int, at: datetime) -> None:
        take_back_issue(self.session, f"Q{a}", "记错", "office", self.now)

    def erase(self, a: int, b: int, at: datetime) -> None:
        erase_conversation(self.session, f"web:{a % 3}", self.now)


def written(session: Session, history: list[Any]) -> History:
    found = History(session)
    for step in history:
        found.take(step)
    return found


def _place(n: int) -> str | None:
    return None if n == 0 else f"c0{1 + n % 9}"
