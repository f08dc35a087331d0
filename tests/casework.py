"""Builders of the desk's work: accounts, a case, who acts, and complete values for every step."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger import casework_after as after
from bot.ledger import casework_ends as ends
from bot.ledger import casework_mediation as mediation
from bot.ledger import casework_people as people
from bot.ledger import casework_services as services
from bot.ledger import casework_start as start
from bot.ledger.cases import open_case
from bot.ledger.casework import Act, case_of
from bot.ledger.casework_people import actor_of
from bot.legal.advisor_services import ServiceKind
from bot.legal.agreement_checks import Term
from bot.legal.cases import CaseKind, Role
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action, Body, Path, Refusal
from bot.legal.mediation import Prevention, TerminationReason, Weight
from bot.legal.permissions import Staff, permissions_of
from bot.office import BEIJING
from bot.storage.staff_tables import StaffAccount, StaffCommunity, StaffRole
from bot.storage.tables import Case, CaseEvent
from tests.builders import make_request
from tests.conftest import NOON
from tests.storage.books import USCC, counted

HOURS = ((time(9), time(12)), (time(14), time(17)))
LOOKED_AT = frozenset({"identity", "property", "lawful", "clear", "voluntary", "others", "morals"})
TERMS = (Term(1, "对方赔偿申请人天花板修复费用。", Decimal("3000.50"), "other", None, "转账", date(2026, 4, 1)), Term(2, "对方在约定时间前修好漏水点。"))


def add_staff(session: Session, code: str, *roles: Role, communities: tuple[str, ...] | None = None, name: str = "") -> Staff:
    """An account without a password that fits (making one takes long)."""
    account = StaffAccount(
        code=code, name=name or f"示例{code}", created_at=NOON, all_communities=communities is None, password_hash="-", must_change_password=False,
        password_changed_at=NOON,
    )  # fmt: skip
    session.add(account)
    session.flush()
    session.add_all([StaffRole(staff_id=account.id, role=role.code) for role in roles])
    session.add_all([StaffCommunity(staff_id=account.id, community=c) for c in communities or ()])
    session.flush()
    where = None if communities is None else frozenset(communities)
    return Staff(account.id, code, account.name, frozenset(roles), where, permissions_of(frozenset(roles)))


class Office:
    """A database with the usual people: m01 and m02 mediate in c03, a01 advises there, `office` may assign."""

    def __init__(self, database: Any) -> None:
        self.database = database
        with database.transaction() as session:
            self.staff = {
                "m01": add_staff(session, "m01", Role.MEDIATOR, communities=("c03",)),
                "m02": add_staff(session, "m02", Role.MEDIATOR, communities=("c03",)),
                "a01": add_staff(session, "a01", Role.ADVISOR, communities=("c03",)),
                "office": add_staff(session, "office", Role.OFFICE),
            }

    def request(self, key: str = "a", kind: CaseKind = CaseKind.MEDIATION, at: datetime = NOON, **changed: Any) -> str:
        with self.database.transaction() as session:
            made = make_request(source_key=f"request:{key}", kind=kind, conversation=f"web:{key}", **changed)
            return str(open_case(session, made, "GX", at, HOURS).number)

    def act(self, session: Session, number: str, who: str = "m01", version: int | None = None, now: datetime = NOON) -> Act:
        case = case_of(session, number)
        return Act(number, case.version if version is None else version, actor_of(session, self.staff[who], case.community, now), HOURS)

    def do(self, number: str, use_case: Callable[..., Any], *arguments: Any, who: str = "m01", now: datetime = NOON, version: int | None = None, **named: Any) -> Any:
        """Run a use case in a transaction of its own."""
        with self.database.transaction() as session:
            return use_case(session, self.act(session, number, who, version, now), *arguments, now=now, **named)

    def step(self, number: str, action: Action, who: str = "m01", now: datetime = NOON, **more: Any) -> Any:
        """Take a step with complete values."""
        with self.database.transaction() as session:
            return take_step(session, self.act(session, number, who, now=now), action, now, **more)

    def walk(self, number: str, *actions: Action, who: str = "m01", now: datetime = NOON) -> None:
        for action in actions:
            self.step(number, action, who, now)

    def case(self, number: str) -> Case:
        with self.database.reading() as session:
            return case_of(session, number)

    def count(self, *codes: str) -> list[Any]:
        """Return figures of the year."""
        return [counted(self.database, code) for code in codes]

    def events(self, number: str) -> list[str]:
        with self.database.reading() as session:
            return list(session.execute(sa.select(CaseEvent.event).where(CaseEvent.case_number == number).order_by(CaseEvent.id)).scalars())

    @contextmanager
    def unchanged(self, number: str) -> Iterator[None]:
        """Nothing at all may be written while this is open."""
        before = self.everything(number)
        yield
        assert self.everything(number) == before

    def everything(self, number: str) -> tuple[Any, ...]:
        case = self.case(number)
        with self.database.reading() as session:
            rows = {t: session.execute(sa.text(f"SELECT count(*) FROM {t}")).scalar_one() for t in WRITTEN}
        return ({c.key: getattr(case, c.key) for c in Case.__table__.columns}, rows)


WRITTEN = (
    "case_events", "service_entries", "book_facts", "case_assignments", "conflict_checks", "mediation_sessions", "mediation_statements",
    "mediation_agreements", "agreement_terms", "mediation_revisits", "case_people", "party_details", "mediation_inquiries", "mediation_evidence",
    "audit_log", "notices",
)  # fmt: skip
TO_AGREEMENT = (Action.RECEIVED, Action.ACCEPTED, Action.TAKEN, Action.SESSION_HELD, Action.AGREED_WRITTEN)


def take_step(session: Session, act: Act, action: Action, now: datetime, **more: Any) -> Any:
    """Run the use case of an action with complete, plausible values."""
    day = now.astimezone(BEIJING).date()
    simple: dict[Action, Callable[[], Any]] = {
        Action.RECEIVED: lambda: start.receive(session, act, now),
        Action.ACCEPTED: lambda: start.accept(session, act, start.Acceptance(**more), now),
        Action.NOT_ACCEPTED: lambda: start.refuse(session, act, Refusal.PARTY_REFUSED, Path.COURT, "对方明确拒绝。", now),
        Action.NOTED: lambda: start.note_work(session, act, "电话联系，约好下午到场。", now),
        Action.WHISTLED: lambda: start.whistle(session, act, Body.POLICE, "请派出所到场。", now),
        Action.ASSIGNED: lambda: people.assign(session, act, more.pop("to", "m02"), now, "轮换", **more),
        Action.TAKEN: lambda: people.take(session, act, now, "接手", **more),
        Action.SUBSTITUTED: lambda: people.substitute(session, act, now),
        Action.ESCALATED: lambda: people.escalate(session, act, "社区调解有困难。", now),
        Action.SESSION_HELD: lambda: mediation.hold_session(session, act, make_session(now, **more), now),
        Action.AGREED_WRITTEN: lambda: mediation.agree(session, act, make_agreement(now, **more), True, now),
        Action.AGREED_ORAL: lambda: mediation.agree(session, act, make_agreement(now, agreement_no="", checks=frozenset(), **more), False, now),
        Action.WRITTEN_DOWN: lambda: mediation.write_down(session, act, "示调〔2026〕2号", now, LOOKED_AT, now),
        Action.FAILED: lambda: mediation.fail(session, act, Path.COURT, "", now),
        Action.TERMINATED: lambda: ends.terminate(session, act, TerminationReason.LOST_CONTACT, "多次联系不上。", now),
        Action.TRANSFERRED: lambda: ends.transfer(session, act, Body.LABOUR, "属于劳动监察的事。", now),
        Action.MERGED: lambda: ends.merge(session, act, more["into"], "同一件事", now),
        Action.REOPENED: lambda: ends.reopen(session, act, "登记错了", now),
        Action.ARCHIVED: lambda: ends.archive(session, act, now),
        Action.PERFORMING: lambda: after.start_performing(session, act, now),
        Action.REVISITED: lambda: after.visit(session, act, after.Visit(now, "applicant", "phone", "full", 5), now),
        Action.COMPLEX: lambda: after.mark(session, act, Weight(parties=12), "卷宗第3页", now, reason="涉及多户"),
        Action.PREVENTION: lambda: after.prevent(session, act, Prevention.CRIME, 2, "双方扬言动手，当场劝开。", "现场记录1号", False, now),
        Action.ANSWERED: lambda: services.answer(session, act, ServiceKind.CONSULT_WECHAT, "可以要求恢复原状并赔偿。", now),
        Action.ASKED_AGAIN: lambda: services.ask_again(session, act, "又问了一次。", now),
        Action.GUIDED: lambda: services.guide(session, act, "示例区法律援助中心", "已告知材料和地址。", now),
        Action.DISPATCHED: lambda: services.dispatch(session, act, USCC, EnterpriseCategory.PAYMENT, "示例单位", now),
        Action.PROCESSING: lambda: services.start_processing(session, act, now),
        Action.ENTERPRISE_CONFIRMED: lambda: services.confirm_enterprise(session, act, day, "said", now),
        Action.CONTESTED: lambda: services.contest(session, act, "还没有付款。", now),
    }
    if action in simple:
        return simple[action]()
    if action in after.AFTER_ACTIONS:
        return after.follow(session, act, action, day, now, court="示例区人民法院", evidence="（2026）示司确1号", reason="对方没有付款")
    return services.end_enterprise(session, act, action, day, "已协调付款。", now)


def make_session(now: datetime, **changed: Any) -> mediation.Held:
    values: dict[str, Any] = {
        "held_at": now, "mediators": "示例调解员", "result": "continue", "rights_notified": True, "place": "社区调解室",
        "statements": (("applicant", "天花板泡坏了，要求赔三千。"), ("other", "愿意赔两千五，最多三千。")), "shared_facts": "楼上水管破裂。",
    }  # fmt: skip
    return mediation.Held(**{**values, **changed})


def make_agreement(now: datetime, **changed: Any) -> mediation.Agreement:
    values: dict[str, Any] = {
        "effective_at": now, "facts": "楼上水管破裂，泡坏楼下天花板。", "performance_mode": "转账", "terms": TERMS, "agreement_no": "示调〔2026〕1号",
        "checks": LOOKED_AT,
    }  # fmt: skip
    return mediation.Agreement(**{**values, **changed})


def later(days: int = 0, hours: int = 0) -> datetime:
    return NOON + timedelta(days=days, hours=hours)
