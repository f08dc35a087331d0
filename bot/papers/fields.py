"""What stands in each case paper: pure functions from a case to the names its template uses (domain.md section 5).

A value that is None or empty is written as 【待填】 when the paper is made; nothing is guessed here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable

from bot.legal.agreement_checks import Term, checklist, is_payment
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.mediation import Outcome, Source
from bot.office import Community, Office
from bot.papers.case_file import APPLICANT, OTHER_SIDE, Agreement, CaseFile, Inquiry, MediationSession, Party, Revisit
from bot.papers.words import WITHHELD, day, lines, listed, moment, money, ticks, yes_no

Fields = dict[str, Any]
MODES = ("当面", "电话", "线上")
PERFORMED = ("全部履行", "部分履行", "未履行")
RESULTS = {"agreed": "达成协议", "continue": "继续调解", "failed": "调解不成"}


def common(file: CaseFile, office: Office, now: datetime, made_by: str) -> Fields:
    """What every case paper starts from: numbers, place, parties, matter."""
    community = office.community(file.community) if file.community else None
    applicants, others = file.on(APPLICANT), file.on(OTHER_SIDE)
    return {
        "office": office.name,
        "case_no": file.number,
        "community": community.name if community else file.community,
        "committee": file.committee or _committee(community, file.tier),
        "made_on": day(now),
        "made_by": made_by,
        "demo": "（演示数据，不作凭证）" if file.is_demo else " ",
        "applicants": [party(p, file.withheld) for p in applicants or (Party(APPLICANT),)],
        "others": [party(p, file.withheld) for p in others or (Party(OTHER_SIDE),)],
        "parties": [party(p, file.withheld) for p in (*(applicants or (Party(APPLICANT),)), *(others or (Party(OTHER_SIDE),)))],
        "applicant_names": WITHHELD if file.withheld else _names(applicants),
        "other_names": WITHHELD if file.withheld else _names(others),
        "dispute_type": DisputeType.from_code(file.dispute_type).label if file.dispute_type else None,
        "source": _source(file),
        "facts": WITHHELD if file.withheld else file.what_happened,
        "wish": WITHHELD if file.withheld else file.wish,
        "mediators": listed(file.mediators) or file.undertaker,
        "undertaker": file.undertaker,
        "requested_at": moment(file.requested_at, seconds=True),
        "accepted_on": day(file.accepted_at),
        "closed_on": day(file.closed_at),
    }


def party(who: Party, withheld: bool = False) -> Fields:
    """One party's row; personal values are withheld from who may not see them."""
    side = "申请人" if who.side == APPLICANT else "被申请人"
    values = {name: getattr(who, name) for name in ("phone", "address", "workplace", "org_name", "legal_rep", "uscc", "agent")}
    values["name"] = who.name if not who.legal_rep else f"{who.name}（法定代表人或负责人：{who.legal_rep}）"
    values["home_or_work"] = listed((who.address or "", who.workplace or ""))
    values["id_number"] = who.uscc if who.is_organisation else who.id_number
    # An organisation has none of these; they are not missing.
    of_people = {name: getattr(who, name) or ("—" if who.is_organisation else None) for name in ("gender", "ethnicity", "born", "occupation")}
    return {"side": side, **{name: WITHHELD if withheld else value for name, value in {**values, **of_people}.items()}}


def application(file: CaseFile) -> Fields:
    """人民调解申请书 (5.1)."""
    return {
        "evidence": None if file.withheld else lines(tuple(e.item for e in file.evidence)),
        "supplements": WITHHELD if file.withheld else lines(file.supplements) or "无",
        "channel": Channel.from_code(file.channel).label if file.channel else None,
    }


def registration(file: CaseFile) -> Fields:
    """人民调解受理登记表 (5.2)."""
    return {
        "referrer": file.referrer or ("无" if file.source != Source.REFERRAL.code else None),
        "accepted": yes_no(file.accepted, "受理", "不予受理"),
        "not_accepted_reason": file.not_accepted_reason or ("无" if file.accepted else None),
        "registered_on": day(file.requested_at),
    }


def rights_notice(file: CaseFile) -> Fields:
    """权利义务告知书 (5.3): given before the first session; day and way are those of the first that says so."""
    told = next((s for s in file.sessions if s.rights_told), MediationSession(0))
    return {"mode": ticks(("当面", "线上"), told.mode), "told_on": day(told.held_at) or " "}


