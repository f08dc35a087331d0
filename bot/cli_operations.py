"""`bot doctor`."""

from __future__ import annotations

import typer

from bot.settings import read_settings


def doctor() -> None:
    """Say what is misconfigured, missing or behind, each with its mend; exit code 1 when something is bad."""
    from bot.doctor import BAD, examine

    findings = examine(read_settings())
    for finding in findings:
        mend = f"  →  {finding.mend}" if finding.mend else ""
        print(f"{finding.state:<5} {finding.what:<14} {finding.seen}{mend}")
    raise typer.Exit(1 if any(f.state == BAD for f in findings) else 0)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(doctor)
