"""/console/records: what the office counts by hand. Entry with evidence, zero declared, corrected by reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Mapping

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.fields import CHOICE, DAY, LONG, Field, read_fields
from bot.console.months import Month, month_of
from bot.console.pages import page
from bot.console.record_forms import ELSEWHERE, EVIDENCE, RecordForm, end_record, record_forms
from bot.console.writing import write
from bot.errors import BadFields, BadRecord, CaseNotFound
from bot.ledger import audit
from bot.ledger.declarations import NOT_APPLICABLE, ZERO, declare
from bot.ledger.record_log import Entered, entered, take_back_record
from bot.legal.cases import Tier
from bot.legal.permissions import Permission
from bot.office import BEIJING
from bot.statistics.figures import Figure, figure
from bot.statistics.metrics import METRICS
from bot.statistics.periods import Period
from bot.statistics.registry import Metric, metric
from bot.statistics.views import View
from bot.storage.threads import in_thread

bp = Blueprint("records", url_prefix=f"{ROOT}/records")
DECLARED = tuple(m for m in METRICS if m.must_be_declared)
NOT_TAKEN = "台账没有收下：这个编号登记过别的内容，或登记后被撤销过。请核对编号；被撤销过的，在编号后加“-2”再登记。"
DECLARATION = (
    Field("event", "申报什么", CHOICE, True, ((ZERO, "这段时间没有，是零"), (NOT_APPLICABLE, "不适用"))),
    Field("first", "起", DAY, True),
    Field("last", "止（含）", DAY, True),
    Field("reason", "说明", LONG, True, longest=180),
    Field("evidence", "凭证", longest=200),
)


@dataclass(frozen=True)
class Line:
    """One figure on the page: its value this year, how it is entered."""

    metric: Metric
    figure: Figure
    form: RecordForm | None
    elsewhere: str | None


@bp.get("/")
@needs(Permission.RECORD_OFFICE)
async def overview(request: Request) -> HTTPResponse:
    """All figures that need somebody's hand, with this year's value: counted, zero declared, missing, or not applicable."""
    year = _year(request)
    view = View(Period(date(year, 1, 1), min(date(year + 1, 1, 1), _tomorrow())))
    forms = record_forms(request.app.ctx.office)

    def look(session: Session) -> list[Line]:
        return [Line(m, figure(session, m, view), forms.get(m.code), ELSEWHERE.get(m.code)) for m in DECLARED]

    lines = await in_thread(request.app, look)
    return page(request, "records.html", lines=lines, year=year, years=range(_tomorrow().year, _tomorrow().year - 6, -1))


@bp.get("/<what:str>")
@needs(Permission.RECORD_OFFICE)
async def one(request: Request, what: str) -> HTTPResponse:
    """The records behind one figure in a year, and the declarations about it."""
    year, which = _year(request), _metric(what)
    form = record_forms(request.app.ctx.office).get(what)
    start, end = Month(year, 1).start, Month(year, 12).end

    def look(session: Session) -> tuple[list[Entered], list[Entered], set[str]]:
        rows = entered(session, form.book, form.event, start, end) if form else []
        ended = {r.subject for r in entered(session, form.book, "ended", start, end) if r.taken_back is None} if form and form.ends else set()
        return rows, entered(session, "declaration", None, start, end, what), ended

    rows, declared, ended = await in_thread(request.app, look)
    shown: dict[str, Any] = {"which": which, "form": form, "rows": rows, "declared": declared, "ended": ended, "year": year}
    return page(request, "record_list.html", **shown, labels=_labels(request, form), said=request.args.get("said") or "", elsewhere=ELSEWHERE.get(what))


@bp.get("/<what:str>/new")
@needs(Permission.RECORD_OFFICE)
async def new(request: Request, what: str) -> HTTPResponse:
    """The form of one record."""
    return _form_page(request, _metric(what), _fields(request, what), {"day": now().astimezone(BEIJING).date().isoformat()}, {})


@bp.post("/<what:str>/new")
@needs(Permission.RECORD_OFFICE)
async def record(request: Request, what: str) -> HTTPResponse:
    """Take one record."""
    which, form = _metric(what), record_forms(request.app.ctx.office).get(what)
    given = {name: values[-1] for name, values in (request.form or {}).items()}
    if form is None:
        raise NotFound(what)
    try:
        values = read_fields(form.fields, given, now())
        _check(what, values)
        await write(request.app, lambda s: form.write(s, values, request.ctx.staff.code, now()))
    except BadFields as wrong:
        return _form_page(request, which, form.fields, given, wrong.fields, 400)
    except BadRecord:
        return _form_page(request, which, form.fields, given, {"": NOT_TAKEN}, 400)
    return go(request, f"{ROOT}/records/{what}?year={values['day'].year}&said=done")


@bp.get("/<what:str>/declare")
@needs(Permission.RECORD_OFFICE)
async def show_declaration(request: Request, what: str) -> HTTPResponse:
    """The form of a declaration: nothing happened, or the figure does not apply."""
    yesterday = _tomorrow() - timedelta(days=2)
    values = {"event": ZERO, "first": date(yesterday.year, 1, 1).isoformat(), "last": yesterday.isoformat()}
    return _form_page(request, _metric(what), DECLARATION, values, {}, title="申报零或不适用")


@bp.post("/<what:str>/declare")
@needs(Permission.RECORD_OFFICE)
async def take_declaration(request: Request, what: str) -> HTTPResponse:
    """Take a declaration for days that are over."""
    which, staff = _metric(what), request.ctx.staff
    given = {name: values[-1] for name, values in (request.form or {}).items()}
    try:
        v = read_fields(DECLARATION, given, now())
        if v["last"] < v["first"]:
            raise BadFields({"last": "“止”在“起”之前，请核对。"})
        if v["last"] >= _tomorrow() - timedelta(days=1):
            raise BadFields({"last": "只能申报已经过完的日子，今天还没有过完。"})
        end = v["last"] + timedelta(days=1)
        work = lambda s: declare(s, what, v["first"], end, v["event"], staff.code, v["reason"], now(), v["evidence"])  # noqa: E731
        await write(request.app, work)
    except BadFields as wrong:
        return _form_page(request, which, DECLARATION, given, wrong.fields, 400, title="申报零或不适用")
    except BadRecord:
        said = {"": "没有收下：这段时间的申报撤销过，请换起止日期再申报。"}
        return _form_page(request, which, DECLARATION, given, said, 400, title="申报零或不适用")
    return go(request, f"{ROOT}/records/{what}?year={v['last'].year}&said=declared")


@bp.post("/<what:str>/end")
@needs(Permission.RECORD_OFFICE)
async def end(request: Request, what: str) -> HTTPResponse:
    """Record that an engagement ended or a service point closed."""
    form, given = record_forms(request.app.ctx.office).get(what), {n: v[-1] for n, v in (request.form or {}).items()}
    if form is None or not form.ends:
        raise NotFound(what)
    subject, year = (given.get("subject") or "")[:120], _year(request)
    try:
        values = read_fields((Field("day", "结束日期", DAY, True), EVIDENCE), given, now())
        work = lambda s: end_record(s, form, subject, values["day"], request.ctx.staff.code, values["evidence"], now())  # noqa: E731
        await write(request.app, work)
    except (BadFields, BadRecord):
        return go(request, f"{ROOT}/records/{what}?year={year}&said=not_ended")
    return go(request, f"{ROOT}/records/{what}?year={year}&said=ended")


@bp.post("/<what:str>/take-back")
@needs(Permission.RECORD_OFFICE)
async def take_back(request: Request, what: str) -> HTTPResponse:
    """Take one record back by a reversing one, with a reason."""
    _metric(what)
    form = request.form or {}
    number, reason, year = form.get("record") or "", (form.get("reason") or "").strip(), _year(request)
    if not (number.isascii() and number.isdigit()) or len(number) > 15:
        raise NotFound("no such record")
    if len(reason) < 2:
        return go(request, f"{ROOT}/records/{what}?year={year}&said=reason")

    def work(session: Session) -> None:
        take_back_record(session, int(number), reason, request.ctx.staff.code, now())
        audit.note(session, request.ctx.staff.code, "record_reversed", f"{what} {number}", now(), reason)

    try:
        await write(request.app, work)
    except (BadRecord, CaseNotFound):
        return go(request, f"{ROOT}/records/{what}?year={year}&said=gone")
    return go(request, f"{ROOT}/records/{what}?year={year}&said=back")


def _form_page(
    request: Request, which: Metric, fields: tuple[Field, ...], values: Mapping[str, str], errors: dict[str, str], status: int = 200, title: str = "登记"
) -> HTTPResponse:
    return page(request, "record_new.html", status=status, which=which, fields=fields, values=values, errors=errors, title=title)


def _check(what: str, values: dict[str, Any]) -> None:
    if what == "service_points_by_tier" and values["tier"] == Tier.COMMUNITY.code and not values["community"]:
        raise BadFields({"community": "社区级站点要选“社区”。"})
    there = [v for name, v in values.items() if name.startswith("advisor") and v]
    if what == "advisor_discussions" and len(set(there)) != len(there):
        raise BadFields({"advisor": "同一位顾问选了两次。"})


def _fields(request: Request, what: str) -> tuple[Field, ...]:
    form = record_forms(request.app.ctx.office).get(what)
    if form is None:
        raise NotFound(what)
    return form.fields


def _metric(what: str) -> Metric:
    if what not in {m.code for m in DECLARED}:
        raise NotFound(what)
    return metric(what)


def _labels(request: Request, form: RecordForm | None) -> dict[str, str]:
    """Code → words, for what stands in records."""
    office = request.app.ctx.office
    found = {a.code: a.name for a in office.advisors} | {c.code: c.name for c in office.communities} | {t.code: t.label for t in Tier}
    return found | {code: label for field in (form.fields if form else ()) for code, label in field.choices}


def _year(request: Request) -> int:
    asked = request.args.get("year") or (request.form.get("year") if request.form else "") or ""
    return int(asked) if len(asked) == 4 and asked.isascii() and asked.isdigit() and asked > "2000" else month_of(now()).year


def _tomorrow() -> date:
    return now().astimezone(BEIJING).date() + timedelta(days=1)
