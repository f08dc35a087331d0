"""The words of reports, made beside the threads that answer residents, one at a time, and kept while the books stay as they are."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Callable, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.periods import closed_months, period_actions
from bot.office import Office
from bot.reports.content import Content, content
from bot.reports.figures import ReportFigure
from bot.reports.texts import plain
from bot.statistics.frozen import one_snapshot
from bot.statistics.views import View
from bot.storage.book_tables import BookFact, PeriodAction
from bot.storage.database import Database
from bot.storage.tables import ServiceEntry
from bot.storage.threads import beside

T = TypeVar("T")
KEPT = 16
LATELY = 1000  # a line with a smaller number than the newest may be committed after it, but not after so many


@dataclass(frozen=True)
class ReportText:
    """What the page of a report shows.

    Args:
        books: what the books were like; the same again means that nothing was written since.
        begun_at: when the reading began.
    """

    title: str
    notes: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    missing: tuple[ReportFigure, ...]
    books: tuple[Any, ...]
    begun_at: datetime


class ReportTexts:
    """Makes the words of reports on a thread of its own.

    Args:
        threads: those of the application, for a short look.
    """

    def __init__(self, database: Database, threads: Executor, office: Office, now: Callable[[], datetime]) -> None:
        self._database, self._threads, self._office, self._now = database, threads, office, now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reports")
        self._kept: dict[View, ReportText] = {}
        self._making: dict[View, Future[ReportText]] = {}

    async def text(self, view: View, since: datetime, wait: float) -> ReportText | None:
        """Return the words of a view, as the books are now or were at some moment after `since`; None where that takes longer than `wait` seconds."""
        clock = asyncio.get_running_loop().time
        end = clock() + wait
        while True:
            known = self._kept.get(view)
            if known is not None and (known.begun_at >= since or known.books == await beside(self._database, self._threads, _books)):
                return known
            done, _ = await asyncio.wait({asyncio.wrap_future(self._made(view))}, timeout=max(0.0, end - clock()))
            if not done:
                return None
            done.pop().result()

    async def beside(self, work: Callable[[Session], T], writing: bool = False) -> T:
        """Run work that reads many lines where it takes no thread from those who answer residents."""
        return await beside(self._database, self._thread, work, writing)

    def _made(self, view: View) -> Future[ReportText]:
        future = self._making.get(view)
        if future is None:
            future = self._making[view] = self._thread.submit(self._make, view)
            future.add_done_callback(lambda _done: self._making.pop(view, None))
        return future

    def _make(self, view: View) -> ReportText:
        begun = self._now()
        with self._database.reading() as session:
            found = _text(said_of(session, view, self._office, drawn=False), _books(session), begun)
        self._kept.pop(view, None)
        self._kept[view] = found
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return found


def said_of(session: Session, view: View, office: Office, drawn: bool = True) -> Content:
    """Return the whole report of a view, read at one moment."""
    one_snapshot(session)
    return content(session, view, view.as_of or date.max, office, closed_months(period_actions(session)), drawn)


def _text(said: Content, books: tuple[Any, ...], begun: datetime) -> ReportText:
    parts = tuple((section.title, tuple(plain(p) for p in section.paragraphs)) for section in said.sections)
    return ReportText(said.title, said.notes, parts, tuple(said.figures.missing), books, begun)


def _books(session: Session) -> tuple[Any, ...]:
    newest = [session.execute(sa.select(sa.func.max(table.id))).scalar_one() or 0 for table in (ServiceEntry, BookFact, PeriodAction)]
    lately = sa.select(sa.func.count()).select_from(ServiceEntry).where(ServiceEntry.id > newest[0] - LATELY)
    return (*newest, session.execute(lately).scalar_one())
