"""The audit log for the office: who did what to which case or account, and why."""

from __future__ import annotations

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.access import ROOT, needs
from bot.console.pages import page
from bot.ledger import audit
from bot.legal.audit_actions import LABELS
from bot.legal.permissions import Permission
from bot.storage.threads import in_thread

bp = Blueprint("audit_pages", url_prefix=f"{ROOT}/audit")
ROWS = 100


@bp.get("/")
@needs(Permission.SEE_AUDIT)
async def show(request: Request) -> HTTPResponse:
    """The newest entries; filters are in the address. An account for some communities only sees its own acts."""
    who = request.ctx.staff
    asked = {name: (request.args.get(name) or "").strip()[:80] for name in ("actor", "action", "subject")}
    if who.communities is not None:
        asked["actor"] = who.code
    before = request.args.get("before") or ""
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = await in_thread(request.app, lambda s: audit.entries(s, **asked, before=last, limit=ROWS))
    return page(request, "audit.html", entries=found, asked=asked, labels=LABELS, more=found[-1].number if len(found) == ROWS else None)


@bp.get("/verify")
@needs(Permission.SEE_AUDIT)
async def verify(request: Request) -> HTTPResponse:
    """Recompute the chain and say whether it holds."""
    proof = await in_thread(request.app, audit.verify)
    return page(request, "audit_proof.html", proof=proof)
