"""The database adds every line to its day and hour, however many lines are written at once."""

from datetime import timedelta

import sqlalchemy as sa

from bot.statistics.rollups import recount
from bot.storage.book_tables import DailyCount
from bot.storage.tables import ServiceEntry
from tests.conftest import NOON


def line(n, kind="bot_answer", quantity=1, **more):
    return {"source_key": f"{kind}:{n}", "kind": kind, "quantity": quantity, "happened_at": NOON + timedelta(hours=n), "recorded_at": NOON, "recorded_by": "bot",
            "tier": "community", "channel": "web", "is_demo": False, **more}


def test_many_lines_written_by_one_statement_are_all_in_the_roll_ups(database):
    with database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [line(n, community=f"c0{n % 3}") for n in range(40)])
        session.execute(sa.insert(ServiceEntry), [line(n, kind="rating_5") for n in range(3)])
    with database.reading() as session:
        assert recount(session) == []
        assert session.execute(sa.select(sa.func.sum(DailyCount.quantity))).scalar_one() == 43


def test_lines_that_cancel_out_within_one_statement_leave_a_zero(database):
    with database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [line(1), line(1, kind="bot_answer", quantity=-1) | {"source_key": "reversal"}])
    with database.reading() as session:
        assert recount(session) == []


def test_a_line_after_the_day_was_rolled_up_is_added_to_it(database):
    for n in range(3):
        with database.transaction() as session:
            session.execute(sa.insert(ServiceEntry), [line(0) | {"source_key": f"again:{n}"}])
    with database.reading() as session:
        assert session.execute(sa.select(DailyCount.quantity)).scalars().all() == [3]
