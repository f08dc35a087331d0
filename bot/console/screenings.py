"""/console/screenings: the monthly screening by community; who has not handed in; what was found and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, not_theirs, now
from bot.console.downloads import DOCX, XLSX, as_file
from bot.console.months import Month, named_month
from bot.console.pages import page
from bot.console.screening_form import MOST, REPORT, finding_fields, read_screening, used_blocks
from bot.console.screening_paper import report_paper
from bot.console.writing import write
from bot.errors import BadFields, BadRecord
from bot.ledger import audit, screening_log
from bot.ledger.screening_log import Found, Round
from bot.ledger.screenings import FindingEnd, end_finding, standing_round, submit_screening, take_back_screening
from bot.legal.permissions import Permission, Staff
from bot.legal.screening import RoundState, due_on, round_state
from bot.office import BEIJING, Community
from bot.reports.forms import form_sheets
from bot.reports.sheets import as_xlsx
from bot.statistics.periods import Period
from bot.statistics.views import View
from bot.storage.tables import Case
from bot.storage.threads import in_thread

bp = Blueprint("screenings", url_prefix=f"{ROOT}/screenings")


@dataclass(frozen=True)
class Place:
    """How one community stands in a month."""

    community: Community
    state: RoundState
    rounds: tuple[Round, ...]


@bp.get("/")
@needs(Permission.DECLARE)
async def overview(request: Request) -> HTTPResponse:
    """The communities of a month, and all disputes found that are still open."""
    month, staff = named_month(request.args.get("month"), now()), request.ctx.staff
    work = lambda s: (screening_log.rounds(s, month.code, staff.communities), screening_log.findings(s, staff.communities))  # noqa: E731
    rounds, findings = await in_thread(request.app, work)
    places = _places(request, month, rounds)
    shown: dict[str, Any] = {"month": month, "places": places, "findings": findings, "ends": tuple(FindingEnd), "due": due_on(month.first)}
    missing = [p for p in places if p.state is RoundState.MISSING]
    names = {c.code: c.name for c in request.app.ctx.office.communities}
    return page(request, "screenings.html", **shown, missing=missing, names=names, said=request.args.get("said") or "", may_report=_may_report(month))


@bp.get("/new")
@needs(Permission.DECLARE)
async def new(request: Request) -> HTTPResponse:
    """The form for one community and month; the next round of it."""
    place, month = await _place(request, request.args.get("community") or ""), named_month(request.args.get("month"), now())
    rounds = await in_thread(request.app, lambda s: screening_log.rounds(s, month.code, frozenset({place.code})))
    return _form(request, place, month, max((r.round_no for r in rounds), default=0) + 1, {}, {})


@bp.post("/new")
@needs(Permission.DECLARE)
async def submit(request: Request) -> HTTPResponse:
    """Take a report; the same round again is taken once, by two different people refused the second time."""
    given = {name: values[-1] for name, values in (request.form or {}).items()}
    place, month = await _place(request, given.get("community") or ""), named_month(given.get("month"), now())
    number = int(given.get("round_no") or 1) if (given.get("round_no") or "1").isascii() and (given.get("round_no") or "1").isdigit() else 1
    staff: Staff = request.ctx.staff

    def work(session: Session) -> None:
        report = read_screening(given, place.code, month, number, staff.code, now())
        before = standing_round(session, place.code, month.code, number)
        if before is not None and before.recorded_by != staff.code:
            raise BadFields({"": f"{place.name}{month.label}第{number}轮已由 {before.recorded_by} 报过；要改请先撤销那一轮，另加一轮请从列表进入。"})
        submit_screening(session, report, now())

    if not 1 <= number <= 9:
        return _form(request, place, month, 1, given, {"": "一个月最多9轮，请从列表进入。"}, 400)
    if not _may_report(month):
        return _form(request, place, month, number, given, {"": f"{month.label}还没有开始，不能报。"}, 400)
    try:
        await write(request.app, work)
    except BadFields as wrong:
        return _form(request, place, month, number, given, wrong.fields, 400)
    except BadRecord:
        return _form(request, place, month, number, given, {"": "台账没有收下，请回列表核对这一轮是否报过。"}, 400)
    return go(request, f"{ROOT}/screenings?month={month.code}&said=done")


@bp.post("/take-back")
@needs(Permission.DECLARE)
async def take_back(request: Request) -> HTTPResponse:
    """Take a round back with a reason; it can be handed in anew."""
    form = request.form or {}
    place, month = await _place(request, form.get("community") or ""), named_month(form.get("month"), now())
    number, reason = form.get("round_no") or "", (form.get("reason") or "").strip()
    if not (number.isascii() and number.isdigit()):
        raise NotFound("no such round")
    if len(reason) < 2:
        return go(request, f"{ROOT}/screenings?month={month.code}&said=reason")

    def work(session: Session) -> None:
        take_back_screening(session, place.code, month.code, int(number), reason, request.ctx.staff.code, now())
        audit.note(session, request.ctx.staff.code, "screening_reversed", f"{place.code}:{month.code}:{number}", now(), reason)

    try:
        await write(request.app, work)
    except BadRecord:
        return go(request, f"{ROOT}/screenings?month={month.code}&said=gone")
    return go(request, f"{ROOT}/screenings?month={month.code}&said=back")


@bp.post("/findings")
@needs(Permission.DECLARE)
async def end(request: Request) -> HTTPResponse:
    """Say what became of a dispute that was found."""
    form, staff = request.form or {}, request.ctx.staff
    ref, month = (form.get("ref") or "")[:60], named_month(form.get("month"), now())
    found: Found | None = await in_thread(request.app, lambda s: screening_log.finding(s, ref))
    if found is None or not staff.may_see(found.community):
        await not_theirs(request, f"finding {ref}"[:80])
    what, case_number = form.get("end") or "", (form.get("case") or "").strip()[:16]

    def work(session: Session) -> str:
        if what not in FindingEnd.codes():
            return "end"
        case = session.get(Case, case_number) if case_number else None
        if what == FindingEnd.TO_MEDIATION.code and (case is None or not staff.may_see(case.community)):
            return "case"
        end_finding(session, ref, FindingEnd.from_code(what), now(), staff.code, now(), case_number or None)
        return "ended"

    try:
        said = await write(request.app, work)
    except BadRecord:
        said = "gone"
    return go(request, f"{ROOT}/screenings?month={month.code}&said={said}")


@bp.get("/report")
@needs(Permission.DECLARE)
async def report(request: Request) -> HTTPResponse:
    """The month's report as the office's table (`as=xlsx`) or as the paper that is signed; without names; disputes that are open, of the own communities."""
    month, office, staff = named_month(request.args.get("month"), now()), request.app.ctx.office, request.ctx.staff
    form = "xlsx" if request.args.get("as") == "xlsx" else "docx"
    view = View(Period(month.first, month.next.first))

    def work(session: Session) -> bytes:
        audit.note(session, staff.code, "screening_report_taken", f"{month.code} {form}", now())
        if form == "xlsx":
            return as_xlsx(form_sheets(session, "screening", view, office))
        return report_paper(session, view, month, office, staff.communities, now())

    body = await write(request.app, work)
    return as_file(body, XLSX if form == "xlsx" else DOCX, f"screening-{month.code}.{form}")


def _places(request: Request, month: Month, rounds: list[Round]) -> list[Place]:
    today = now().astimezone(BEIJING).date()
    found = []
    for community in request.app.ctx.office.communities:
        if request.ctx.staff.may_see(community.code):
            mine = tuple(r for r in rounds if r.community == community.code)
            found.append(Place(community, round_state(month.first, today, len(mine), sum(r.found for r in mine)), mine))
    return found


async def _place(request: Request, code: str) -> Community:
    """The community a form is about; one that is not theirs is not there, and asking is audited."""
    community: Community | None = request.app.ctx.office.community(code)
    if community is None:
        raise NotFound("no such community")
    if not request.ctx.staff.may_see(code):
        await not_theirs(request, f"screening {code}")
    return community


def _may_report(month: Month) -> bool:
    return month.start <= now()


def _form(request: Request, place: Community, month: Month, number: int, values: Mapping[str, str], errors: dict[str, str], status: int = 200) -> HTTPResponse:
    # What a block needs is asked for by the page's script once it is begun, and checked here in any case.
    blocks = [tuple(replace(field, required=False) for field in finding_fields(n)) for n in used_blocks(values) or [1]]
    shown: dict[str, Any] = {"place": place, "month": month, "round_no": number, "values": values, "errors": errors, "report": {f.name: f for f in REPORT}}
    shown |= {"blocks": blocks, "due": due_on(month.first), "most": MOST}
    return page(request, "screening_new.html", status=status, **shown)
