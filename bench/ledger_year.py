"""The year's end of the books: closing months, the annual report of open and of closed months, and its check."""

from __future__ import annotations

import tempfile
import time
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Callable, TypeVar

from sqlalchemy.orm import Session

from bot.ledger.periods import close_month, closed_months, period_actions
from bot.office import read_office
from bot.reports.content import content
from bot.reports.document import write_report
from bot.reports.verify import verify
from bot.settings import read_settings
from bot.statistics.closings import month_body
from bot.statistics.periods import year
from bot.statistics.views import View
from bot.storage.database import Database

Took = tuple[float, float]
T = TypeVar("T")


def year_end(database: Database, of_year: int, years: int, busy: Callable[[], float]) -> dict[str, Any]:
    """Return seconds (by the clock, of processors) of what an office does once a month and once a year; the books are left as they were.

    `first`: the first closing ever, of the last month of the year before where the books hold it; `following`: the slowest of those after;
    `report_open`: the annual report of a year of which nothing is closed; `report_closed`: of one whose months are all closed; `check`: of that report.
    """
    months = [f"{of_year - 1}-12"] if years > 1 else []
    months += [f"{of_year}-{number:02d}" for number in range(1, 13)]
    with tempfile.TemporaryDirectory() as folder, database.begin() as session:
        path = Path(folder) / "report.docx"
        _report(session, of_year, path)  # what is loaded once a process
        found = {"report_open": _timed(busy, lambda: _report(session, of_year, path))[0]}
        closings = [_timed(busy, lambda name=name: _close(session, name))[0] for name in months]  # type: ignore[misc]
        found.update(first=closings[0], following=max(closings[1:]))
        found["report_closed"] = _timed(busy, lambda: _report(session, of_year, path))[0]
        found["check"], verdict = _timed(busy, lambda: verify(session, path, read_office(read_settings().office)))
        if verdict.word != "equal":
            raise RuntimeError(f"The report should be as it was made: {verdict.complaints[:3]}")
        session.rollback()
    return found


def _timed(busy: Callable[[], float], work: Callable[[], T]) -> tuple[Took, T]:
    began, used = time.perf_counter(), busy()
    result = work()
    return (round(time.perf_counter() - began, 1), round(busy() - used, 1)), result


def _close(session: Session, name: str) -> None:
    close_month(session, name, month_body(session, name), "bench", datetime.now(timezone.utc))


def _report(session: Session, of_year: int, path: Path) -> None:
    """As `bot report` writes it: figures, tables, charts, the proof, all that is known today."""
    office, today = read_office(read_settings().office), date.today()
    said = content(session, View(year(of_year), as_of=today), today, office, closed_months(period_actions(session)))
    write_report(path, said, office, datetime.now(timezone.utc))