def record(file: CaseFile, number: int | None = None) -> Fields:
    """调解记录 (5.4): one session, the newest unless named; statements of both sides, for the committee's file only."""
    held = next((s for s in file.sessions if s.number == number), file.sessions[-1] if file.sessions else MediationSession(1))
    hide = file.withheld
    return {
        "session_no": str(held.number),
        "held_at": moment(held.held_at),
        "place": held.place,
        "attendees": WITHHELD if hide else listed(held.attendees),
        "session_mediators": listed(held.mediators) or listed(file.mediators),
        "recorder": held.recorder,
        "rights_told": yes_no(held.rights_told),
        "statements": [{"party": WITHHELD if hide else s.party, "text": WITHHELD if hide else s.text} for s in held.statements] or [{}],
        "verified": WITHHELD if hide else held.facts,
        "proposals": WITHHELD if hide else held.proposals,
        "agreed": WITHHELD if hide else held.agreed,
        "disputed": WITHHELD if hide else held.disputed,
        "result": ticks(tuple(RESULTS.values()), RESULTS.get(held.result or "")),
        "advised_path": held.advised_path or ("无" if held.result != "failed" else None),
    }


def investigation(file: CaseFile, number: int | None = None) -> Fields:
    """调查笔录与证据清单 (5.5): one inquiry, the newest unless named, and the whole list of evidence; without any, a form to be filled in by hand."""
    held = next((i for i in file.inquiries if i.number == number), file.inquiries[-1] if file.inquiries else Inquiry(1))
    hide = file.withheld
    rows = [
        {"no": str(n), "item": WITHHELD if hide else e.item, "form": e.form, "source": WITHHELD if hide else e.source, "received_on": day(e.received_on),
         "returned_on": day(e.returned_on) or " "}
        for n, e in enumerate(file.evidence, 1)
    ]  # fmt: skip
    return {
        "inquiry_no": str(held.number),
        "asked_by": held.asked_by or listed(file.mediators),
        "asked_person": WITHHELD if hide else held.asked_person,
        "relation": WITHHELD if hide else held.relation or ("未说明" if held.asked_person else None),
        "asked_at": moment(held.asked_at),
        "place": held.place,
        "words": WITHHELD if hide else held.words,
        "evidence_rows": rows or [{"no": "1"}],
    }


def agreement(file: CaseFile) -> Fields:
    """人民调解协议书 (5.6) and its checklist."""
    made = file.agreement or Agreement()
    hide = file.withheld
    checks = checklist(made.terms, max(len(file.parties), 2), made.copies)
    return {
        "agreement_no": made.number,
        "dispute_facts": WITHHELD if hide else made.facts or file.what_happened,
        "disputed_items": WITHHELD if hide else made.disputed_items,
        "liabilities": WITHHELD if hide else made.liabilities,
        "terms": [_term(t, hide) for t in made.terms] or [{"no": "1"}],
        "performance": made.performance,
        "breach_clause": WITHHELD if hide else made.breach_clause,
        "confirmation_wanted": yes_no(made.confirmation_wanted, "共同申请司法确认", "不申请"),
        "copies": None if made.copies is None else str(made.copies),
        "effective_on": day(made.effective_on),
        "checks": [{"question": c.question, "verdict": c.verdict.label, "where": "" if hide else c.where} for c in checks],
    }


def oral_agreement(file: CaseFile) -> Fields:
    """口头协议登记表 (5.7)."""
    made = file.agreement if file.agreement and file.agreement.oral else Agreement()
    return {
        "dispute_facts": WITHHELD if file.withheld else made.facts or file.what_happened,
        "agreed_content": WITHHELD if file.withheld else lines(tuple(t.content for t in made.terms)),
        "performance": made.performance,
        "due": lines(tuple(d for d in (day(t.due_on) for t in made.terms) if d)),
        "effective_on": day(made.effective_on),
    }


def revisit(file: CaseFile, number: int | None = None) -> Fields:
    """回访记录 (5.8): the newest visit, or the numbered one."""
    seen = file.revisits[(number or len(file.revisits)) - 1] if file.revisits else Revisit()
    return {
        "agreement_no": file.agreement.number if file.agreement else None,
        "visited_party": WITHHELD if file.withheld else seen.party,
        "visited_at": moment(seen.visited_at),
        "mode": ticks(MODES, seen.mode),
        "performed": ticks(PERFORMED, seen.performance),
        "satisfaction": ticks(("1", "2", "3", "4", "5"), seen.satisfaction),
        "again": yes_no(seen.again),
        "hidden_risk": seen.hidden_risk,
        "measures": seen.measures,
        "visitor": seen.visitor,
    }


def closing_report(file: CaseFile) -> Fields:
    """结案报告 (5.9)."""
    made = file.agreement
    held = tuple(f"第{s.number}次（{moment(s.held_at) or '时间待填'}）：{RESULTS.get(s.result or '', '结果待填')}" for s in file.sessions)
    return {
        "outcome": Outcome.from_code(file.outcome).label if file.outcome else None,
        "process": lines(held),
        "amount": money(file.amount),
        "agreement_summary": WITHHELD if file.withheld else lines(tuple(t.content for t in made.terms)) if made else file.advised_path,
        "performance": file.performance,
    }


