"""/console/enterprise: the enterprises' issues. What came through the assistant is dispatched from its case page; what came to a window is registered here."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, Mapping

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.fields import CHECK, CHOICE, LONG, Field, read_fields
from bot.console.months import month_of
from bot.console.pages import page
from bot.console.service_form import choices, places
from bot.console.writing import write
from bot.errors import BadFields, BadInput
from bot.ledger.cases import Request as CaseRequest
from bot.ledger.cases import open_case
from bot.ledger.casework import Act
from bot.ledger.casework_people import actor_of
from bot.ledger.casework_services import dispatch
from bot.ledger.enterprise_desk import IssueLine, IssueTab, counts, issues
from bot.legal import intake
from bot.legal.cases import CaseKind, Channel
from bot.legal.enterprise import EnterpriseCategory, is_uscc
from bot.legal.lifecycle import Status
from bot.legal.permissions import Permission, Staff
from bot.legal.topics import Topic
from bot.office import Office
from bot.statistics.figures import Figure, figure
from bot.statistics.periods import Period
from bot.statistics.registry import metric
from bot.statistics.views import View
from bot.storage.threads import in_thread

bp = Blueprint("enterprise", url_prefix=f"{ROOT}/enterprise")
SHOWN = (
    "enterprise_issues_collected", "enterprise_issues_resolved", "enterprise_explained", "enterprise_unresolved", "enterprise_carried_over_resolved",
    "enterprise_open",
)  # fmt: skip
CAME = (Channel.WINDOW, Channel.PHONE, Channel.VISIT)


def issue_fields(staff: Staff, office: Office) -> tuple[Field, ...]:
    """Return the fields of the form for an issue that was brought to a window, told by phone or on a visit (domain.md 5.14)."""
    return (
        Field("enterprise", "企业名称", required=True, longest=60),
        Field("uscc", "统一社会信用代码", required=True, hint="18位，照营业执照", longest=18),
        Field("category", "问题类别", CHOICE, True, choices(EnterpriseCategory)),
        Field("channel", "怎样提出", CHOICE, True, tuple((c.code, c.label) for c in CAME)),
        Field("community", "社区", CHOICE, staff.communities is not None, places(staff, office)),
        Field("owner_unit", "责任单位", required=True, longest=60),
        Field("what", "问题", LONG, True, longest=2000),
        Field("wish", "诉求", LONG, True, longest=1000),
        Field("name", "联系人", required=True, longest=30),
        Field("phone", "联系电话", required=True, longest=20),
        Field("agreed", "已当面或电话告知隐私事项，对方同意登记", CHECK),
    )


@bp.get("/")
@needs(Permission.WORK_ENTERPRISE)
async def overview(request: Request) -> HTTPResponse:
    """The issues of the own communities, and this year's figures of the district."""
    tab = next((t for t in IssueTab if t.code == request.args.get("tab")), IssueTab.NEW)
    staff, year = request.ctx.staff, month_of(now()).year
    view = View(Period(date(year, 1, 1), date(year + 1, 1, 1)))

    def look(session: Session) -> tuple[list[IssueLine], dict[str, int], list[Figure]]:
        figures = [figure(session, metric(code), view) for code in SHOWN]
        return issues(session, staff.communities, tab), counts(session, staff.communities), figures

    lines, found, figures = await in_thread(request.app, look)
    names = {c.code: c.name for c in request.app.ctx.office.communities}
    shown: dict[str, Any] = {"tab": tab, "tabs": tuple(IssueTab), "lines": lines, "counts": found, "figures": figures, "year": year, "now": now()}
    shown |= {"names": names, "channels": {c.code: c.label for c in Channel}, "saved": (request.args.get("saved") or "")[:16]}
    return page(request, "enterprise.html", **shown)


@bp.get("/new")
@needs(Permission.WORK_ENTERPRISE)
async def new(request: Request) -> HTTPResponse:
    """The form for an issue that did not come through the assistant."""
    return _form(request, {"channel": Channel.WINDOW.code}, {}, secrets.token_hex(8))


@bp.post("/new")
@needs(Permission.WORK_ENTERPRISE)
async def register(request: Request) -> HTTPResponse:
    """Open the issue, register it and give it to the responsible unit, at once or not at all; the same form twice opens one."""
    given = {name: values[-1] for name, values in (request.form or {}).items()}
    token, staff, office = given.get("token") or secrets.token_hex(8), request.ctx.staff, request.app.ctx.office
    try:
        values = read_fields(issue_fields(staff, office), given, now())
        asked = _request(values, staff, token)
        number, status = await write(request.app, lambda s: _register(s, asked, values, staff, office))
    except BadFields as wrong:
        return _form(request, given, wrong.fields, token, 400)
    tab = {Status.MERGED: IssueTab.ALL}.get(status, IssueTab.WORK)
    return go(request, f"{ROOT}/enterprise?tab={tab.code}&saved={number}")


def _register(session: Session, asked: CaseRequest, values: dict[str, Any], staff: Staff, office: Office) -> tuple[str, Status]:
    at = now()
    case = open_case(session, asked, office.case_prefix, at, office.weekday_hours)
    if case.status == Status.REQUESTED.code:
        act = Act(case.number, case.version, actor_of(session, staff, case.community, at), office.weekday_hours)
        case = dispatch(session, act, values["uscc"], asked.category, values["owner_unit"], at)
    return case.number, Status.from_code(case.status)


def _request(values: dict[str, Any], staff: Staff, token: str) -> CaseRequest:
    wrong: dict[str, str] = {}
    values["uscc"] = values["uscc"].upper()
    if not is_uscc(values["uscc"]):
        wrong["uscc"] = "统一社会信用代码不对：应为18位，最后一位是校验码，请对照营业执照。"
    if not values["agreed"]:
        wrong["agreed"] = "登记联系人前要告知隐私事项并得到同意，请告知后勾选。"
    try:
        phone = intake.read_phone(values["phone"])
    except BadInput:
        wrong["phone"] = "“联系电话”要写11位手机号，或带区号的座机号。"
    if wrong:
        raise BadFields(wrong)
    return CaseRequest(
        kind=CaseKind.ENTERPRISE, source_key=f"desk:{staff.code}:{token[:40]}", conversation=None, channel=Channel.from_code(values["channel"]),
        topic=Topic.ENTERPRISE, community=values["community"], what_happened=values["what"], wish=values["wish"], name=values["name"], phone=phone,
        other_party=values["enterprise"], category=EnterpriseCategory.from_code(values["category"]), taken_by=staff.code,
    )  # fmt: skip


def _form(request: Request, values: Mapping[str, str], errors: dict[str, str], token: str, status: int = 200) -> HTTPResponse:
    fields = {f.name: f for f in issue_fields(request.ctx.staff, request.app.ctx.office)}
    notice = request.app.ctx.office.privacy_notice.short
    return page(request, "enterprise_new.html", status=status, fields=fields, values=values, errors=errors, token=token, notice=notice)
