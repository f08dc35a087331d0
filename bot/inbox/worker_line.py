"""The line to a dialogue worker: kept connections, one request at a time on each.

Web and worker talk thousands of times a minute over one short, fixed exchange; a general HTTP client costs as much as the rest of what web
does for a message, asyncio's streams a twentieth of it.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, cast
from urllib.parse import urlsplit

from bot.inbox.announcements import Announcer

CONNECT_SECONDS = 2.0
MOST_ANSWERED, LONGEST_HEAD = 4 * 1024 * 1024, 16 * 1024
_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3}) .*^content-length: *(\d{1,9})\r?$", re.IGNORECASE | re.MULTILINE | re.DOTALL)


class WorkerGone(Exception):
    """The worker could not be reached at all; it never saw the message."""


class WorkerLost(Exception):
    """The worker was lost while it had the message; whether it was answered, the database knows."""


class WorkerLine:
    """Connections to one worker.

    Args:
        url: http://host:port; workers are on this machine or on the office's own network.
        token: what web proves itself with.
        timeout: seconds a worker may take for one message.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise ValueError(f"BOT_WORKER_URLS: got {url!r}, expected http://host:port.")
        self._host, self._port, self._timeout = parts.hostname, parts.port, timeout
        self._head = f"POST /webhooks/inbox/messages HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Worker-Token: {token}\r\nContent-Type: application/json\r\n"
        self._announcer = Announcer(parts.hostname, parts.port, token)
        self._idle: list[Connection] = []

    async def post(self, message_id: int) -> tuple[int, dict[str, Any]]:
        """Hand a message over and return (HTTP status, answer).

        Raises:
            WorkerGone: nobody listens there.
            WorkerLost: the connection broke before the answer.
            asyncio.TimeoutError: no answer in time.
        """
        connection = await self._open()
        body = b'{"message":%d}' % message_id
        try:
            answer = await connection.ask(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body, self._timeout)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def announce(self, text: str) -> None:
        """Tell what a message says that is being stored right now, so that it may be read meanwhile; not being heard changes nothing."""
        self._announcer.tell(text)

    async def _open(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:  # the worker may have ended while it lay idle
                return connection
        connecting = asyncio.get_running_loop().create_connection(Connection, self._host, self._port)
        try:
            return (await asyncio.wait_for(connecting, CONNECT_SECONDS))[1]
        except (OSError, asyncio.TimeoutError) as error:
            raise WorkerGone from error

    def close(self) -> None:
        """Hang up."""
        self._announcer.close()
        for connection in self._idle:
            connection.close()
        self._idle.clear()


class Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[tuple[int, dict[str, Any]]] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The worker listens."""
        # Not looked at what it is: uvloop's transports do all that asyncio's do, and are none.
        self._transport, self.is_open = cast(asyncio.WriteTransport, transport), True

    async def ask(self, request: bytes, seconds: float) -> tuple[int, dict[str, Any]]:
        """Send a request and return (HTTP status, answer); raises what `WorkerLine.post` does."""
        loop = asyncio.get_running_loop()
        self._answer, self._received = loop.create_future(), b""
        clock = loop.call_later(seconds, self._fail, asyncio.TimeoutError())
        try:
            assert self._transport
            self._transport.write(request)
            return await self._answer
        finally:
            clock.cancel()
            self._answer = None

    def data_received(self, data: bytes) -> None:
        """Take what came in; the answer is told once it is whole."""
        self._received += data
        try:
            whole = read_answer(self._received)
        except ValueError as error:
            self._fail(WorkerLost(error))
            return
        if whole and self._answer and not self._answer.done():
            self._answer.set_result(whole)

    def connection_lost(self, error: Exception | None) -> None:
        """The worker hung up, or we did."""
        self.is_open = False
        self._fail(WorkerLost(error))

    def close(self) -> None:
        """Hang up."""
        self.is_open = False
        if self._transport:
            self._transport.close()

    def _fail(self, error: Exception) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)


def read_answer(received: bytes) -> tuple[int, dict[str, Any]] | None:
    """Return (HTTP status, answer) if all of it is there, None while it is not.

    Raises:
        ValueError: no answer of a worker, or one of more than four megabytes.
    """
    head, end, body = received.partition(b"\r\n\r\n")
    if not end and len(received) <= LONGEST_HEAD:
        return None
    said = _HEAD.match(head)
    if said is None or int(said[2]) > MOST_ANSWERED:
        raise ValueError("expected the answer of a worker, of four megabytes at most")
    return (int(said[1]), json.loads(body)) if len(body) >= int(said[2]) else None
