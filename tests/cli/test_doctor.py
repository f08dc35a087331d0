"""`bot doctor` names each thing that is wrong, with its mend."""

import os
import resource
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot import doctor_proofs
from bot.inbox import store
from bot.ledger import audit
from bot.ledger.cases import open_case
from bot.ledger.periods import close_month
from bot.statistics.closings import month_body
from bot.storage import personal_data
from bot.storage.personal_data import KeyRing
from tests.builders import make_inbound, make_request
from tests.conftest import NOON
from tests.databases import open_migrated


@pytest.fixture()
def lived_in(database, settings):
    personal_data.load("", settings.var)
    with database.transaction() as session:
        open_case(session, make_request(), "GX", NOON)
        store.receive(session, make_inbound())
        close_month(session, "2026-03", month_body(session, "2026-03"), "a", NOON + timedelta(days=30))
        audit.note(session, "a", "opened", "GX2026-00001", NOON)
    return database


def states(findings):
    return {f.what: f.state for f in findings}


def test_a_sound_database_is_proved_with_its_counts_and_heads(lived_in):
    found = {f.what: f for f in doctor_proofs.books(lived_in)}
    assert {f.state for f in found.values()} == {"ok"}
    assert found["counts"].seen.startswith("1 cases, 1 lines") and "1 hold" in found["closed months"].seen and "1 entries" in found["audit log"].seen


def test_a_roll_up_that_differs_is_named(lived_in):
    with lived_in.transaction() as session:
        session.execute(sa.text("UPDATE daily_counts SET quantity = quantity + 1"))
    assert states(doctor_proofs.books(lived_in))["counts"] == "bad"


def test_a_changed_audit_log_is_named(settings):
    database = open_migrated(settings)
    with database.transaction() as session:
        audit.note(session, "a", "opened", "GX2026-00001", NOON)
        for name in session.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")).scalars().all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        table = audit.AuditEntry.__tablename__
        session.execute(sa.text(f"UPDATE {table} SET actor = 'somebody'"))
    found = {f.what: f for f in doctor_proofs.books(database)}
    assert found["audit log"].state == "bad" and "entry 1" in found["audit log"].seen
    database.close()


def test_values_that_no_key_opens_are_named(lived_in, monkeypatch):
    monkeypatch.setattr(personal_data, "_file", None)
    monkeypatch.setattr(personal_data, "_ring", KeyRing({"k9": b"9" * 32}))
    finding, = doctor_proofs.keys(lived_in)
    assert finding.state == "bad" and "k1" in finding.seen and "BOT_SECRET_KEYS" in finding.mend


def test_a_database_beside_another_look_up_key_is_named(lived_in, monkeypatch):
    assert states(doctor_proofs.look_ups(lived_in)) == {"look-up": "ok"}
    ring = personal_data.parse_ring(personal_data._file.read_text() + personal_data.new_key("look-up"))
    monkeypatch.setattr(personal_data, "_file", None)
    monkeypatch.setattr(personal_data, "_ring", ring)
    assert states(doctor_proofs.look_ups(lived_in)) == {"look-up": "bad"}


def test_a_clock_that_went_back_is_named(lived_in):
    assert next(doctor_proofs.clock(lived_in, NOON - timedelta(hours=1))).state == "bad"
    assert next(doctor_proofs.clock(lived_in, datetime.now(timezone.utc))).state == "ok"


def test_what_is_past_its_time_is_named(lived_in):
    with lived_in.transaction() as session:
        old = store.receive(session, make_inbound(conversation="web:old"))
        store.answer(session, old, [], NOON)
    assert next(doctor_proofs.retention(lived_in, NOON)).state == "ok"
    finding = next(doctor_proofs.retention(lived_in, NOON + timedelta(days=100)))
    assert finding.state == "care" and "conversation 1" in finding.seen and "--apply" in finding.mend


def test_a_limit_on_files_is_named(settings):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        finding, = doctor_proofs.writable(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert finding.state == "bad" and "ulimit" in finding.mend


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root can mount")
@pytest.mark.parametrize("how, said", [("ro", "read-only"), ("size=64k", "full")])
def test_a_read_only_and_a_full_file_system_are_named(settings, tmp_path, how, said):
    place = tmp_path / "mounted"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        finding, = doctor_proofs.writable(replace(settings, var=place))
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert finding.state == "bad" and said in finding.mend
