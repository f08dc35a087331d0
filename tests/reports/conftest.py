"""The golden year: real (not demonstration) books of a fictional district, the same for ever."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from bot.demo_books import write_books
from bot.ledger.replies import first_reply, person_asked_for
from bot.ledger.services import Service, record
from bot.legal.cases import Channel
from bot.office import BEIJING, Office
from bot.settings import Settings
from bot.storage.database import Database, open_database

EXPECTED = Path(__file__).parent / "expected"
AFTER = datetime(2027, 1, 15, 12, tzinfo=BEIJING)


def fill(database: Database, office: Office) -> None:
    with database.transaction() as session:
        write_books(session, office, 2026, 120, 7, AFTER, is_demo=False)
        for n in range(40):
            at = datetime(2026, 1 + n % 12, 3, 9, n, tzinfo=BEIJING)
            record(session, Service("rating_2" if n % 9 == 0 else "rating_5", at, f"rating:{n}", Channel.WEB), at)
            record(session, Service("bot_answer", at, f"answer:{n}", Channel.WEB, topic="neighbour"), at)
        for n in range(24):
            asked = datetime(2026, 1 + n % 12, 5, 10, n, tzinfo=BEIJING)
            person_asked_for(session, f"handover:{n}", Channel.WEB, asked)
            first_reply(session, f"handover:{n}", asked, Channel.WEB, "a01", asked + timedelta(minutes=2 + 7 * n * n))


@pytest.fixture(scope="session")
def golden(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The golden year on SQLite, for tests that only look."""
    from bot.settings import read_settings

    folder = tmp_path_factory.mktemp("golden")
    settings = replace(read_settings(env_file=folder / "none"), var=folder, database_url=f"sqlite:///{folder / 'bot.db'}", secret_keys="k1:" + "A" * 43 + "=")
    database = open_database(settings)
    database.migrate()
    fill(database, office)
    yield database
    database.close()


@pytest.fixture()
def own_year(golden: Database, settings: Settings, tmp_path: Path) -> Iterator[Database]:
    """A copy of the golden year that a test may change."""
    import sqlite3

    source, copy = Path(golden.url.removeprefix("sqlite:///")), tmp_path / "own.db"
    with sqlite3.connect(source) as there, sqlite3.connect(copy) as here:
        there.backup(here)
    database = Database(f"sqlite:///{copy}")
    yield database
    database.close()


@pytest.fixture()
def is_expected() -> Callable[[str, str], None]:
    """Compare with a file in expected/; UPDATE_EXPECTED=1 writes it, to be read before it is kept."""

    def compare(name: str, text: str) -> None:
        path = EXPECTED / name
        if os.environ.get("UPDATE_EXPECTED"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


def cells(path_or_bytes: Any) -> str:
    """Every cell of a workbook with its type, one a line."""
    import openpyxl

    book = openpyxl.load_workbook(path_or_bytes)
    lines = []
    for sheet in book.worksheets:
        lines.append(f"== {sheet.title} freeze={sheet.freeze_panes}")
        for row in sheet.iter_rows():
            lines += [f"{cell.coordinate}\t{cell.data_type}\t{cell.value}" for cell in row if cell.value is not None]
    return "\n".join(lines) + "\n"
