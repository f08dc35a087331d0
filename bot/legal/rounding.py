"""The 余 rule: how the office writes a large number in words. Pure."""

from __future__ import annotations

EXACT_BELOW = 20
WAN = 10_000


def with_yu(number: int) -> str:
    """Return a count as the annual report writes it: "100余" for 104, "40" for 40, "100万余" for 1 034 221.

    Below 20 exact; 20-99 down to tens; 100-9 999 down to hundreds; from 10 000 down to 万; from 1 000 000 down to
    十万. A number that is round already takes no 余. Only ever down, never up.

    Raises:
        ValueError: the number is negative.

    Source: domain.md 1.4 rule 4.
    """
    if number < 0:
        raise ValueError(f"A count cannot be negative, got {number}.")
    if number < EXACT_BELOW:
        return str(number)
    step = _step(number)
    down = number - number % step
    shown = f"{down // WAN}万" if down >= WAN else str(down)
    return shown if down == number else f"{shown}余"


def _step(number: int) -> int:
    if number < 100:
        return 10
    if number < WAN:
        return 100
    return WAN if number < 100 * WAN else 10 * WAN
