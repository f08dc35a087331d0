"""The monthly screening of disputes: when it is due, who has not handed in, how grave a finding is. Pure (domain.md 2.11).

A round a month and community; handed in by the 25th, put together on the 3rd of the next month (values set by us).
"""

from __future__ import annotations

from datetime import date

from bot.legal.coded import Coded

DUE_DAY, SUMMARY_DAY = 25, 3
REMIND_FROM = 20


class RiskLevel(Coded):
    """How grave a finding is; a critical one is told to police and judicial office at once (人民调解法 25)."""

    LOW = ("low", "低")
    MEDIUM = ("medium", "中")
    HIGH = ("high", "高")
    CRITICAL = ("critical", "危急")


class RoundState(Coded):
    """Where a community stands with its report of a month."""

    DONE = ("done", "已报")
    ZERO = ("zero", "已报，无纠纷")
    RUNNING = ("running", "还没到期")
    SOON = ("soon", "快到期")
    MISSING = ("missing", "缺报")


def due_on(month: date) -> date:
    """Return the last day to hand in, for any day of the month."""
    return month.replace(day=DUE_DAY)


def round_state(month: date, today: date, rounds: int, findings: int) -> RoundState:
    """Return how a community stands.

    Args:
        month: any day of the month reported on.
        today: Beijing date.
        rounds: reports handed in that stand.
        findings: what they found together.
    """
    if rounds:
        return RoundState.DONE if findings else RoundState.ZERO
    last = due_on(month)
    if today > last:
        return RoundState.MISSING
    return RoundState.SOON if today >= month.replace(day=REMIND_FROM) else RoundState.RUNNING


def is_reminder_day(today: date) -> bool:
    """Whether those who have not handed in are reminded today: from the 20th to the 25th of the month, and on the 3rd of the next."""
    return REMIND_FROM <= today.day <= DUE_DAY or today.day == SUMMARY_DAY


def reminded_month(today: date) -> date:
    """Return the first day of the month that a reminder of today is about."""
    if today.day > SUMMARY_DAY:
        return today.replace(day=1)
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
