"""How often: per network address, per conversation, per account of the desk.

Counted in this process's memory: with several web processes each counts its own share, so the limit is at most so many times as high.
Guessing passwords is counted in the database instead (bot/ledger/sign_in_failures.py).
"""

from __future__ import annotations

import ipaddress
import math
import time
import warnings

from sanic.exceptions import SanicException

from bot.console.access import REFUSED
from bot.settings import GateSettings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it asks pkg_resources for its own version
    from limits import parse
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter


class TooMany(SanicException):
    """More requests than one may make; `wait` says for how many seconds."""

    status_code = 429
    quiet = True

    def __init__(self, wait: int) -> None:
        super().__init__("Too many requests.")
        self.wait = wait


class Rates:
    """Counts and refuses.

    Raises (all counting methods):
        TooMany: the limit is reached; nothing was counted.
    """

    def __init__(self, gate: GateSettings) -> None:
        self._counts = MemoryStorage()  # the limiter itself holds it weakly only
        self._limiter = MovingWindowRateLimiter(self._counts)
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
        if limit is not None and not self._limiter.hit(limit, kind, who):
            free_at, _ = self._limiter.get_window_stats(limit, kind, who)
            REFUSED.labels("over_rate").inc()
            raise TooMany(max(1, math.ceil(free_at - time.time())))
