"""/console/cases/<number>: one case, whole: what was said, what applies, until when, and what can be done."""

from __future__ import annotations

from datetime import date
from typing import Any, Callable

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.case_actions import panel_of
from bot.console.case_view import view_of
from bot.console.cases_of import is_theirs, staff_names, with_case
from bot.console.pages import page
from bot.console.talks import role_of
from bot.errors import BadInput, HandoverRefused, UnknownCode
from bot.inbox import handover
from bot.inbox.case_notices import tell_resident
from bot.ledger.case_corrections import correct_community, correct_matter
from bot.ledger.case_deadlines import drop_deadline, set_deadline
from bot.ledger.case_likeness import link_cases
from bot.ledger.case_times import set_due
from bot.ledger.openings import is_open, open_people
from bot.ledger.replies import case_replied
from bot.ledger.risks import handle_risks
from bot.legal.disputes import DisputeType
from bot.legal.permissions import Permission, Staff
from bot.legal.sums import Uncountable
from bot.legal.topics import Topic
from bot.papers.reading import case_file
from bot.papers.registry import papers_for
from bot.storage.tables import Case, Conversation

bp = Blueprint("case", url_prefix=f"{ROOT}/cases")


@bp.get("/<number:str>")
@needs(Permission.SEE_CASES)
async def show(request: Request, number: str) -> HTTPResponse:
    """The case's page; people are masked until opened with a reason."""
    return await _page(request, number)


@bp.post("/<number:str>/open")
@needs(Permission.OPEN_PERSONAL)
async def uncover(request: Request, number: str) -> HTTPResponse:
    """Show names, numbers and words of a case for two hours; the reason goes into the audit log."""
    reason = _given(request, "reason")
    return await _done(request, number, lambda s, case: open_people(s, request.ctx.staff.code, case.number, reason, now()))


@bp.post("/<number:str>/matter")
@needs(Permission.WORK_CASES)
async def correct(request: Request, number: str) -> HTTPResponse:
    """Put the case under another topic and dispute type; one tap on a suggestion is enough."""

    def work(session: Session, case: Case) -> None:
        try:
            topic = Topic.from_code(_given(request, "topic") or case.topic)
            kind = DisputeType.from_code(_given(request, "dispute_type") or topic.default_dispute_type.code)
        except UnknownCode as error:
            raise BadInput("没有这个类别，请从列表里选。") from error
        correct_matter(session, case, topic, kind, request.ctx.staff.code, now())
        set_due(session, case, request.app.ctx.office.weekday_hours)

    return await _done(request, number, work)


@bp.post("/<number:str>/community")
@needs(Permission.ASSIGN)
async def place(request: Request, number: str) -> HTTPResponse:
    """Put the case in the community it belongs to."""

    def work(session: Session, case: Case) -> None:
        code = _given(request, "community")
        if request.app.ctx.office.community(code) is None or not request.ctx.staff.may_see(code):
            raise BadInput("没有这个社区，请从列表里选。")
        correct_community(session, case, code, request.ctx.staff.code, now())

    return await _done(request, number, work)


@bp.post("/<number:str>/deadline")
@needs(Permission.WORK_CASES)
async def compute_deadline(request: Request, number: str) -> HTTPResponse:
    """Compute a legal period from a day, or forget one (`drop`)."""

    def work(session: Session, case: Case) -> None:
        if _given(request, "drop"):
            return drop_deadline(session, case.number, _given(request, "drop"))
        try:
            start = date.fromisoformat(_given(request, "start"))
            set_deadline(session, case, _given(request, "code"), start, request.ctx.staff.code, now())
        except Uncountable as refusal:
            raise BadInput(refusal.hint) from refusal
        except ValueError as error:
            raise BadInput("请选起算的日期。") from error
        return None

    return await _done(request, number, work, part="limits")


@bp.post("/<number:str>/risk")
@needs(Permission.WORK_CASES)
async def risk_handled(request: Request, number: str) -> HTTPResponse:
    """Note how the emergencies of the case's conversation were dealt with."""

    def work(session: Session, case: Case) -> None:
        if case.conversation_id:
            handle_risks(session, case.conversation_id, request.ctx.staff.code, case.number, _given(request, "how"), now())
            session.flush()
            set_due(session, case, request.app.ctx.office.weekday_hours)

    return await _done(request, number, work)


