"""Whatever happens, in whatever order: identities hold, roll-ups equal the lines, closed months stay, nobody's leaving changes a figure."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bot.ledger.facts import standing
from bot.ledger.periods import broken_links, close_month, closed_months, period_actions
from bot.ledger.privacy import erase_conversation
from bot.legal.mediation import CLOSED
from bot.office import BEIJING
from bot.statistics import metrics
from bot.statistics.closings import checks, later_lines, month_body
from bot.statistics.figures import balance, figures
from bot.statistics.frozen import value_of
from bot.statistics.hours import by_the_hour
from bot.statistics.periods import Period, year
from bot.statistics.registry import FLOWS, Shape, metric
from bot.statistics.rollups import recount
from bot.statistics.views import View
from bot.storage.book_tables import BookFact
from bot.storage.tables import ServiceEntry
from tests.storage.history import START, steps, written

quick = how(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ALL = Period(date(2025, 1, 1), date(2030, 1, 1))
YEAR = year(2026)
SPLITS = (["community"], ["dispute_type"], ["community", "dispute_type"], ["tier", "channel"], ["topic"])


@contextmanager
def undone(database):
    """A session whose history never happened, so that every example begins with empty books."""
    with database.begin() as session:
        try:
            yield session
        finally:
            session.rollback()


@quick
@given(history=steps)
def test_roll_ups_equal_the_lines_and_parts_the_totals(database, history):
    with undone(database) as session:
        written(session, history)
        session.flush()
        assert recount(session) == []
        # Whatever was written is part of some figure.
        known = {kind for which in metrics.METRICS for kind in (*which.kinds, *which.minus)}
        assert set(session.execute(sa.select(ServiceEntry.kind).distinct()).scalars()) <= known
        for which in metrics.METRICS:
            view = View(YEAR, with_demo=len(history) % 2 == 0)
            total = metrics.count(session, which, view)
            # `as_of` far away reads lines instead of days.
            assert metrics.count(session, which, View(YEAR, view.with_demo, date(2040, 1, 1))) == total
            if which.shape is Shape.RATIO:
                continue
            behind = metrics.rows(session, which, view)
            assert value_of(which, behind) == total
            for dimensions in SPLITS:
                assert sum(n for _, n in metrics.table(session, which, view, dimensions)) == total
            if which.shape is Shape.SUM:
                assert sum(n for _, n in metrics.table(session, which, view, ["month"])) == total


@quick
@given(history=steps, first=st.integers(0, 120), length=st.integers(1, 150))
def test_whole_months_and_the_days_beside_them_give_what_the_lines_give(database, history, first, length):
    view = View(Period(START.date() + timedelta(days=first), START.date() + timedelta(days=first + length)))
    by_lines = View(view.period, as_of=date(2040, 1, 1))
    with undone(database) as session:
        written(session, history)
        session.flush()
        for which in (metric(code) for code in ("bot_answers", "requests", "cases_total", "mediation_open", "findings_open", "enterprise_open")):
            for dimension in metrics.DIMENSIONS:
                assert metrics.table(session, which, view, [dimension]) == metrics.table(session, which, by_lines, [dimension]), (which.code, dimension)
        for code in ("bot_answers", "requests"):
            expected: Counter[tuple[int, int]] = Counter()
            for row in metrics.rows(session, metric(code), view):
                at = row.happened_at.astimezone(BEIJING)
                expected[at.weekday(), at.hour] += row.quantity
            assert Counter(by_the_hour(session, code, view)) == expected


@quick
@given(history=steps, first=st.integers(0, 200), length=st.integers(1, 200))
def test_carried_over_and_received_less_done_is_open(database, history, first, length):
    period = Period(START.date() + timedelta(days=first), START.date() + timedelta(days=first + length))
    with undone(database) as session:
        written(session, history)
        session.flush()
        for flow in FLOWS:
            for view in (View(period), View(period, as_of=period.end)):
                b = balance(session, metric(flow.stock), flow.received, flow.done, view)
                assert b.opening + b.received - b.done == b.closing
        # Open cases told from the facts themselves, not from any line.
        events: dict[str, set[str]] = {}
        query = sa.select(BookFact.subject, BookFact.event).where(BookFact.book == "mediation", BookFact.is_demo.is_(False), *standing())
        for subject, event in session.execute(query):
            events.setdefault(subject, set()).add(event)
        still_open = sum("accepted" in seen and not seen & CLOSED for seen in events.values())
        assert metrics.count(session, metric("mediation_open"), View(ALL)) == still_open


@quick
@given(before=steps, after=steps)
def test_what_was_known_on_a_day_stays_known_for_ever(database, before, after):
    with undone(database) as session:
        so_far = written(session, before)
        session.flush()
        view = View(ALL, as_of=so_far.now.astimezone(BEIJING).date())
        then = figures(session, metrics.METRICS, view)
        so_far.now += timedelta(days=1)
        for step in after:
            so_far.take(step)
        session.flush()
        assert figures(session, metrics.METRICS, view) == then


@quick
@given(before=steps, after=steps)
def test_a_closed_month_stays_and_shows_what_came_later(database, before, after):
    with undone(database) as session:
        so_far = written(session, before)
        session.flush()
        so_far.now = max(so_far.now, START + timedelta(days=60))
        close_month(session, "2026-01", month_body(session, "2026-01"), "a", so_far.now)
        close_month(session, "2026-02", month_body(session, "2026-02"), "a", so_far.now)
        january = View(Period(date(2026, 1, 1), date(2026, 2, 1)))
        lines = {row.id for which in metrics.METRICS for row in metrics.rows(session, which, january) if which.shape is Shape.SUM}
        frozen = [action.digest for action in period_actions(session)]
        for step in after:
            so_far.take(step)
        session.flush()
        chain = period_actions(session)
        assert [action.digest for action in chain] == frozen and broken_links(chain) == []
        first = closed_months(chain)[0]
        assert all(found.intact for found in checks(session, [first])[0])
        now = {row.id for which in metrics.METRICS for row in metrics.rows(session, which, january) if which.shape is Shape.SUM}
        assert {row.id for row in later_lines(session, first)} >= now - lines


@quick
@given(history=steps)
def test_erasing_everybody_changes_no_figure_and_no_closed_hash(database, history):
    with undone(database) as session:
        so_far = written(session, history)
        session.flush()
        so_far.now = max(so_far.now, START + timedelta(days=40))
        close_month(session, "2026-01", month_body(session, "2026-01"), "a", so_far.now)
        bodies = [month_body(session, month) for month in ("2026-01", "2026-02", "2026-03")]
        before = figures(session, metrics.METRICS, View(ALL))
        for n in range(3):
            erase_conversation(session, f"web:{n}", so_far.now + timedelta(days=1))
        session.flush()
        assert figures(session, metrics.METRICS, View(ALL)) == before
        assert [month_body(session, month) for month in ("2026-01", "2026-02", "2026-03")] == bodies
        [closing] = closed_months(period_actions(session))
        assert all(found.intact and found.same for found in checks(session, [closing])[0])
        assert recount(session) == []
