"""`bot retention`: removes what is past its time, by kind; without --apply it only says what it would remove."""

from __future__ import annotations

import sys
from datetime import datetime, timezone

import typer

BATCH = 50


def retention(
    apply: bool = typer.Option(False, "--apply", help="Really remove; without it nothing is changed."),
    by: str = typer.Option("retention", help="Who, for the audit log."),
) -> None:
    """Say, kind by kind, what is past its time (domain.md 4.5), and with --apply remove it in small steps while the product runs."""
    from bot.ledger import audit
    from bot.ledger.retention import look, remove_some
    from bot.settings import read_settings
    from bot.storage.database import open_database

    database, now = open_database(read_settings()), datetime.now(timezone.utc)
    database.migrate()
    with database.reading() as session:
        found = look(session, now)
    for past in found:
        print(f"{past.kind.code:<13} {past.count:>7}  {past.kind.label}：{past.kind.words}")
    if not apply:
        print("Nothing was changed; --apply removes them.", file=sys.stderr)
        return
    for past in found:
        removed = 0
        while past.count:
            with database.transaction() as session:
                some = remove_some(session, past.kind, now, BATCH)
                removed += some
                if not some:
                    audit.note(session, by, "retention", past.kind.code, now, f"removed {removed}")
                    break
        if removed:
            print(f"removed {removed} of {past.kind.code}", file=sys.stderr)


def mount(app: typer.Typer) -> None:
    """Add this command to `bot`."""
    app.command()(retention)
