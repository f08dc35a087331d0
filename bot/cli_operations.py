"""`bot doctor`, `bot backup`, `bot restore`."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

import typer

from bot.settings import read_settings


def doctor(load: bool = typer.Option(False, "--load", help="Say which stage of a message is slow, asking the running product.")) -> None:
    """Say what is misconfigured, missing or behind, each with its mend; exit code 1 when something is bad."""
    if load:
        return _load()
    from bot.doctor import examine
    from bot.findings import BAD

    findings = examine(read_settings())
    for finding in findings:
        mend = f"  →  {finding.mend}" if finding.mend else ""
        print(f"{finding.state:<5} {finding.what:<14} {finding.seen}{mend}")
    raise typer.Exit(1 if any(f.state == BAD for f in findings) else 0)


def _load() -> None:
    """Print the stages of a message, slowest first, and what helps against the slowest."""
    from bot.load import MENDS, ask, gauge, stages_of

    text = ask(read_settings())
    stages = stages_of(text)
    for stage in stages:
        print(f"{stage.name:<9} {stage.count:>8} messages   mean {stage.mean * 1000:8.1f} ms   p50 {stage.p50 * 1000:8.1f}   p99 {stage.p99 * 1000:8.1f}")
    print(f"waiting   {gauge(text, 'inbox_conversations_waiting'):8.0f} conversations   workers ready {gauge(text, 'workers_ready'):.0f}, "
          f"restarted {gauge(text, 'worker_restarts'):.0f} times")  # fmt: skip
    print(f"slowest: {stages[0].name}  →  {MENDS[stages[0].name]}" if stages else "No message was answered since the product started.")


def backup(file: Path = typer.Argument(..., help="Where to write the sealed copy.")) -> None:
    """Write an encrypted, checked copy of everything while the product runs. The keys are not in it: keep them apart."""
    from bot.storage.backup import back_up, inspect
    from bot.storage.database import open_database

    database = open_database(read_settings())
    database.migrate()
    written = back_up(database, file, datetime.now(timezone.utc))
    if inspect(file) != written:
        print(f"{file} does not read back as it was written; try again on another disk.", file=sys.stderr)
        raise typer.Exit(1)
    print(f"{file}: {sum(written.rows.values())} rows of {len(written.rows)} tables, read back and whole.", file=sys.stderr)


def restore(file: Path = typer.Argument(..., exists=True, dir_okay=False, help="A file that `bot backup` wrote.")) -> None:
    """Bring a backup into an empty database; a cut, altered or foreign file, or a database with data, is refused."""
    from bot.storage.backup import restore as bring_back
    from bot.storage.database import open_database

    brought = bring_back(open_database(read_settings()), file)
    print(f"{sum(brought.rows.values())} rows of {len(brought.rows)} tables are back. Now run `bot doctor`.", file=sys.stderr)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)
