"""/console/office/tokens: programs that may read the interface."""

from __future__ import annotations

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.access import ROOT, go, needs, now
from bot.console.pages import page
from bot.errors import BadInput
from bot.ledger.api_tokens import all_tokens, make_token, revoke_token
from bot.legal.api_scopes import Scope
from bot.legal.permissions import Permission
from bot.storage.threads import in_thread

bp = Blueprint("office_tokens", url_prefix=f"{ROOT}/office/tokens")


@bp.get("/")
@needs(Permission.MANAGE_TOKENS)
async def show(request: Request) -> HTTPResponse:
    """All tokens, and a form for a new one."""
    return await _page(request)


@bp.post("/add")
@needs(Permission.MANAGE_TOKENS)
async def add(request: Request) -> HTTPResponse:
    """Make a token; its text is on the answering page and nowhere else."""
    form, by = dict(request.form or {}), request.ctx.staff.code
    scopes = [scope for scope in Scope if scope.code in form.get("scope", [])]
    days = "".join(form.get("days", []))
    length = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
    try:
        _, text = await in_thread(request.app, lambda s: make_token(s, "".join(form.get("name", [])), scopes, length, by, now()), writing=True)
    except BadInput as wrong:
        return await _page(request, error=wrong.hint, status=400)
    return await _page(request, text=text)


@bp.post("/<number:int>/revoke")
@needs(Permission.MANAGE_TOKENS)
async def revoke(request: Request, number: int) -> HTTPResponse:
    """End a token at once."""
    try:
        await in_thread(request.app, lambda s: revoke_token(s, number, request.ctx.staff.code, now()), writing=True)
    except BadInput as wrong:
        return await _page(request, error=wrong.hint, status=404)
    return go(request, f"{ROOT}/office/tokens")


async def _page(request: Request, text: str = "", error: str = "", status: int = 200) -> HTTPResponse:
    tokens = await in_thread(request.app, all_tokens)
    labels = {scope.code: scope.label for scope in Scope}
    return page(request, "office_tokens.html", status=status, tokens=tokens, text=text, error=error, scopes=list(Scope), labels=labels, now=now())
