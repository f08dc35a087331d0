"""The rules of notices to staff: quiet hours, pauses, one line a notice, and settings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from bot.errors import BadSetting
from bot.legal.staff_notices import PAUSES, QuietHours, StaffEvent, Told, message_of, pause_after
from bot.office import BEIJING
from bot.settings import read_settings


@pytest.mark.parametrize("at, quiet, over", [("22:00", True, "07:30"), ("07:29", True, "07:30"), ("07:30", False, None), ("21:29", False, None), ("21:30", True, "07:30")])
def test_quiet_hours_go_over_midnight(at, quiet, over):
    hours, moment = QuietHours(time(21, 30), time(7, 30)), datetime.combine(date(2026, 3, 16), time.fromisoformat(at), tzinfo=BEIJING)
    assert hours.covers(moment) is quiet
    if over:
        assert f"{hours.over_at(moment):%H:%M}" == over and timedelta(0) < hours.over_at(moment) - moment <= timedelta(hours=10)


def test_the_same_hour_twice_is_never_quiet():
    assert not any(QuietHours(time(0), time(0)).covers(datetime(2026, 3, 16, h, tzinfo=BEIJING)) for h in range(24))


def test_pauses_grow_and_end():
    assert [pause_after(n) for n in range(1, 7)] == sorted(PAUSES) and pause_after(7) is None


def test_a_message_has_one_line_a_notice():
    said = message_of([Told(StaffEvent.NEW_CASE, "GX1", "", "/a"), Told(StaffEvent.RISK, "第1号", "示例社区一", "/b")], "示例区", "https://d/")
    assert said.splitlines() == ["示例区：2条提醒", "【风险提示，请立即查看】第1号（示例社区一） https://d/b", "【新办件】GX1 https://d/a"]


def test_channels_are_off_until_they_are_set(monkeypatch, tmp_path):
    assert read_settings(env_file=tmp_path / "none").notices is None
    monkeypatch.setenv("STAFF_DINGTALK_WEBHOOK", "https://oapi.dingtalk.com/robot/send?access_token=x")
    known = read_settings(env_file=tmp_path / "none").notices
    assert known.quiet == (time(21, 30), time(7, 30)) and "access_token" not in repr(known)


@pytest.mark.parametrize(
    "wrong",
    [
        {"STAFF_DINGTALK_WEBHOOK": "http://oapi.dingtalk.com/robot/send"}, {"STAFF_QUIET_HOURS": "25:00-26:00"}, {"STAFF_MAIL_HOST": "smtp.example.cn"},
        {"STAFF_MAIL_HOST": "smtp.example.cn", "STAFF_MAIL_FROM": "a@example.cn", "STAFF_MAIL_TO": "nobody"}, {"STAFF_MAIL_SECURITY": "ssl"},
    ],
)  # fmt: skip
def test_wrong_settings_of_a_channel_stop_the_start(monkeypatch, tmp_path, wrong):
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match="STAFF_"):
        read_settings(env_file=tmp_path / "none")
