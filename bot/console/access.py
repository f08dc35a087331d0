"""Who is asking, and may they? Every page under /console says what it needs; a test walks the route table for those that do not."""

from __future__ import annotations

import functools
import hashlib
import hmac
import logging
import re
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Coroutine, NoReturn
from urllib.parse import quote, urlsplit

from prometheus_client import Counter
from sanic import Sanic, response
from sanic.exceptions import Forbidden, NotFound
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from bot.ledger import audit, staff_sessions
from bot.ledger.staff_sessions import SignedIn
from bot.legal.permissions import Permission, Staff
from bot.storage.threads import in_thread

log = logging.getLogger(__name__)
__all__ = ["Permission", "Staff", "is_ours", "mount", "needs", "not_theirs", "now", "public", "safe_next", "someone"]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]
ROOT = "/console"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
PAGE_OF_OURS = re.compile(rf"{ROOT}(?:$|[/?])")
TOUCH_AFTER = timedelta(minutes=1)
# What the alerts of deploy/prometheus look at.
REFUSED = Counter("refused", "Requests that were refused for what somebody may not: denied, not_theirs, sign_in_failed, over_rate", ["why"])


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(timezone.utc)


def needs(permission: Permission) -> Callable[[Handler], Handler]:
    """Let only those in who are signed in entirely and hold a permission.

    Without a session: to the sign-in page and back. Something missing (first password, second factor): to the page that mends it.
    Without the permission: 403, and an entry in the audit log. Sets request.ctx.staff.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
            signed_in = request.ctx.signed_in
            check_form(request)
            if signed_in is None:
                return go(request, f"{ROOT}/login?next={quote(_way_back(request), safe='')}")
            if not signed_in.is_whole:
                return go(request, what_is_missing(signed_in))
            if not signed_in.staff.may(permission):
                await write_down(request, "denied", request.path, permission.label)
                raise Forbidden(f"{request.path} needs {permission.code}")
            return await handler(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def someone(handler: Handler) -> Handler:
    """Let those in who have a session, even one in which password or second factor are still missing."""

    @functools.wraps(handler)
    async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
        check_form(request)
        if request.ctx.signed_in is None:
            return go(request, f"{ROOT}/login")
        return await handler(request, *args, **kwargs)

    guarded.permission = None  # type: ignore[attr-defined]
    return guarded


def public(handler: Handler) -> Handler:
    """Mark a page that needs nobody signed in: the sign-in page itself."""

    @functools.wraps(handler)
    async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
        check_form(request)
        return await handler(request, *args, **kwargs)

    guarded.permission = None  # type: ignore[attr-defined]
    guarded.is_public = True  # type: ignore[attr-defined]
    return guarded


async def not_theirs(request: Request, subject: str) -> NoReturn:
    """Answer as if there were nothing (404), and write down who asked for what is not theirs."""
    await write_down(request, "not_theirs", subject, None)
    raise NotFound(f"{subject} is not there for {request.ctx.staff.code}")


async def write_down(request: Request, action: str, subject: str, reason: str | None) -> None:
    """Append an entry to the audit log in a transaction of its own."""
    actor = request.ctx.staff.code if request.ctx.staff else "-"
    if action in ("denied", "not_theirs"):
        REFUSED.labels(action).inc()
    await in_thread(request.app, lambda s: audit.note(s, actor, action, subject, now(), reason), writing=True)


def what_is_missing(signed_in: SignedIn) -> str:
    """Return the page that a half signed-in session must visit next; the desk when nothing is missing."""
    if signed_in.must_change_password:
        return f"{ROOT}/account/password"
    if signed_in.is_whole:
        return ROOT
    return f"{ROOT}/login/code" if signed_in.has_factor else f"{ROOT}/account/factor"


def go(request: Request, path: str) -> HTTPResponse:
    """Return a redirection to a page of ours; htmx gets it as a header, so that the whole page changes and not a part of it."""
    if request.headers.get("hx-request"):
        return response.empty(status=204 if request.ctx.signed_in else 401, headers={"HX-Redirect": path})
    return response.redirect(path, status=303)


def safe_next(path: str) -> str:
    """Return where to go after signing in: the given page if it is one of the desk, else the desk (no open redirect)."""
    is_plain = path.isprintable() and path.isascii() and "\\" not in path and "//" not in path
    return path if is_plain and PAGE_OF_OURS.match(path) else ROOT


def mount(app: Sanic) -> None:
    """Look at every request under /console before its handler does."""
    app.register_middleware(_look, "request")
    app.register_middleware(_give_seed, "response")


def check_form(request: Request) -> None:
    """Refuse what changes something and does not come from a page of ours (CSRF): by the browser's word on the origin and by the form's proof.

    Raises:
        Forbidden: it does not.
    """
    if request.method not in CHANGING:
        return
    origin = request.headers.get("origin")
    given = request.headers.get("x-csrf") or request.form.get("csrf") or ""
    is_from_here = not origin or urlsplit(origin).netloc == request.host
    if not is_from_here or not hmac.compare_digest(given.encode(), csrf_of(request).encode()):
        log.warning("%s %s came without the proof of a form of ours and was refused", request.method, request.route.path if request.route else "?")
        raise Forbidden("The form is not ours or has expired.")


def csrf_of(request: Request) -> str:
    """Return the proof that a form is ours, bound to this browser's session (or to a cookie of its own before signing in)."""
    seed = request.cookies.get(cookie_name(request)) or request.ctx.seed
    return hmac.new(seed.encode(), b"csrf", hashlib.sha256).hexdigest()


