"""An event loop in a thread, for servers that run beside a test."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Callable, Coroutine

PATIENCE = 15.0


class Background:
    """One loop in one thread; `run` waits for what a coroutine returns, `start` does not."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def run(self, work: Coroutine[Any, Any, Any], seconds: float = 60) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def start(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


def until(true: Callable[[], Any], what: str = "it") -> Any:
    """Look again and again until something is true, and return it."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not (found := true()):
        assert time.monotonic() < end, f"{what} did not happen in time"
        pause.wait(0.01)
    return found
