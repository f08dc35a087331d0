"""Signing in and out: password, then the second factor, each time with a new session token."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import REFUSED, ROOT, cookie_name, drop_cookie, go, now, public, safe_next, set_cookie, someone, what_is_missing
from bot.console.pages import page
from bot.ledger import account_news, audit, second_factor, sign_in_failures, staff, staff_sessions
from bot.ledger.staff_sessions import SignedIn
from bot.storage.threads import in_thread

bp = Blueprint("signing_in", url_prefix=ROOT)
WRONG = "账号或密码不对。"
WAIT = "试的次数太多，请{}分钟后再试。"
LONGEST_CODE, LONGEST_PASSWORD = 32, 128


@bp.get("/login")
@public
async def show(request: Request) -> HTTPResponse:
    """The sign-in page; whoever is in already goes on."""
    if request.ctx.signed_in:
        return go(request, what_is_missing(request.ctx.signed_in))
    return page(request, "login.html", error="", code="", next=safe_next(request.args.get("next", "")))


@bp.post("/login")
@public
async def sign_in(request: Request) -> HTTPResponse:
    """Check account and password; a wrong one counts, whoever guesses waits, and nobody learns which of the two was wrong."""
    code = (request.form.get("code") or "").strip()[:LONGEST_CODE]
    password, back = (request.form.get("password") or "")[: LONGEST_PASSWORD + 1], safe_next(request.form.get("next") or "")
    address = request.ctx.address
    wait, known = await in_thread(request.app, lambda s: (sign_in_failures.minutes_to_wait(s, code, address, now()), staff.password_hash_of(s, code, now())))
    if wait:
        return page(request, "login.html", status=429, error=WAIT.format(wait), code=code, next=back)
    fits = await asyncio.get_running_loop().run_in_executor(request.app.ctx.threads, staff.fits, known, password)
    token = await in_thread(request.app, lambda s: _open(s, request, code, known) if fits else _count(s, code, address), writing=True)
    if token is None:
        return page(request, "login.html", status=401, error=WRONG, code=code, next=back)
    signed_in = await in_thread(request.app, lambda s: staff_sessions.find(s, token, now()))
    return await _enter(request, token, signed_in, back)


@bp.get("/login/code")
@someone
async def show_code(request: Request) -> HTTPResponse:
    """Ask for the six digits."""
    if request.ctx.signed_in.is_proven or not request.ctx.signed_in.has_factor:
        return go(request, what_is_missing(request.ctx.signed_in))
    return page(request, "code.html", error="", next=safe_next(request.args.get("next", "")))


@bp.post("/login/code")
@someone
async def prove(request: Request) -> HTTPResponse:
    """Check the six digits; wrong ones count like wrong passwords."""
    signed_in, given, back = request.ctx.signed_in, (request.form.get("digits") or "")[:12], safe_next(request.form.get("next") or "")

    def work(session: Session) -> tuple[int, str | None]:
        wait = sign_in_failures.minutes_to_wait(session, signed_in.staff.code, request.ctx.address, now())
        if wait:
            return wait, None
        if not second_factor.check(session, signed_in.staff.id, given, now()):
            _count(session, signed_in.staff.code, request.ctx.address)
            return 0, None
        sign_in_failures.forgive(session, signed_in.staff.code)
        audit.note(session, signed_in.staff.code, "signed_in", signed_in.staff.code, now())
        return 0, rotated(session, request, proven=True)

    wait, token = await in_thread(request.app, work, writing=True)
    if token is None:
        words = WAIT.format(wait) if wait else second_factor.WRONG
        return page(request, "code.html", status=429 if wait else 401, error=words, next=back)
    return await _enter(request, token, await in_thread(request.app, lambda s: staff_sessions.find(s, token, now())), back)


@bp.post("/logout")
@someone
async def sign_out(request: Request) -> HTTPResponse:
    """End this session."""
    token, code = request.cookies.get(cookie_name(request), ""), request.ctx.staff.code

    def work(session: Session) -> None:
        staff_sessions.end(session, token)
        audit.note(session, code, "signed_out", code, now())

    await in_thread(request.app, work, writing=True)
    answer = go(request, f"{ROOT}/login")
    drop_cookie(request, answer)
    # Whatever the browser kept of these pages goes with the session.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def rotated(session: Session, request: Request, proven: bool) -> str:
    """Open a session in place of the request's one and return its token."""
    old = request.cookies.get(cookie_name(request))
    return staff_sessions.open_session(session, request.ctx.staff.id, request.headers.get("user-agent", ""), now(), proven, old)


def _open(session: Session, request: Request, code: str, known: str) -> str | None:
    if staff.password_hash_of(session, code, now()) != known:
        return None  # closed or changed while the password was being compared
    account = staff.account_of(session, code)
    if account.second_factor_at is None:
        sign_in_failures.forgive(session, code)
        audit.note(session, code, "signed_in", code, now())
    # A session that was in this browser before ends: nobody can plant one (fixation).
    before = request.cookies.get(cookie_name(request))
    if before:
        staff_sessions.end(session, before)
    return staff_sessions.open_session(session, account.id, request.headers.get("user-agent", ""), now())


def _count(session: Session, code: str, address: str) -> None:
    REFUSED.labels("sign_in_failed").inc()
    sign_in_failures.write(session, code, address, now())
    audit.note(session, "-", "sign_in_failed", code if staff.CODE.fullmatch(code) else "?", now())


async def _has_news(request: Request, code: str) -> bool:
    return bool(await in_thread(request.app, lambda s: account_news.since_last_time(s, code, now())))


async def _enter(request: Request, token: str, signed_in: SignedIn | None, back: str) -> HTTPResponse:
    missing = what_is_missing(signed_in) if signed_in else ROOT
    if signed_in and missing == ROOT and await _has_news(request, signed_in.staff.code):
        back = f"{ROOT}/account?next={quote(back, safe='/')}"
    target = back if missing == ROOT else f"{missing}?next={back}" if missing.endswith("/code") else missing
    answer = go(request, target)
    set_cookie(request, answer, token)
    return answer
