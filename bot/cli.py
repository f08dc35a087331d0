"""`bot`: the command for everything. Data goes to stdout, messages to stderr; an error ends with code 1 or 2."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import typer

from bot.errors import LegalBotError
from bot.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Legal-service assistant of a district.", pretty_exceptions_enable=False)


@app.command()
def serve(
    host: Optional[str] = typer.Option(None, help="Address to listen on; BOT_HOST."),
    port: Optional[int] = typer.Option(None, help="Port to listen on; BOT_PORT."),
    workers: Optional[int] = typer.Option(None, min=1, help="Dialogue workers; BOT_WORKERS."),
) -> None:
    """Run everything on one port; prints `ready http://…` once residents can chat."""
    from bot.supervisor import Supervisor

    settings = _with(read_settings(), host=host, port=port, workers=workers)
    _migrate(settings)
    raise typer.Exit(Supervisor(settings).run())


@app.command()
def migrate() -> None:
    """Bring the database to this release."""
    _migrate(read_settings())


@app.command()
def train(force: bool = typer.Option(False, help="Train even if nothing changed.")) -> None:
    """Train the dialogue model if data, domain, configuration, cards or components changed; says why."""
    from bot.cli_model import training_lock
    from bot.dialogue.model import fingerprint, model_path, reviewed

    settings = read_settings()
    more = reviewed(settings.var)
    path = model_path(settings.var, fingerprint(more=more))
    # Two at once would do the same work twice, each at half the speed; the second waits and finds it done.
    with training_lock(path.parent):
        _train(path, more, force)


def _train(path: Path, more: Path, force: bool) -> None:
    from bot.cli_model import run_training
    from bot.models import index, released

    if path.exists() and path.name in index.read(path.parent) and not force:
        _tell(f"The model {path.name} fits data, domain and configuration; nothing to train.")
        return
    before = sorted(p.name for p in path.parent.glob("dialogue-*.tar.gz"))
    why = "asked for with --force." if force else f"the inputs changed since {before[-1]}." if before else "there is no model yet."
    _tell(f"Training: {f'{path.name} was not trained here.' if path.exists() and not force else why}")
    run_training(path, more)
    _tell(f"Trained {path.name}, SHA-256 {index.enter(path)[:16]}….")
    if (path.parent / released.LIVE).exists():  # one was promoted before; it was trained from what is no more
        released.promote(path.parent, path.name, "bot train", datetime.now(timezone.utc))


def main() -> None:
    """Run the command line; a foreseen error is one line, not a stack trace."""
    for module in COMMANDS:
        if _asked_for(module):
            importlib.import_module(module).mount(app)
    try:
        app()
    except LegalBotError as error:
        _tell(f"bot: {error}")
        sys.exit(1)


# Other files' commands are imported only when asked for, so that `bot serve` stays small.
COMMANDS = {
    "bot.cli_stats": ("stats", "demo"),
    "bot.cli_operations": ("doctor", "backup", "restore"),
    "bot.cli_laws": ("laws",),
    "bot.cli_understanding": ("understand", "nlu"),
    "bot.cli_review": ("nlu",),
    "bot.cli_model": ("model",),
    "bot.cli_person": ("person",),
    "bot.cli_periods": ("period",),
    "bot.cli_report": ("report",),
    "bot.cli_erase": ("erase",),
    "bot.cli_tokens": ("token",),
    "bot.cli_opendata": ("opendata",),
    "bot.cli_staff": ("staff", "audit"),
    "bot.cli_wechat": ("wechat",),
    "bot.cli_keys": ("keys",),
    "bot.cli_retention": ("retention",),
}


def _asked_for(module: str) -> bool:
    asked = next((a for a in sys.argv[1:] if not a.startswith("-")), None)
    return asked is None or asked in COMMANDS[module]


def _migrate(settings: Settings) -> None:
    from bot.storage.database import open_database

    database = open_database(settings)
    database.migrate()
    database.close()


def _with(settings: Settings, **given: Any) -> Settings:
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
