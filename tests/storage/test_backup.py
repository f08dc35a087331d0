"""A backup can be restored whole, into either kind of database; anything else is refused."""

import itertools
import threading

import pytest
import sqlalchemy as sa

from bot.inbox import store
from bot.ledger.cases import find_case, open_case
from bot.messages import Outbound
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage import backup, personal_data
from bot.storage.backup import NotEmpty, back_up, inspect, restore
from bot.storage.database import Database
from bot.storage.personal_data import KeyRing
from bot.storage.sealed_file import UnreadableBackup
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

DAY = read_period("2026-03-16", "2026-03-16")


@pytest.fixture()
def backed_up(database, tmp_path):
    with database.transaction() as session:
        store.receive(session, make_inbound("我叫张三"))
        for n in range(30):
            open_case(session, make_request(source_key=str(n)), "GX", NOON)
    path = tmp_path / "backup.sealed"
    back_up(database, path, NOON)
    return path


@pytest.fixture()
def elsewhere(tmp_path):
    place = Database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    yield place
    place.close()


def test_what_was_backed_up_is_there_again(backed_up, elsewhere, database):
    brought = restore(elsewhere, backed_up)
    assert brought.rows["cases"] == 30 and brought == inspect(backed_up)
    with elsewhere.reading() as session, database.reading() as before:
        case = find_case(session, "GX2026-00030", conversation="web:x", phone_tail="8000")
        assert case.requested_at == NOON
        which = metrics.metric("requests")
        assert metrics.count(session, which, DAY) == metrics.count(before, which, DAY) == 30


def test_life_goes_on_after_a_restore(backed_up, elsewhere):
    restore(elsewhere, backed_up)
    with elsewhere.transaction() as session:
        assert open_case(session, make_request(source_key="new"), "GX", NOON).number == "GX2026-00031"
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), elsewhere.transaction() as session:
        session.execute(sa.text("DELETE FROM service_entries"))


def test_a_backup_of_sqlite_can_be_restored_into_postgresql(settings, postgres_url, tmp_path):
    from bot.storage.database import open_database
    from tests.databases import empty_postgres

    source = open_database(settings)
    source.migrate()
    with source.transaction() as session:
        open_case(session, make_request(), "GX", NOON)
    back_up(source, tmp_path / "b", NOON)
    target = Database(empty_postgres(postgres_url))
    restore(target, tmp_path / "b")
    with target.transaction() as session:
        assert open_case(session, make_request(source_key="new"), "GX", NOON).number == "GX2026-00002"
    target.close()
    source.close()


def test_a_backup_taken_while_residents_talk_is_of_one_moment(database, elsewhere, tmp_path):
    """Each message is stored with its answer: a copy with one and not the other would be of two moments."""
    stop, begun = threading.Event(), threading.Event()

    def talk():
        for n in itertools.count():
            with database.transaction() as session:
                said = store.receive(session, make_inbound(f"话{n}", external_id=f"m{n}"))
                store.answer(session, said, [Outbound("好")], NOON)
            begun.set()
            if stop.is_set():
                return

    talking = threading.Thread(target=talk)
    talking.start()
    begun.wait(30)
    back_up(database, tmp_path / "b", NOON)
    stop.set()
    talking.join()
    brought = restore(elsewhere, tmp_path / "b")
    assert brought.rows["messages"] == brought.rows["replies"] > 0
    with elsewhere.reading() as session:
        assert session.execute(sa.text("SELECT count(*) FROM messages WHERE state = 'waiting'")).scalar_one() == 0


def test_a_restore_never_overwrites(backed_up, elsewhere):
    restore(elsewhere, backed_up)
    with pytest.raises(NotEmpty, match="not empty"):
        restore(elsewhere, backed_up)


def test_no_word_of_a_resident_is_readable_in_the_file(backed_up):
    assert "张三".encode() not in backed_up.read_bytes() and b"13800138000" not in backed_up.read_bytes()


@pytest.mark.parametrize("damage", [
    lambda b: b[:-20], lambda b: b[: len(b) // 2], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b"", lambda b: b"PK\x03\x04 something else", lambda b: b + b"x" * 40,
])
def test_a_cut_altered_or_foreign_file_is_refused_and_nothing_is_written(backed_up, elsewhere, damage):
    backed_up.write_bytes(damage(backed_up.read_bytes()))
    with pytest.raises(UnreadableBackup):
        restore(elsewhere, backed_up)
    assert not sa.inspect(elsewhere.engine).has_table("cases")


def test_another_key_does_not_open_it(backed_up, elsewhere, monkeypatch):
    monkeypatch.setattr(personal_data, "_ring", KeyRing({"k1": b"9" * 32}))
    with pytest.raises(UnreadableBackup, match="another key"):
        restore(elsewhere, backed_up)


@pytest.mark.parametrize("batch", [1, 3, 50])
def test_rows_come_back_in_any_size_of_batch_and_equal_in_every_table(backed_up, elsewhere, database, monkeypatch, batch):
    """More rows of a child than fit a batch, fewer of its parent; and what the database derives is not counted twice."""
    monkeypatch.setattr(backup, "BATCH", batch)
    restore(elsewhere, backed_up)
    rows = {}
    for place in (database, elsewhere):
        with place.engine.connect().execution_options(reading=True) as connection:
            tables = [t for t in sa.inspect(connection).get_table_names() if t != "entry_keys" and not t.startswith("service_entries_")]  # PostgreSQL's alone
            rows[place] = {t: connection.execute(sa.text(f"SELECT count(*) FROM {t}")).scalar_one() for t in tables}
            rows[place]["sum"] = connection.execute(sa.text("SELECT (SELECT sum(quantity) FROM daily_counts), (SELECT sum(quantity) FROM hourly_counts)")).one()
    assert rows[elsewhere] == rows[database] and rows[database]["case_events"] == 30
