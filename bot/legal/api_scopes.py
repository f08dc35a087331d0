"""What a program with a token may read. Pure."""

from __future__ import annotations

from bot.legal.coded import Coded


class Scope(Coded):
    """One part of the interface; a token names those it opens."""

    STATS = ("stats", "统计数字")
    ROWS = ("rows", "数字背后的明细行，不含个人信息")
    CASES = ("cases", "受理事项的状态，不含个人信息")
    PERIODS = ("periods", "关账记录")
