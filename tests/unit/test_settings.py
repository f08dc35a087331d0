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
