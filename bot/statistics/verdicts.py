"""What a check of a frozen figure finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.statistics.figures import Figure
from bot.statistics.frozen import Found, told
from bot.statistics.metrics import Number, Row
from bot.statistics.registry import Metric


@dataclass(frozen=True)
class Check:
    """What became of a frozen figure.

    Args:
        intact: the rows of then still give the figure and the hash of then; False means somebody altered rows or record.
        later: rows that came since.
        gone: rows of then that a snapshot no longer holds.
        now: the figure as it is known now.
        today: what stands behind it now.
    """

    code: str
    intact: bool
    later: tuple[Row, ...]
    gone: tuple[Row, ...]
    now: Figure
    same: bool
    today: Found

    def part(self, dimension: str, code: str | None) -> Number:
        """Return what the rows of then with this code amount to: those of now, less what came since, and what is gone."""
        total = self.today.parts(dimension).get(code, 0)
        for sign, some in ((-1, self.later), (1, self.gone)):
            total += sign * sum(signed(row, self.today.which) for row in some if getattr(row, dimension) == code)
        return self.today.scaled(total)


def signed(row: Row, which: Metric) -> int:
    """Return what a row adds to a metric, in parts of the unit."""
    return -row.quantity if row.kind in which.minus else row.quantity


def is_same(record: dict[str, Any], now: Figure) -> bool:
    """Whether a figure reads as it was frozen."""
    return bool(now.state.value == record["state"] and told(now) == record["value"])
