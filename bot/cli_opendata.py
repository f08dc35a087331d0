"""`bot opendata`: a year for everybody, as CSV and JSON with a data dictionary."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import typer

from bot.ledger.periods import closed_months, period_actions
from bot.office import BEIJING, read_office
from bot.reports.open_data import files_of, open_data
from bot.settings import read_settings
from bot.statistics.frozen import one_snapshot
from bot.statistics.periods import today
from bot.storage.database import open_database

MONTHS = 12


def opendata(
    year: int = typer.Option(..., help="Which year; it must be over."),
    out: Path = typer.Option(..., help="The folder to write into; made if it is not there."),
) -> None:
    """Write a year's tables; small numbers are hidden so that the sums do not give them away."""
    settings = read_settings()
    database = open_database(settings)
    database.migrate()
    with database.reading() as session:
        one_snapshot(session)
        closed = [a for a in closed_months(period_actions(session)) if str(a.month).startswith(f"{year}-")]
        data = open_data(session, year, read_office(settings.office), today(datetime.now(BEIJING)))
    out.mkdir(parents=True, exist_ok=True)
    for name, body in files_of(data).items():
        (out / name).write_bytes(body)
        print(out / name)
    print(f"{data.hidden} of {data.cells} cells are hidden.", file=sys.stderr)
    if len(closed) < MONTHS:
        print(f"Only {len(closed)} months of {year} are closed; publish once, after the last:", file=sys.stderr)
        print("two publications give away what came between them.", file=sys.stderr)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(opendata)
