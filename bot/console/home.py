"""/console: where somebody lands after signing in."""

from __future__ import annotations

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.access import ROOT, go, needs
from bot.console.pages import NAVIGATION
from bot.legal.permissions import Permission

bp = Blueprint("home", url_prefix=ROOT)


@bp.get("/")
@needs(Permission.ACCOUNT)
async def home(request: Request) -> HTTPResponse:
    """Go to the first page of the navigation that is theirs."""
    return go(request, next(entry.path for entry in NAVIGATION if request.ctx.staff.may(entry.permission)))
