"""`bot keys` and `bot retention` from the command line."""

import os
from datetime import datetime, timedelta, timezone

import pytest

from bot.inbox import store
from bot.messages import Outbound
from tests.builders import make_inbound
from tests.commands import run_bot
from tests.databases import open_migrated


@pytest.fixture()
def bot(settings):
    environment = {**os.environ, "BOT_VAR": str(settings.var), "DATABASE_URL": "", "BOT_SECRET_KEYS": ""}
    database = open_migrated(settings)
    old = datetime.now(timezone.utc) - timedelta(days=100)
    with database.transaction() as session:
        message = store.receive(session, make_inbound("我叫张三", at=old))
        store.answer(session, message, [Outbound("您好")], old)
    database.close()

    def run(*arguments, code=0, **more):
        done = run_bot(*arguments, environment={**environment, **more})
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_keys_are_listed_rotated_and_dropped_without_showing_one(bot, settings):
    assert "k1           encrypts  2 values" in bot("keys", "list")
    assert "2 values are now under k2" in bot("keys", "rotate")
    assert "Dropped: k1" in bot("keys", "drop")
    said = bot("keys", "list")
    assert "k2           encrypts  2 values" in said
    assert not [line for line in (settings.var / "secret.keys").read_text().splitlines() if line.partition(":")[2] in said]
    assert oct((settings.var / "secret.keys").stat().st_mode)[-3:] == "600"


def test_the_key_of_the_hashes_changes_apart_and_stays_as_long_as_it_finds_something(bot, settings):
    assert "look-up      hashes    1 hashes" in bot("keys", "list")
    said = bot("keys", "rotate", "--look-up")
    assert "New key look-up-2" in said and "parties are now found by look-up-2" in said and "values are now under" not in said
    listed = bot("keys", "list")
    assert "look-up-2    hashes    0 hashes" in listed and "look-up      looks up  1 hashes" in listed and "k1           encrypts" in listed
    assert "Dropped: nothing" in bot("keys", "drop")
    bot("retention", "--apply")
    assert "Dropped: look-up" in bot("keys", "drop")
    assert [line.partition(":")[0] for line in (settings.var / "secret.keys").read_text().split()] == ["k1", "look-up-2"]


def test_keys_of_the_environment_are_not_changed_but_explained(bot, settings):
    lines = ",".join((settings.var / "secret.keys").read_text().split())
    assert "put it last there and restart" in bot("keys", "rotate", code=1, BOT_SECRET_KEYS=lines)
    assert "0 values are now under k1" in bot("keys", "rotate", "--keep-key", BOT_SECRET_KEYS=lines)


def test_retention_says_first_and_removes_only_when_told(bot):
    for _ in range(2):
        said = bot("retention")
        assert "conversation        1" in said and "Nothing was changed" in said
    assert "removed 1 of conversation" in bot("retention", "--apply")
    assert "conversation        0" in bot("retention")
