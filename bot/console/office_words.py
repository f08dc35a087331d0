"""The dashboard's figures as people read them: labels, changes, addresses of rows, and what the charts are drawn from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.console.asked import TAXONOMIES, address_of
from bot.office import BEIJING, Office
from bot.reports.tables import line_label
from bot.statistics.dashboard import Cell, Headline, Split
from bot.statistics.figures import Figure, State
from bot.statistics.metrics import Number, Row, label_of
from bot.statistics.periods import name_of
from bot.statistics.registry import all_metrics, metric
from bot.statistics.views import NONE, View

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SHADES = 5
LARGEST_BARS = 12
_QUARTERS = tuple((f"Q{n}", f"第{'一二三四'[n - 1]}季度") for n in range(1, 5))
PARTS = (("", "全年"), ("H1", "上半年"), ("H2", "下半年"), *_QUARTERS, *((f"-{n:02d}", f"{n}月") for n in range(1, 13)))


@dataclass(frozen=True)
class Tile:
    """A headline figure; `changes` are (what with, how much, "up" | "down" | "same" | "")."""

    code: str
    label: str
    unit: str
    shown: str
    known: bool
    address: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A number of a table; `address` opens its rows, None where nothing can be opened."""

    text: str
    address: str | None
    shade: int = 0


@dataclass(frozen=True)
class Grid:
    """A table and the chart beside it; `chart` is JSON, "" where there is nothing to draw."""

    code: str
    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Shown, ...]], ...]
    totals: tuple[Shown, ...]
    chart: str
    note: str = ""

    @property
    def shaded(self) -> bool:
        """Whether any number stands out, so that there is something to see."""
        return any(one.shade for _, cells in self.lines for one in cells)


@dataclass(frozen=True)
class Board:
    """The whole dashboard."""

    tiles: tuple[Tile, ...]
    grids: dict[str, Grid]
    heat: Grid | None


def board(tops: list[Headline], flow: Split, splits: list[Split], lists: list[Split], hours: tuple[str, Any], view: View, office: Office) -> Board:
    """Return the dashboard in words."""
    grids = {s.code: _grid(s, office) for s in (flow, *splits, *lists)}
    code, found = hours
    return Board(tuple(_tile(top, view) for top in tops), grids, _heat(code, found, view) if found else None)


def row_cells(row: Row, office: Office) -> tuple[str, ...]:
    """Return a row as the rows page shows it; what might point to a conversation is left out."""
    codes = [(name, getattr(row, name)) for name in ("community", "channel", "tier", "topic", "dispute_type")]
    back = f"冲正{row.reverses_id}：{row.reason}" if row.reverses_id else ""
    return (
        str(row.id), _at(row.happened_at), _at(row.recorded_at), kind_labels().get(row.kind, row.kind), str(row.quantity), row.case_number or "",
        *(_label(name, code, office) for name, code in codes), row.recorded_by, back,
    )  # fmt: skip


@lru_cache(maxsize=1)
def kind_labels() -> dict[str, str]:
    """Return what people read for a kind of line: the label of the first metric made of it alone."""
    found: dict[str, str] = {}
    for m in all_metrics():
        if len(m.kinds) == 1 and not m.minus:
            found.setdefault(m.kinds[0], m.label)
    return found