@bp.post("/<number:str>/link")
@needs(Permission.WORK_CASES)
async def link(request: Request, number: str) -> HTTPResponse:
    """Note that another case of somebody's communities belongs together with this one."""

    def work(session: Session, case: Case) -> None:
        other = session.get(Case, _given(request, "other").upper()[:16])
        if not is_theirs(request.ctx.staff, other):
            raise BadInput("没有这个编号，请核对。")
        link_cases(session, case, other.number, request.ctx.staff.code, now())

    return await _done(request, number, work, part="alike")


@bp.post("/<number:str>/reply")
@needs(Permission.TALK)
async def reply(request: Request, number: str) -> HTTPResponse:
    """Say something to the resident of the case, on their channel; whoever does takes the conversation over."""
    text, went = _given(request, "text", 2000), []

    def work(session: Session, case: Case) -> None:
        who: Staff = request.ctx.staff
        if case.conversation_id is None or session.get(Conversation, case.conversation_id) is None:
            raise BadInput("这件事没有网上对话，请打电话联系。")
        if not text.strip():
            raise BadInput("还没有写内容。")
        at = now()
        standing = handover.take_up(session, case.conversation_id, who.code, role_of(who), at, f"case:{case.number}:{at.isoformat()}")
        handover.say(session, case.conversation_id, who.code, role_of(who), text, at)
        case_replied(session, case, who.code, at)
        open_people(session, who.code, f"handover:{standing.id}", f"事项{case.number}联系居民", at)
        went.append(standing.id)

    answer = await _done(request, number, work, kept=text)
    return go(request, f"{ROOT}/people/{went[0]}") if went and answer.status == 303 else answer


@bp.post("/<number:str>/follow-up")
@needs(Permission.TALK)
async def follow_up(request: Request, number: str) -> HTTPResponse:
    """Ask the resident for a word on how it went (回访), as a notice."""

    def work(session: Session, case: Case) -> None:
        if tell_resident(session, case, "follow_up", now()) is None:
            raise BadInput("这件事没有网上对话，请打电话回访。")

    return await _done(request, number, work, part="talk-of-case")


async def _done(request: Request, number: str, work: Callable[[Session, Case], Any], part: str = "", kept: str = "") -> HTTPResponse:
    """Do it and go back to the case; what was refused is said there, and what was typed is kept."""
    try:
        await with_case(request, number, work, writing=True)
    except BadInput as refusal:
        return await _page(request, number, error=refusal.hint, kept=kept, status=400)
    except HandoverRefused:
        return await _page(request, number, error=await with_case(request, number, _who_talks), kept=kept, status=409)
    return go(request, f"{ROOT}/cases/{number}{'#' + part if part else ''}")


def _who_talks(session: Session, case: Case) -> str:
    found = next((one for one in handover.with_person(session) if one.conversation == case.conversation_id), None)
    name = staff_names(session).get(found.taken_by or "", "") if found else ""
    return f"{name or '同事'}正在和这位居民对话，没有发出。请和同事商量，或请区法制办交还。"


async def _page(request: Request, number: str, error: str = "", kept: str = "", status: int = 200) -> HTTPResponse:
    who, app, at = request.ctx.staff, request.app, now()

    def look(session: Session, case: Case) -> dict[str, Any]:
        opened = who.may(Permission.OPEN_PERSONAL) and is_open(session, who.code, case.number, at)
        shown = view_of(session, case, who, opened, app.ctx.office, app.ctx.cards, at)
        works = who.may(Permission.WORK_CASES)
        papers = papers_for(case_file(session, case, shown["names"], opened)) if works else []
        return {**shown, "papers": papers, "panel": panel_of(session, case, who, at) if works else None}

    shown = await with_case(request, number, look)
    return page(request, "case.html", status=status, error=error, kept=kept, **shown)


def _given(request: Request, name: str, most: int = 300) -> str:
    return str((request.form or {}).get(name) or "")[:most]
