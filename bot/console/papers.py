"""/console/cases/<number>/papers: the papers a case has use for, as DOCX and, where LibreOffice is installed, as PDF."""

from __future__ import annotations

import asyncio

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.cases_of import staff_names, with_case
from bot.console.downloads import DOCX, PDF, as_file
from bot.console.pages import page
from bot.errors import PaperNotMade, UnknownCode
from bot.ledger import audit
from bot.ledger.openings import is_open
from bot.legal.permissions import Permission, Staff
from bot.papers import pdf
from bot.papers.case_file import CaseFile
from bot.papers.fields import fields, times_of
from bot.papers.filling import fill
from bot.papers.reading import case_file
from bot.papers.registry import Paper, paper, papers_for
from bot.storage.tables import Case

bp = Blueprint("papers", url_prefix=f"{ROOT}/cases")
PDF_SECONDS = 15.0


@bp.get("/<number:str>/papers")
@needs(Permission.WORK_CASES)
async def show(request: Request, number: str) -> HTTPResponse:
    """The papers of a case."""
    staff: Staff = request.ctx.staff

    def look(session: Session, case: Case) -> tuple[CaseFile, list[Paper]]:
        file = case_file(session, case, staff_names(session), _opened(session, staff, number))
        return file, papers_for(file)

    file, papers = await with_case(request, number, look)
    shown = {"has_pdf": pdf.program() is not None, "no_pdf": request.args.get("said") == "no_pdf"}
    times = {p.code: times_of(p.code, file) for p in papers}
    return page(request, "papers.html", number=number, papers=papers, times=times, withheld=file.withheld, **shown)


@bp.get("/<number:str>/papers/<file:str>")
@needs(Permission.WORK_CASES)
async def take(request: Request, number: str, file: str) -> HTTPResponse:
    """One paper; taking it is audited, and names are in it only for who opened the case's people. `no`: which session, inquiry or visit."""
    staff, office = request.ctx.staff, request.app.ctx.office
    code, _, form = file.partition(".")
    at, no = now(), request.args.get("no") or ""
    which = int(no) if no.isascii() and no.isdigit() and len(no) < 4 else None

    def make(session: Session, case: Case) -> bytes | None:
        known = case_file(session, case, staff_names(session), _opened(session, staff, number))
        if not _belongs(code, known) or form not in ("docx", "pdf"):
            return None
        audit.note(session, staff.code, "paper_taken", number, at, f"{code}.{form} {'withheld' if known.withheld else 'with people'}")
        return fill(code, fields(code, known, office, at, staff.name, which), at)

    body = await with_case(request, number, make, writing=True)
    if body is None:
        raise NotFound(file)
    if form == "pdf":
        made = await _pdf(request, body)
        return as_file(made, PDF, f"{number}-{code}.pdf") if made else go(request, f"{ROOT}/cases/{number}/papers?said=no_pdf")
    return as_file(body, DOCX, f"{number}-{code}.docx")


async def _pdf(request: Request, document: bytes) -> bytes | None:
    """The paper as PDF, None where LibreOffice did not manage in time."""
    program = pdf.program()
    if program is None:
        raise NotFound("no LibreOffice here")
    app = request.app
    # LibreOffice wants a processor and some hundred megabytes: one at a time.
    if not hasattr(app.ctx, "one_pdf"):
        app.ctx.one_pdf = asyncio.Lock()
    async with app.ctx.one_pdf:
        try:
            return await asyncio.get_running_loop().run_in_executor(None, lambda: pdf.as_pdf(document, program, PDF_SECONDS))
        except PaperNotMade:
            return None


def _belongs(code: str, file: CaseFile) -> bool:
    try:
        return any(kind.code == file.kind for kind in paper(code).kinds)
    except UnknownCode:
        return False


def _opened(session: Session, staff: Staff, number: str) -> bool:
    return staff.may(Permission.OPEN_PERSONAL) and is_open(session, staff.code, number, now())
