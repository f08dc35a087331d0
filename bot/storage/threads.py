"""Database work beside the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import Any, Callable, TypeVar

from sqlalchemy.orm import Session

from bot import crash_points
from bot.storage.database import Database

T = TypeVar("T")


async def in_thread(app: Any, work: Callable[[Session], T], writing: bool = False, point: str = "") -> T:
    """Run `work(session)` on one of the application's threads and return what it returns; `writing` commits at the end.

    Args:
        point: a name of `crash_points.COMMITS`, for the fault laboratory.
    """
    return await beside(app.ctx.database, app.ctx.threads, work, writing, point)


async def beside(database: Database, threads: Executor, work: Callable[[Session], T], writing: bool = False, point: str = "") -> T:
    """The same with the database and threads named."""

    def run() -> T:
        if not writing:
            with database.reading() as session:
                return work(session)
        with database.transaction() as session:
            done = work(session)
            _pass(f"{point}.before_commit", point)
        _pass(f"{point}.after_commit", point)
        return done

    return await asyncio.get_running_loop().run_in_executor(threads, run)


def _pass(name: str, point: str) -> None:
    if point:
        crash_points.here(name)
