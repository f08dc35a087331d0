"""Accounts for the administrator: list, add, reset, close."""

from __future__ import annotations

from typing import Callable

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, needs, now
from bot.console.pages import page
from bot.errors import AccountRefused, UnknownCode
from bot.ledger import sign_in_failures, staff
from bot.legal.cases import Role
from bot.legal.permissions import Permission
from bot.storage.threads import in_thread

bp = Blueprint("staff_pages", url_prefix=f"{ROOT}/staff")


@bp.get("/")
@needs(Permission.MANAGE_STAFF)
async def show(request: Request) -> HTTPResponse:
    """All accounts."""
    return await _list(request)


@bp.post("/add")
@needs(Permission.MANAGE_STAFF)
async def add(request: Request) -> HTTPResponse:
    """Make an account; the answer shows its first password, once."""
    form = request.form
    code, by = (form.get("code") or "").strip(), request.ctx.staff.code
    places = None if form.get("all") else [p for p in form.getlist("community", []) if request.app.ctx.office.community(p)]
    try:
        roles = [Role.from_code(given) for given in form.getlist("role", [])]
    except UnknownCode:
        return await _list(request, "没有这个角色。", 400)
    return await _do(request, code, lambda s: staff.add(s, code, form.get("name") or "", roles, places, by, now()))


@bp.post("/<code:str>/reset")
@needs(Permission.MANAGE_STAFF)
async def reset(request: Request, code: str) -> HTTPResponse:
    """Give an account a new first password; the answer shows it, once."""

    def work(session: Session) -> str:
        sign_in_failures.forgive(session, code)
        return staff.reset(session, code, request.ctx.staff.code, now())

    return await _do(request, code, work)


@bp.post("/<code:str>/disable")
@needs(Permission.MANAGE_STAFF)
async def disable(request: Request, code: str) -> HTTPResponse:
    """Close an account."""
    if code == request.ctx.staff.code:
        return await _list(request, "不能停用自己的账号。", 400)

    def work(session: Session) -> str:
        staff.disable(session, code, request.ctx.staff.code, now())
        return ""

    return await _do(request, code, work)


async def _do(request: Request, code: str, work: Callable[[Session], str]) -> HTTPResponse:
    try:
        password = await in_thread(request.app, work, writing=True)
    except AccountRefused as refusal:
        return await _list(request, refusal.hint, 400)
    return await _list(request, done=code, password=password)


async def _list(request: Request, error: str = "", status: int = 200, done: str = "", password: str = "") -> HTTPResponse:
    accounts = await in_thread(request.app, staff.listed)
    return page(request, "staff.html", status=status, accounts=accounts, error=error, done=done, password=password, all_roles=list(Role))
