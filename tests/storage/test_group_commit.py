"""Small writes that come while the disk is busy go in one transaction; none takes another along, and none waits in the event loop."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.inbox import store
from bot.storage import group_commit
from bot.storage.group_commit import GroupCommit
from bot.storage.tables import Message
from bot.storage.unit import unit_of_work, write_later
from tests.builders import make_inbound


def writing(number: int):
    return lambda session: store.receive(session, make_inbound("你好", external_id=f"m{number}", conversation=f"web:{number}")).external_id


def written(database) -> list[str]:
    with database.reading() as session:
        return sorted(session.execute(sa.select(Message.external_id)).scalars())


@pytest.fixture()
def threads():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def counting_commits(database) -> list[int]:
    """Return a list that grows by one with every commit."""
    times: list[int] = []
    sa.event.listen(database.engine, "commit", lambda _connection: times.append(1))
    return times


def all_at_once(database, threads, works) -> list:
    async def scenario():
        group = GroupCommit(database, threads, "chat.store")
        return await asyncio.gather(*(group.write(work) for work in works), return_exceptions=True)

    return asyncio.run(scenario())


def test_each_is_told_what_its_own_write_returned(database, threads):
    assert all_at_once(database, threads, [writing(n) for n in range(20)]) == [f"m{n}" for n in range(20)]
    assert len(written(database)) == 20


def test_what_comes_while_the_disk_is_busy_goes_in_one_transaction(database, threads):
    commits = counting_commits(database)
    all_at_once(database, threads, [writing(n) for n in range(20)])
    assert len(commits) == (2 if database.is_sqlite else 20), "the first, and all that came while it was being written"


def test_one_that_cannot_be_written_takes_nobody_along_and_is_told_why(database, threads):
    def broken(session):
        writing(99)(session)
        raise ValueError("no")

    outcomes = all_at_once(database, threads, [writing(0), writing(1), broken, writing(2)])
    assert outcomes[:2] == ["m0", "m1"] and isinstance(outcomes[2], ValueError) and outcomes[3] == "m2"
    assert written(database) == ["m0", "m1", "m2"]


def test_a_disk_that_fails_is_told_to_all_of_the_transaction_and_the_next_go_on(sqlite_database, threads):
    def fail(_connection):
        sa.event.remove(sqlite_database.engine, "commit", fail)
        raise sqlite3.OperationalError("disk I/O error")

    sa.event.listen(sqlite_database.engine, "commit", fail)
    outcomes = all_at_once(sqlite_database, threads, [writing(n) for n in range(4)])
    assert "disk" in str(outcomes[0]) and outcomes[1:] == ["m1", "m2", "m3"]
    assert written(sqlite_database) == ["m1", "m2", "m3"]


def test_a_database_that_lets_nobody_begin_is_told_to_all_who_wait_and_the_next_go_on(sqlite_database, threads):
    def fail(_connection):
        sa.event.remove(sqlite_database.engine, "begin", fail)
        raise sa.exc.OperationalError("BEGIN", {}, Exception("disk I/O error"))

    sa.event.listen(sqlite_database.engine, "begin", fail)
    outcomes = all_at_once(sqlite_database, threads, [writing(n) for n in range(3)])
    assert "disk" in str(outcomes[0]) and outcomes[1:] == ["m1", "m2"]


def test_where_nothing_else_is_to_be_done_the_disk_is_waited_for_without_a_thread(sqlite_database):
    class Nobody:
        def submit(self, *_arguments):
            raise AssertionError("a thread was asked for")

    async def scenario():
        group = GroupCommit(sqlite_database, Nobody(), "worker.answer", may_stand_still=lambda: True)
        return await group.write(writing(0))

    assert asyncio.run(scenario()) == "m0" and written(sqlite_database) == ["m0"]


class TestWhileAnotherProcessWrites:
    @pytest.fixture()
    def other(self, sqlite_database):
        connection = sqlite3.connect(sqlite_database.engine.url.database, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.close()

    def test_the_event_loop_goes_on_and_all_is_written_together_afterwards(self, sqlite_database, threads, other):
        commits = counting_commits(sqlite_database)

        async def scenario():
            group = GroupCommit(sqlite_database, threads, "chat.store")
            writes = [asyncio.ensure_future(group.write(writing(n))) for n in range(5)]
            turns = 0
            while turns < 50:  # each turn of the loop would stand still if asking waited
                await asyncio.sleep(0)
                turns += 1
            assert not any(write.done() for write in writes)
            other.execute("COMMIT")
            return await asyncio.gather(*writes)

        assert asyncio.run(scenario()) == [f"m{n}" for n in range(5)]
        assert len(commits) == 1

    def test_after_half_a_minute_it_is_said_that_the_database_is_away(self, sqlite_database, threads, other, monkeypatch):
        monkeypatch.setattr(group_commit, "BUSY_SECONDS", 0.05)
        (outcome,) = all_at_once(sqlite_database, threads, [writing(0)])
        assert isinstance(outcome, sa.exc.OperationalError) and "locked" in str(outcome)
        other.execute("COMMIT")
        assert all_at_once(sqlite_database, threads, [writing(1)]) == ["m1"], "nothing of it is left in the way"

    def test_who_does_not_wait_any_more_changes_nothing_for_the_others(self, sqlite_database, threads, other):
        async def scenario():
            group = GroupCommit(sqlite_database, threads, "chat.store")
            gone, stays = (asyncio.ensure_future(group.write(writing(n))) for n in range(2))
            await asyncio.sleep(0)
            gone.cancel()
            other.execute("COMMIT")
            return await stays

        assert asyncio.run(scenario()) == "m1"
        assert written(sqlite_database) == ["m0", "m1"], "what was given is written; only nobody is told"


class TestLater:
    def test_what_is_written_later_is_written_once_in_the_order_it_was_first_said(self, database):
        done = []
        with unit_of_work(database) as unit:
            for what, how in (("tracker", "first"), ("answer", "only"), ("tracker", "last")):
                write_later(database, what, lambda _session, how=how: done.append(how))
            assert done == [] and not unit.has_begun, "thinking holds no lock"
            unit.write(unit.session)
        assert done == ["last", "only"]

    def test_outside_of_a_unit_it_is_written_and_committed_at_once(self, database):
        write_later(database, "message", writing(0))
        assert written(database) == ["m0"]


def test_threads_and_the_event_loop_of_one_process_take_turns(sqlite_database, threads):
    def desk():
        for n in range(20, 40):
            with sqlite_database.transaction() as session:
                writing(n)(session)

    beside = threading.Thread(target=desk)
    beside.start()
    outcomes = all_at_once(sqlite_database, threads, [writing(n) for n in range(20)])
    beside.join()
    assert outcomes == [f"m{n}" for n in range(20)] and len(written(sqlite_database)) == 40