def cookie_name(request: Request) -> str:
    """Return the session cookie's name; behind TLS the browser itself holds it to this host (`__Host-`)."""
    return "__Host-staff" if request.app.ctx.settings.cookie_secure else "staff"


def set_cookie(request: Request, answer: HTTPResponse, token: str) -> None:
    """Give the browser its session; it ends with the browser."""
    _cookie(request, answer, cookie_name(request), token)


def drop_cookie(request: Request, answer: HTTPResponse) -> None:
    """Take the session from the browser."""
    _cookie(request, answer, cookie_name(request), "")
    answer.cookies[cookie_name(request)]["max-age"] = 0


def is_ours(request: Request) -> bool:
    """Whether a request is for the desk."""
    return bool(request.path == ROOT or request.path.startswith(f"{ROOT}/"))


async def _look(request: Request) -> None:
    request.ctx.signed_in = request.ctx.staff = None
    if not is_ours(request):
        return
    request.ctx.seed = request.cookies.get(_seed_name(request)) or secrets.token_urlsafe(18)
    token = request.cookies.get(cookie_name(request), "")
    if token:
        request.ctx.signed_in = await in_thread(request.app, lambda s: staff_sessions.find(s, token, now()))
    if request.ctx.signed_in:
        request.ctx.staff = request.ctx.signed_in.staff
        request.app.ctx.rates.count_account(request.ctx.staff.code)
        await _keep_awake(request, request.ctx.signed_in)


async def _keep_awake(request: Request, signed_in: SignedIn) -> None:
    # A page that refreshes by itself says so and does not count as somebody working; a stream reconnects by itself and cannot say so.
    by_itself = request.headers.get("x-background") or "text/event-stream" in request.headers.get("accept", "")
    if not by_itself and now() - signed_in.seen_at > TOUCH_AFTER:
        await in_thread(request.app, lambda s: staff_sessions.touch(s, signed_in.id, now()), writing=True)


async def _give_seed(request: Request, answer: BaseHTTPResponse) -> None:
    if getattr(request.ctx, "uses_seed", False):
        _cookie(request, answer, _seed_name(request), request.ctx.seed)


def _seed_name(request: Request) -> str:
    return "__Host-form" if request.app.ctx.settings.cookie_secure else "form"


def _cookie(request: Request, answer: BaseHTTPResponse, name: str, value: str) -> None:
    answer.cookies[name] = value
    answer.cookies[name].update({"httponly": True, "samesite": "Lax", "path": "/"})
    if request.app.ctx.settings.cookie_secure:
        answer.cookies[name]["secure"] = True


def _way_back(request: Request) -> str:
    return f"{request.path}?{request.query_string}" if request.method == "GET" and request.query_string else request.path if request.method == "GET" else ROOT
