"""`bot model`: the trained models, what a candidate would answer otherwise, and which one answers residents."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import typer

from bot.dialogue.model import fingerprint, model_path, reviewed
from bot.errors import TrainingFailed
from bot.ledger import audit
from bot.ledger.review import export_labelled, texts_for_comparison
from bot.models import comparison, index, released
from bot.office import BEIJING
from bot.settings import ROOT, Settings, read_settings
from bot.storage.database import Database, open_database
from bot.supervisor import QUIET

commands = typer.Typer(help="Trained models: list, train a candidate, compare, let one go live, go back.", no_args_is_help=True)


@commands.command("list")
def list_models() -> None:
    """List the models, newest first; the live one is marked."""
    for model in released.listed(read_settings().var / "models"):
        state = "live" if model.is_live else "candidate" if model.is_candidate else ""
        print(f"{model.name}\t{model.trained_at.astimezone(BEIJING):%Y-%m-%d %H:%M}\t{model.sha256[:16] or 'not in the index'}\t{state}")


@commands.command("train-candidate")
def train_candidate() -> None:
    """Train with the labelled questions too, and say what the new model would change; it does not go live."""
    settings = read_settings()
    more = reviewed(settings.var)
    with _database(settings) as database, database.transaction() as session:
        written = export_labelled(session, datetime.now(timezone.utc))
    more.parent.mkdir(parents=True, exist_ok=True)
    more.write_text(written, encoding="utf-8")
    path = model_path(settings.var, fingerprint(more=more), "candidate")
    with training_lock(path.parent):
        if not path.exists():
            run_training(path, more)
        _tell(f"Trained {path.name}, SHA-256 {index.enter(path)[:16]}….")
    _compare(settings, path.name)


@commands.command("compare")
def compare_models(name: str = typer.Argument(..., help="A model of `bot model list`.")) -> None:
    """Say what a model would change: figures on the frozen texts before and after, answers that would be others."""
    _compare(read_settings(), name)


@commands.command("promote")
def promote(name: str = typer.Argument(..., help="A model of `bot model list`."), by: str = typer.Option("-", help="Who says so, for the audit log.")) -> None:
    """Let a model answer residents from now on; running workers take it up one after the other."""
    settings = read_settings()
    now = datetime.now(timezone.utc)
    released.promote(settings.var / "models", name, by, now)
    _note(settings, "model_promoted", name, by, now)
    _tell(f"{name} answers from now on.")


@commands.command("rollback")
def rollback(by: str = typer.Option("-", help="Who says so, for the audit log.")) -> None:
    """Let the model before the live one answer again."""
    settings = read_settings()
    name = released.rollback(settings.var / "models")
    _note(settings, "model_rolled_back", name, by, datetime.now(timezone.utc))
    _tell(f"{name} answers again.")


@contextlib.contextmanager
def training_lock(folder: Path) -> Iterator[None]:
    """Wait until no other process trains into this folder: two at once would each take twice as long."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_training(path: Path, more: Path) -> None:
    """Train a model into a path, in a process of its own, with the labelled questions where there are some.

    Raises:
        TrainingFailed: it ended without a model; its messages stand on stderr.
    """
    command = [sys.executable, "-m", "bot.dialogue.training", str(path), *([str(more)] if more.is_file() else [])]
    done = subprocess.run(command, env={**os.environ, **QUIET}, cwd=ROOT, stdout=sys.stderr, check=False)
    if done.returncode != 0 or not path.exists():
        raise TrainingFailed("Training failed; the messages above say why. The model in use was not touched.")


def _compare(settings: Settings, name: str) -> None:
    from bot.understanding import load_from_archive

    folder = settings.var / "models"
    before, after = (load_from_archive(Path(index.proved(path))) for path in (released.live_path(folder), folder / name))
    with _database(settings) as database, database.reading() as session:
        questions = texts_for_comparison(session)
    found = comparison.compare(before, after, comparison.frozen_texts(), questions)
    released.keep_comparison(folder, name, {"live": released.live(folder), **found})
    for line in _lines(found):
        print(line)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name, figures in found["sets"].items():
        yield f"{name} ({figures['texts']} texts)\tbefore\tafter"
        for figure, value in figures["after"].items():
            yield f"  {figure}\t{figures['before'].get(figure, float('nan')):.3f}\t{value:.3f}"
    yield f"answers that would be others: {len(found['changed'])} of the frozen texts, {len(found['questions'])} of residents' questions"


def _note(settings: Settings, action: str, name: str, by: str, now: datetime) -> None:
    with _database(settings) as database, database.transaction() as session:
        audit.note(session, by, action, name, now)


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    database.migrate()
    try:
        yield database
    finally:
        database.close()


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(commands, name="model")
