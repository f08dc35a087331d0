"""Cases that are no mediation: advice answered, legal aid guided, enterprise issues dispatched and confirmed. Each counted once.

Source: domain.md 1.2 #4 and #10, 2.7, 2.9, 2.12.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadFields
from bot.ledger.advisor_services import ServiceRecord, record_service
from bot.ledger.casework import Act, Turn, begin, day_moment, events_of, finish
from bot.ledger.enterprise import BOOK, Issue, IssueEnd, confirm_issue, end_issue, register_issue, take_back_issue
from bot.ledger.facts import details_of, reverse_fact, standing_facts
from bot.ledger.people import name_hashes, phone_hashes
from bot.ledger.services import request_line, reverse_line
from bot.legal.advisor_services import Result, ServiceKind, Subject
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import EnterpriseCategory, is_uscc
from bot.legal.lifecycle import Action, Status
from bot.legal.masking import without_personal_data
from bot.storage.personal_data import keys
from bot.storage.tables import Case, CasePerson, CaseStatement

ANSWERING = (
    ServiceKind.CONSULT_WECHAT, ServiceKind.CONSULT_PHONE, ServiceKind.CONSULT_ONSITE, ServiceKind.DRAFT_DOCUMENT, ServiceKind.CONTRACT_REVIEW,
)  # fmt: skip
_ENDS = {Action.RESOLVED: IssueEnd.DONE, Action.EXPLAINED: IssueEnd.EXPLAINED, Action.UNRESOLVED: IssueEnd.UNRESOLVED}
CONFIRMED_HOW = {"said": "企业已表示认可", "silent": "办结满15日企业未异议"}


def answer(session: Session, act: Act, kind: ServiceKind | None, words: str, now: datetime, minutes: int = 0) -> Case:
    """Record that an advisor answered: one service of theirs; a later answer in the same case counts when it is another day's."""
    turn = begin(session, act, Action.ANSWERED, {"service": kind and kind.code, "note": words})
    assert kind is not None
    _record(session, turn, kind, Result.ANSWERED, words, now, minutes)
    turn.case.ended_at = now
    return finish(session, turn, now, words, service=kind.code)


def guide(session: Session, act: Act, to: str, words: str, now: datetime) -> Case:
    """Record that somebody was guided to a legal aid institution; whether they get aid is decided there (法律援助法 34, 43)."""
    turn = begin(session, act, Action.GUIDED, {"to": to, "note": words})
    _record(session, turn, ServiceKind.LEGAL_AID_REFERRAL, Result.REFERRED, words, now, 0)
    turn.case.ended_at = now
    return finish(session, turn, now, words, to=to.strip())


def ask_again(session: Session, act: Act, words: str, now: datetime) -> Case:
    """Note that the resident came back; the case is being worked on again."""
    turn = begin(session, act, Action.ASKED_AGAIN, {"note": words})
    turn.case.ended_at = None
    return finish(session, turn, now, words)


def dispatch(session: Session, act: Act, uscc: str, category: EnterpriseCategory | None, owner_unit: str, now: datetime) -> Case:
    """Register an enterprise issue and give it to the responsible unit; a repeated letter is merged into the first.

    Raises:
        BadFields: the credit code is wrong.
    """
    uscc = uscc.strip().upper()
    turn = begin(session, act, Action.DISPATCHED, {"uscc": uscc, "category": category and category.code, "owner_unit": owner_unit})
    assert category is not None
    if not is_uscc(uscc):
        raise BadFields({"uscc": "统一社会信用代码不对：应为18位，最后一位是校验码，请对照营业执照。"})
    case = turn.case
    case.received_at, case.accepted_at = case.received_at or now, now
    session.flush()
    issue = Issue(
        case.number, uscc, category, _words_of(session, case), case.requested_at, owner_unit.strip(), act.by, channel=Channel.from_code(case.channel),
        community=case.community, case_number=case.number, topic=case.topic, dispute_type=case.dispute_type, is_demo=case.is_demo,
    )  # fmt: skip
    fact = register_issue(session, issue, now)
    if fact.event == "repeated":
        case.status, case.merged_into, case.ended_at = Status.MERGED.code, str(details_of(fact)["main"])[:16], now
    return finish(session, turn, now, category=category.code, owner_unit=owner_unit.strip(), into=case.merged_into)


def start_processing(session: Session, act: Act, now: datetime) -> Case:
    """Note that the responsible unit began."""
    return finish(session, begin(session, act, Action.PROCESSING), now)


