"""A report's words are made once for as long as nobody writes into the books, and nobody waits for them without being told."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.console.report_texts import ReportTexts
from bot.ledger.mediation import accept_case
from bot.statistics.periods import year
from bot.statistics.views import View
from tests.conftest import NOON
from tests.databases import open_migrated
from tests.storage.books import LATER, make_case

YEAR = View(year(2026))


@pytest.fixture()
def texts(settings, office):
    database = open_migrated(settings)
    with ThreadPoolExecutor(1) as threads:
        yield ReportTexts(database, threads, office, lambda: NOON), database
    database.close()


def asked(texts, since=NOON + timedelta(hours=1), wait=60.0):
    return asyncio.run(texts.text(YEAR, since, wait))


def accepted(database, number):
    with database.transaction() as session:
        accept_case(session, make_case(number), LATER)


def test_what_was_read_is_kept_until_somebody_writes(texts):
    made, database = texts
    first = asked(made, since=NOON)
    assert asked(made) is first and any("本期未受理民间纠纷" in text for _, part in first.parts for text in part)
    accepted(database, "M1")
    second = asked(made, since=NOON - timedelta(hours=1))
    assert second is first  # whoever has waited since before it was begun is shown it all the same


def test_after_somebody_wrote_it_is_read_again(texts):
    made, database = texts
    first = asked(made, since=NOON)
    accepted(database, "M1")
    made._now = lambda: NOON + timedelta(hours=2)
    second = asked(made)
    assert second is not first and any("受理民间纠纷1件" in text for _, part in second.parts for text in part)


def test_who_does_not_wait_is_told_and_finds_it_later(texts):
    made, _ = texts
    assert asked(made, since=NOON, wait=0.0) is None
    assert asked(made, since=NOON) is not None
