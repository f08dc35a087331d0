"""What stands behind a figure, told by the database in one pass: the same rows, ids and hash as row by row."""

from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bot.ledger.services import reverse
from bot.statistics.batches import read_batches
from bot.statistics.behind import behind
from bot.statistics.figures import digest_of
from bot.statistics.lines import as_ranges, from_ranges
from bot.statistics.metrics import METRICS, metric, rows
from bot.statistics.periods import Period, month, year
from bot.statistics.registry import Shape
from bot.statistics.views import View
from bot.storage.tables import ServiceEntry
from tests.conftest import NOON
from tests.storage.history import steps, written
from tests.storage.test_books_properties import undone

few = how(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ODD = 'a"b\\c/\n\t\b\f\r\x1f\x7f 社区😀\u2028%s{}'
LINES = tuple(m for m in METRICS if m.shape is not Shape.SNAPSHOT)


def line(n, **more):
    return {"source_key": f"k{n}", "kind": "bot_answer", "quantity": 1, "happened_at": NOON, "recorded_at": NOON, "recorded_by": "bot", "tier": "community",
            "channel": "web", "is_demo": False, **more}  # fmt: skip


def test_the_database_writes_the_text_that_is_hashed(database):
    with database.transaction() as session:
        odd = [line(0), line(1, source_key=ODD, recorded_by=ODD, community=ODD), line(2, happened_at=NOON + timedelta(microseconds=70)), line(3, quantity=10**12, topic="", case_number="GX2026-00001")]
        session.execute(sa.insert(ServiceEntry), [{"community": None, "topic": None, "case_number": None, **one} for one in odd])
        session.flush()
        reverse(session, 1, ODD, "a", NOON + timedelta(seconds=1))
    with database.reading() as session:
        [found] = behind(session, [(metric("bot_answers"), View(year(2026)))])
        expected = rows(session, metric("bot_answers"), View(year(2026)))
        batch = read_batches(session, View(year(2026)), {month(3, 2026): {"bot_answer"}})["2026-03"]["bot_answer"]
    assert found.rows == len(expected) == 5 and found.sha256 == digest_of(expected) == batch["sha256"]
    assert (batch["rows"], batch["sum"], batch["ids"], batch["recorded"]) == (5, 10**12 + 2, "1-5", (NOON + timedelta(seconds=1)).isoformat())
    assert found.part("community", ODD) == 1 and found.part("month", "2026-03") == found.total == 10**12 + 2


@few
@given(history=steps, first=st.integers(0, 200), length=st.integers(1, 400))
def test_one_pass_finds_what_each_figure_finds_alone(database, history, first, length):
    period = Period(date(2026, 1, 1) + timedelta(days=first), date(2026, 1, 1) + timedelta(days=first + length))
    with undone(database) as session:
        written(session, history)
        session.flush()
        for view in (View(period), View(period, with_demo=True, as_of=period.end)):
            wanted = [(which, v) for v in (view, view.before()) for which in METRICS]
            for (which, v), one in zip(wanted, behind(session, wanted)):
                alone = rows(session, which, v)
                assert (one.rows, one.ids, one.sha256) == (len(alone), as_ranges([row.id for row in alone]), digest_of(alone)), which.code


def test_ranges_are_short_and_come_back():
    assert as_ranges([]) == "" and as_ranges([3, 1, 2, 9, 11, 12]) == "1-3,9,11-12"
    assert from_ranges("1-3,9,11-12") == [1, 2, 3, 9, 11, 12] and from_ranges("") == []
