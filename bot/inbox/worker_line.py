"""The line to a dialogue worker: kept connections, one request at a time on each.

Web and worker talk thousands of times a minute over one short, fixed exchange; a general HTTP client costs as much as the
rest of what web does for a message.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from bot.inbox.announcements import Announcer

CONNECT_SECONDS = 2.0
MOST_ANSWERED = 4 * 1024 * 1024


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
        self._head = f"HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Worker-Token: {token}\r\nContent-Type: application/json\r\n"
        self._announcer = Announcer(parts.hostname, parts.port, token)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, message_id: int) -> tuple[int, dict[str, Any]]:
        """Hand a message over and return (HTTP status, answer).

        Raises:
            WorkerGone: nobody listens there.
            WorkerLost: the connection broke before the answer.
            asyncio.TimeoutError: no answer in time.
        """
        while self._idle:
            connection = self._idle.pop()
            if not connection[0].at_eof():  # the worker may have ended while it lay idle
                return await self._ask(connection, message_id)
        return await self._ask(await self._connect(), message_id)

    def announce(self, text: str) -> None:
        """Tell what a message says that is being stored right now, so that it may be read meanwhile; not being heard changes nothing."""
        self._announcer.tell(text)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.wait_for(asyncio.open_connection(self._host, self._port, limit=MOST_ANSWERED), CONNECT_SECONDS)
        except (OSError, asyncio.TimeoutError) as error:
            raise WorkerGone from error

    async def _ask(self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], message_id: int) -> tuple[int, dict[str, Any]]:
        reader, writer = connection
        body = b'{"message":%d}' % message_id
        try:
            writer.write(f"POST /webhooks/inbox/messages {self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await asyncio.wait_for(_answer(reader), self._timeout)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            writer.close()
            raise WorkerLost from error
        except BaseException:
            writer.close()
            raise
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Hang up."""
        self._announcer.close()
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    lengths = [line.partition(":")[2] for line in lines if line.startswith("content-length:")]
    length = int(lengths[0])
    if length > MOST_ANSWERED:
        raise ValueError("an answer of more than four megabytes")
    return int(lines[0].split()[1]), json.loads(await reader.readexactly(length))
