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
from bot.console.timeline import timeline
from bot.ledger.case_times import due_of, standing_agreement
from bot.ledger.casework_after import PERFORMANCE, VISIT_MODES, visits_of
from bot.ledger.casework_evidence import ASKED, FORMS, evidence_of, inquiries_of
from bot.ledger.casework_mediation import RESULTS, SIDES, sessions_of, statements_of, terms_of, total
from bot.ledger.conflicts import checks_of
from bot.ledger.openings import is_open
from bot.legal.cases import CaseKind, Tier
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import STATUS_LABELS
from bot.legal.permissions import Permission
from bot.legal.working_hours import Hours
from bot.storage.tables import Case

bp = Blueprint("mediation_view", url_prefix=f"{ROOT}/cases")
# For whom it is printed → whose statements are in it.
READERS = {"desk": ("applicant", "other"), "applicant": ("applicant",), "other": ("other",), "both": ()}
READER_NAMES = {"desk": "办理留存（双方陈述都在，不外传）", "applicant": "给申请人一方", "other": "给对方", "both": "双方都可以看"}


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
        sides = READERS[reader] if opened else ()
        found = {**_facts(session, case, hours), **_papers(session, case, sides, opened), **_shown(session, case, sides, opened and reader == "desk")}
        return {**found, "opened": opened, "at": at}

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


def _shown(session: Session, case: Case, sides: tuple[str, ...], is_whole: bool) -> dict[str, Any]:
    """Inquiries of those who may be read here, and the list of evidence, which names both sides, for the desk alone."""
    may_read = (*sides, "third") if is_whole else sides
    return {
        "inquiries": [one for one in inquiries_of(session, case.number) if one.side in may_read],
        "evidence": evidence_of(session, case.number) if is_whole else [],
        "asked": ASKED,
        "forms": FORMS,
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
        "events": timeline(session, case.number, opened),
    }
