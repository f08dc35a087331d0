"""The resident page and the static files: compressed once, revalidated by tag, with the office's own words filled in."""

from __future__ import annotations

import functools
import gzip
import hashlib
import html
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from sanic import Blueprint, response
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.office import Office

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
PACKED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
bp = Blueprint("assets", url_prefix="/static")


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; `packed` is gzip, None where that gains nothing."""

    body: bytes
    packed: bytes | None
    kind: str
    tag: str


@bp.route("/<name:path>", methods=["GET", "HEAD"])
async def file(request: Request, name: str) -> HTTPResponse:
    """Send a static file; 304 when the browser has this state of it, 404 outside the folder."""
    try:
        path = (STATIC / name).resolve()
        is_there = path.is_relative_to(STATIC.resolve()) and path.is_file()
    except (ValueError, OSError):  # a zero byte, or a name too long for the file system
        is_there = False
    if not is_there:
        raise NotFound("no such static file")
    return send(request, _asset(path, path.stat().st_mtime_ns))


def send(request: Request, asset: Asset) -> HTTPResponse:
    """Return an asset, compressed for whoever takes that; a page and its modules must be of one state, so always revalidated."""
    headers = {"ETag": asset.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if asset.tag in request.headers.get("if-none-match", ""):
        return HTTPResponse(status=304, headers=headers)
    packed = asset.packed if "gzip" in request.headers.get("accept-encoding", "") else None
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    return response.raw(packed or asset.body, headers=headers, content_type=asset.kind)


def resident_page(office: Office) -> Asset:
    """Return the page residents chat on, with the office's name, its released hotlines and its privacy notice."""
    words = {
        "office": office.name,
        "hotlines": json.dumps(office.hotlines, ensure_ascii=False),
        "notice": office.privacy_notice.short,
        "version": office.privacy_notice.version,
    }
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    for name, value in words.items():
        page = page.replace("{{" + name + "}}", html.escape(value))
    modules = (f'<link rel="modulepreload" href="/static/js/{path.name}">' for path in sorted((STATIC / "js").glob("*.js")))
    return _pack(page.replace("{{modules}}", "\n".join(modules)).encode(), "text/html; charset=utf-8")


@functools.lru_cache(maxsize=256)
def _asset(path: Path, _changed: int) -> Asset:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _pack(path.read_bytes(), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


def _pack(body: bytes, kind: str) -> Asset:
    packed = gzip.compress(body, 9, mtime=0) if kind.startswith(PACKED) else None
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Asset(body, packed if packed and len(packed) < len(body) else None, kind, tag)
