"""Whoever sends a request byte by byte would hold a connection for ever (slow-loris): Sanic's clock starts anew with every byte.

This one does not. The head of a request must be here within the request's time, an ordinary form within the answer's time, and of a
file 64 KB within each span of the answer's time.
"""

from __future__ import annotations

from time import monotonic

from sanic.http import Stage
from sanic.request import Request
from sanic.server import HttpProtocol

STEP = 64 * 1024
GRACE_SECONDS = 1


class PatientProtocol(HttpProtocol):
    """Sanic's HTTP with a clock that slow senders cannot hold back."""

    __slots__ = ("received",)

    def data_received(self, data: bytes) -> None:
        """Take what came in; the clock goes on unless enough has come."""
        http = getattr(self, "_http", None)
        clock, stage = getattr(self, "_time", 0.0), http.stage if http is not None else Stage.IDLE
        super().data_received(data)
        if stage is Stage.IDLE:
            self.received = 0
            return
        self.received = getattr(self, "received", 0) + len(data)
        if self.received < STEP:
            self._time = clock
        else:
            self.received = 0

    def check_timeouts(self) -> None:
        """Look at the clock; once it ran out, the refusal goes out and the rest of the request is not waited for."""
        super().check_timeouts()
        if getattr(getattr(self, "_http", None), "exception", None) is not None:
            self.loop.call_later(GRACE_SECONDS, self.abort)

    def begin_answer(self) -> None:
        """The request is here entirely: the time for the answer begins."""
        self._time = monotonic()


def answering(request: Request) -> None:
    """Start the clock of the answer, once a request was read."""
    protocol = request.stream.protocol if request.stream else None
    if isinstance(protocol, PatientProtocol):
        protocol.begin_answer()
