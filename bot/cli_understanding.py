"""`bot understand` and `bot nlu`: what the model makes of texts, and how good it is."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional, TextIO

import typer

from bot.errors import LegalBotError
from bot.understanding.frozen_sets import FROZEN

_ROOT = Path(__file__).resolve().parents[1]
_BATCH, _PATIENCE = 64, 0.05  # lines; seconds a line may wait for others to join it

nlu = typer.Typer(help="How well questions are understood.", no_args_is_help=True)


def understand(
    texts: Optional[list[str]] = typer.Argument(None, metavar="[TEXT]..."),
    jsonl: bool = typer.Option(False, "--jsonl", help='Read {"text": …} lines on stdin and answer line by line.'),
    model: Optional[Path] = typer.Option(None, "--model", help="Model archive; the one that answers residents if not given."),
) -> None:
    """Print what the model makes of each text, one JSON object a line."""
    if not jsonl and not texts:
        typer.echo("Give at least one TEXT, or --jsonl to read lines on stdin.", err=True)
        raise typer.Exit(2)
    try:
        understander = _load(model)
    except LegalBotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for found in understander.understand_many(texts or []):
        _print(answer_of(found))
    if jsonl:
        answer_lines(understander, sys.stdin.buffer, sys.stdout)


def answer_of(found: Any) -> dict[str, Any]:
    """Return the object printed for one text; `emergency` is true only for danger now, `answered` for a card shown at once."""
    said = found.as_dict()
    return {
        "text": said["text"],
        "intent": said["intent"],
        "confidence": said["confidence"],
        "topic": said["topic"],
        "topics": [code for code, _ in said["topics"]],
        "card": said["card"],
        "emergency": said["emergency_level"] == "now",
        "answered": found.answered,
        "card_confidence": said["card_confidence"],
        "choices": said["choices"],
        "band": said["band"],
        "emergency_code": said["emergency"],
        "emergency_level": said["emergency_level"],
        "entities": said["entities"],
    }


def answer_lines(understander: Any, lines: Any, out: TextIO) -> None:
    """Answer each line of bytes with one line, in order, at the latest when a batch is full or the input rests.

    A line that is not a JSON object with a text gets {"error": …, "line": number}; blank lines are answered so too.
    """
    for batch in _batches(lines):
        read = [_read(number, line) for number, line in batch]
        answers = iter(understander.understand_many([item for item in read if isinstance(item, str)]))
        for item in read:
            _print(answer_of(next(answers)) if isinstance(item, str) else item, out)
        out.flush()


def _read(number: int, line: bytes) -> Any:
    """Return the text of a line, or the object that says what is wrong with it."""
    try:
        given = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return {"error": f"not JSON: {error}", "line": number}
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        return {"error": 'expected an object like {"text": "…"}', "line": number}
    return given["text"]


def _batches(lines: Any) -> Iterator[list[tuple[int, bytes]]]:
    """Yield numbered lines in batches: as many as are already there, so that a person typing is answered at once."""
    import queue
    import threading

    waiting: queue.Queue[Optional[tuple[int, bytes]]] = queue.Queue(maxsize=4 * _BATCH)

    def read() -> None:
        for numbered in enumerate(lines, start=1):
            waiting.put(numbered)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    more = True
    while more:
        first = waiting.get()
        if first is None:
            return
        batch, deadline = [first], time.monotonic() + _PATIENCE
        while len(batch) < _BATCH:
            try:
                following = waiting.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if following is None:
                more = False
                break
            batch.append(following)
        yield batch


def _print(answer: dict[str, Any], out: Optional[TextIO] = None) -> None:
    # A lone surrogate cannot be written as UTF-8: such a text is escaped, every other stays readable.
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(answer)
    print(line, file=out or sys.stdout)


def _load(model: Optional[Path]) -> Any:
    from bot.models.released import live_path
    from bot.office import read_office
    from bot.settings import read_settings
    from bot.understanding import load_from_archive

    settings = read_settings()
    understander = load_from_archive(model or live_path(settings.var / "models"))
    understander.communities = tuple(community.name for community in read_office(settings.office).communities)
    return understander


@nlu.command("check")
def check(data: Path = typer.Option(_ROOT / "data", help="Folder of training data.")) -> None:
    """Count the training examples and refuse near-duplicates; exit 1 when something is to be mended."""
    from bot.understanding.dataset_check import check_dataset, table_of
    from bot.understanding.examples import read_examples

    report = check_dataset(read_examples(data))
    typer.echo(table_of(report))
    for complaint in report.complaints:
        typer.echo(complaint, err=True)
    if report.complaints:
        raise typer.Exit(1)


@nlu.command("eval")
def evaluate(
    data: Path = typer.Option(_ROOT / "data", help="Folder of training data."),
    frozen: list[Path] = typer.Option(list(FROZEN.values()), help="Frozen sets."),
    folds: int = typer.Option(5, min=0, max=10, help="Parts of the cross-validation; 0 leaves it out."),
    out: Path = typer.Option(_ROOT / "docs" / "nlu.md", help="Page to write."),
    freeze: Optional[Path] = typer.Option(None, help="Write the frozen sets' figures here, for the test that guards them."),
) -> None:
    """Cross-validate, measure the frozen sets, print all and renew the page."""
    from bot.knowledge.cards import card_topics, read_cards
    from bot.understanding.evaluation import evaluate_all
    from bot.understanding.examples import words_of_cards

    old = out.read_text(encoding="utf-8") if out.is_file() else ""
    try:
        page, figures = evaluate_all(data, frozen, card_topics(), words_of_cards(read_cards().values()), folds,
                                     lambda step: typer.echo(step, err=True), old)
    except LegalBotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(page)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    if freeze and figures:
        freeze.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command("understand")(understand)
    app.add_typer(nlu, name="nlu")
