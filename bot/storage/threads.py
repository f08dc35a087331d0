"""Database work beside the event loop."""

from __future__ import annotations

import asyncio
from typing import Any, Callable, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")


async def in_thread(app: Any, work: Callable[[Session], T], writing: bool = False) -> T:
    """Run `work(session)` on one of the application's threads and return what it returns; `writing` commits at the end."""

    def run() -> T:
        with app.ctx.database.transaction() if writing else app.ctx.database.reading() as session:
            return work(session)

    return await asyncio.get_running_loop().run_in_executor(app.ctx.threads, run)
