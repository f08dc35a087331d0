"""`bot nlu review` and `bot nlu label`: questions the model was not sure of, on their way to becoming training examples."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

import typer

from bot.cli_understanding import nlu
from bot.knowledge.cards import card_topics
from bot.ledger.review import export_labelled, label_question, open_questions
from bot.office import BEIJING
from bot.settings import read_settings
from bot.storage.database import Database, open_database


def review(export: Optional[Path] = typer.Option(None, help="Write all labelled questions to this training file, such as data/review/nlu.yml.")) -> None:
    """List questions that wait for a label, or export the labelled ones for the next `bot train`."""
    database = _database()
    if export is None:
        with database.reading() as session:
            for question in open_questions(session):
                print(f"{question.id}\t{question.asked_at.astimezone(BEIJING):%Y-%m-%d}\t{question.band}\t{question.text}\t{question.guesses}")
        return
    with database.transaction() as session:
        written = export_labelled(session, datetime.now(timezone.utc))
    export.parent.mkdir(parents=True, exist_ok=True)
    export.write_text(written, encoding="utf-8")
    typer.echo(f"Wrote {export}; `bot train` takes it up when it lies under data/.", err=True)


def label(
    number: int = typer.Argument(..., help="Number of the question in `bot nlu review`."),
    intent: str = typer.Option("ask_law", help="What it asks for."),
    topic: Optional[str] = typer.Option(None, help="Topic of a question of law; a card brings its own."),
    card: Optional[str] = typer.Option(None, help="The card that answers it."),
    by: str = typer.Option(..., help="Who says so."),
) -> None:
    """Say what a question meant."""
    database = _database()
    with database.transaction() as session:
        label_question(session, number, intent, topic, card, card_topics(), by)


def _database() -> Database:
    database = open_database(read_settings())
    database.migrate()
    return database


def mount(_app: typer.Typer) -> None:
    """Add these commands to `bot nlu`."""
    nlu.command("review")(review)
    nlu.command("label")(label)
