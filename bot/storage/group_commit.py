"""Small writes of many, on their way to the disk: those that come while it is busy go in one transaction.

SQLite has one writer. A process that waited for its turn would keep everybody it serves waiting, so the turn is asked for without
waiting, from the event loop: what is to be written takes less than a millisecond there, and a thread that had the turn would wait for Python's
lock with it. Only the disk is waited for in a thread. What comes meanwhile, or while another process writes, is written together.
"""

from __future__ import annotations

import asyncio
import functools
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.crash_points import here
from bot.storage.database import Database
from bot.storage.sqlite_turns import BUSY_SECONDS
from bot.storage.threads import beside

T = TypeVar("T")
MOST = 32  # writes in one transaction
FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.02


@dataclass
class _Waiting:
    """A write, and where its outcome is told."""

    work: Callable[[Session], Any]
    told: asyncio.Future[Any]
    since: float
    returned: Any = None


class GroupCommit:
    """Carries out the writes of one event loop.

    Args:
        threads: where the disk is waited for.
        point: the name of this place for the fault laboratory (`crash_points.COMMITS`).
        may_stand_still: says whether the event loop has nothing else to do; then the disk is waited for at once, without a thread.
    """

    def __init__(self, database: Database, threads: Executor, point: str, may_stand_still: Callable[[], bool] = lambda: False) -> None:
        self._database, self._threads, self._point, self._may_stand_still = database, threads, point, may_stand_still
        self._waiting: list[_Waiting] = []
        self._is_committing = False
        self._pause = FIRST_PAUSE
        self._asking: asyncio.TimerHandle | None = None

    async def write(self, work: Callable[[Session], T]) -> T:
        """Return what `work(session)` returned, once it is on the disk; on PostgreSQL, where writers do not wait for each other, by itself.

        Args:
            work: must bear being done anew after a rollback, for which it is enough that it goes by what it was given.

        Raises:
            Exception: what kept this write from the disk; nothing of it is there then, and the others are.
            sqlalchemy.exc.OperationalError: others wrote for half a minute.
        """
        if not self._database.is_sqlite:
            return await beside(self._database, self._threads, work, writing=True, point=self._point)
        waiting = _Waiting(work, asyncio.get_running_loop().create_future(), time.monotonic())
        self._waiting.append(waiting)
        self._begin()
        return await waiting.told  # type: ignore[no-any-return]

    def _begin(self) -> None:
        """Write what waits, if nobody else writes; otherwise ask again soon."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if self._is_committing or not self._waiting:
            return
        try:
            session = self._database.begin_unless_busy()
        except Exception as error:  # noqa: BLE001 (told to whoever waits)
            self._refuse_all(error)
            return
        if session is None:
            self._ask_again()
            return
        self._pause = FIRST_PAUSE
        together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._is_committing = True
        try:
            for waiting in together:
                waiting.returned = waiting.work(session)
            session.flush()
        except Exception:  # noqa: BLE001 (whatever it was: each is tried by itself and told what kept it)
            session.close()
            self._finish(together, self._each_by_itself)
        else:
            self._finish(together, functools.partial(self._commit, session))

    def _ask_again(self) -> None:
        if self._waiting[0].since + BUSY_SECONDS < time.monotonic():
            self._refuse_all(sa.exc.OperationalError("BEGIN", {}, Exception("database is locked")))
            return
        self._asking = asyncio.get_running_loop().call_later(self._pause, self._begin)
        self._pause = min(self._pause * 1.2, LONGEST_PAUSE)

    def _refuse_all(self, error: Exception) -> None:
        refused, self._waiting = self._waiting, []
        for waiting in refused:
            _tell(waiting, error)

    def _finish(self, together: list[_Waiting], work: Callable[[list[_Waiting]], list[BaseException | None]]) -> None:
        if self._may_stand_still():
            done: asyncio.Future[list[BaseException | None]] = asyncio.get_running_loop().create_future()
            try:
                done.set_result(work(together))
            except Exception as error:  # noqa: BLE001 (told to whoever waits)
                done.set_exception(error)
            self._finished(together, done)
            return
        done = asyncio.get_running_loop().run_in_executor(self._threads, work, together)
        done.add_done_callback(functools.partial(self._finished, together))

    def _commit(self, session: Session, together: list[_Waiting]) -> list[BaseException | None]:
        here(f"{self._point}.before_commit")
        try:
            session.commit()
        finally:
            session.close()
        here(f"{self._point}.after_commit")
        return [None] * len(together)

    def _each_by_itself(self, together: list[_Waiting]) -> list[BaseException | None]:
        """One of them cannot be written, and must not take the others along."""
        outcomes: list[BaseException | None] = []
        for waiting in together:
            try:
                with self._database.transaction() as session:
                    waiting.returned = waiting.work(session)
                outcomes.append(None)
            except Exception as error:  # noqa: BLE001 (told to whoever waits)
                outcomes.append(error)
        return outcomes

    def _finished(self, together: list[_Waiting], done: asyncio.Future[list[BaseException | None]]) -> None:
        self._is_committing = False
        error = done.exception()
        for waiting, outcome in zip(together, [error] * len(together) if error else done.result()):
            _tell(waiting, outcome)
        self._begin()


def _tell(waiting: _Waiting, error: BaseException | None) -> None:
    if waiting.told.done():  # nobody waits any more
        return
    if error is None:
        waiting.told.set_result(waiting.returned)
    else:
        waiting.told.set_exception(error)
