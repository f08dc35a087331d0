"""Stocks frozen month by month: a closing looks at the lines of its own month, and takes over what the closing before it froze.

A stock is made of everything since the books began. Lines are only ever added, each to the month it happened in; a month that has
as many lines as when it was frozen has the same lines. What was taken over is proved like everything else when a closing is checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.behind import Behind, behind
from bot.statistics.lines import from_ranges
from bot.statistics.periods import month, read_month
from bot.statistics.registry import Metric, Shape
from bot.statistics.totals import ALL
from bot.statistics.views import View
from bot.storage.book_tables import MonthPart

Frozen = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class StockMonths:
    """The lines of a stock by the month they happened in: "2026-03" → their number, sum, ids and hash."""

    which: Metric
    months: Frozen

    @property
    def total(self) -> int:
        """What stood at the end: the sum of all months."""
        return sum(one["sum"] for one in self.months.values())

    @property
    def rows(self) -> int:
        """How many lines there are."""
        return sum(one["rows"] for one in self.months.values())

    @property
    def sha256(self) -> str:
        """The hash over the months and their hashes (64 hex digits)."""
        told = "".join(f"{name} {one['rows']} {one['sum']} {one['sha256']}\n" for name, one in sorted(self.months.items()))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def ids(self) -> list[int]:
        """The ids of all lines, in order."""
        return sorted(n for one in self.months.values() for n in from_ranges(one["ids"]))


def freeze_stocks(session: Session, stocks: list[Metric], view: View, before: dict[str, Frozen]) -> list[StockMonths]:
    """Return what stands behind each stock at the end of a view's month.

    Args:
        before: code → months of an earlier closing; those with as many lines as now are taken over.
    """
    kept: list[Frozen] = []
    wanted: list[tuple[int, Metric, date]] = []
    for n, which in enumerate(stocks):
        lines, known = _lines_by_month(session, which, view), before.get(which.code, {})
        kept.append({name: known[name] for name, many in lines.items() if name in known and known[name]["rows"] == many})
        wanted += [(n, which, read_month(name).first) for name in lines if name not in kept[n]]
    for some in _runs(wanted):
        for (n, _, first), one in zip(some, behind(session, [_in_month(which, view, first) for _, which, first in some])):
            kept[n][f"{first:%Y-%m}"] = {"rows": one.rows, "sum": one.sum, "ids": one.ids, "sha256": one.sha256}
    return [StockMonths(which, months) for which, months in zip(stocks, kept)]


def asked_again(which: Metric, view: View, months: Frozen) -> list[tuple[Metric, View, str]]:
    """Return for each frozen month what has to be looked at again: (its lines as a sum, its view, the ids of then)."""
    return [(*_in_month(which, view, read_month(name).first), one["ids"]) for name, one in sorted(months.items())]


def is_as_frozen(found: Behind, one: dict[str, Any], later: int) -> bool:
    """Whether the lines of then give the number, the sum and the hash of then; `later` is what came since amounts to."""
    return (found.rows, found.sum - later, found.sha256) == (one["rows"], one["sum"], one["sha256"])


def _in_month(which: Metric, view: View, first: date) -> tuple[Metric, View]:
    return replace(which, shape=Shape.SUM), view.during(month(first.month, first.year))


def _lines_by_month(session: Session, which: Metric, view: View) -> dict[str, int]:
    conditions = [MonthPart.kind.in_((*which.kinds, *which.minus)), MonthPart.part == ALL, MonthPart.month < view.period.end]
    if not view.with_demo:
        conditions.append(MonthPart.is_demo.is_(False))
    query = sa.select(MonthPart.month, sa.func.sum(MonthPart.lines)).where(*conditions).group_by(MonthPart.month)
    return {f"{first:%Y-%m}": int(many) for first, many in session.execute(query)}


def _runs(wanted: list[tuple[int, Metric, date]]) -> list[list[tuple[int, Metric, date]]]:
    """Months that follow one another are read together; what lies between others is not read at all."""
    wanted = sorted(wanted, key=lambda one: (one[2], one[0]))
    numbered = {first: n for n, first in enumerate(sorted({first for _, _, first in wanted}))}
    return [list(run) for _, run in groupby(wanted, key=lambda one: one[2].year * 12 + one[2].month - numbered[one[2]])]
