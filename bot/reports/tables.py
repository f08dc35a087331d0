"""Sheets of counts: metrics with their parts, and the rows behind one. Figures come from bot.statistics, none is made here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.office import Office
from bot.reports.sheets import Cell, Sheet
from bot.statistics import metrics
from bot.statistics.dashboard import Line, Split
from bot.statistics.figures import figure
from bot.statistics.flags import KINDS, flags
from bot.statistics.registry import Metric
from bot.statistics.views import View

UNKNOWN = "未注明"
ROW_COLUMNS = (
    "id", "happened_at", "recorded_at", "kind", "quantity", "case_number", "community", "channel", "topic", "dispute_type",
    "tier", "recorded_by", "reverses_id", "reason", "table",
)  # fmt: skip


def counts_sheet(session: Session, chosen: list[Metric], view: View, dimensions: list[str], office: Office) -> Sheet:
    """Return the figures of a view, each split by the dimensions and followed by its total."""
    found = [_count(session, which, view, dimensions, office) for which in chosen]
    rows: list[tuple[Cell, ...]] = []
    for m in found:
        for part in m["parts"]:
            rows.append((m["metric"], m["label"], *part["labels"], part["count"], m["unit"]))
        rows.append((m["metric"], m["label"], *["合计"] * len(dimensions), m["total"] if m["total"] is not None else m["shown"], m["unit"]))
    data = {
        "from": view.period.first.isoformat(),
        "before": view.period.end.isoformat(),
        "as_of": view.as_of,
        "with_demo": view.with_demo,
        "where": dict(view.where),
        "metrics": found,
    }
    about = (*about_view(view, office), *((m.label, m.definition) for m in chosen))
    return Sheet("统计表", about, ("metric", "label", *dimensions, "count", "unit"), tuple(rows), data=data)


def rows_sheet(session: Session, which: Metric, view: View, office: Office) -> Sheet:
    """Return the rows behind one figure; their source keys stay inside, they may name a conversation."""
    rows = tuple(tuple(getattr(row, name) for name in ROW_COLUMNS) for row in metrics.rows(session, which, view))
    return Sheet(f"{which.label}明细", (*about_view(view, office), ("定义", which.definition)), ROW_COLUMNS, rows)


def split_sheet(split: Split, view: View, office: Office) -> Sheet:
    """Return a table of the dashboard, with the sums it shows."""
    defined = [metrics.metric(code) for code in dict.fromkeys(cell.metric for line in split.lines for cell in line.cells)]
    heads = [f"{metrics.metric(h).label}（{metrics.metric(h).unit}）" if h else "数量" for h in split.heads]
    rows = [(line_label(split, line, office), *(cell.value for cell in line.cells)) for line in split.lines]
    if split.totals:
        rows.append(("合计", *(cell.value for cell in split.totals.cells)))
    about = (*about_view(view, office), *((m.label, m.definition) for m in defined))
    return Sheet(split.title, about, (split.title, *heads), tuple(rows), totals=1 if split.totals else 0)


def line_label(split: Split, line: Line, office: Office) -> str:
    """Return what people read for a line of a split."""
    if line.code is None:
        label = metrics.metric(line.cells[0].metric).label
        return label.partition("：")[2] or label
    return metrics.label_of(split.dimension or "", line.code, office) if line.code else UNKNOWN


def flags_sheet(session: Session, view: View, seed: int, office: Office) -> Sheet:
    """Return what a person should look at."""
    rows = tuple((KINDS[f.kind], f.subject, f.why) for f in flags(session, view, seed))
    return Sheet("提示清单", (*about_view(view, office), ("回访抽样种子", str(seed))), ("提示", "记录", "为什么"), rows)


def about_view(view: View, office: Office) -> tuple[tuple[str, str], ...]:
    """Return what a view is, as lines above a table."""
    last = view.period.end - timedelta(days=1)
    where = "，".join(f"{name}={metrics.label_of(name, code, office)}" for name, code in view.where) or "无"
    if view.communities is not None:
        where += f"；只含社区：{'、'.join(metrics.label_of('community', c, office) for c in sorted(view.communities))}"
    return (
        ("单位", office.name),
        ("期间", f"{view.period.first}至{last}（北京时间，含首尾两日）"),
        ("截至", f"{view.as_of}止登记" if view.as_of else "全部已登记"),
        ("筛选", where),
        ("演示数据", "含演示数据，不得上报" if view.with_demo else "不含"),
    )


def _count(session: Session, which: Metric, view: View, dimensions: list[str], office: Office) -> dict[str, Any]:
    value = figure(session, which, view)
    parts = metrics.table(session, which, view, dimensions) if dimensions else []
    return {
        "metric": which.code,
        "label": which.label,
        "unit": which.unit,
        "total": value.value,
        "state": value.state.value,
        "shown": value.shown,
        "parts": [
            {**dict(zip(dimensions, codes)), "labels": [metrics.label_of(d, v, office) for d, v in zip(dimensions, codes)], "count": n} for codes, n in parts
        ],
    }
