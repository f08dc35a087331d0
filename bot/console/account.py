"""Everybody's own account: password, second factor, sessions."""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now, safe_next, set_cookie, someone, what_is_missing
from bot.console.pages import page
from bot.console.signing_in import WAIT, rotated
from bot.errors import AccountRefused
from bot.ledger import account_news, audit, second_factor, sign_in_failures, staff, staff_sessions
from bot.ledger.staff_sessions import OpenSession
from bot.legal.audit_actions import LABELS
from bot.legal.one_time_codes import setup_link
from bot.legal.permissions import Permission, needs_second_factor
from bot.storage.staff_tables import AuditEntry
from bot.storage.threads import in_thread

bp = Blueprint("account", url_prefix=f"{ROOT}/account")
EVENTS = 10


@bp.get("/")
@needs(Permission.ACCOUNT)
async def show(request: Request) -> HTTPResponse:
    """The own account: roles, communities, where it is signed in."""
    who, signed_in = request.ctx.staff, request.ctx.signed_in

    def look(session: Session) -> tuple[list[OpenSession], list[AuditEntry], list[AuditEntry]]:
        news = account_news.since_last_time(session, who.code, now())
        return staff_sessions.open_sessions(session, who.id, now()), audit.entries(session, subject=who.code, limit=EVENTS), news

    sessions, events, news = await in_thread(request.app, look)
    known: dict[str, Any] = {"sessions": sessions, "events": events, "news": news, "labels": LABELS, "next": safe_next(request.args.get("next", ""))}
    office = request.app.ctx.office
    places = None if who.communities is None else [c.name for c in office.communities if c.code in who.communities]
    return page(request, "account.html", this=signed_in.id, places=places, signed_in=signed_in, **known)


@bp.get("/password")
@someone
async def show_password(request: Request) -> HTTPResponse:
    """The form for a new password."""
    return page(request, "password.html", error="", first=request.ctx.signed_in.must_change_password)


@bp.post("/password")
@someone
async def change_password(request: Request) -> HTTPResponse:
    """Take a new password; all other sessions of the account end, this one gets a new token."""
    signed_in, form = request.ctx.signed_in, request.form
    code, old, new = signed_in.staff.code, form.get("old") or "", form.get("new") or ""
    if signed_in.has_factor and not signed_in.is_proven:
        return go(request, what_is_missing(signed_in))
    try:
        await _check_old(request, code, old)
        if new != (form.get("again") or ""):
            raise AccountRefused("两次输入的新密码不一样。")
        if new == old:
            raise AccountRefused("新密码不能和现在的一样。")
        fresh = await asyncio.get_running_loop().run_in_executor(request.app.ctx.threads, staff.new_password_hash, code, new)
    except AccountRefused as refusal:
        return page(request, "password.html", status=400, error=refusal.hint, first=signed_in.must_change_password)

    def work(session: Session) -> str:
        staff.change_password(session, code, fresh, now())
        return rotated(session, request, proven=signed_in.is_proven)

    token = await in_thread(request.app, work, writing=True)
    after = await in_thread(request.app, lambda s: staff_sessions.find(s, token, now()))
    answer = go(request, what_is_missing(after) if after else ROOT)
    set_cookie(request, answer, token)
    return answer


@bp.get("/factor")
@someone
async def show_factor(request: Request) -> HTTPResponse:
    """Set up the second factor."""
    return await _factor_page(request, "", 200)


@bp.post("/factor")
@someone
async def confirm_factor(request: Request) -> HTTPResponse:
    """Switch the second factor on when the six digits are right; the session gets a new token."""
    signed_in, digits = request.ctx.signed_in, (request.form.get("digits") or "")[:12]
    if signed_in.must_change_password:
        return go(request, what_is_missing(signed_in))

    def work(session: Session) -> str:
        second_factor.confirm(session, signed_in.staff.id, digits, now())
        return rotated(session, request, proven=True)

    try:
        token = await in_thread(request.app, work, writing=True)
    except AccountRefused as refusal:
        return await _factor_page(request, refusal.hint, 400)
    answer = go(request, ROOT)
    set_cookie(request, answer, token)
    return answer


@bp.get("/sessions/end")
@needs(Permission.ACCOUNT)
async def ask_before_ending(request: Request) -> HTTPResponse:
    """Ask for the password before a session is ended: a browser that was left open cannot lock its owner out elsewhere."""
    return page(request, "sessions_end.html", error="", which=_number(request.args.get("session") or ""))


@bp.post("/sessions/end")
@needs(Permission.ACCOUNT)
async def end_sessions(request: Request) -> HTTPResponse:
    """Sign out elsewhere, with the password: one session by its number, or all others."""
    who, this, which = request.ctx.staff, request.ctx.signed_in.id, request.form.get("session") or ""
    try:
        await _check_old(request, who.code, request.form.get("old") or "")
    except AccountRefused as refusal:
        return page(request, "sessions_end.html", status=400, error=refusal.hint, which=_number(which))

    def work(session: Session) -> bool:
        audit.note(session, who.code, "sessions_ended", who.code, now())
        if not which:
            staff_sessions.end_all(session, who.id, but=this)
            return True
        return bool(_number(which)) and staff_sessions.end_one(session, who.id, int(which))

    if not await in_thread(request.app, work, writing=True):
        raise NotFound("no such session")
    return go(request, f"{ROOT}/account")


def _number(text: str) -> str:
    return text if text.isascii() and text.isdigit() else ""


async def _check_old(request: Request, code: str, old: str) -> None:
    address = request.ctx.address
    wait, known = await in_thread(request.app, lambda s: (sign_in_failures.minutes_to_wait(s, code, address, now()), staff.password_hash_of(s, code, now())))
    if wait:
        raise AccountRefused(WAIT.format(wait))
    if not await asyncio.get_running_loop().run_in_executor(request.app.ctx.threads, staff.fits, known, old):
        await in_thread(request.app, lambda s: sign_in_failures.write(s, code, address, now()), writing=True)
        raise AccountRefused("现在的密码不对。")


async def _factor_page(request: Request, error: str, status: int) -> HTTPResponse:
    signed_in = request.ctx.signed_in
    if signed_in.must_change_password or signed_in.has_factor:
        return go(request, what_is_missing(signed_in))
    secret = await in_thread(request.app, lambda s: second_factor.begin(s, signed_in.staff.id), writing=True)
    link = setup_link(secret, signed_in.staff.code, request.app.ctx.office.name)
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(request, "factor.html", status=status, error=error, groups=groups, link=link, required=needs_second_factor(signed_in.staff.roles))
