"""The short way for the one request that comes with every message.

Web and worker exchange one fixed request (bot/inbox/worker_line.py). Reading and answering it by Sanic's rules costs a thirtieth of a worker's
time for a message (measured). Here it is known by its first line where it arrives whole; whatever else comes, and this request in pieces or with
anything wrong in it, goes Sanic's way to the same answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from time import monotonic
from typing import Any

from sanic import response
from sanic.http import Stage
from sanic.server import HttpProtocol

log = logging.getLogger(__name__)
FIRST_LINE = b"POST /webhooks/inbox/messages HTTP/1.1\r\n"


class ShortWay(HttpProtocol):
    """Sanic's HTTP with a short way in; the application has the channel in `ctx.inbox`."""

    __slots__ = ("answering",)

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.answering: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Take what came in."""
        asked = read_request(data) if data.startswith(FIRST_LINE) and self._is_between_requests() else None
        if asked is None:
            super().data_received(data)
            return
        self._time = monotonic()  # the clock by which Sanic closes idle connections begins anew
        self.answering = self.loop.create_task(self._answer(*asked))

    def close_if_idle(self) -> bool:
        """Close unless a request is being answered, also one that Sanic knows nothing of."""
        return False if self.answering else super().close_if_idle()

    def _is_between_requests(self) -> bool:
        http = getattr(self, "_http", None)
        return http is not None and http.stage is Stage.IDLE and not self.recv_buffer and self.answering is None

    async def _answer(self, token: str, message: int) -> None:
        try:
            status, told = await self.app.ctx.inbox.take(token, message)
            body = response.json(told).body or b""
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            if self.transport and not self.transport.is_closing():
                self.transport.write(head.encode() + body)
        except Exception:
            log.exception("message %s", message)
            self.abort()  # a line that breaks says more than one that keeps silent
        finally:
            self._time, self.answering = monotonic(), None


def read_request(data: bytes) -> tuple[str, int] | None:
    """Return (token, message) of a request that is all here and as web writes it; None for any other."""
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line)
    if fields.get("Content-Length") != str(len(body)):
        return None
    try:
        return fields.get("X-Worker-Token", ""), int(json.loads(body)["message"])
    except (ValueError, TypeError, KeyError):
        return None
