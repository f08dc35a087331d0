"""Reading a case for its papers: from the tables of the desk to one `CaseFile`. Reads only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.case_times import details_of, standing_agreement
from bot.ledger.casework import events_of
from bot.ledger.casework_after import visits_of
from bot.ledger.casework_evidence import FORMS, evidence_of, inquiries_of
from bot.ledger.casework_mediation import SIDES, sessions_of, statements_of, terms_of, total
from bot.ledger.enterprise_desk import chosen_category
from bot.ledger.party_details import as_words, details_of_parties
from bot.legal.agreement_checks import Term, is_payment
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import STATUS_LABELS, Action, Path, Refusal
from bot.legal.mediation import Outcome
from bot.legal.time_limits import last_confirmation_day
from bot.office import BEIJING
from bot.papers.case_file import (
    APPLICANT,
    OTHER_SIDE,
    Agreement,
    CaseFile,
    EnterpriseWork,
    Evidence,
    Inquiry,
    MediationSession,
    Party,
    Revisit,
    Statement,
)
from bot.papers.words import day
from bot.storage.tables import Case, CaseEvent, CasePerson, CaseStatement

MODES = {"onsite": "当面", "phone": "电话", "online": "线上"}
PERFORMED = {"full": "全部履行", "part": "部分履行", "none": "未履行"}
PARTIES = 2


def case_file(session: Session, case: Case, names: dict[str, str], opened: bool) -> CaseFile:
    """Return a case as its papers see it.

    Args:
        names: code → name of staff.
        opened: whoever asks may see names, numbers and words; otherwise the papers say that they are withheld.
    """
    events = events_of(session, case.number)
    parties = _parties(session, case.number)
    file = CaseFile(
        number=case.number, kind=case.kind, steps=frozenset({e.event for e in events} | {case.status} | {e.status_after for e in events}),
        community=case.community, channel=case.channel, dispute_type=case.dispute_type, requested_at=case.requested_at, accepted_at=case.accepted_at,
        closed_at=case.ended_at, undertaker=names.get(case.assignee, case.assignee), parties=parties, withheld=not opened, is_demo=case.is_demo,
        tier=case.tier,
        **_decision(events), **_words(session, case.number),
    )  # fmt: skip
    if case.kind == CaseKind.MEDIATION.code:
        return replace(file, **_mediation(session, case, events, names, parties))
    if case.kind == CaseKind.ENTERPRISE.code:
        return replace(file, enterprise=_enterprise(session, case, events))
    return file


def _parties(session: Session, number: str) -> tuple[Party, ...]:
    rows = session.execute(sa.select(CasePerson).where(CasePerson.case_number == number).order_by(CasePerson.id)).scalars()
    kept = details_of_parties(session, number)
    return tuple(_party(row, as_words(kept.get(row.id)), row.id in kept) for row in rows)


def _party(row: CasePerson, words: dict[str, str], is_described: bool) -> Party:
    """Who was described and named no agent has none."""
    born = day(date.fromisoformat(words["born"])) if "born" in words else None
    known = {**words, "born": born, "agent": words.get("agent") or ("无" if is_described else None)}
    return Party(APPLICANT if row.side == APPLICANT else OTHER_SIDE, row.name, row.phone, **known)


def _words(session: Session, number: str) -> dict[str, Any]:
    rows = list(session.execute(sa.select(CaseStatement).where(CaseStatement.case_number == number).order_by(CaseStatement.id)).scalars())
    first = {row.about: row.text for row in reversed(rows)}
    return {
        "what_happened": first.get("what_happened"), "wish": first.get("wish"), "supplements": tuple(row.text for row in rows if row.about == "supplement"),
    }  # fmt: skip


def _decision(events: list[CaseEvent]) -> dict[str, Any]:
    """Was the request taken in, from whom did it come, what was advised."""
    found: dict[str, Any] = {}
    for event in events:
        said = details_of(event)
        if event.event == Action.ACCEPTED.code:
            found |= {"accepted": True, "source": said.get("source"), "referrer": said.get("referrer")}
        if event.event == Action.NOT_ACCEPTED.code:
            words = [Refusal.from_code(said["refusal"]).label, f"建议：{Path.from_code(said['advised_path']).label}"]
            found |= {"accepted": False, "not_accepted_reason": "；".join(words)}
        if event.event == Action.CONFIRMATION_APPLIED.code:
            found["court"] = said.get("court")
        if event.event == Action.FAILED.code and said.get("advised_path"):
            found["advised_path"] = f"告知途径：{Path.from_code(said['advised_path']).label}"
    return found


def _mediation(session: Session, case: Case, events: list[CaseEvent], names: dict[str, str], parties: tuple[Party, ...]) -> dict[str, Any]:
    held = _sessions(session, case.number, names)
    made = _agreement(session, case.number, parties)
    visits = tuple(
        Revisit(
            v.visited_at, MODES.get(v.mode, v.mode), _side_name(parties, v.side), PERFORMED.get(v.performance), str(v.satisfaction) if v.satisfaction else None,
            v.disputes_again, v.hidden_risk or "无", v.measures or "无", names.get(v.visitor, v.visitor),
        )
        for v in visits_of(session, case.number)
    )  # fmt: skip
    ends = [e.event for e in events if e.event in Outcome.codes()]
    standing = standing_agreement(session, case.number)
    return {
        "evidence": tuple(Evidence(e.item, FORMS.get(e.form), e.source, e.received_on, e.returned_on) for e in evidence_of(session, case.number)),
        "inquiries": tuple(
            Inquiry(i.inquiry_no, i.asked_person, i.relation, i.asked_by, i.asked_at, i.place, i.words) for i in inquiries_of(session, case.number)
        ),
        "sessions": held, "agreement": made, "revisits": visits, "outcome": ends[-1] if ends else None,
        "amount": total(terms_of(session, standing)) if standing else None, "mediators": held[-1].mediators if held else (),
        "performance": next((v.performance for v in reversed(visits)), None),
    }  # fmt: skip


def _sessions(session: Session, number: str, names: dict[str, str]) -> tuple[MediationSession, ...]:
    said = {side: statements_of(session, number, side) for side in SIDES}
    return tuple(
        MediationSession(
            row.session_no, row.held_at, row.place or ("线上" if row.mode == "online" else None), (row.attendees,) if row.attendees else (), (row.mediators,),
            names.get(row.recorded_by, row.recorded_by), row.rights_notified,
            tuple(Statement(label, said[side][row.session_no]) for side, label in SIDES.items() if row.session_no in said[side]),
            row.shared_facts, row.proposals, row.agreed_points, row.disputed_points, row.result, mode="线上" if row.mode == "online" else "当面",
        )
        for row in sessions_of(session, number)
    )  # fmt: skip


def _agreement(session: Session, number: str, parties: tuple[Party, ...]) -> Agreement | None:
    row = standing_agreement(session, number)
    if row is None:
        return None
    terms = tuple(_named(term, parties) for term in terms_of(session, row))
    written = row.form == "written"
    return Agreement(
        not written, row.agreement_no, row.facts, row.disputed_items, row.liabilities, terms, performance=row.performance_mode,
        breach_clause=row.breach_clause or ("无" if written else None),
        confirmation_wanted=row.confirmation_wanted, copies=max(len(parties), PARTIES) + 1, effective_on=_day(row.effective_at),
        confirmation_due=last_confirmation_day(row.effective_at),
    )  # fmt: skip


def _named(term: Term, parties: tuple[Party, ...]) -> Term:
    if not is_payment(term) or term.payer not in SIDES:
        return term
    other = OTHER_SIDE if term.payer == APPLICANT else APPLICANT
    return replace(term, payer=_side_name(parties, term.payer), payee=_side_name(parties, other))


def _side_name(parties: tuple[Party, ...], side: str) -> str | None:
    return "、".join(p.name for p in parties if p.side == side and p.name) or SIDES.get(side)


def _enterprise(session: Session, case: Case, events: list[CaseEvent]) -> EnterpriseWork:
    chosen = chosen_category(session, case.number)
    told: dict[str, Any] = {"category": chosen.code if chosen else None}
    for event in events:
        said = details_of(event)
        if event.event == Action.DISPATCHED.code:
            told |= {name: said.get(name) for name in ("uscc", "category", "owner_unit")}
        if event.event in (Action.RESOLVED.code, Action.EXPLAINED.code, Action.UNRESOLVED.code):
            told["resolution"] = event.note
        if event.event == Action.ENTERPRISE_CONFIRMED.code:
            how = {"said": "企业已表示认可", "silent": "办结满15日企业未异议"}
            told |= {"confirmed_by": how.get(said.get("how", said.get("confirmed_how", ""))), "confirmed_on": _day_in(said)}
    return EnterpriseWork(status=STATUS_LABELS.get(case.status, case.status), **told)


def _day_in(said: dict[str, Any]) -> date | None:
    return date.fromisoformat(said["on"]) if said.get("on") else None


def _day(moment: Any) -> date:
    day: date = moment.astimezone(BEIJING).date()
    return day
