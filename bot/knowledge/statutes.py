"""The statute store: every version of every law text, and what was in force on a day. Reading only."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import LegalBotError
from bot.knowledge.law_names import article_label, exact_title, likely_titles

FILE_NAME = "laws.db"
SCHEMA_VERSION = "1"


class LawNotFound(LegalBotError):
    """No such law or article in the store, or none in force on the day; the message says which."""


class StoreUnusable(LegalBotError):
    """The store's file is missing, damaged or of another release."""


@dataclass(frozen=True)
class Law:
    """One version of a law. Days are Beijing days; `repealed_on` is the first day it no longer applies, or None."""

    id: int
    title: str
    kind: str
    publication_date: date
    effective_date: date
    repealed_on: date | None
    repealed_by: str
    url: str
    source: str
    note: str

    def is_in_force(self, day: date) -> bool:
        """Say whether this version has taken effect by `day` and was not repealed by another law; later versions aside."""
        return self.effective_date <= day and not (self.repealed_on and self.repealed_on <= day)


@dataclass(frozen=True)
class Article:
    """One article of one version: label (第一千零七十九条), headings above it, text with a line a paragraph."""

    id: int
    law: Law
    label: str
    heading: str
    text: str


class StatuteStore:
    """Read access to the store's file; safe to share between threads, sees a new import at the next call."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`.

        Raises:
            StoreUnusable: there is none, or it was made by another release.
        """
        self.path = path
        self._lock = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._laws: dict[str, list[Law]] = {}
        self._by_id: dict[int, Law] = {}
        self._hash = ""
        self._refresh()

    @property
    def content_hash(self) -> str:
        """Hex digest over all texts and dates: equal stores have equal hashes."""
        self._refresh()
        return self._hash

    def titles(self) -> set[str]:
        """Return the title of every law in the store, in force or not."""
        self._refresh()
        return set(self._laws)

    def versions(self, title: str) -> list[Law]:
        """Return every version of the law with exactly this title, oldest first; empty if unknown."""
        self._refresh()
        return list(self._laws.get(title, []))

    def law(self, name: str, day: date) -> Law:
        """Return the version in force on `day`: the last one that had taken effect. The status word is never asked.

        Args:
            name: the title, with or without 中华人民共和国, or a known short name (民诉法).

        Raises:
            LawNotFound: no such title, not yet in force, or repealed; the message names days and near titles.
        """
        self._refresh()
        title = exact_title(name, self._laws)
        if title is None:
            near = likely_titles(name, self._laws)
            hint = f"Near titles: {'; '.join(near)}." if near else "Bring newer texts with `bot laws import DIR`."
            raise LawNotFound(f"No law is called {name!r} in {self.path.name}. {hint}")
        started = [version for version in self._laws[title] if version.effective_date <= day]
        if not started:
            first = self._laws[title][0].effective_date
            raise LawNotFound(f"{title} takes effect on {first}; it is not in force on {day}.")
        if not started[-1].is_in_force(day):
            raise LawNotFound(
                f"{title} was repealed on {started[-1].repealed_on} by {started[-1].repealed_by}; not in force on {day}."
            )
        return started[-1]

    def article(self, law: str, number: str, day: date) -> Article:
        """Return the article in force on `day`.

        Args:
            law: title or short name, as for `law`.
            number: "1079", "276之一", "第一千零七十九条".

        Raises:
            LawNotFound: no such law in force, or it has no such article.
            UnreadableArticleNumber: `number` is not one.
        """
        label, version = article_label(number), self.law(law, day)
        rows = self._rows("WHERE document_id = ? AND label = ? ORDER BY position LIMIT 1", (version.id, label))
        if not rows:
            raise LawNotFound(f"{version.title} (in force since {version.effective_date}) has no {label}.")
        return rows[0]

    def articles(self, law: Law) -> list[Article]:
        """Return all articles of one version in their order."""
        return self._rows("WHERE document_id = ? ORDER BY position", (law.id,))

    def articles_by_id(self, ids: list[int]) -> dict[int, Article]:
        """Return articles by their id in this state of the store; unknown ids are left out."""
        marks = ",".join("?" * len(ids))
        return {article.id: article for article in self._rows(f"WHERE id IN ({marks})", tuple(ids))}

    def all_articles(self) -> Iterator[Article]:
        """Yield every article of every version, by id."""
        yield from self._rows("ORDER BY id", ())

    def in_force(self, day: date) -> list[Law]:
        """Return the version in force on `day` of each law that has one, by title."""
        self._refresh()
        laws = []
        for title in sorted(self._laws):
            started = [version for version in self._laws[title] if version.effective_date <= day]
            if started and started[-1].is_in_force(day):
                laws.append(started[-1])
        return laws

    def _rows(self, where: str, values: tuple) -> list[Article]:
        self._refresh()
        with self._lock, closing(_connect(self.path)) as connection:
            rows = connection.execute(f"SELECT id, document_id, label, heading, text FROM articles {where}", values)  # noqa: S608 (where is ours)
            return [Article(row[0], self._by_id[row[1]], row[2], row[3], row[4]) for row in rows]

    def _refresh(self) -> None:
        with self._lock:
            try:
                stat = self.path.stat()
            except OSError as problem:
                raise StoreUnusable(f"No statute store at {self.path}: {problem.strerror}. Run `bot laws import`.") from problem
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._stamp:
                self._load()
                self._stamp = stamp

    def _load(self) -> None:
        try:
            with closing(_connect(self.path)) as connection:
                meta = dict(connection.execute("SELECT key, value FROM meta"))
                documents = connection.execute(_DOCUMENTS).fetchall()
        except sqlite3.DatabaseError as problem:
            raise StoreUnusable(
                f"The statute store {self.path} cannot be read: {problem}. Delete it; it is built anew from the package."
            ) from problem
        if meta.get("schema") != SCHEMA_VERSION:
            raise StoreUnusable(
                f"The statute store {self.path} has schema {meta.get('schema')!r}; expected {SCHEMA_VERSION!r}. "
                "Delete it and run `bot laws import` again."
            )
        self._by_id, self._laws, self._hash = {}, {}, meta["content_hash"]
        for row in documents:
            law = _law(row)
            self._by_id[law.id] = law
            self._laws.setdefault(law.title, []).append(law)


_DOCUMENTS = """SELECT id, title, kind, publication_date, effective_date, repealed_on, repealed_by, url, source, note
FROM documents ORDER BY title, effective_date, publication_date"""


def _law(row: tuple) -> Law:
    published, effective = date.fromisoformat(row[3]), date.fromisoformat(row[4])
    repealed = date.fromisoformat(row[5]) if row[5] else None
    return Law(row[0], row[1], row[2], published, effective, repealed, row[6] or "", row[7], row[8], row[9])


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
