"""/console/services: the advisors' log. One form for work outside the bot, the list with corrections, spreadsheets in and out."""

from __future__ import annotations

import secrets
from typing import Any, Mapping

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console import service_import
from bot.console.access import ROOT, go, needs, not_theirs, now
from bot.console.downloads import CSV, DOCX, XLSX, as_file
from bot.console.fields import read_fields
from bot.console.months import Month, month_of, named_month
from bot.console.pages import page
from bot.console.service_form import as_record, may_enter_for_others, number_of, service_fields
from bot.console.service_sheet import log_paper, log_sheet
from bot.console.writing import write
from bot.errors import BadFields, BadInput, BadRecord
from bot.ledger import audit
from bot.ledger.advisor_services import record_service, take_back_service
from bot.ledger.service_log import Logged, find_logged, logged
from bot.legal.advisor_services import ServiceKind
from bot.legal.disputes import DisputeType
from bot.legal.permissions import Permission, Staff
from bot.office import BEIJING
from bot.reports.sheets import BOM, as_csv, as_xlsx
from bot.storage import personal_data
from bot.storage.threads import in_thread

bp = Blueprint("services", url_prefix=f"{ROOT}/services")
NOT_TAKEN = "台账没有收下这条记录：编号可能登记过或被撤销过。请退回列表核对。"


@bp.get("/")
@needs(Permission.RECORD_SERVICES)
async def log(request: Request) -> HTTPResponse:
    """The log of a month: own records and those of the own communities."""
    month, kind, advisor = named_month(request.args.get("month"), now()), request.args.get("kind") or "", request.args.get("advisor") or ""
    rows = await in_thread(request.app, lambda s: _rows(s, request.ctx.staff, month, kind, advisor))
    saved = request.args.get("saved") or ""
    just = await in_thread(request.app, lambda s: find_logged(s, saved)) if saved else None
    names = {c.code: c.name for c in request.app.ctx.office.communities}
    said = just if just and _theirs(request.ctx.staff, just) else None
    totals = (len([r for r in rows if r.taken_back is None]), len([r for r in rows if r.counted]))
    shown: dict[str, Any] = {"rows": rows, "month": month, "kind": kind, "advisor": advisor, "saved": said, "names": names, "totals": totals}
    shown |= {"type_label": lambda code: DisputeType.from_code(code).label, "request_problem": request.args.get("problem") or ""}
    shown |= {"kinds": tuple(ServiceKind), "may_take_back": lambda row: row.taken_back is None and _may_undo(request.ctx.staff, row)}
    return page(request, "services.html", **shown)


@bp.get("/new")
@needs(Permission.RECORD_SERVICES)
async def new(request: Request) -> HTTPResponse:
    """The form, with what is known filled in: now, the only community, answered."""
    staff: Staff = request.ctx.staff
    only = next(iter(staff.communities)) if staff.communities and len(staff.communities) == 1 else ""
    values = {"served_at": f"{now().astimezone(BEIJING):%Y-%m-%dT%H:%M}", "community": request.args.get("community") or only, "result": "answered"}
    return _form(request, {**values, "kind": request.args.get("kind") or ""}, {}, secrets.token_hex(8))


@bp.post("/new")
@needs(Permission.RECORD_SERVICES)
async def record(request: Request) -> HTTPResponse:
    """Record one service; the same form sent twice records one."""
    given = {name: values[-1] for name, values in (request.form or {}).items()}
    token = given.get("token") or secrets.token_hex(8)
    staff: Staff = request.ctx.staff
    try:
        values = read_fields(service_fields(staff, request.app.ctx.office), given, now())
        number = number_of(f"{staff.code}:{token}", values["served_at"])
        done = as_record(values, staff, number, personal_data.keys())
        await write(request.app, lambda s: record_service(s, done, now()))
    except BadFields as wrong:
        return _form(request, given, wrong.fields, token, 400)
    except BadRecord:
        return _form(request, given, {"": NOT_TAKEN}, secrets.token_hex(8), 400)
    return go(request, f"{ROOT}/services?month={month_of(done.served_at).code}&saved={number}")


