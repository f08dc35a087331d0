"""`bot laws`: check the cards' citations, bring law texts, show an article, find articles."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Optional

import typer

from bot.errors import LegalBotError
from bot.knowledge.cards import CARDS
from bot.knowledge.citations import broken_cards, check_citations, load_citations
from bot.knowledge.law_names import exact_title, likely_titles
from bot.knowledge.statutes import FILE_NAME, Article, StatuteStore
from bot.knowledge.statutes_import import import_folder, open_store
from bot.office import BEIJING
from bot.settings import ROOT, read_settings

laws = typer.Typer(no_args_is_help=True, add_completion=False, help="The law behind the cards: check, import, show, search.")
SHOWN_CHARACTERS = 60
_DAY = typer.Option(None, help="Judge by what is in force on this day, such as 2026-11-23; default today.")


def mount(app: typer.Typer) -> None:
    """Add `laws` to the command line."""
    app.add_typer(laws, name="laws")


@laws.command()
def check(
    statutes: Optional[Path] = typer.Option(None, help="Check against the law texts of this folder only, not the store."),
    cards: Path = typer.Option(CARDS, help="Folder of the card files."),
    day: Optional[str] = _DAY,
) -> None:
    """Resolve every citation of the cards; prints a table, exits 1 if one does not hold."""
    on = _day(day)
    with _store_for_check(statutes) as store:
        checked = check_citations(store, load_citations(cards, on), on)
    for one in checked:
        since = one.effective_date.isoformat() if one.effective_date else "-"
        print("\t".join(("FAIL" if one.problem else "ok", one.place, one.citation.law or "-", one.label or "-", since, one.problem)))
    broken = broken_cards(checked)
    _tell(f"{len(checked)} citations on {on}: {sum(map(len, broken.values()))} do not hold, in {len(broken)} cards.")
    for card_id, failures in broken.items():
        _tell(f"  {card_id or 'no card'}: {'; '.join(failure.problem for failure in failures)}")
    if broken:
        raise typer.Exit(1)


@laws.command("import")
def bring(folder: Path = typer.Argument(help="Folder of Markdown law texts with front matter; searched with its subfolders.")) -> None:
    """Bring newer or missing law texts into the store; exits 1 if a text could not be read (the others are in)."""
    path = read_settings().var / FILE_NAME
    report = import_folder(path, folder)
    for problem in report.skipped:
        _tell(f"skipped {problem}")
    for title in report.new_versions:
        _tell(f"new version: {title}")
    counts = {
        "new": len(report.new), "new_versions": len(report.new_versions), "replaced": len(report.replaced),
        "unchanged": report.unchanged, "skipped": len(report.skipped),
    }  # fmt: skip
    print(json.dumps(counts))
    on = _day(None)
    for card_id, failures in broken_cards(check_citations(StatuteStore(path), load_citations(), on)).items():
        _tell(f"breaks card {card_id}: {'; '.join(failure.problem for failure in failures)}")
    if report.skipped:
        raise typer.Exit(1)


@laws.command()
def show(
    law: str = typer.Argument(help="Title, with or without 中华人民共和国, or a short name such as 民诉法."),
    article: str = typer.Argument(help="1079, 276之一 or 第一千零七十九条."),
    day: Optional[str] = _DAY,
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of text."),
) -> None:
    """Print an article in force with its effective day and source."""
    store, on = open_store(read_settings().var), _day(day)
    titles = store.titles()
    if exact_title(law, titles) is None and len(likely_titles(law, titles)) == 1:
        law = likely_titles(law, titles)[0]
        _tell(f"Taken as {law}.")
    found = store.article(law, article, on)
    if as_json:
        print(json.dumps(_as_data(found), ensure_ascii=False))
        return
    print(f"{found.law.title} {found.label}\n{found.heading}\n\n{found.text}\n\n施行 {found.law.effective_date}  来源 {found.law.url or found.law.source}")
    if found.law.note:
        print(f"注意 {found.law.note}")


@laws.command()
def index() -> None:
    """Build the index of the search if law texts or cards changed (minutes, the first time); `bot serve` does it beside serving."""
    from bot.knowledge.law_search import LawSearch

    settings = read_settings()
    with _progress() as told:
        LawSearch(open_store(settings.var), settings.var, data=ROOT / "data").prepare(told)
    _tell("law index: ready")


@laws.command()
def search(
    text: Optional[str] = typer.Argument(None, help="A question or key words."),
    k: Optional[int] = typer.Option(None, "--k", min=1, help="How many articles, at most; default 10, with --jsonl 100."),
    jsonl: bool = typer.Option(False, "--jsonl", help='Read {"text":…} lines on stdin, answer {"articles":[[law, article],…]} lines.'),
    words_only: bool = typer.Option(False, "--words-only", help="Do not wait for the sentence vectors (minutes, the first time)."),
    as_json: bool = typer.Option(False, "--json", help="JSON instead of a table."),
    day: Optional[str] = _DAY,
) -> None:
    """Find articles that may be related (可能相关的法条); builds the index first if the law texts or cards changed."""
    from bot.knowledge.law_search import LawSearch

    if bool(text) == jsonl:
        raise typer.BadParameter("give either a TEXT or --jsonl")
    settings, on = read_settings(), _day(day)
    finder = LawSearch(open_store(settings.var), settings.var, data=ROOT / "data")
    with _progress() as told:
        finder.prepare_words(told) if words_only else finder.prepare(told)
    if jsonl:
        for line in sys.stdin.buffer:
            if line.strip():
                print(json.dumps(_answer(finder, line, k or 100, on), ensure_ascii=False), flush=True)
        return
    found = finder.search(text or "", k or 10, on)
    if as_json:
        print(json.dumps([_as_data(article) for article in found], ensure_ascii=False))
        return
    _tell("可能相关的法条（仅供参考，不是答案）")
    for article in found:
        print(f"{article.law.title}\t{article.label}\t{article.text[:SHOWN_CHARACTERS]}".replace("\n", ""))


def _answer(finder: Any, line: bytes, k: int, day: date) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as problem:
        return {"error": f"not a line of JSON: {problem}"}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": 'expected an object with "text", a string'}
    try:
        return {"articles": [[found.law.title, found.label] for found in finder.search(asked["text"], k, day)]}
    except (LegalBotError, UnicodeError) as problem:
        return {"error": str(problem)}


def _as_data(found: Article) -> dict[str, str]:
    return {
        "law": found.law.title, "article": found.label, "heading": found.heading, "text": found.text,
        "effective_date": found.law.effective_date.isoformat(), "url": found.law.url, "source": found.law.source, "note": found.law.note,
    }  # fmt: skip


@contextmanager
def _store_for_check(folder: Path | None) -> Iterator[StatuteStore]:
    if folder is None:
        yield open_store(read_settings().var)
        return
    with tempfile.TemporaryDirectory(prefix="bot-laws-") as place:
        path = Path(place) / FILE_NAME
        for problem in import_folder(path, folder, on_top_of_package=False).skipped:
            _tell(f"skipped {problem}")
        yield StatuteStore(path)


@contextmanager
def _progress() -> Iterator[Any]:
    """Draw a bar on stderr for each part of the work; on a file one line every ten seconds."""
    state: dict[str, Any] = {"what": "", "told": 0.0}

    def told(what: str, done: int, total: int) -> None:
        bar = sys.stderr.isatty()
        due = time.monotonic() - state["told"] > (0.2 if bar else 10)
        if not (due or done == total or what != state["what"]):
            return
        filled = int(30 * done / max(total, 1))
        text = f"law index, {what}: [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}"
        print(f"\r{text}" if bar else text, end="\n" if not bar or done == total else "", file=sys.stderr, flush=True)
        state.update(what=what, told=time.monotonic())

    yield told


def _day(written: str | None) -> date:
    if written is None:
        return datetime.now(BEIJING).date()
    try:
        return date.fromisoformat(written)
    except ValueError as problem:
        raise typer.BadParameter(f"{written!r} is not a day like 2026-11-23", param_hint="--day") from problem


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
