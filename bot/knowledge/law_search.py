"""Find the articles a resident's question may be about: words and meaning together. Shown as 可能相关的法条, never as an answer."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from bot.knowledge.card_questions import CardQuestions, read_card_questions
from bot.knowledge.cards import CARDS
from bot.knowledge.law_names import exact_title
from bot.knowledge.lexicon import Lexicon, read_lexicon
from bot.knowledge.search_index import Meaning, Progress, SearchIndex, Words
from bot.knowledge.search_vectors import Encoder, unit
from bot.knowledge.search_words import question_terms
from bot.knowledge.statutes import Article, LawNotFound, StatuteStore

log = logging.getLogger(__name__)
LONGEST_QUESTION = 300
# How much each sign counts. Tuned on tests/knowledge/lay_questions.jsonl and on the cards' training sentences, with a fifth
# of asked_articles.yml left out in turn; docs/laws.md has the figures.
WORDS, MEANING, PHRASE_WORDS, PHRASE_SHARE, PHRASE_MEANING = 0.32, 1.2, 0.13, 0.1, 0.1
CARD, PRIOR, WHOLE_TEXT, CHAPTER_OF_PHRASES, CHAPTER_OF_ARTICLES = 0.45, 0.15, -0.2, 0.17, 0.08
_NEAREST_QUESTIONS = 30
# Nearness of a question to a card's nearest question: below the first it says nothing, at the second it says all.
_CARD_FAR, _CARD_NEAR = 0.4, 0.9
_NAMED = re.compile(r"([\u4e00-\u9fff《》（）〈〉]{2,60}?)\s*第?\s*([零一二三四五六七八九十百千]+|\d{1,4})\s*条(之[一二三四五六七八九十])?")


@dataclass(frozen=True)
class RelatedArticle:
    """One article that may be related: exact title, label (第一千零七十九条), text, ISO day it took effect, official address."""

    law: str
    article: str
    text: str
    effective_date: str
    url: str


class LawSearch:
    """The search over all articles of a store. Call `prepare` (or `prepare_in_background`) once; until then it finds nothing,
    after the word half is ready it searches by words, then by words and meaning. Safe to share between threads."""

    def __init__(
        self,
        store: StatuteStore,
        var: Path,
        cards: Path = CARDS,
        data: Path | None = None,
        questions: CardQuestions | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        """Args:
        store: the statutes.
        var: the folder for the index (`law_index` below it).
        cards: folder of the cards whose citations count.
        data: folder of the training data, whose sentences lead to cards; None: the cards' own words only.
        questions: in place of reading `cards` and `data`.
        lexicon: in place of this release's.
        """
        self._store = store
        self._lexicon = lexicon or read_lexicon()
        self._index = SearchIndex(store, var, self._lexicon, questions or read_card_questions(cards, data))
        self._encode = Encoder()
        self._words: Words | None = None
        self._meaning: Meaning | None = None
        self._prior = np.zeros(0, np.float32)
        self._mask: tuple[date, str, np.ndarray] | None = None
        self._known_hash = ""

    @property
    def state(self) -> str:
        """One of nothing, words, complete."""
        return "complete" if self._meaning is not None else "words" if self._words is not None else "nothing"

    def prepare(self, progress: Progress = lambda what, done, total: None) -> None:
        """Load the index, or build it (minutes, once for each state of the store); `progress` hears what, done, total."""
        words = self.prepare_words(progress)
        self._meaning = self._index.meaning(words, progress)

    def prepare_words(self, progress: Progress = lambda what, done, total: None) -> Words:
        """Load or build the word half alone and search by it; return it."""
        hash_now = self._store.content_hash
        words = self._index.words(progress)
        titles = {law.id: law.title for title in self._store.titles() for law in self._store.versions(title)}
        prior = {law: self._lexicon.prior(title) for law, title in titles.items()}
        self._prior = np.array([prior[law] for law in words.laws.tolist()], np.float32) * PRIOR + words.whole * np.float32(WHOLE_TEXT)
        self._meaning, self._mask, self._words, self._known_hash = None, None, words, hash_now
        return words

    def prepare_in_background(self) -> threading.Thread:
        """Start `prepare` in a daemon thread and return it; `search` may be called meanwhile."""
        thread = threading.Thread(target=self._prepare_and_tell, name="law-index", daemon=True)
        thread.start()
        return thread

    def _prepare_and_tell(self) -> None:
        try:
            self.prepare()
        except Exception:
            log.exception("law search: the index could not be built; search stays at %r", self.state)

    def search(self, text: str, k: int, day: date) -> list[Article]:
        """Return up to `k` articles in force on `day`, most likely first; empty for an empty question or before `prepare`.

        An article that the question names by law and number comes first.
        """
        question = " ".join(text.split())[:LONGEST_QUESTION]
        words = self._words
        if words is None or not question or k < 1:
            return []
        scores = self._scores(question, words, self._meaning) + self._prior
        scores[~self._in_force(words, day)] = -np.inf
        count = min(k, int(np.isfinite(scores).sum()))
        best = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)
        ids = words.ids[best[np.argsort(-scores[best])]].tolist()
        found = self._store.articles_by_id(ids)
        named = self._named(question, day)
        ranked = named + [found[id_] for id_ in ids if id_ in found and id_ not in {article.id for article in named}]
        return ranked[:k]

    def related_articles(self, text: str, k: int, day: date) -> list[RelatedArticle]:
        """Return what `search` finds as plain texts for residents (可能相关的法条)."""
        return [
            RelatedArticle(found.law.title, found.label, found.text, found.law.effective_date.isoformat(), found.law.url)
            for found in self.search(text, k, day)
        ]

    def _scores(self, question: str, words: Words, meaning: Meaning | None) -> np.ndarray:
        wanted = question_terms(question, self._lexicon.legal_words(question))
        by_words = words.index.scores(wanted)
        scores = WORDS * by_words / (_mean_of_best(by_words, 20) + 1e-6)
        if meaning is None:
            return scores
        asked = unit(self._encode([question])[0] @ meaning.projection)
        by_meaning = meaning.articles @ asked
        phrase_words = np.zeros(len(scores), np.float32)
        phrase_words[meaning.asked_rows] = meaning.phrase_words.scores(question_terms(question))
        phrase_meaning = _best_of(meaning.phrase_rows, meaning.phrases @ asked, len(scores))
        share = phrase_words / max(float(phrase_words.max()), 15.0)
        scores += MEANING * by_meaning + PHRASE_SHARE * share + PHRASE_WORDS * np.minimum(phrase_words / 30, 2) + PHRASE_MEANING * phrase_meaning
        scores += CARD * _card_scores(meaning, asked, len(scores))
        scores += CHAPTER_OF_PHRASES * _votes(words.headings, phrase_meaning + 0.5 * share, 30, 6.0)
        scores += CHAPTER_OF_ARTICLES * _votes(words.headings, by_meaning, 60, 12.0)
        return scores

    def _in_force(self, words: Words, day: date) -> np.ndarray:
        mask = self._mask
        if mask is None or mask[0] != day or mask[1] != self._known_hash:
            laws = np.array([law.id for law in self._store.in_force(day)], np.int64)
            mask = self._mask = (day, self._known_hash, np.isin(words.laws, laws))
        return mask[2]

    def _named(self, question: str, day: date) -> list[Article]:
        titles = self._store.titles()
        named = []
        for before, number, suffix in _NAMED.findall(question):
            title = next((found for start in range(len(before) - 1) if (found := exact_title(before[start:], titles))), None)
            if title:
                try:
                    named.append(self._store.article(title, number + suffix, day))
                except LawNotFound:
                    continue
        return list(dict.fromkeys(named))


def _card_scores(meaning: Meaning, asked: np.ndarray, size: int) -> np.ndarray:
    """Give each article that a card cites the nearness of that card's nearest question, 0 (far) to 1 (the same)."""
    scores = np.zeros(size, np.float32)
    if not len(meaning.questions) or not len(meaning.cited_rows):
        return scores
    near = meaning.questions @ asked
    nearest = _best(near, _NEAREST_QUESTIONS)
    cards = np.zeros(int(max(meaning.question_cards.max(), meaning.cited_cards.max())) + 1, np.float32)
    np.maximum.at(cards, meaning.question_cards[nearest], near[nearest])
    np.maximum.at(scores, meaning.cited_rows, cards[meaning.cited_cards])
    return np.clip((scores - _CARD_FAR) / (_CARD_NEAR - _CARD_FAR), 0, 1)


def _votes(groups: np.ndarray, scores: np.ndarray, voters: int, sharpness: float) -> np.ndarray:
    """Let the best rows vote for their chapter: the root of a chapter's share of the votes, for every row in it."""
    best = _best(scores, voters)
    weights = np.exp(sharpness * (scores[best] - scores[best].max()))
    shares = np.bincount(groups[best], weights, int(groups.max()) + 1) / weights.sum()
    return np.sqrt(shares)[groups].astype(np.float32)


def _best(scores: np.ndarray, count: int) -> np.ndarray:
    return np.argpartition(-scores, count)[:count] if count < len(scores) else np.arange(len(scores))


def _mean_of_best(scores: np.ndarray, count: int) -> float:
    return float(scores[_best(scores, count)].mean()) if len(scores) else 0.0


def _best_of(rows: np.ndarray, scores: Sequence[float] | np.ndarray, size: int) -> np.ndarray:
    best = np.zeros(size, np.float32)
    np.maximum.at(best, rows, scores)
    return best