@bp.post("/take-back")
@needs(Permission.RECORD_SERVICES)
async def take_back(request: Request) -> HTTPResponse:
    """Take a record back by a reversing one, with a reason; the mistake stays readable."""
    number, reason = (request.form.get("number") or "")[:60], (request.form.get("reason") or "").strip()
    row = await in_thread(request.app, lambda s: find_logged(s, number))
    if row is None:
        raise NotFound(number)
    if not _may_undo(request.ctx.staff, row):
        await not_theirs(request, f"service {number}")
    back = f"{ROOT}/services?month={month_of(row.served_at).code}"
    if len(reason) < 2:
        return go(request, f"{back}&problem=reason")

    def work(session: Session) -> None:
        take_back_service(session, number, reason, request.ctx.staff.code, now())
        audit.note(session, request.ctx.staff.code, "service_reversed", number, now(), reason)

    try:
        await write(request.app, work)
    except BadRecord:
        return go(request, f"{back}&problem=gone")
    return go(request, f"{back}&back={number}")


@bp.get("/import")
@needs(Permission.RECORD_SERVICES)
async def show_import(request: Request) -> HTTPResponse:
    """The page for spreadsheets."""
    return page(request, "service_import.html", problems=(), said="", done=None)


@bp.get("/template.xlsx")
@needs(Permission.RECORD_SERVICES)
async def give_template(request: Request) -> HTTPResponse:
    """The empty spreadsheet."""
    return as_file(service_import.template(request.ctx.staff, request.app.ctx.office), XLSX, "services-template.xlsx")


@bp.post("/imports")
@needs(Permission.RECORD_SERVICES)
async def take_import(request: Request) -> HTTPResponse:
    """Take a spreadsheet: every wrong row is named and nothing is written, or all rows are."""
    file = request.files.get("file") if request.files else None
    staff, office = request.ctx.staff, request.app.ctx.office
    if file is None or not file.body:
        return page(request, "service_import.html", status=400, problems=(), said="请先选择一个 .xlsx 文件。", done=None)

    def work(session: Session) -> service_import.Imported:
        records, problems = service_import.read_file(file.body, staff, office, now(), personal_data.keys())
        if problems:
            raise service_import.Refused(problems)
        done = service_import.write_all(session, records, now())
        audit.note(session, staff.code, "services_imported", f"{done.new} services", now())
        return done

    try:
        done = await write(request.app, work)
    except BadInput as refusal:
        return page(request, "service_import.html", status=400, problems=(), said=refusal.hint, done=None)
    except service_import.Refused as refused:
        return page(request, "service_import.html", status=400, problems=sorted(refused.problems, key=lambda p: p.row), said="", done=None)
    return page(request, "service_import.html", problems=(), said="", done=done)


@bp.get("/log")
@needs(Permission.RECORD_SERVICES)
async def export(request: Request) -> HTTPResponse:
    """The log of a month as a spreadsheet (`as=xlsx`, `as=csv`), or as the paper that is signed."""
    staff, office, form = request.ctx.staff, request.app.ctx.office, _form_ofas_file(request)
    month, kind, advisor = named_month(request.args.get("month"), now()), request.args.get("kind") or "", request.args.get("advisor") or ""

    def work(session: Session) -> list[Logged]:
        audit.note(session, staff.code, "service_log_taken", f"{month.code} {form}", now())
        return _rows(session, staff, month, kind, advisor)

    rows = await write(request.app, work)
    name = f"service-log-{month.code}.{form}"
    if form == "docx":
        return as_file(log_paper(rows, month, advisor or staff.code, office, now()), DOCX, name)
    sheet = log_sheet(rows, month, office)
    return as_file(as_xlsx([sheet]), XLSX, name) if form == "xlsx" else as_file((BOM + as_csv(sheet)).encode(), CSV, name)


def _rows(session: Session, staff: Staff, month: Month, kind: str, advisor: str) -> list[Logged]:
    return logged(session, month.start, month.end, staff.communities, staff.code, advisor, kind)


def _form(request: Request, values: Mapping[str, Any], errors: dict[str, str], token: str, status: int = 200) -> HTTPResponse:
    fields = {f.name: f for f in service_fields(request.ctx.staff, request.app.ctx.office)}
    return page(request, "service_new.html", status=status, fields=fields, values=values, errors=errors, token=token)


def _form_ofas_file(request: Request) -> str:
    asked = request.args.get("as") or "docx"
    return asked if asked in ("xlsx", "csv", "docx") else "docx"


def _theirs(staff: Staff, row: Logged) -> bool:
    return staff.code in (row.advisor, row.recorded_by) or staff.may_see(row.community)


def _may_undo(staff: Staff, row: Logged) -> bool:
    """Own records, and for the office all: who did not write it does not undo it."""
    return staff.code in (row.advisor, row.recorded_by) or (may_enter_for_others(staff) and staff.may_see(row.community))

