"""The tables state what must be true, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadSetting, CaseNotFound, DatabaseBehind
from bot.ledger.services import Service, record, record_many, reverse, reverse_all
from bot.legal.cases import Channel
from bot.statistics.rollups import recount
from bot.storage import personal_data
from bot.storage.personal_data import KeyRing, read_ring
from bot.storage.tables import Message, ServiceEntry
from tests.conftest import NOON
from tests.storage.test_books_properties import quick, undone


def write_one(database, key="a", **changed):
    with database.transaction() as session:
        return record(session, Service("bot_answer", NOON, key, Channel.WEB, **changed), NOON)


def test_migrating_twice_changes_nothing(database):
    write_one(database)
    database.migrate()
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(ServiceEntry)).scalar_one() == 1


def test_a_database_of_a_newer_release_is_not_touched(database):
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseBehind, match="9999"):
        database.migrate()


@pytest.mark.parametrize("statement", ["UPDATE service_entries SET quantity = 9", "DELETE FROM service_entries"])
def test_the_database_itself_refuses_to_change_the_books(database, statement):
    write_one(database)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(sa.text(statement))
    with database.reading() as session:
        assert session.execute(sa.select(ServiceEntry.quantity)).scalar_one() == 1


def test_the_same_service_is_written_once(database):
    assert write_one(database).id == write_one(database).id


def test_the_same_service_twice_before_anything_was_written_is_one_line(database):
    with database.transaction() as session:
        first = record(session, Service("bot_answer", NOON, "a", Channel.WEB), NOON)
        assert record(session, Service("bot_answer", NOON, "a", Channel.WEB), NOON) is first and first.id is not None
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(ServiceEntry)).scalar_one() == 1


def test_many_services_leave_the_lines_that_one_by_one_leaves(database):
    services = [Service("handover", NOON + timedelta(hours=n), f"k{n}", Channel.WEB, community=f"c0{n % 3}" if n % 4 else None) for n in range(30)]
    columns = [c for c in ServiceEntry.__table__.c if c.name not in ("id", "source_key")]
    with database.transaction() as session:
        for service in services:
            record(session, replace(service, source_key=f"one:{service.source_key}"), NOON)
        assert record_many(session, iter([*services, services[0]]), NOON) == 30
        assert record_many(session, services, NOON) == 0 == record_many(session, [], NOON)
        assert record(session, services[7], NOON).source_key == "k7"
    with database.reading() as session:
        one_by_one, together = (session.execute(sa.select(*columns).where(ServiceEntry.source_key.like(like)).order_by(ServiceEntry.id)).all() for like in ("one:%", "k%"))
        assert one_by_one == together and len(together) == 30 and recount(session) == []


def test_a_line_that_is_known_reads_as_it_stands_whatever_waits_beside_it(database):
    stored = write_one(database, "k7", quantity=3, community="c01")
    with database.transaction() as session:
        lines = [record(session, Service("bot_answer", NOON, f"k{n}", Channel.WEB), NOON) for n in range(450)]
        session.flush()
        assert [n for n, line in enumerate(lines) if line.was_there] == [7] and len({line.id for line in lines}) == 450
        assert (lines[7].id, lines[7].quantity, lines[7].community, lines[7].happened_at) == (stored.id, 3, "c01", NOON)
        again = record(session, Service("bot_answer", NOON, "k7", Channel.WEB), NOON)
        session.flush()
        assert (again.id, again.quantity, again.was_there) == (stored.id, 3, True)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(ServiceEntry)).scalar_one() == 450 and recount(session) == []


def test_a_line_that_was_rolled_back_while_it_waited_is_written_when_it_comes_again(database):
    with database.transaction() as session:
        savepoint = session.begin_nested()
        record(session, Service("bot_answer", NOON, "a", Channel.WEB), NOON)
        savepoint.rollback()
        record(session, Service("bot_answer", NOON, "b", Channel.WEB), NOON)
        assert record(session, Service("bot_answer", NOON, "a", Channel.WEB), NOON).id is None
    with database.reading() as session:
        assert sorted(session.execute(sa.select(ServiceEntry.source_key)).scalars()) == ["a", "b"]


@quick
@given(keys=st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["go on", "flush", "roll back", "commit"])), max_size=30))
def test_however_lines_wait_each_key_is_counted_once(database, keys):
    with undone(database) as session:
        written = set()
        savepoint, since = session.begin_nested(), set()
        for key, then in keys:
            line = record(session, Service("bot_answer", NOON, f"k{key}", Channel.WEB), NOON)
            since.add(f"k{key}")
            if then == "flush":
                session.flush()
                assert line.id is not None
            elif then in ("commit", "roll back"):
                savepoint.commit() if then == "commit" else savepoint.rollback()
                written |= since if then == "commit" else set()
                savepoint, since = session.begin_nested(), set()
        savepoint.commit()
        session.flush()
        assert sorted(session.execute(sa.select(ServiceEntry.source_key)).scalars()) == sorted(written | since) and recount(session) == []


def test_taking_back_what_is_not_there_is_refused(database):
    there = write_one(database)
    with database.transaction() as session, pytest.raises(CaseNotFound, match="4711"):
        reverse_all(session, [there.id, 4711], "entered twice", "a01", NOON)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(ServiceEntry)).scalar_one() == 1


def test_lines_of_several_years_are_taken_back_together(database):
    wrong = [write_one(database, f"k{n}", quantity=n + 1) for n in range(3)]
    with database.transaction() as session:
        wrong.append(record(session, Service("bot_answer", NOON.replace(year=2021), "old", Channel.WEB), NOON))
        session.flush()
        back = reverse_all(session, [line.id for line in wrong], "entered twice", "a01", NOON)
        assert [(line.reverses_id, line.quantity, line.happened_at) for line in back] == [(line.id, -line.quantity, line.happened_at) for line in wrong]
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.sum(ServiceEntry.quantity))).scalar_one() == 0 and recount(session) == []


def test_a_mistake_is_taken_back_by_a_second_line_with_a_reason(database):
    wrong = write_one(database, quantity=3)
    with database.transaction() as session:
        reverse(session, wrong.id, "entered twice", "a01", NOON)
    with database.reading() as session:
        lines = session.execute(sa.select(ServiceEntry.quantity, ServiceEntry.reason).order_by(ServiceEntry.id)).all()
    assert [tuple(line) for line in lines] == [(3, None), (-3, "entered twice")]


def test_a_time_without_zone_is_refused(database):
    with pytest.raises(sa.exc.StatementError, match="without zone"), database.transaction() as session:
        session.add(ServiceEntry(source_key="x", kind="k", quantity=1, happened_at=datetime(2026, 1, 1), recorded_at=NOON, recorded_by="t", tier="community", channel="web"))


def test_what_residents_say_is_not_readable_in_the_file(database):
    from bot.inbox import store
    from tests.builders import make_inbound

    with database.transaction() as session:
        store.receive(session, make_inbound("我的电话是13800138000"))
    with database.reading() as session:
        raw = session.execute(sa.text("SELECT text FROM messages")).scalar_one()
        assert "13800138000" not in raw and raw.startswith("k1.")
        assert session.execute(sa.select(Message.text)).scalar_one() == "我的电话是13800138000"


def test_a_value_moved_to_another_column_does_not_open():
    ring = KeyRing({"k1": b"1" * 32})
    with pytest.raises(BadSetting, match="does not open"):
        ring.decrypt(ring.encrypt("x", "messages.text"), "case_people.name")


def test_an_older_key_still_opens_and_look_ups_stay_the_same():
    old = KeyRing({"k1": b"1" * 32})
    both = KeyRing({"k2": b"2" * 32, "k1": b"1" * 32})
    assert both.decrypt(old.encrypt("x", "p"), "p") == "x"
    assert both.encrypt("x", "p").startswith("k2.")
    assert both.look_up_hash("138", "phone") == old.look_up_hash("138", "phone")


@pytest.mark.parametrize("declared", ["k1:short", "k1:!!!", ",", "k.1:" + "A" * 43 + "="])
def test_unusable_keys_are_refused_at_start(declared, tmp_path):
    with pytest.raises(BadSetting, match="BOT_SECRET_KEYS"):
        read_ring(declared, tmp_path)


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    first, second = read_ring("", tmp_path), read_ring("", tmp_path)
    assert second.decrypt(first.encrypt("x", "p"), "p") == "x"
    assert (tmp_path / "secret.keys").stat().st_mode & 0o077 == 0


def test_no_keys_no_data(monkeypatch):
    monkeypatch.setattr(personal_data, "_ring", None)
    with pytest.raises(BadSetting, match="open_database"):
        personal_data.keys()


def test_an_error_of_the_database_does_not_tell_what_was_to_be_stored(database):
    with pytest.raises(sa.exc.IntegrityError) as failed, database.transaction() as session:
        session.execute(sa.text("INSERT INTO consents (source_key, conversation_id, version, notice, channel, given_at) VALUES (:a, :a, :a, :a, :a, NULL)"), {"a": "暗号鹦鹉"})
    assert "暗号" not in str(failed.value).split("DETAIL")[0]
