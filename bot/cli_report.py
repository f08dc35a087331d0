"""`bot report`: the paragraph, tables and charts as DOCX, and `bot report verify`: the proof."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Optional

import typer

from bot.errors import BadPeriod
from bot.ledger.periods import closed_months, period_actions
from bot.ledger.reports import sign_report
from bot.office import BEIJING, read_office
from bot.reports.content import Content, check_may_be_signed, content
from bot.reports.document import write_report
from bot.reports.proof import digest_of_proof
from bot.reports.texts import plain
from bot.reports.verify import EQUAL, RESTATED, TAMPERED, Verdict
from bot.reports.verify import verify as verify_file
from bot.settings import Settings, read_settings
from bot.statistics.frozen import one_snapshot
from bot.statistics.metrics import Row
from bot.statistics.periods import chosen_period, read_day, today
from bot.statistics.views import View
from bot.storage.database import Database, open_database

CODES = {EQUAL: 0, TAMPERED: 1, RESTATED: 3}
SHOWN_ROWS = 20

report = typer.Typer(invoke_without_command=True, help="Write a report that proves itself, or verify one.")


@report.callback()
def make(
    context: typer.Context,
    year: Optional[int] = typer.Option(None, help="Year of the report."),
    month: Optional[int] = typer.Option(None, help="Only this month, 1 to 12."),
    quarter: Optional[int] = typer.Option(None, help="Only this quarter, 1 to 4."),
    half: Optional[int] = typer.Option(None, help="Only this half, 1 or 2."),
    out: Optional[Path] = typer.Option(None, help="The DOCX to write; without it the text is printed."),
    as_of: str = typer.Option("", help="Only what was recorded by the end of this day; today if left out."),
    with_demo: bool = typer.Option(False, help="With demonstration data; such a report cannot be signed."),
    sign: str = typer.Option("", help="Who signs; refused while a figure is missing."),
) -> None:
    """Write the report of a year, half, quarter or month. `bot report verify FILE` checks one."""
    if context.invoked_subcommand is not None:
        return
    if year is None:
        raise BadPeriod("No period: give --year Y, with --month, --quarter or --half for a part of it.")
    if sign and out is None:
        raise typer.BadParameter("a signed report needs a file: --out FILE.docx", param_hint="--sign")
    now = datetime.now(BEIJING)
    known = read_day(as_of) if as_of else today(now)
    view = View(chosen_period(year, month, quarter, half), with_demo, known)
    if view.period.first > today(now):
        raise BadPeriod(f"The period begins on {view.period.first}, which has not come yet.")
    settings, database = _open()
    office = read_office(settings.office)
    with database.transaction() as session:
        one_snapshot(session)
        said = content(session, view, known, office, closed_months(period_actions(session)))
        if sign:
            check_may_be_signed(said)
        if out is None:
            _print(said)
            return
        proof = write_report(out, said, office, now, sign or None)
        if sign:
            sign_report(session, f"{view.period.first}/{view.period.end}", proof, digest_of_proof(proof), sign, now)
    missing = f", {len(said.figures.missing)} figures missing: {', '.join(f.label for f in said.figures.missing)}" if said.figures.missing else ""
    print(f"{out} {digest_of_proof(proof)[:12]}, {len(proof['figures'])} figures{missing}", file=sys.stderr)


@report.command("verify")
def verify_command(file: Path = typer.Argument(..., help="A DOCX written by `bot report`.")) -> None:
    """Say equal (code 0), restated (3, with the entries) or tampered (1, with the places); a foreign file is refused."""
    settings, database = _open()
    with database.reading() as session:
        one_snapshot(session)
        verdict = verify_file(session, file, read_office(settings.office))
    _tell(verdict)
    raise typer.Exit(CODES[verdict.word])


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(report, name="report")


def _open() -> tuple[Settings, Database]:
    settings = read_settings()
    database = open_database(settings)
    database.migrate()
    return settings, database


def _print(said: Content) -> None:
    print(said.title)
    for section in said.sections:
        print(f"\n{section.title}")
        for pieces in section.paragraphs:
            print(plain(pieces))


def _tell(verdict: Verdict) -> None:
    print(f"{verdict.word}  {verdict.title}  ({verdict.figures} figures)")
    for complaint in verdict.complaints:
        print(f"  {complaint}")
    for change in verdict.changes:
        print(f"  {change.label}: {change.then if change.then is not None else '未报'} → {change.now if change.now is not None else '未报'}")
        for row in change.later[:SHOWN_ROWS]:
            print(f"    {_entry(row)}")
        if len(change.later) > SHOWN_ROWS:
            print(f"    … {len(change.later) - SHOWN_ROWS} more")


def _entry(row: Row) -> str:
    at, known = (t.astimezone(BEIJING).strftime("%Y-%m-%d") for t in (row.happened_at, row.recorded_at))
    why = f"{row.reason or '补录'} ({row.case_number or row.source_key})"
    return f"{row.table} {row.id} {row.kind} {row.quantity:+d} of {at}, recorded {known} by {row.recorded_by}: {why}"
