"""/console/cases/<number>/mediation: a mediation whole, to read and to print. What one side said is printed for that side only (人民调解法 23)."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, needs, now
from bot.console.cases_of import staff_names, with_case
from bot.console.pages import page
from bot.ledger.case_times import details_of, due_of, standing_agreement
from bot.ledger.casework import events_of
from bot.ledger.casework_after import PERFORMANCE, VISIT_MODES, visits_of
from bot.ledger.casework_mediation import RESULTS, SIDES, sessions_of, statements_of, terms_of, total
from bot.ledger.conflicts import checks_of
from bot.ledger.openings import is_open
from bot.legal.cases import CaseKind, Tier
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import EVENT_LABELS, STATUS_LABELS, Body, Path, Refusal
from bot.legal.mediation import Prevention, Source, TerminationReason
from bot.legal.permissions import Permission
from bot.legal.working_hours import Hours
from bot.storage.tables import Case, CaseEvent

bp = Blueprint("mediation_view", url_prefix=f"{ROOT}/cases")
# For whom it is printed → whose statements are in it.
READERS = {"desk": ("applicant", "other"), "applicant": ("applicant",), "other": ("other",), "both": ()}
READER_NAMES = {"desk": "办理留存（双方陈述都在，不外传）", "applicant": "给申请人一方", "other": "给对方", "both": "双方都可以看"}
_CODES = (Body, Path, Refusal, Source, TerminationReason, Prevention, Tier)


@bp.get("/<number:str>/mediation")
@needs(Permission.MEDIATE)
async def show(request: Request, number: str) -> HTTPResponse:
    """The mediation of a case: sessions, agreement, time limits, visits and every step."""
    reader = request.args.get("for") or "desk"
    if reader not in READERS:
        raise NotFound(reader)
    staff, at, hours = request.ctx.staff, now(), request.app.ctx.office.weekday_hours

    def look(session: Session, case: Case) -> dict[str, Any] | None:
        if case.kind != CaseKind.MEDIATION.code:
            return None
        opened = staff.may(Permission.OPEN_PERSONAL) and is_open(session, staff.code, case.number, at)
        return {**_facts(session, case, hours), **_papers(session, case, READERS[reader] if opened else (), opened), "opened": opened, "at": at}

    shown = await with_case(request, number, look)
    if shown is None:
        raise NotFound(number)
    return page(request, "mediation.html", reader=reader, reader_names=READER_NAMES, **shown)


def _facts(session: Session, case: Case, hours: Hours) -> dict[str, Any]:
    return {
        "case": case,
        "standing_now": STATUS_LABELS[case.status],
        "dispute_type": DisputeType.from_code(case.dispute_type),
        "tier": Tier.from_code(case.tier),
        "names": staff_names(session),
        "dues": due_of(session, case, hours),
        "visits": visits_of(session, case.number),
        "checks": checks_of(session, case.number),
        "sides": SIDES,
        "results": RESULTS,
        "performance": PERFORMANCE,
        "visit_modes": VISIT_MODES,
    }


def _papers(session: Session, case: Case, sides: tuple[str, ...], opened: bool) -> dict[str, Any]:
    agreement = standing_agreement(session, case.number)
    terms = terms_of(session, agreement) if agreement is not None else ()
    return {
        "sessions": sessions_of(session, case.number),
        "said": {side: statements_of(session, case.number, side) for side in sides},
        "agreement": agreement,
        "terms": terms,
        "total": total(terms),
        "events": [_event(event, opened) for event in events_of(session, case.number)],
    }


def _event(event: CaseEvent, opened: bool) -> dict[str, Any]:
    """A line of the timeline; what somebody wrote in words may name people and is shown to who opened the case."""
    return {
        "at": event.happened_at,
        "label": EVENT_LABELS.get(event.event, event.event),
        "actor": "居民" if event.actor == "resident" else event.actor,
        "status": STATUS_LABELS.get(event.status_after, event.status_after) if event.status_after != event.status_before else "",
        "details": "；".join(f"{_NAMES[name]}：{_words(value)}" for name, value in details_of(event).items() if name in _NAMES),
        "note": event.note if opened else "〔查看前须先在办件页写明原因〕" if event.note else "",
    }


_NAMES = {
    "to": "承办", "previous": "原承办", "on": "日期", "court": "法院", "evidence": "佐证", "amount": "金额（元）", "no": "编号", "body": "单位", "into": "并入",
    "merged_from": "并入本件的", "tier": "层级", "source": "来源", "referrer": "移送单位", "advised_path": "告知途径", "refusal": "原因", "termination": "原因",
    "what": "防止", "persons": "人数", "reasons": "理由", "performance": "履行", "result": "结果",
}  # fmt: skip
_LABELS: dict[str, str] = {**PERFORMANCE, **RESULTS, **{member.code: member.label for coded in _CODES for member in coded}}


def _words(value: Any) -> str:
    return _LABELS.get(str(value), str(value))
