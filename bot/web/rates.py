"""How often: per network address, per conversation, per account of the desk.

Counted in this process's memory: with several web processes each counts its own share, so the limit is at most so many times as high.
Guessing passwords is counted in the database instead (bot/ledger/sign_in_failures.py).
"""

from __future__ import annotations

import ipaddress
import math
import time
import warnings
from collections import deque
from typing import Callable

from sanic.exceptions import SanicException

from bot.console.access import REFUSED
from bot.settings import GateSettings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it asks pkg_resources for its own version
    from limits import parse


class TooMany(SanicException):
    """More requests than one may make; `wait` says for how many seconds."""

    status_code = 429
    quiet = True

    def __init__(self, wait: int) -> None:
        super().__init__("Too many requests.")
        self.wait = wait


class Windows:
    """When each key was counted, within its window.

    The storage in memory that `limits` brings starts a thread with every count, which goes through all counts of everybody; at some
    hundred messages a second that is all a web process does.
    """

    TIDY_EVERY = 60.0

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._tidied = clock, clock()
        self._counts: dict[str, tuple[float, deque[float]]] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count once and return 0.0; or, when there were `most` in so many seconds, count nothing and return after how many there is room."""
        now = self._clock()
        if now - self._tidied > self.TIDY_EVERY:
            self._tidied = now
            self._counts = {key: (ends, times) for key, (ends, times) in self._counts.items() if ends > now}
        _, times = self._counts.get(key, (0.0, deque()))
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most:
            return times[0] + seconds - now
        times.append(now)
        self._counts[key] = (now + seconds, times)
        return 0.0


class Rates:
    """Counts and refuses.

    Args:
        clock: seconds that never go back.

    Raises (all counting methods):
        TooMany: the limit is reached; nothing was counted.
    """

    def __init__(self, gate: GateSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = Windows(clock)
        named = {"address": gate.rate_address, "conversation": gate.rate_conversation, "account": gate.rate_account}
        self._limits = {name: parse(rate) for name, rate in named.items() if rate}

    def count_address(self, address: str) -> None:
        """Count a request of a network address; this machine itself is not counted."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return self._count("address", "?")
        if found.is_loopback:
            return None
        # Whoever has one IPv6 address has 2^64 of them.
        return self._count("address", str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found))

    def count_conversation(self, conversation: str) -> None:
        """Count a message of a conversation."""
        self._count("conversation", conversation)

    def count_account(self, code: str) -> None:
        """Count a request of an account."""
        self._count("account", code)

    def _count(self, kind: str, who: str) -> None:
        limit = self._limits.get(kind)
        if limit is not None and (wait := self._windows.count(f"{kind} {who}", limit.amount, limit.get_expiry())):
            REFUSED.labels("over_rate").inc()
            raise TooMany(max(1, math.ceil(wait)))