def judicial_confirmation(file: CaseFile) -> Fields:
    """司法确认申请书 (5.10)."""
    made = file.agreement or Agreement()
    court = (file.court or "").removesuffix("人民法院") or None
    return {"agreement_no": made.number, "effective_on": day(made.effective_on), "confirmation_due": day(made.confirmation_due), "court": court}


def legal_aid(file: CaseFile) -> Fields:
    """法律援助申请表 (5.11); income and health are written by the applicant and never kept here, the identity number only where they agreed."""
    who = party(next(iter(file.on(APPLICANT)), Party(APPLICANT)), file.withheld)
    forms = ("法律咨询", "代拟文书", "诉讼代理", "非诉讼代理", "劳动仲裁代理", "刑事辩护代理")
    return {"applicant": {**who, "id_number": who["id_number"] or "由申请人自行填写"}, "forms": ticks(forms, None)}


def enterprise_issue(file: CaseFile) -> Fields:
    """企业问题登记表 (5.14)."""
    contact, firm = next(iter(file.on(APPLICANT)), Party(APPLICANT)), next(iter(file.on(OTHER_SIDE)), Party(OTHER_SIDE))
    work = file.enterprise
    return {
        "issue_no": file.number,
        "enterprise": WITHHELD if file.withheld else firm.org_name or firm.name,
        "uscc": firm.uscc or work.uscc,
        "contact": party(contact, file.withheld),
        "category": EnterpriseCategory.from_code(work.category).label if work.category else None,
        "raised_at": moment(file.requested_at),
        "channel": Channel.from_code(file.channel).label if file.channel else None,
        "owner_unit": work.owner_unit,
        "status": work.status,
        "resolution": WITHHELD if file.withheld and work.resolution else work.resolution,
        "confirmed_by": work.confirmed_by,
        "confirmed_on": day(work.confirmed_on),
        **dict.fromkeys(("scale", "chief_officer", "due_on", "satisfaction")),
    }


def service_record(file: CaseFile) -> Fields:
    """法律顾问服务记录 of one request (5.12)."""
    return {"channel": Channel.from_code(file.channel).label if file.channel else None}


FIELDS_OF: dict[str, Callable[..., Fields]] = {
    "mediation_application": application,
    "mediation_registration": registration,
    "rights_notice": rights_notice,
    "mediation_record": record,
    "mediation_investigation": investigation,
    "mediation_agreement": agreement,
    "oral_agreement": oral_agreement,
    "revisit": revisit,
    "closing_report": closing_report,
    "judicial_confirmation_application": judicial_confirmation,
    "legal_aid_application": legal_aid,
    "enterprise_issue": enterprise_issue,
    "service_record": service_record,
}


def times_of(code: str, file: CaseFile) -> int:
    """Return how many of a paper a case has: one for each session, inquiry or visit; 1 for every other paper."""
    several = {"mediation_record": len(file.sessions), "mediation_investigation": len(file.inquiries), "revisit": len(file.revisits)}
    return max(1, several.get(code, 1))


def fields(code: str, file: CaseFile, office: Office, now: datetime, made_by: str, number: int | None = None) -> Fields:
    """Return all that the template of a case paper needs.

    Args:
        number: of a session, inquiry or visit, counted from 1; the newest where None or out of `times_of`.
    """
    which = (number,) if number is not None and 1 <= number <= times_of(code, file) > 1 else ()
    return {**common(file, office, now, made_by), **FIELDS_OF[code](file, *which)}


def _source(file: CaseFile) -> str:
    chosen = Source.from_code(file.source).label if file.source else Source.APPLICATION.label if file.kind == CaseKind.MEDIATION.code else None
    return ticks(tuple(s.label for s in Source), chosen)


def _committee(community: Community | None, tier: str) -> str | None:
    """The committee of the community or subdistrict (人民调解法 8, 34); at the district there is none of its own."""
    places = {Tier.COMMUNITY.code: community.name, Tier.SUBDISTRICT.code: community.subdistrict} if community else {}
    return f"{places[tier]}人民调解委员会" if places.get(tier) else None


def _names(people: tuple[Party, ...]) -> str | None:
    return listed(tuple(p.org_name or p.name or "" for p in people))


def _term(term: Term, hide: bool) -> Fields:
    none = None if is_payment(term) else "—"
    values = {
        "content": term.content, "amount": money(term.amount) or none, "payer": term.payer or none, "payee": term.payee or none,
        "method": term.method, "due_on": day(term.due_on),
    }  # fmt: skip
    return {"no": str(term.no), **{name: WITHHELD if hide else value for name, value in values.items()}}
