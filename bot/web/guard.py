"""What every request must pass before a handler sees it: a name of ours, a size that fits the path, not too many at once."""

from __future__ import annotations

import ipaddress
import logging
import re
from http.cookies import CookieError
from typing import Any

from sanic import Sanic
from sanic.exceptions import InvalidUsage, PayloadTooLarge, SanicException
from sanic.request import Request

from bot.web.rates import Rates
from bot.web.slowness import answering

log = logging.getLogger(__name__)
BODY_LIMIT = 64 * 1024
UNREADABLE = "NONE"  # what Sanic calls the method of a request that it could not read and is about to refuse
UPLOAD_LIMIT = 12 * 1024 * 1024
# Paths that take files. A page for uploads adds itself here; its test posts more than 64 KB.
UPLOADS = [re.compile(r"/console/(?:.+/)?(?:attachments|imports|uploads)/?")]
# The handler reads by itself and throws away what is too large, so that its refusal reaches the browser in words.
STREAMED = re.compile(r"/console/people/\d+/attachments")
STREAM_LIMIT = 64 * 1024 * 1024
# Static files cost next to nothing; the supervisor and Prometheus ask all the time; WeChat's few machines carry all its users.
UNCOUNTED = re.compile(r"/(?:static/.*|healthz|readyz|metrics|wechat)?")


def mount(app: Sanic) -> None:
    """Put the guard before everything else."""
    gate = app.ctx.settings.gate
    app.config.REQUEST_MAX_SIZE = BODY_LIMIT
    app.config.PROXIES_COUNT = gate.proxies or None
    app.ctx.rates = Rates(gate)
    app.add_signal(_check_head, "http.lifecycle.request")
    app.add_signal(_fit_size, "http.routing.after")
    app.register_middleware(_let_in, "request")


def takes_files(path: str) -> bool:
    """Whether more than an ordinary form may be sent to this path."""
    return any(pattern.fullmatch(path) for pattern in UPLOADS)


def is_our_name(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a Host header names this server: an allowed name, localhost, or any plain address.

    A page elsewhere can point a name of its own at this server (DNS rebinding), but cannot make a browser say an address.
    """
    name = host.casefold()
    if not re.fullmatch(r"(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", name):
        return False
    bare = name.rpartition(":")[0] if re.search(r":\d+$", name) and not name.endswith("]") else name
    return bare == "localhost" or bare in allowed or name in allowed or _is_address(bare.strip("[]"))


async def _check_head(request: Request, **_context: Any) -> None:
    headers = request.headers
    lengths, codings = headers.getall("content-length", []), headers.getall("transfer-encoding", [])
    if len(lengths) + len(codings) > 1 or any(not length.isdigit() for length in lengths) or any(coding.casefold() != "chunked" for coding in codings):
        # Two readings of where a request ends are how one request is hidden in another (request smuggling).
        raise InvalidUsage("The length of the request is not clear.")
    if len(headers.getall("host", [])) > 1:
        raise InvalidUsage("The request names two hosts.")


async def _fit_size(request: Request, **_context: Any) -> None:
    # Runs before Sanic reads the body: a body that is too large is refused by its announced length, or when it has grown too large.
    limit = STREAM_LIMIT if STREAMED.fullmatch(request.path) else UPLOAD_LIMIT if takes_files(request.path) else BODY_LIMIT
    if request.stream is not None:
        request.stream.request_max_size = limit
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise PayloadTooLarge(f"{length} bytes for {request.path}, at most {limit}")


async def _let_in(request: Request) -> None:
    answering(request)
    _read_cookies(request)
    request.ctx.address = request.remote_addr or request.ip
    if request.method == UNREADABLE:
        return
    allowed = request.app.ctx.settings.gate.allowed_hosts
    for host in {request.headers.get("host", ""), request.host}:
        if not is_our_name(host, allowed):
            log.warning("a request named another host than those in BOT_ALLOWED_HOSTS; it was refused")
            raise SanicException("This server has another name.", status_code=421)
    if not UNCOUNTED.fullmatch(request.path):
        request.app.ctx.rates.count_address(request.ctx.address)


def _read_cookies(request: Request) -> None:
    """Cookies that cannot be read say nothing; Sanic would fail wherever one is asked for."""
    try:
        request.cookies  # noqa: B018 (reading them is what may fail)
    except CookieError:
        request._cookies = {}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
