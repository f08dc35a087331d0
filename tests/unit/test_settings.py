"""Settings are typed, declared and refused together."""

import os
import re

import pytest

from bot.errors import BadSetting
from bot.settings import DECLARED, ROOT, read_settings


def test_every_setting_is_in_the_example_with_its_default():
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert example == {s.name: s.default for s in DECLARED}


def test_every_setting_that_is_read_is_declared():
    source = (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r'env\.\w+\("(\w+)"', source)) == {s.name for s in DECLARED}


def test_all_wrong_settings_are_named_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("BOT_PORT", "eighty")
    monkeypatch.setenv("BOT_WORKERS", "-1")
    with pytest.raises(BadSetting) as refusal:
        read_settings(env_file=tmp_path / "none")
    assert "BOT_PORT" in str(refusal.value) and "BOT_WORKERS" in str(refusal.value)


def test_there_is_a_worker_for_each_core_unless_a_number_is_given(monkeypatch, tmp_path):
    monkeypatch.delenv("BOT_WORKERS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    assert read_settings(env_file=tmp_path / "none").workers == 4
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert read_settings(env_file=tmp_path / "none").workers == 1
    monkeypatch.setenv("BOT_WORKERS", "3")
    assert read_settings(env_file=tmp_path / "none").workers == 3


def test_a_secret_may_lie_in_a_file_that_systemd_gives_the_service(monkeypatch, tmp_path):
    (tmp_path / "keys").write_text("k1:AAAA\n")
    (tmp_path / "aes").write_text("one,\ntwo\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("BOT_SECRET_KEYS", "file:keys")
    monkeypatch.setenv("WECHAT_TOKEN", f"file:{tmp_path / 'keys'}")
    monkeypatch.setenv("WECHAT_AES_KEYS", "file:aes")
    found = read_settings(env_file=tmp_path / "none")
    assert found.secret_keys == "k1:AAAA" and found.wechat.token == "k1:AAAA" and found.wechat.aes_keys == ("one", "two")
    assert os.environ["BOT_SECRET_KEYS"] == "file:keys", "what it starts finds the name only"


@pytest.mark.parametrize("content", [None, "", "\xff"])
def test_a_secret_that_cannot_be_read_stops_the_start_and_is_named(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "keys").write_bytes(content.encode("latin-1"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("BOT_SECRET_KEYS", "file:keys")
    with pytest.raises(BadSetting, match=r"BOT_SECRET_KEYS.*nothing can be read from"):
        read_settings(env_file=tmp_path / "none")
