"""Periods of a year, closing by two at once, and roll-ups written together with their line."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from bot.errors import BadPeriod, PeriodRefused
from bot.ledger.mediation import accept_case
from bot.ledger.periods import close_month, reopen_month
from bot.statistics.closings import month_body
from bot.statistics.periods import chosen_period, half, month, months_of, quarter, read_month, year
from bot.statistics.rollups import recount
from bot.storage.book_tables import DailyCount, PeriodAction
from tests.storage.books import LATER, at, counted, done, make_case


def test_months_quarters_and_halves_make_the_year_without_gap():
    for parts in ([month(n, 2026) for n in range(1, 13)], [quarter(n, 2026) for n in (1, 2, 3, 4)], [half(n, 2026) for n in (1, 2)]):
        assert parts[0].first == year(2026).first and parts[-1].end == year(2026).end
        assert all(before.end == after.first for before, after in zip(parts, parts[1:]))
    assert months_of(year(2026)) == [month(n, 2026) for n in range(1, 13)]
    assert read_month("2024-02").end == date(2024, 3, 1)


@pytest.mark.parametrize("asked", [(2026, 13), (2026, None, 5), (2026, None, None, 3), (2026, 1, 1), (26,), (2026, 0)])
def test_a_period_that_does_not_exist_is_refused(asked):
    with pytest.raises(BadPeriod):
        chosen_period(*asked)


def test_a_line_and_its_day_are_written_together_or_not_at_all(database):
    with pytest.raises(RuntimeError), database.transaction() as session:
        accept_case(session, make_case(), LATER)
        raise RuntimeError("the process was killed here")
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(DailyCount)).scalar_one() == 0
    done(database, accept_case, make_case(accepted_at=at(3, 2, 0, 30)))
    with database.reading() as session:
        assert set(session.execute(sa.select(DailyCount.day)).scalars()) == {date(2026, 3, 2)} and recount(session) == []


def test_writers_at_the_same_time_lose_no_count(database):
    def write(first):
        for n in range(first, first + 8):
            done(database, accept_case, make_case(f"M{n}"))

    writers = [threading.Thread(target=write, args=(n * 8,)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert counted(database, "cases_total") == 32
    with database.reading() as session:
        assert recount(session) == []


def test_closing_and_reopening_say_why_they_are_refused(database):
    def close(name):
        with database.transaction() as session:
            return close_month(session, name, month_body(session, name), "a", LATER)

    with pytest.raises(PeriodRefused, match="not over"):
        close("2027-01")
    first, second = close("2026-11"), close("2026-12")
    assert second.previous_digest == first.digest
    with database.transaction() as session, pytest.raises(PeriodRefused, match="two people"):
        reopen_month(session, "2026-12", "a", " a ", "漏报", LATER)
    with database.transaction() as session, pytest.raises(PeriodRefused, match="reason"):
        reopen_month(session, "2026-12", "a", "b", " ", LATER)
    with pytest.raises(sa.exc.DatabaseError), database.transaction() as session:
        session.add(PeriodAction(month="2026-12", action="reopen", done_at=LATER, done_by="a", approved_by="a", reason="x", body="{}", digest="d", previous_digest="p"))
    with pytest.raises(sa.exc.DatabaseError), database.transaction() as session:
        session.add(PeriodAction(month="2026-12", action="close", done_at=LATER, done_by="a", body="{}", digest="d", previous_digest=first.digest))
