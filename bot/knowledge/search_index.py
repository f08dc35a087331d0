"""The law search's index: built once from the store, the lexicon and the cards, kept in the var folder by content."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.knowledge.card_questions import CardQuestions
from bot.knowledge.law_names import WHOLE_TEXT, short_title
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.search_vectors import Encoder, VectorCache, learn_projection, unit
from bot.knowledge.search_words import WordIndex, terms
from bot.knowledge.statutes import Article, StatuteStore

FOLDER = "law_index"
VERSION = "2"
Progress = Callable[[str, int, int], None]
_TITLE_WEIGHT = 0.7
_INDEXED_CHARACTERS = 1500
# The rest of a longer article found nothing more in bench/laws.py, and costs time.
_ENCODED_CHARACTERS = 140
_NUMBERING = re.compile(r"第[零一二三四五六七八九十百]+(?:分编|[编章节])\s?")
_OFFICIAL = re.compile(r"中华人民共和国|最高人民法院|最高人民检察院|关于|适用|若干问题|[《》〈〉]")


@dataclass
class Words:
    """All articles of the store by row, and the word index over them."""

    ids: np.ndarray
    laws: np.ndarray
    headings: np.ndarray
    whole: np.ndarray
    index: WordIndex


@dataclass
class Meaning:
    """Vectors (projected, unit length) of articles, phrases and card questions, and what the latter two point at."""

    projection: np.ndarray
    articles: np.ndarray
    phrases: np.ndarray
    phrase_rows: np.ndarray
    phrase_words: WordIndex
    asked_rows: np.ndarray
    questions: np.ndarray
    question_cards: np.ndarray
    cited_cards: np.ndarray
    cited_rows: np.ndarray


class SearchIndex:
    """Loads or builds the two halves. A half is written to a folder of its own and put in place by one rename."""

    def __init__(self, store: StatuteStore, var: Path, lexicon: Lexicon, cards: CardQuestions) -> None:
        self._store, self._lexicon, self._cards = store, lexicon, cards
        self._folder = var / FOLDER

    def words(self, progress: Progress) -> Words:
        """Return the word half; built in about a minute for 60,000 articles."""
        name = f"words-{_hash(VERSION, self._store.content_hash)}"
        with self._built(name, lambda folder: self._build_words(folder, progress)) as folder, np.load(folder / "articles.npz") as kept:
            return Words(kept["ids"], kept["laws"], kept["headings"], kept["whole"], WordIndex.load(folder))

    def meaning(self, words: Words, progress: Progress) -> Meaning:
        """Return the meaning half; the first time about 3 ms an article, then only what changed."""
        name = f"meaning-{_hash(VERSION, self._store.content_hash, repr(self._lexicon), repr(self._cards))}"
        with self._built(name, lambda folder: self._build_meaning(folder, words, progress)) as folder:
            with np.load(folder / "meaning.npz") as kept:
                arrays = {key: kept[key] for key in kept.files}
            for key in ("projection", "articles", "phrases", "questions"):
                arrays[key] = arrays[key].astype(np.float32)
            return Meaning(phrase_words=WordIndex.load(folder), **arrays)

    @contextmanager
    def _built(self, name: str, build: Callable[[Path], None]) -> Iterator[Path]:
        place = self._folder / name
        if not place.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / ".lock").open("w") as lock:
                # Web and command line may start together; the second waits and finds the work done.
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not place.exists():
                    self._build(place, build)
        yield place

    def _build(self, place: Path, build: Callable[[Path], None]) -> None:
        kind = place.name.split("-")[0]
        for half_built in self._folder.glob(f".building-{kind}-*"):
            shutil.rmtree(half_built, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix=f".building-{kind}-", dir=self._folder))
        build(building)
        building.rename(place)
        for outdated in self._folder.glob(f"{kind}-*"):
            if outdated != place:
                shutil.rmtree(outdated, ignore_errors=True)

    def _build_words(self, folder: Path, progress: Progress) -> None:
        articles = list(self._store.all_articles())
        groups: dict[tuple[int, str], int] = {}
        headings = [groups.setdefault((article.law.id, article.heading), len(groups)) for article in articles]
        np.savez(
            folder / "articles.npz",
            ids=np.array([article.id for article in articles], np.int64),
            laws=np.array([article.law.id for article in articles], np.int64),
            headings=np.array(headings, np.int64),
            whole=np.array([article.label == WHOLE_TEXT for article in articles], bool),
        )
        WordIndex.build(self._counted(articles, progress)).save(folder)

    @staticmethod
    def _counted(articles: list[Article], progress: Progress) -> Iterator[Counter]:
        for done, article in enumerate(articles, start=1):
            counts: Counter = Counter(terms(article.text[:_INDEXED_CHARACTERS]))
            for term, times in Counter(terms(f"{_OFFICIAL.sub('', article.law.title)} {article.heading}")).items():
                counts[term] += _TITLE_WEIGHT * times  # type: ignore[assignment]
            yield counts
            if done % 500 == 0 or done == len(articles):
                progress("words", done, len(articles))

    def _build_meaning(self, folder: Path, words: Words, progress: Progress) -> None:
        encode = Encoder()
        articles = list(self._store.all_articles())
        kept = VectorCache(self._folder / "articles.vectors.npz", encode)
        documents = kept.vectors([_encoded_text(article) for article in articles], lambda done, total: progress("meaning", done, total))
        rows = defaultdict(list)
        for row, article in enumerate(articles):
            rows[article.law.title, article.label].append(row)
        known = [phrase for phrase in self._lexicon.phrases if (phrase.law, phrase.label) in rows]
        asked = VectorCache(self._folder / "questions.vectors.npz", encode)
        texts = [phrase.text for phrase in known] + [question.text for question in self._cards.questions]
        vectors = asked.vectors(texts, lambda done, total: progress("questions", done, total)).astype(np.float32)
        phrases, questions = vectors[: len(known)], vectors[len(known) :]
        # With several versions of a law the last is the one people mean.
        latest = np.array([rows[phrase.law, phrase.label][-1] for phrase in known], np.int64)
        of_question, of_document = learn_projection(phrases, latest, documents)
        progress("projection", 1, 1)
        phrase_at, phrase_rows = _spread([rows[phrase.law, phrase.label] for phrase in known])
        np.savez(
            folder / "meaning.npz",
            projection=of_question,
            articles=_projected(documents, of_document),
            phrases=_projected(phrases, of_question)[phrase_at],
            phrase_rows=phrase_rows,
            asked_rows=self._index_phrases(folder, known, rows),
            **self._card_arrays(_projected(questions, of_question), rows),
        )

    @staticmethod
    def _index_phrases(folder: Path, known: list, rows: dict) -> np.ndarray:
        by_row: dict[int, Counter] = defaultdict(Counter)
        for phrase in known:
            counts = Counter(terms(phrase.text))
            for row in rows[phrase.law, phrase.label]:
                by_row[row].update(counts)
        asked_rows = sorted(by_row)
        WordIndex.build((by_row[row] for row in asked_rows), k1=0.8, b=0.4).save(folder)
        return np.array(asked_rows, np.int64)

    def _card_arrays(self, questions: np.ndarray, rows: dict) -> dict[str, np.ndarray]:
        numbers = {card_id: number for number, card_id in enumerate(self._cards.cited)}
        cited = [(numbers[card], row) for card, articles in self._cards.cited.items() for article in articles for row in rows.get(article, ())]
        pairs = np.array(cited, np.int64).reshape(-1, 2)
        return {
            "questions": questions,
            "question_cards": np.array([numbers[question.card_id] for question in self._cards.questions], np.int64),
            "cited_cards": pairs[:, 0],
            "cited_rows": pairs[:, 1],
        }


def _encoded_text(article: Article) -> str:
    nearest = _NUMBERING.sub("", _NUMBERING.split(article.heading)[-1]).strip()
    return f"{short_title(article.law.title)} {nearest} {article.text[:_ENCODED_CHARACTERS]}".replace("\n", "")


def _projected(vectors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    parts = [unit(vectors[start : start + 8192].astype(np.float32) @ matrix).astype(np.float16) for start in range(0, len(vectors), 8192)]
    return np.concatenate(parts) if parts else np.zeros((0, matrix.shape[1]), np.float16)


def _spread(lists: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return for every element of the lists the number of its list, and the element."""
    numbers = np.repeat(np.arange(len(lists), dtype=np.int64), [len(one) for one in lists])
    return numbers, np.array([element for one in lists for element in one], np.int64)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]
