"""`bot stats` and `bot demo`: counts from the books, and a fictional year to look around in."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Optional

import typer
from sqlalchemy.orm import Session

from bot.errors import BadPeriod
from bot.office import BEIJING, Office, read_office
from bot.reports.forms import FORMS, form_sheets
from bot.reports.sheets import BOM, Sheet, as_bytes, as_text
from bot.reports.tables import counts_sheet, flags_sheet, rows_sheet
from bot.settings import read_settings
from bot.statistics import metrics
from bot.statistics.figures_page import figures_page
from bot.statistics.periods import Period, chosen_period, read_day, read_period
from bot.statistics.views import View
from bot.storage.database import Database, open_database

FORMATS = ("table", "json", "csv", "xlsx")


def stats(
    first: str = typer.Option("", "--from", help="First day, such as 2026-01-01."),
    last: str = typer.Option("", "--to", help="Last day, included."),
    year: Optional[int] = typer.Option(None, help="A calendar year instead of --from and --to."),
    month: Optional[int] = typer.Option(None, help="With --year: a month, 1 to 12."),
    quarter: Optional[int] = typer.Option(None, help="With --year: a quarter, 1 to 4."),
    half: Optional[int] = typer.Option(None, help="With --year: a half, 1 or 2."),
    as_of: str = typer.Option("", help="Only what was recorded by the end of this day."),
    by: str = typer.Option("", help="Split by dimensions, comma separated: community,dispute_type,topic,channel,tier,month."),
    where: str = typer.Option("", help="Only some lines, such as community=c01,channel=web."),
    metric: str = typer.Option("", help="Metrics, comma separated; all if left out."),
    form: str = typer.Option("table", "--format", help="table, json, csv or xlsx."),
    out: Optional[Path] = typer.Option(None, help="Write to this file instead of stdout."),
    rows: str = typer.Option("", help="List the lines behind this metric instead."),
    office_form: str = typer.Option("", "--form", help=f"An office's form instead: {', '.join(FORMS)}, advisor:CODE."),
    with_demo: bool = typer.Option(False, help="Count demonstration data too."),
    recount: bool = typer.Option(False, help="Prove the daily roll-ups equal to the lines; exit code 1 when they are not."),
    flags: bool = typer.Option(False, help="List what a person should look at: missing evidence, near duplicates, implausible rates."),
    seed: int = typer.Option(1, help="With --flags: seed of the sample for visits."),
    figures: bool = typer.Option(False, help="Print what every metric means (docs/figures.md)."),
) -> None:
    """Print counts of a period; every figure opens to its lines with --rows."""
    if figures:
        print(figures_page(), end="")
        return
    _check_form(form, out)
    office, database = _open()
    if recount:
        raise typer.Exit(_recount(database))
    view = View(_period(first, last, year, month, quarter, half), with_demo, read_day(as_of) if as_of else None, _pairs(where))
    with database.reading() as session:
        sheets = _sheets(session, view, office, metric, by, rows, office_form, seed if flags else None)
    _write(sheets, "csv" if rows and form == "table" else form, out)


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
    print(
        f"{written} fictional cases of {of_year} (seed {seed}). See them with: bot stats --from {of_year}-01-01 --to {of_year}-12-31 --with-demo",
        file=sys.stderr,
    )


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(stats)
    app.command()(demo)


def _period(first: str, last: str, year: int | None, month: int | None, quarter: int | None, half: int | None) -> Period:
    if year is not None:
        if first or last:
            raise BadPeriod("Got --year and --from or --to; expected one or the other.")
        return chosen_period(year, month, quarter, half)
    if not (first and last):
        raise BadPeriod("No period: give --from DAY --to DAY, or --year Y with --month, --quarter or --half.")
    return read_period(first, last)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = [part.partition("=") for part in text.split(",") if part.strip()]
    return tuple((name.strip(), code.strip()) for name, _, code in found)


def _recount(database: Database) -> int:
    from bot.statistics.rollups import recount

    with database.reading() as session:
        wrong = recount(session)
    for key, days, lines in wrong:
        print(f"{' '.join(str(k) for k in key)}: roll-up {days}, lines {lines}")
    print("The roll-ups differ from the lines." if wrong else "Every roll-up equals its lines.", file=sys.stderr)
    return 1 if wrong else 0


def _sheets(session: Session, view: View, office: Office, metric: str, by: str, rows: str, office_form: str, flags_seed: int | None) -> list[Sheet]:
    if flags_seed is not None:
        return [flags_sheet(session, view, flags_seed, office)]
    if office_form:
        return form_sheets(session, office_form, view, office)
    if rows:
        return [rows_sheet(session, metrics.metric(rows), view, office)]
    return [counts_sheet(session, _chosen(metric), view, [d for d in by.split(",") if d], office)]


def _check_form(form: str, out: Path | None) -> None:
    if form not in FORMATS:
        raise typer.BadParameter(f"expected one of {', '.join(FORMATS)}", param_hint="--format")
    if form == "xlsx" and out is None:
        raise typer.BadParameter("xlsx needs a file: --out FILE.xlsx", param_hint="--format")


def _chosen(codes: str) -> list[metrics.Metric]:
    return [metrics.metric(code) for code in codes.split(",") if code] or list(metrics.METRICS)


def _open() -> tuple[Office, Database]:
    settings = read_settings()
    database = open_database(settings)
    database.migrate()
    return read_office(settings.office), database


def _write(sheets: list[Sheet], form: str, out: Path | None) -> None:
    if form == "table":
        text = "\n".join(as_text(sheet).rstrip("\n") for sheet in sheets) + "\n"
        body = text.encode()
    else:
        body = as_bytes(sheets, form)
    if out is not None:
        out.write_bytes(body)
    else:
        # A terminal or a pipe needs no mark of order.
        sys.stdout.write(body.decode().removeprefix(BOM).replace("\r\n", "\n"))
