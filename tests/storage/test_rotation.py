"""Keys are changed while the product runs; nothing is lost, and an old key can be forgotten."""

import threading

import pytest
import sqlalchemy as sa

from bot.errors import BadSetting
from bot.inbox import store
from bot.ledger.cases import open_case
from bot.ledger.people import phone_hash
from bot.storage import personal_data, rotation
from bot.storage.columns import EncryptedText
from bot.storage.database import open_database
from bot.storage.personal_data import FILE, KeyRing
from bot.storage.rotation import add_key, count_by_key, drop_old_keys, places, reencrypt_all
from bot.storage.tables import Base, CasePerson, Message, Tracker
from tests.builders import make_inbound, make_request
from tests.conftest import NOON


@pytest.fixture()
def lived_in(database, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    personal_data.load("", settings.var)
    with database.transaction() as session:
        for n in range(10):
            store.receive(session, make_inbound(f"我叫张三{n}", external_id=f"m{n}"))
        open_case(session, make_request(), "GX", NOON)
        lines = "\n".join(personal_data.keys().encrypt(f"[{n}]", "trackers.body") for n in range(3))
        session.add(Tracker(conversation_id="web:a", version=1, body=lines, saved_at=NOON))
    return database


def rotate(settings, database):
    name = add_key(settings.var / FILE)
    personal_data.load("", settings.var)
    return name, reencrypt_all(database, settle=0)


def test_every_encrypted_column_of_every_table_is_known():
    named = {p.column for p in places()}
    assert {c for t in Base.metadata.tables.values() for c in t.columns if isinstance(c.type, EncryptedText)} < named
    assert len({p.name for p in places()}) == len(places())


def test_after_rotation_all_values_are_under_the_new_key_and_read_as_before(lived_in, settings):
    name, changed = rotate(settings, lived_in)
    assert name == "k2" and set(count_by_key(lived_in)) == {"k2"} and changed >= 14
    with lived_in.reading() as session:
        assert session.execute(sa.select(Message.text).order_by(Message.id)).scalars().all() == [f"我叫张三{n}" for n in range(10)]
        body = session.execute(sa.select(Tracker.body)).scalar_one()
    assert [personal_data.keys().decrypt(line, "trackers.body") for line in body.split("\n")] == ["[0]", "[1]", "[2]"]
    assert reencrypt_all(lived_in, settle=0) == 0


def test_look_ups_by_hash_find_the_same_people_after_rotation_and_after_dropping_the_old_key(lived_in, settings):
    before = phone_hash("13800138000")
    rotate(settings, lived_in)
    assert drop_old_keys(settings.var / FILE, lived_in) == ("k1",)
    personal_data.load("", settings.var)
    assert phone_hash("13800138000") == before and personal_data.keys().names == ("k2",)
    with lived_in.reading() as session:
        assert session.execute(sa.select(CasePerson.name).where(CasePerson.phone_hash == before)).scalar_one() == "张三"


def test_a_key_that_is_still_needed_is_not_dropped(lived_in, settings):
    add_key(settings.var / FILE)
    personal_data.load("", settings.var)
    with pytest.raises(BadSetting, match="rotate"):
        drop_old_keys(settings.var / FILE, lived_in)


def test_a_running_process_takes_up_the_new_key_by_itself(lived_in, settings, monkeypatch):
    monkeypatch.setattr(personal_data, "LOOK_EVERY", 0.0)
    assert personal_data.keys().newest == "k1"
    add_key(settings.var / FILE)
    assert personal_data.keys().newest == "k2"
    settings.var.joinpath(FILE).unlink()
    assert personal_data.keys().newest == "k2"  # the file is away; what is known is still good


def test_what_another_process_wrote_with_a_key_that_just_came_is_read_at_once(lived_in, settings, monkeypatch):
    monkeypatch.setattr(personal_data, "LOOK_EVERY", 3600.0)
    add_key(settings.var / FILE)
    written = personal_data.parse_ring((settings.var / FILE).read_text()).encrypt("楼上漏水", "replies.body")
    assert written.startswith("k2.") and personal_data.keys().newest == "k1"
    assert personal_data.keys().decrypt(written, "replies.body") == "楼上漏水" and personal_data.keys().newest == "k2"
    with pytest.raises(BadSetting, match="add that key"):
        personal_data.keys().decrypt(written.replace("k2.", "k9."), "replies.body")


def test_what_residents_say_during_a_rotation_is_kept(lived_in, settings):
    """Words come in and trackers grow while every value is being changed."""
    stop, said = threading.Event(), []

    def talk():
        other = open_database(settings) if lived_in.is_sqlite else lived_in
        while not stop.is_set():
            with lived_in.transaction() as session:
                said.append(store.receive(session, make_inbound(f"话{len(said)}", external_id=f"t{len(said)}")).id)
                session.execute(sa.update(Tracker).values(body=personal_data.keys().encrypt(f"[{len(said)}]", "trackers.body")))
        if other is not lived_in:
            other.close()

    talker = threading.Thread(target=talk)
    talker.start()
    rotate(settings, lived_in)
    stop.set()
    talker.join()
    with lived_in.reading() as session:
        texts = session.execute(sa.select(Message.text).where(Message.id.in_(said)).order_by(Message.id)).scalars().all()
        body = session.execute(sa.select(Tracker.body)).scalar_one()
    assert texts == [f"话{n}" for n in range(len(said))]
    assert personal_data.keys().decrypt(body, "trackers.body") == f"[{len(said)}]"


def test_a_ring_without_an_encrypting_key_is_refused():
    with pytest.raises(BadSetting, match="encrypts"):
        KeyRing({"look-up": b"1" * 32})
