"""Rendering the desk's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.access import csrf_of
from bot.legal.permissions import Permission
from bot.office import BEIJING

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, shown to those who hold the permission."""

    title: str
    path: str
    permission: Permission


NAVIGATION: list[Entry] = [
    Entry("办件队列", "/console/queue", Permission.SEE_CASES),
    Entry("居民对话", "/console/people", Permission.TALK),
    Entry("服务日志", "/console/services", Permission.RECORD_SERVICES),
    Entry("排查", "/console/screenings", Permission.DECLARE),
    Entry("企业问题", "/console/enterprise", Permission.WORK_ENTERPRISE),
    Entry("台账登记", "/console/records", Permission.RECORD_OFFICE),
    Entry("值班", "/console/roster", Permission.SEE_CASES),
    Entry("统计", "/console/office", Permission.SEE_FIGURES),
    Entry("学习", "/console/learning", Permission.LABEL_QUESTIONS),
    Entry("账号管理", "/console/staff", Permission.MANAGE_STAFF),
    Entry("审计日志", "/console/audit", Permission.SEE_AUDIT),
    Entry("我的账号", "/console/account", Permission.ACCOUNT),
]


def page(request: Request, name: str, status: int = 200, **context: Any) -> HTTPResponse:
    """Return a page rendered from templates/`name`; never stored by the browser, because what it shows may be personal."""
    template = _environment().get_template(name)
    staff, signed_in = request.ctx.staff, request.ctx.signed_in
    shown = {
        "staff": staff,
        "navigation": [e for e in NAVIGATION if staff and signed_in.is_whole and staff.may(e.permission)],
        "path": request.path,
        "office": request.app.ctx.office,
        "csrf": lambda: _field(request),
        "csrf_token": lambda: _token(request),
        "may": lambda code: bool(staff and staff.may(Permission.from_code(code))),
        "is_part": bool(request.headers.get("hx-request")),
    }
    body = template.render({**shown, **context})
    return response.html(body, status=status, headers={"Cache-Control": "no-store"})


def plain_page(request: Request, name: str, **context: Any) -> HTTPResponse:
    """Return a page for anybody, outside of the desk: no account, no navigation."""
    body = _environment().get_template(name).render({"office": request.app.ctx.office, **context})
    return response.html(body, headers={"Cache-Control": "no-cache"})


def error_page(request: Request, status: int, message: str) -> HTTPResponse:
    """Return what went wrong as a page of the desk, or as one line for a part of a page."""
    for missing in ("staff", "signed_in"):
        if not hasattr(request.ctx, missing):
            setattr(request.ctx, missing, None)
    if not hasattr(request.ctx, "seed"):
        request.ctx.seed = "-"
    return page(request, "error.html", status=status, message=message, code=status)


def beijing(at: datetime | None, shape: str = "%Y-%m-%d %H:%M") -> str:
    """Return a moment as people here read it; "" for None."""
    return at.astimezone(BEIJING).strftime(shape) if at else ""


_made: list[Environment] = []


def _environment() -> Environment:
    if not _made:
        made = Environment(loader=FileSystemLoader(str(TEMPLATES)), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        made.filters["beijing"] = beijing
        _made.append(made)
    return _made[0]


def _token(request: Request) -> str:
    request.ctx.uses_seed = request.ctx.staff is None
    return csrf_of(request)


def _field(request: Request) -> Any:
    from markupsafe import Markup

    return Markup('<input type="hidden" name="csrf" value="{}">').format(_token(request))
