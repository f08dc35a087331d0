"""`bot period close|list|reopen`: freezing months."""

from __future__ import annotations

import getpass
from datetime import datetime

import typer

from bot.errors import PeriodRefused
from bot.ledger.periods import broken_links, close_month, closed_months, period_actions, reopen_month
from bot.office import BEIJING
from bot.settings import read_settings
from bot.statistics.closings import checks, later_lines, month_body
from bot.statistics.frozen import one_snapshot
from bot.statistics.periods import read_month, today
from bot.storage.database import Database, open_database

period = typer.Typer(no_args_is_help=True, help="Close months, list closed ones, reopen one.")


@period.command()
def close(month: str = typer.Argument(..., help="Such as 2026-03."), by: str = typer.Option("", help="Who closes; the login name if left out.")) -> None:
    """Freeze the figures of a month that is over."""
    now = datetime.now(BEIJING)
    asked = read_month(month)
    if asked.end > today(now):
        raise PeriodRefused(f"{month} is not over; a month is closed when its last day has passed.")
    with _database().transaction() as session:
        one_snapshot(session)
        month = asked.first.strftime("%Y-%m")
        done = close_month(session, month, month_body(session, month), by or getpass.getuser(), now)
        print(f"{done.month} closed {done.digest}")


@period.command("list")
def list_periods() -> None:
    """Print every closed month: its hash, whether it still holds, and how many lines came since; exit code 1 when one does not hold."""
    with _database().reading() as session:
        one_snapshot(session)
        chain = period_actions(session)
        broken = {action.id for action in broken_links(chain)}
        closed = closed_months(chain)
        holding = {action.id: all(c.intact for c in found) for action, found in zip(closed, checks(session, closed))}
        altered = bool(broken)
        print("month    action  at                by        hash          state")
        for action in chain:
            state = "chain broken" if action.id in broken else ""
            if action.id in holding:
                held = holding[action.id]
                altered |= not held
                later = len(later_lines(session, action))
                state = state or ("rows altered" if not held else f"holds, {later} lines since" if later else "holds")
            elif not state:
                state = f"{action.reason} (approved by {action.approved_by})" if action.action == "reopen" else "replaced"
            at = action.done_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
            print(f"{action.month}  {action.action:<6}  {at}  {action.done_by:<8}  {action.digest[:12]}  {state}")
    raise typer.Exit(1 if altered else 0)


@period.command()
def reopen(
    month: str = typer.Argument(..., help="Such as 2026-03."),
    by: str = typer.Option(..., help="Who reopens."),
    approved_by: str = typer.Option(..., help="Who agreed; somebody else."),
    reason: str = typer.Option(..., help="Why."),
) -> None:
    """Open a closed month again; two people and a reason, kept for ever."""
    with _database().transaction() as session:
        done = reopen_month(session, read_month(month).first.strftime("%Y-%m"), by, approved_by, reason, datetime.now(BEIJING))
        print(f"{done.month} reopened {done.digest}")


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(period, name="period")


def _database() -> Database:
    database = open_database(read_settings())
    database.migrate()
    return database
