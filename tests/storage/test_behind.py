"""What stands behind a figure, told by the database in one pass: the same rows, ids and hash as row by row."""

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bot.ledger.services import reverse
from bot.statistics.behind import behind
from bot.statistics.figures import digest_of
from bot.statistics.frozen import check_all, freeze_all, frozen
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
        odd = [line(0), line(1, source_key=ODD, recorded_by=ODD, community=ODD), line(2, happened_at=NOON + timedelta(microseconds=7)), line(3, quantity=10**12, topic="", case_number="GX2026-00001")]
        session.execute(sa.insert(ServiceEntry), [{"community": None, "topic": None, "case_number": None, **one} for one in odd])
        session.flush()
        reverse(session, 1, ODD, "a", NOON + timedelta(seconds=1))
    with database.reading() as session:
        [found] = behind(session, [(metric("bot_answers"), View(year(2026)))])
        expected = rows(session, metric("bot_answers"), View(year(2026)))
    assert found.rows == len(expected) == 5 and found.sha256 == digest_of(expected)
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


@few
@given(before=steps, after=steps)
def test_what_came_later_is_told_apart_from_the_rows_of_then(database, before, after):
    view = View(year(2026))
    with undone(database) as session:
        so_far = written(session, before)
        session.flush()
        then = freeze_all(session, view)
        known = {which.code: {row.id for row in rows(session, which, view)} for which in METRICS}
        for step in after:
            so_far.take(step)
        session.flush()
        for record, found in zip(then, check_all(session, then, [view] * len(then))):
            which = metric(record["code"])
            now = {row.id for row in rows(session, which, view)}
            assert found.intact, which.code
            assert {row.id for row in found.later} == now - known[which.code]
            assert {row.id for row in found.gone} == known[which.code] - now


def test_a_line_that_was_altered_added_or_taken_out_under_an_old_number_is_told(database):
    view = View(year(2026))
    with database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [line(n) for n in range(6)])
    with database.reading() as session:
        then = freeze_all(session, view)
    which = next(n for n, record in enumerate(then) if record["code"] == "bot_answers")
    for forged in ({"rows": 5}, {"ids": "1-5"}, {"ids": "1-4,6-7"}, {"sha256": "0" * 64}, {"value": "7"}):
        with database.reading() as session:
            [found] = check_all(session, [{**then[which], **forged}], [view])
        assert not found.intact, forged
    with database.reading() as session:
        assert not check_all(session, [then[which]], [replace(view, period=year(2027))])[0].intact


@few
@given(first=steps, late=steps, last=steps)
def test_a_stock_frozen_upon_the_month_before_is_the_stock_frozen_from_the_beginning(database, first, late, last):
    february, march = View(month(2, 2026)), View(month(3, 2026))
    with undone(database) as session:
        so_far = written(session, first)
        session.flush()
        then = freeze_all(session, february)
        for step in late:
            so_far.take(step)
        session.flush()
        alone = freeze_all(session, march)
        assert freeze_all(session, march, then) == alone
        old = frozen(session, behind(session, [(which, march) for which in METRICS]))  # as releases before this one froze them
        assert [(one["state"], one["value"], one["rows"]) for one in old] == [(one["state"], one["value"], one["rows"]) for one in alone]
        for step in last:
            so_far.take(step)
        session.flush()
        for found, earlier in zip(check_all(session, alone, [march] * len(alone)), check_all(session, old, [march] * len(old))):
            assert found.intact and earlier.intact, found.code
            assert (found.later, found.now, found.same) == (earlier.later, earlier.now, earlier.same)


def test_a_stock_whose_record_was_altered_anywhere_is_told(database):
    march = View(month(3, 2026))
    with database.transaction() as session:
        lines = [line(n, kind="mediation_accepted", happened_at=NOON - timedelta(days=30 * (n % 3))) for n in range(9)]
        session.execute(sa.insert(ServiceEntry), lines)
    with database.reading() as session:
        then = next(record for record in freeze_all(session, march) if record["code"] == "mediation_open")
        assert then["value"] == "9" and sorted(then["months"]) == ["2026-01", "2026-02", "2026-03"]
        assert check_all(session, [then], [march])[0].intact
        of_january = then["months"]["2026-01"]
        for forged in ({"rows": 2}, {"sum": 4}, {"ids": "1-3"}, {"sha256": "0" * 64}):
            assert not check_all(session, [{**then, "months": {**then["months"], "2026-01": {**of_january, **forged}}}], [march])[0].intact, forged
        for forged in ({"value": "8"}, {"rows": 8}, {"sha256": "0" * 64}, {"months": {"2026-01": of_january}}, {"months": {}}):
            assert not check_all(session, [{**then, **forged}], [march])[0].intact, forged


def test_ranges_are_short_and_come_back():
    assert as_ranges([]) == "" and as_ranges([3, 1, 2, 9, 11, 12]) == "1-3,9,11-12"
    assert from_ranges("1-3,9,11-12") == [1, 2, 3, 9, 11, 12] and from_ranges("") == []
