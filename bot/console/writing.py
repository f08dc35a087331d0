"""Writing what somebody may be writing at the same moment: a double tap, two people with the same paper."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.threads import in_thread

T = TypeVar("T")


async def write(app: Any, work: Callable[[Session], T]) -> T:
    """Run `work(session)` in a transaction and return what it returns.

    Where another transaction wrote the same key in the meantime it runs once more: now it finds what stands, and says so or leaves it.
    """
    try:
        return await in_thread(app, work, writing=True)
    except sa.exc.IntegrityError:
        return await in_thread(app, work, writing=True)
