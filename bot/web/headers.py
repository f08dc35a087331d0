"""The headers every answer carries: what a browser may do with our pages, and who may show them."""

from __future__ import annotations

from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.settings import Settings

RULES = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {}"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HALF_A_YEAR = 183 * 24 * 3600


async def add(request: Request, answer: BaseHTTPResponse) -> None:
    """Add what a handler did not say itself; a page that may be embedded is the resident page, and nothing else."""
    settings: Settings = request.app.ctx.settings
    embedders = settings.gate.frame_ancestors if request.path == "/" else ()
    answer.headers.setdefault("Content-Security-Policy", RULES.format(" ".join(embedders) or "'none'"))
    if not embedders:
        answer.headers.setdefault("X-Frame-Options", "DENY")
    if request.path.startswith("/api/") and str(answer.content_type).startswith("application/json"):
        # Whoever opens the address of an answer gets a file, never a page.
        answer.headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
    for name, value in EVERYWHERE.items():
        answer.headers.setdefault(name, value)
    if settings.cookie_secure:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={HALF_A_YEAR}; includeSubDomains")