def end_enterprise(session: Session, act: Act, action: Action, happened_on: date | None, words: str, now: datetime, evidence: str = "") -> Case:
    """Record what the responsible unit did: done (counts when the enterprise agrees), explained, or not solvable now."""
    turn = begin(session, act, action, {"happened_on": happened_on, "note": words})
    assert happened_on is not None
    at = max(day_moment(happened_on, now), turn.case.requested_at)
    session.flush()
    end_issue(session, act.number, _ENDS[action], at, act.by, now, without_personal_data(words)[:200], evidence.strip() or None)
    return finish(session, turn, now, words, on=happened_on, at=at.isoformat(), evidence=evidence.strip())


def confirm_enterprise(session: Session, act: Act, happened_on: date | None, how: str, now: datetime, evidence: str = "") -> Case:
    """Record that the enterprise agreed, or said nothing for 15 days; now the issue counts as resolved.

    Raises:
        BadFields: the 15 days are not over.
    """
    turn = begin(session, act, Action.ENTERPRISE_CONFIRMED, {"happened_on": happened_on, "confirmed_how": how})
    assert happened_on is not None
    at = day_moment(happened_on, now)
    done = next(f for f in standing_facts(session, BOOK, act.number) if f.event == IssueEnd.DONE.code)
    if at < done.happened_at:
        raise BadFields({"happened_on": "早于责任单位办结的日子，请核对。"})
    if how == "silent" and (at - done.happened_at).days < 15:
        raise BadFields({"confirmed_how": "办结还不满15日，企业没有表示的还不能视为认可。"})
    session.flush()
    confirm_issue(session, act.number, at, act.by, now, silent=how == "silent", evidence_ref=evidence.strip() or None)
    return finish(session, turn, now, on=happened_on, how=how, evidence=evidence.strip())


def contest(session: Session, act: Act, reason: str, now: datetime) -> Case:
    """Note that the enterprise does not agree: what was written as done is taken back with the reason, and the unit goes on."""
    turn = begin(session, act, Action.CONTESTED, {"reason": reason})
    for fact in standing_facts(session, BOOK, act.number):
        if fact.event == IssueEnd.DONE.code:
            reverse_fact(session, fact, f"企业不认可：{without_personal_data(reason)}"[:200], act.by, now)
    return finish(session, turn, now, reason)


def drop_enterprise(session: Session, case: Case, reason: str, by: str, now: datetime) -> None:
    """Take an enterprise issue out of the books that was refused, withdrawn or merged: it was no issue of its own."""
    if case.kind != CaseKind.ENTERPRISE.code:
        return
    if standing_facts(session, BOOK, case.number):
        take_back_issue(session, case.number, reason, by, now)
        return
    line = request_line(session, case.number)
    if line is not None:
        reverse_line(session, line, reason[:200], by, now)


def _record(session: Session, turn: Turn, kind: ServiceKind, result: Result, words: str, now: datetime, minutes: int) -> None:
    case = turn.case
    session.flush()
    times = len(events_of(session, case.number, turn.step.action)) + 1
    who, *formerly = _pseudonyms(session, case)
    service = ServiceRecord(
        f"{case.number}-{times}", turn.act.by, kind, now, who, case.number, result, turn.act.by, former_refs=tuple(formerly),
        community=case.community, tier=Tier.from_code(case.tier), channel=Channel.from_code(case.channel), subject_type=Subject.RESIDENT,
        topic=case.topic, dispute_type=DisputeType.from_code(case.dispute_type), minutes=minutes, new_substance=times > 1,
        brief=without_personal_data(words)[:200], is_demo=case.is_demo,
    )  # fmt: skip
    record_service(session, service, now)


def _pseudonyms(session: Session, case: Case) -> tuple[str, ...]:
    query = sa.select(CasePerson).where(CasePerson.case_number == case.number, CasePerson.side == "applicant")
    person = session.execute(query.order_by(CasePerson.id).limit(1)).scalars().first()
    known = (phone_hashes(person.phone) or name_hashes(person.name)) if person else ()
    return tuple(found[:32] for found in known or keys().look_up_hashes(case.number, "case subject"))


def _words_of(session: Session, case: Case) -> str:
    query = sa.select(CaseStatement.text).where(CaseStatement.case_number == case.number, CaseStatement.about == "what_happened")
    return session.execute(query.order_by(CaseStatement.id).limit(1)).scalar_one_or_none() or case.number
