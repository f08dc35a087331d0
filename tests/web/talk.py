"""Talking to a served product over HTTP, as a page or a program does."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
import uuid
from typing import Any


def post(url: str, body: Any, timeout: float = 60) -> tuple[int, dict[str, Any]]:
    """Return status and answer of POST /api/chat/messages; `body` may be bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api/chat/messages", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get(url: str, timeout: float = 30) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


class Speaker:
    """One resident without a browser."""

    def __init__(self, url: str, conversation: str | None = None) -> None:
        self.url = url
        self.conversation = conversation or uuid.uuid4().hex

    def says(self, text: str, message_id: str | None = None) -> dict[str, Any]:
        _, answer = post(self.url, {"conversation": self.conversation, "id": message_id or uuid.uuid4().hex, "text": text})
        return answer

    def text(self, said: str) -> str:
        return "\n".join(m["text"] for m in self.says(said)["messages"])

    def history(self) -> dict[str, Any]:
        return get(f"{self.url}/api/chat/history?conversation={self.conversation}")


class Listener(threading.Thread):
    """Collects server-sent events of a conversation until `enough` have come."""

    def __init__(self, url: str, conversation: str, enough: int, after: int = 0) -> None:
        super().__init__(daemon=True)
        self.address = f"{url}/api/chat/events?conversation={conversation}&after={after}"
        self.enough = enough
        self.events: list[dict[str, Any]] = []
        self.listening = threading.Event()

    def run(self) -> None:
        with urllib.request.urlopen(self.address, timeout=60) as stream:
            for line in stream:
                self.listening.set()
                if line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))
                if len(self.events) >= self.enough:
                    return
