"""Writers of one SQLite file: each gets its turn, and a turn that ends badly is given back."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from bot.storage import sqlite_turns
from bot.storage.database import Database


@pytest.fixture()
def counter(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'turns.db'}")
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE counter (n INTEGER CHECK (n < 1000))"))
        session.execute(sa.text("INSERT INTO counter VALUES (0)"))
    yield database
    database.close()


@pytest.fixture()
def stranger(tmp_path):
    """Another process's connection, as SQLite sees it."""
    with sqlite3.connect(tmp_path / "turns.db", isolation_level=None, check_same_thread=False) as connection:
        yield connection
    connection.close()


def add(database, how_much=1):
    with database.transaction() as session:
        session.execute(sa.text("UPDATE counter SET n = n + :n"), {"n": how_much})


def value(database):
    with database.reading() as session:
        return session.execute(sa.text("SELECT n FROM counter")).scalar_one()


def test_many_writers_of_a_process_lose_nothing(counter):
    threads = [threading.Thread(target=lambda: [add(counter) for _ in range(10)]) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(counter) == 100


def test_a_writer_goes_on_when_another_process_is_done(counter, stranger):
    stranger.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(target=add, args=(counter,))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive() and value(counter) == 0
    stranger.execute("UPDATE counter SET n = 5")
    stranger.execute("COMMIT")
    waiting.join(10)
    assert value(counter) == 6


def test_who_waits_too_long_is_told_and_the_next_one_writes(counter, stranger, monkeypatch):
    monkeypatch.setattr(sqlite_turns, "BUSY_SECONDS", 0.05)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(sa.exc.OperationalError, match="database is locked"):
        add(counter)
    stranger.execute("ROLLBACK")
    add(counter)
    assert value(counter) == 1


def test_waiting_behind_ones_own_process_ends_too(counter, monkeypatch):
    monkeypatch.setattr(sqlite_turns, "BUSY_SECONDS", 0.05)
    with counter.transaction() as session:
        session.connection()  # begins
        with pytest.raises(sa.exc.OperationalError, match="database is locked"):
            add(counter)
    add(counter)
    assert value(counter) == 1


@pytest.mark.parametrize("how", ["refused", "left", "closed"])
def test_a_turn_that_ends_badly_is_given_back(counter, how):
    session = counter.begin()
    session.execute(sa.text("UPDATE counter SET n = 7"))
    if how == "refused":
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(sa.text("UPDATE counter SET n = 1000"))
        session.rollback()
    elif how == "left":
        session.close()
    else:
        session.connection().connection.dbapi_connection.close()
        session.invalidate()
    add(counter)
    assert value(counter) == 1


def test_two_files_do_not_wait_for_each_other(counter, tmp_path):
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    with counter.transaction() as held, other.transaction() as session:
        held.connection()
        session.execute(sa.text("CREATE TABLE t (n INTEGER)"))
    other.close()
