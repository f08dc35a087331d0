"""What every request must pass before a handler sees it: a size that fits the path, and where it comes from."""

from __future__ import annotations

import re
from typing import Any

from sanic import Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request

BODY_LIMIT = 64 * 1024
UPLOAD_LIMIT = 12 * 1024 * 1024
# Paths that take files. A page for uploads adds itself here; its test posts more than 64 KB.
UPLOADS = [re.compile(r"/console/(?:.+/)?(?:attachments|imports|uploads)/?")]


def mount(app: Sanic) -> None:
    """Put the guard before everything else."""
    app.config.REQUEST_MAX_SIZE = BODY_LIMIT
    app.register_middleware(_where_from, "request")
    app.add_signal(_fit_size, "http.routing.after")


def takes_files(path: str) -> bool:
    """Whether more than an ordinary form may be sent to this path."""
    return any(pattern.fullmatch(path) for pattern in UPLOADS)


async def _fit_size(request: Request, **_context: Any) -> None:
    # Runs before Sanic reads the body: a body that is too large is refused by its announced length, or when it has grown too large.
    limit = UPLOAD_LIMIT if takes_files(request.path) else BODY_LIMIT
    if request.stream is not None:
        request.stream.request_max_size = limit
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise PayloadTooLarge(f"{length} bytes for {request.path}, at most {limit}")


async def _where_from(request: Request) -> None:
    request.ctx.address = request.remote_addr or request.ip