def period_choices(day: date, view: View) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the periods of the last three years as (year, [(name, words)]), and the asked one where it is none of them."""
    found = [(f"{year}年", [(f"{year}{part}", f"{year}年{words}") for part, words in PARTS]) for year in range(day.year, day.year - 3, -1)]
    named = name_of(view.period)
    if named and not any(named == name for _, names in found for name, _ in names):
        found.append(("其他", [(named, named)]))
    return found


def _tile(top: Headline, view: View) -> Tile:
    which = top.now.metric
    changes = (_change("比上期", top.now, top.before), _change("比上年同期", top.now, top.last_year))
    shown = top.now.shown if which.code != "satisfaction" or top.now.state is not State.NA else "评价不足30条"
    return Tile(which.code, which.label, which.unit, shown, top.now.value is not None, rows_address(which.code, view), changes)


def _change(what: str, new: Figure, old: Figure) -> tuple[str, str, str]:
    if new.value is None or old.value is None:
        return what, "无可比数", ""
    difference = new.value - old.value
    if new.metric.unit == "%":
        words = f"{difference:+}个百分点"
    elif not old.value:
        words = f"{difference:+}" if difference else "持平"
    else:
        share = (Decimal(difference) * 100 / Decimal(old.value)).quantize(Decimal("0.1"))
        words = f"{difference:+}（{share:+}%）" if difference else "持平"
    return what, words, "up" if difference > 0 else "down" if difference < 0 else "same"


def rows_address(code: str, view: View, **more: Any) -> str:
    """Return the address of the rows behind a figure."""
    return f"/console/office/rows/{code}?{address_of(view, **more)}"


def _grid(split: Split, office: Office) -> Grid:
    heads = tuple(f"{metric(h).label}（{metric(h).unit}）" if h else "数量" for h in split.heads)
    largest = [max((line.cells[i].value for line in split.lines), default=0) for i in range(len(split.heads))]
    lines = tuple((line_label(split, line, office), tuple(_shown(c, largest[i], office) for i, c in enumerate(line.cells))) for line in split.lines)
    totals = tuple(_shown(cell, 0, office) for cell in split.totals.cells) if split.totals else ()
    chart = _chart(split, office) if any(cell.value for line in split.lines for cell in line.cells) else ""
    return Grid(split.code, split.title, heads, lines, totals, chart, NOTES.get(split.code, ""))


NOTES = {
    "funnel": "各级都是同期发生数，不是同一批人的追踪：一件事可能只走其中几级。",
    "replies": "自然时间，含夜间和节假日；智能助手的自动答复不算。",
    "stars": "有效评价不足30条时不计算满意率。",
    "outcome": "调解终止含移送其他组织。",
}


def _shown(cell: Cell, largest: Number, office: Office) -> Shown:
    shade = -(-SHADES * cell.value // largest) if largest and cell.value > 0 else 0
    community = dict(cell.view.where).get("community")
    gone = community not in (None, NONE) and office.community(str(community)) is None
    return Shown(str(cell.value), None if gone else rows_address(cell.metric, cell.view), int(shade))


def _label(dimension: str, code: str | None, office: Office) -> str:
    if not code:
        return ""
    if dimension in TAXONOMIES and code not in TAXONOMIES[dimension].codes():
        return code
    return label_of(dimension, code, office)


def _chart(split: Split, office: Office) -> str:
    """Bars lying, lines over time, or a funnel; the longest lists are cut to the largest, the table beside has all."""
    lines = list(split.lines)
    if split.code == "dispute_type":
        lines = sorted(lines, key=lambda line: -line.cells[0].value)[:LARGEST_BARS]
    kind = {"trend": "line", "funnel": "funnel"}.get(split.code, "bar")
    names = [metric(h).label if h else "数量" for h in split.heads]
    series = [{"name": names[i], "values": [float(line.cells[i].value) for line in lines]} for i in range(len(split.heads))]
    return _json({"kind": kind, "labels": [line_label(split, line, office) for line in lines], "series": series})


def _heat(code: str, found: list[list[int]], view: View) -> Grid:
    largest = max(max(day) for day in found)

    def hour(d: int, h: int, n: int) -> Shown:
        shade = -(-SHADES * n // largest) if largest and n > 0 else 0
        return Shown(str(n), rows_address(code, view, weekday=d, hour=h) if n else None, shade)

    lines = tuple((WEEKDAYS[d], tuple(hour(d, h, n) for h, n in enumerate(day))) for d, day in enumerate(found))
    return Grid("heat", metric(code).label, tuple(f"{h}" for h in range(24)), lines, (), "", "按北京时间的星期和钟点。")


def _at(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _json(data: dict[str, Any]) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
