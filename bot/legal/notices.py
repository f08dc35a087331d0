"""Notices to residents about their case. The matter itself is never in the text: others may see the screen (domain.md 4.4)."""

from __future__ import annotations

from bot.legal.coded import Coded

CHECK = "查进度"


class NoticeKind(Coded):
    """What happened to a case: (code, how the office calls it)."""

    ACCEPTED = ("accepted", "受理")
    ASSIGNED = ("assigned", "指派")
    APPOINTMENT = ("appointment", "约见时间")
    RESULT = ("result", "结果")
    FOLLOW_UP = ("follow_up", "回访")


_NEWS = {
    NoticeKind.ACCEPTED: "有新进展",
    NoticeKind.ASSIGNED: "有新进展",
    NoticeKind.APPOINTMENT: "有了新的时间安排",
    NoticeKind.RESULT: "有了结果",
    NoticeKind.FOLLOW_UP: "想听听您的意见",
}


def notice_text(kind: NoticeKind, number: str) -> str:
    """Return what the resident reads: the number, that there is news, and where to look. Neither subject nor names."""
    return f"您的事项 {number} {_NEWS[kind]}，请点“{CHECK}”查看。"
