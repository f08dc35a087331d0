"""Who writes next in SQLite: the threads of a process in turn, and what waits for another process asks again each millisecond.

SQLite lets those who wait sleep longer and longer, up to a tenth of a second, while answers are written in a few milliseconds: whoever
waited long would find the door shut again by those who came later.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import defaultdict
from typing import Any

BUSY_SECONDS = 30.0
ASK_AGAIN_SECONDS = 0.001
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # by file


class TakingTurns(sqlite3.Connection):
    """A connection whose writing transactions begin with `begin_writing`."""

    def __init__(self, database: str, *arguments: Any, **named: Any) -> None:
        super().__init__(database, *arguments, **named)
        self._turn = _turns[str(database)]
        self._has_turn = False

    def begin_writing(self, patience: float = BUSY_SECONDS) -> None:
        """Begin a transaction that may write, as soon as nobody else writes.

        Args:
            patience: seconds to wait for that; 0 asks once.

        Raises:
            sqlite3.OperationalError: "database is locked": somebody wrote all that time.
        """
        end = time.monotonic() + patience
        if not self._turn.acquire(timeout=patience):
            raise sqlite3.OperationalError("database is locked")
        try:
            self.execute("PRAGMA busy_timeout = 0")
            self._begin_before(end)
            self._has_turn = True
        finally:
            self.execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_SECONDS)}")
            if not self._has_turn:
                self._turn.release()

    def _begin_before(self, end: float) -> None:
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(ASK_AGAIN_SECONDS)

    def commit(self) -> None:
        """Make the transaction true, and let the next one write."""
        try:
            super().commit()
        finally:
            self._pass_on()

    def rollback(self) -> None:
        """Undo the transaction, and let the next one write."""
        try:
            super().rollback()
        finally:
            self._pass_on()

    def close(self) -> None:
        """Close; a transaction under way never happened."""
        super().close()
        self._pass_on(closed=True)

    def _pass_on(self, closed: bool = False) -> None:
        if self._has_turn and (closed or not self.in_transaction):
            self._has_turn = False
            self._turn.release()
