"""How well and how fast the law search finds articles. Run by hand: python -m bench.laws [--questions FILE] …

Measures, over the store in BOT_VAR (bring the law texts first with `bot laws import DIR`):
* recall@10 and @100 on questions with known articles (one JSON object a line: "text", "articles");
* the same with a fifth of the phrases of asked_articles.yml left out in turn, counting only the articles left out;
* on training sentences of the cards left out of the index: whether an article the card cites is among the first 10, 100;
* milliseconds a question, one thread.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from bot.knowledge.card_questions import CardQuestions, read_card_questions
from bot.knowledge.law_search import LawSearch
from bot.knowledge.lexicon import Lexicon, read_lexicon
from bot.knowledge.search_index import FOLDER
from bot.knowledge.statutes import StatuteStore
from bot.knowledge.statutes_import import open_store
from bot.office import BEIJING
from bot.settings import ROOT, read_settings

QUESTIONS = ROOT / "tests" / "knowledge" / "lay_questions.jsonl"
CUTS = (10, 100)
LEFT_OUT = 12
PARTS = 5
Key = tuple[str, str]
Asked = list[tuple[str, set[Key]]]


def main() -> None:
    """Print the figures, one line each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--questions", type=Path, default=QUESTIONS)
    arguments.add_argument("--day", type=date.fromisoformat, default=datetime.now(BEIJING).date())
    arguments.add_argument("--parts", type=int, default=PARTS, help="how many of the five left-out rounds to run; each takes a minute")
    chosen = arguments.parse_args()
    var = read_settings().var
    store, lexicon, cards = open_store(var), read_lexicon(), read_card_questions(data=ROOT / "data")
    asked = _read(chosen.questions)
    finder = LawSearch(store, var, questions=cards, lexicon=lexicon)
    finder.prepare_words(_tell)
    print("words only      ", _recall(finder, asked, chosen.day))
    finder.prepare(_tell)
    print("words + meaning ", _recall(finder, asked, chosen.day))
    print("speed           ", _speed(finder, [text for text, _ in asked], chosen.day))
    with tempfile.TemporaryDirectory() as place:
        beside = _copy_of_index(var, Path(place))
        print("card sentences  ", _left_out_sentences(store, beside, cards, chosen.day))
        for part in range(chosen.parts):
            fewer, dropped = _without(lexicon, part)
            finder = LawSearch(store, beside, questions=cards, lexicon=fewer)
            finder.prepare(_tell)
            kept = [(text, right & dropped) for text, right in asked if right & dropped]
            print(f"left out {part + 1} of {PARTS} ", _recall(finder, kept, chosen.day))


def _read(path: Path) -> Asked:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(line["text"], {tuple(article) for article in line["articles"]}) for line in lines]


def _found(finder: LawSearch, text: str, day: date) -> list[Key]:
    return [(article.law.title, article.label) for article in finder.search(text, max(CUTS), day)]


def _recall(finder: LawSearch, asked: Asked, day: date) -> str:
    ranked = [(_found(finder, text, day), right) for text, right in asked]
    shares = {cut: sum(len(right & set(found[:cut])) / len(right) for found, right in ranked) / max(len(ranked), 1) for cut in CUTS}
    return f"{len(asked)} questions: " + ", ".join(f"recall@{cut} {share:.3f}" for cut, share in shares.items())


def _speed(finder: LawSearch, texts: Sequence[str], day: date) -> str:
    taken = []
    for text in texts:
        started = time.perf_counter()
        finder.search(text, 10, day)
        taken.append(1000 * (time.perf_counter() - started))
    taken.sort()
    return f"median {taken[len(taken) // 2]:.0f} ms, 95 in 100 below {taken[int(0.95 * len(taken))]:.0f} ms"


def _left_out_sentences(store: StatuteStore, var: Path, cards: CardQuestions, day: date) -> str:
    kept = tuple(question for at, question in enumerate(cards.questions) if at % LEFT_OUT)
    tested = [question for at, question in enumerate(cards.questions) if at % LEFT_OUT == 0]
    finder = LawSearch(store, var, questions=replace(cards, questions=kept))
    finder.prepare(_tell)
    ranked = [(_found(finder, question.text, day), set(cards.cited[question.card_id])) for question in tested]
    hits = {cut: _share(bool(right & set(found[:cut])) for found, right in ranked) for cut in CUTS}
    return f"{len(tested)} sentences: " + ", ".join(f"a cited article in the first {cut}: {hit:.3f}" for cut, hit in hits.items())


def _without(lexicon: Lexicon, part: int) -> tuple[Lexicon, set[Key]]:
    keys = sorted({(phrase.law, phrase.label) for phrase in lexicon.phrases})
    dropped = set(keys[part::PARTS])
    return replace(lexicon, phrases=tuple(phrase for phrase in lexicon.phrases if (phrase.law, phrase.label) not in dropped)), dropped


def _copy_of_index(var: Path, place: Path) -> Path:
    shutil.copytree(var / FOLDER, place / FOLDER, ignore=shutil.ignore_patterns(".*", "meaning-*"))
    return place


def _share(answers: Iterable[bool]) -> float:
    given = list(answers)
    return sum(given) / max(len(given), 1)


def _tell(what: str, done: int, total: int) -> None:
    if done == total:
        print(f"  ({what}: {total})", flush=True)


if __name__ == "__main__":
    main()
