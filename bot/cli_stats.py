"""`bot stats` and `bot demo`: counts from the books, and a fictional year to look around in."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from typing import Any, Optional

import typer

from bot.office import BEIJING, Office, read_office
from bot.settings import read_settings
from bot.statistics import metrics
from bot.statistics.periods import Period, read_period
from bot.storage.database import Database, open_database
from bot.storage.tables import ServiceEntry

FORMATS = ("table", "json", "csv")
ROW_COLUMNS = ("id", "happened_at", "recorded_at", "kind", "quantity", "case_number", "community", "channel", "topic", "dispute_type", "source_key")


def stats(
    first: str = typer.Option(..., "--from", help="First day, such as 2026-01-01."),
    last: str = typer.Option(..., "--to", help="Last day, included."),
    by: str = typer.Option("", help="Split by dimensions, comma separated: community,dispute_type,topic,channel,tier."),
    metric: str = typer.Option("", help="Metrics, comma separated; all if left out."),
    form: str = typer.Option("table", "--format", help="table, json or csv."),
    rows: str = typer.Option("", help="List the lines behind this metric instead."),
    with_demo: bool = typer.Option(False, help="Count demonstration data too."),
) -> None:
    """Print counts of a period; every figure opens to its lines with --rows."""
    if form not in FORMATS:
        raise typer.BadParameter(f"expected one of {', '.join(FORMATS)}", param_hint="--format")
    settings = read_settings()
    office = read_office(settings.office)
    period = read_period(first, last)
    database = open_database(settings)
    database.migrate()
    if rows:
        _print_rows(database, metrics.metric(rows), period, with_demo)
        return
    chosen = [metrics.metric(code) for code in metric.split(",") if code] or list(metrics.METRICS)
    dimensions = [d for d in by.split(",") if d]
    with database.reading() as session:
        found = [_count(session, m, period, dimensions, with_demo, office) for m in chosen]
    _print(found, dimensions, period, form)


def demo(
    seed: int = typer.Option(2026, help="The same seed makes the same year."),
    cases: int = typer.Option(120, min=1, max=100_000, help="How many cases."),
    year: Optional[int] = typer.Option(None, help="Which year; this one if left out."),
) -> None:
    """Fill in a fictional year, marked as demonstration and left out of every figure unless asked for."""
    from bot.demo import write_demo_year

    settings = read_settings()
    database = open_database(settings)
    database.migrate()
    of_year = year or datetime.now(BEIJING).year
    with database.transaction() as session:
        written = write_demo_year(session, read_office(settings.office), of_year, cases, seed, datetime.now(BEIJING))
    see = f"bot stats --from {of_year}-01-01 --to {of_year}-12-31 --with-demo"
    print(f"{written} fictional cases of {of_year} (seed {seed}). See them with: {see}", file=sys.stderr)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(stats)
    app.command()(demo)


def _count(session: Any, m: metrics.Metric, period: Period, dimensions: list[str], with_demo: bool, office: Office) -> dict[str, Any]:
    total = metrics.count(session, m, period, with_demo)
    parts = metrics.table(session, m, period, dimensions, with_demo) if dimensions else []
    return {
        "metric": m.code,
        "label": m.label,
        "unit": m.unit,
        "total": total,
        "parts": [
            {**dict(zip(dimensions, codes)), "labels": [metrics.label_of(d, v, office) for d, v in zip(dimensions, codes)], "count": n}
            for codes, n in parts
        ],
    }


def _print(found: list[dict[str, Any]], dimensions: list[str], period: Period, form: str) -> None:
    if form == "json":
        answer = {"from": period.first.isoformat(), "before": period.end.isoformat(), "metrics": found}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    lines = [["metric", "label", *dimensions, "count", "unit"]]
    for m in found:
        if not dimensions:
            lines.append([m["metric"], m["label"], str(m["total"]), m["unit"]])
            continue
        lines += [[m["metric"], m["label"], *p["labels"], str(p["count"]), m["unit"]] for p in m["parts"]]
        lines.append([m["metric"], m["label"], *["合计"] * len(dimensions), str(m["total"]), m["unit"]])
    if form == "csv":
        csv.writer(sys.stdout).writerows(lines)
        return
    widths = [max(_width(row[i]) for row in lines) for i in range(len(lines[0]))]
    for row in lines:
        print("  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths)).rstrip())


def _print_rows(database: Database, m: metrics.Metric, period: Period, with_demo: bool) -> None:
    out = csv.writer(sys.stdout)
    out.writerow(ROW_COLUMNS)
    with database.reading() as session:
        for line in metrics.rows(session, m, period, with_demo):
            out.writerow([_cell(line, name) for name in ROW_COLUMNS])


def _cell(line: ServiceEntry, name: str) -> Any:
    value = getattr(line, name)
    return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _width(text: str) -> int:
    """Columns a text takes in a terminal: Chinese characters take two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
