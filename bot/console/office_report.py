"""/console/office/report: reading a report, saving it, signing it, and having a file proved."""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console import asked
from bot.console.access import ROOT, needs, now
from bot.console.downloads import DOCX, as_file
from bot.console.office import office_page, told
from bot.console.office_words import period_choices
from bot.console.report_texts import ReportTexts, said_of
from bot.errors import BadQuery, NotOurReport, ReportBlocked
from bot.ledger import audit
from bot.ledger.reports import sign_report
from bot.legal.permissions import Permission, Staff
from bot.office import Office
from bot.reports.content import check_may_be_signed
from bot.reports.proof import digest_of_proof
from bot.reports.verify import EQUAL, RESTATED, TAMPERED, Verdict, verify
from bot.statistics.frozen import one_snapshot
from bot.statistics.periods import today
from bot.statistics.views import View
from bot.storage.book_tables import SignedReport
from bot.storage.threads import in_thread

bp = Blueprint("office_report", url_prefix=f"{ROOT}/office/report")
WORDS = {
    EQUAL: "一致：报告里的每个数字都与台账相同。",
    RESTATED: "有更正：报告出具之后，台账又有登记；下面列出变了的数字和原因。",
    TAMPERED: "被改动：报告或台账里的数字与出具时不同；下面列出在哪里。",
}
SIGNED_SHOWN, ROWS_SHOWN = 20, 20
WAIT = 5.0  # seconds until a page says that it is still adding up


@bp.get("/")
@needs(Permission.MAKE_REPORTS)
@told
async def show(request: Request) -> HTTPResponse:
    """The words of a report, what is still missing and from whom, and those that were signed."""
    return await _page(request, _view(request))


@bp.get("/file")
@needs(Permission.MAKE_REPORTS)
@told
async def file(request: Request) -> HTTPResponse:
    """The report as DOCX, unsigned; figures that are missing stand as 待报."""
    view, office = _view(request), request.app.ctx.office
    body = await _texts(request).beside(lambda session: _written(session, view, office, None)[0])
    return as_file(body, DOCX, _name(view))


@bp.post("/sign")
@needs(Permission.MAKE_REPORTS)
@told
async def sign(request: Request) -> HTTPResponse:
    """Sign a report and hand it out; refused while a figure is missing."""
    staff: Staff = request.ctx.staff
    view, office = _view(request), request.app.ctx.office
    try:
        body = await _texts(request).beside(lambda session: _signed(session, view, office, staff), writing=True)
    except ReportBlocked:
        return await _page(request, view, error="还有数字没有报，或含演示数据，不能签发；缺什么、由谁报，列在下面。", status=409)
    return as_file(body, DOCX, f"signed-{_name(view)}")


@bp.post("/uploads")
@needs(Permission.MAKE_REPORTS)
async def check(request: Request) -> HTTPResponse:
    """Say of an uploaded report whether it is equal, restated or tampered."""
    given = request.files.get("file") if request.files else None
    view, office = _view(request), request.app.ctx.office
    if given is None or not given.body:
        return await _page(request, view, error="请选一个由本系统出具的 DOCX 报告。", status=400)
    try:
        verdict = await _texts(request).beside(lambda session: _verdict(session, given.body, office))
    except NotOurReport:
        return await _page(request, view, error="这个文件不是本系统出具的报告，里面没有证明。", status=400)
    return await _page(request, view, verdict=verdict)


async def _page(request: Request, view: View, error: str = "", status: int = 200, verdict: Verdict | None = None) -> HTTPResponse:
    since = _since(request)
    said = await _texts(request).text(view, since, WAIT)
    signed = await in_thread(request.app, _signed_so_far)
    part = "office_report_part.html" if request.args.get("since") else "office_report.html"
    return office_page(
        request, part, view, status=status, said=said, signed=signed, error=error, verdict=verdict, verdict_words=WORDS, rows_shown=ROWS_SHOWN,
        since=int(since.timestamp()), waited=int((now() - since).total_seconds()), choices=period_choices(today(now()), view),
    )  # fmt: skip


def _texts(request: Request) -> ReportTexts:
    ctx = request.app.ctx
    if not hasattr(ctx, "report_texts"):
        ctx.report_texts = ReportTexts(ctx.database, ctx.threads, ctx.office, now)
    found: ReportTexts = ctx.report_texts
    return found


def _since(request: Request) -> datetime:
    """When somebody first asked for this page; a page that still waits names it."""
    asked_at = asked.asked_number(request.args, "since", 0, 10**11)
    return datetime.fromtimestamp(asked_at, timezone.utc) if asked_at else now()


def _view(request: Request) -> View:
    """A report is of the whole district: only the period, the day it is as of, and demonstration data may be chosen."""
    chosen = {**{name: values[0] for name, values in request.args.items()}, **({k: v[0] for k, v in request.form.items()} if request.form else {})}
    day = today(now())
    wanted = {name: chosen[name] for name in ("period", "from", "to", "as_of", "with_demo") if name in chosen}
    view = asked.asked_view(wanted, request.app.ctx.office, day)
    if view.period.first > day:
        raise BadQuery("period", "这个期间还没有开始，不能出报告。", f"The period begins on {view.period.first}, which has not come yet.")
    return View(view.period, view.with_demo, min(view.as_of or day, day))


def _signed_so_far(session: Session) -> list[SignedReport]:
    return list(session.execute(sa.select(SignedReport).order_by(SignedReport.id.desc()).limit(SIGNED_SHOWN)).scalars())


def _written(session: Session, view: View, office: Office, by: str | None) -> tuple[bytes, dict[str, Any]]:
    said = said_of(session, view, office)
    if by:
        check_may_be_signed(said)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.docx"
        from bot.reports.document import write_report  # as in bot/papers/filling.py: loaded by the first report

        proof = write_report(path, said, office, now(), by)
        return path.read_bytes(), proof


def _signed(session: Session, view: View, office: Office, staff: Staff) -> bytes:
    body, proof = _written(session, view, office, staff.code)
    digest = digest_of_proof(proof)
    sign_report(session, f"{view.period.first}/{view.period.end}", proof, digest, staff.code, now())
    audit.note(session, staff.code, "report_signed", f"report {digest[:12]}", now(), f"{view.period.first}至{view.period.end}前")
    return body


def _verdict(session: Session, body: bytes, office: Office) -> Verdict:
    one_snapshot(session)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.docx"
        path.write_bytes(body)
        return verify(session, path, office)


def _name(view: View) -> str:
    return f"report-{asked.address_of(View(view.period)).partition('=')[2].replace('&', '-').replace('=', '-')}.docx"
