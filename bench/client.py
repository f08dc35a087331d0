"""A client that costs as little as it can, because it shares the machine with what it measures: kept connections, plain sockets."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Callable

Body = Callable[[str, str], dict[str, Any]]


@dataclass
class Measured:
    """Times to the answer in seconds, and how long all of it took."""

    seconds: float
    times: list[float] = field(default_factory=list)
    unanswered: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Connection:
    """One kept HTTP connection."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)

    async def post(self, body: dict[str, Any]) -> Any:
        """Send one JSON body and return the JSON answer."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        head = f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        self._writer.write(head.encode() + sent)
        headers = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(headers.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return json.loads(await self._reader.readexactly(length))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def ours(conversation: str, text: str) -> dict[str, Any]:
    """Return the body our page sends."""
    return {"conversation": conversation, "id": uuid.uuid4().hex, "text": text}


def stock(conversation: str, text: str) -> dict[str, Any]:
    """Return the body Rasa's REST channel takes."""
    return {"sender": conversation, "message": text}


def is_answer(answer: Any) -> bool:
    """Say whether something was said."""
    return bool(answer.get("messages")) if isinstance(answer, dict) else bool(answer)


async def converse(port: int, path: str, body: Body, conversations: list[tuple[str, ...]], at_once: int) -> Measured:
    """Hold conversations, so many at a time, each message after the answer to the one before."""
    left = list(reversed(conversations))
    measured = Measured(0.0)

    async def resident() -> None:
        connection = Connection(port, path)
        await connection.open()
        while left:
            name, texts = uuid.uuid4().hex, left.pop()
            for text in texts:
                began = time.perf_counter()
                answer = await connection.post(body(name, text))
                measured.times.append(time.perf_counter() - began)
                measured.unanswered += not is_answer(answer)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(resident() for _ in range(at_once)))
    measured.seconds = time.perf_counter() - began
    return measured
