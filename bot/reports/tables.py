"""Sheets of counts: metrics with their parts, and the rows behind one. Figures come from bot.statistics, none is made here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.office import Office
from bot.reports.sheets import Cell, Sheet
from bot.statistics import metrics
from bot.statistics.figures import figure
from bot.statistics.registry import Metric
from bot.statistics.views import View

ROW_COLUMNS = (
    "id", "happened_at", "recorded_at", "kind", "quantity", "case_number", "community", "channel", "topic", "dispute_type", "source_key",
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
    """Return the rows behind one figure."""
    rows = tuple(tuple(getattr(row, name) for name in ROW_COLUMNS) for row in metrics.rows(session, which, view))
    return Sheet(f"{which.label}明细", (*about_view(view, office), ("定义", which.definition)), ROW_COLUMNS, rows)


def about_view(view: View, office: Office) -> tuple[tuple[str, str], ...]:
    """Return what a view is, as lines above a table."""
    last = view.period.end - timedelta(days=1)
    where = "，".join(f"{name}={metrics.label_of(name, code, office)}" for name, code in view.where) or "无"
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
