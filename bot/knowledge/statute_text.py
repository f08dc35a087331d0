"""Read one law text: Markdown with front matter in, a document with its articles out. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from bot.errors import LegalBotError
from bot.knowledge.law_names import WHOLE_TEXT, arabic_number
from bot.knowledge.statute_dates import effective_day, is_day

_NUMBER = "[零〇一二三四五六七八九十百千]+"
_LABEL = rf"第{_NUMBER}条(?:之[一二三四五六七八九十]+)?"
_MARKED = re.compile(rf"^\s*(?:[-*]\s+)?(?:\*\*({_LABEL})\*\*|({_LABEL})(?=[\s　]))[\s　]*(.*)$")
_UNMARKED = re.compile(rf"^\s*({_LABEL})(?!第|规定|的|、|和|：|，)[\s　]*(.*)$")
_HEADING = re.compile(r"^(#+)\s*(.+)$")
_HEADING_RANK = re.compile(rf"^第{_NUMBER}(编|分编|章|节)")
_RANKS = {"编": 1, "分编": 2, "章": 3, "节": 4}
_GLUED = re.compile(rf"\n\s*(?:第{_NUMBER}(?:编|分编|章|节)[\s　]*|附[\s　]*则|附[\s　]*件)[^。；：\n]{{0,40}}\s*$")
REQUIRED = ("title", "publication_date")


class UnreadableStatute(LegalBotError):
    """A law text that cannot be imported; the message names the field or line."""


@dataclass(frozen=True)
class ArticleText:
    """One article: label as printed (第二百七十六条之一), headings above it, text with one line a paragraph."""

    label: str
    heading: str
    text: str


@dataclass(frozen=True)
class StatuteDocument:
    """One version of one law. Dates are ISO days; `effective_date` is never before `publication_date`'s version."""

    title: str
    author: str
    publication_date: str
    effective_date: str
    status: str
    group: str
    url: str
    source: str
    articles: tuple[ArticleText, ...]


def parse_markdown(text: str, name: str) -> StatuteDocument:
    """Return the document written in `text` (format of the official texts: YAML front matter, Markdown body).

    Args:
        text: the whole file.
        name: what to call the file in errors and as source.

    Raises:
        UnreadableStatute: no front matter, a missing or unreadable field, or a body without text.
    """
    fields, body = _front_matter(text, name)
    articles = parse_articles(body)
    if not articles:
        raise UnreadableStatute(f"{name}: the body holds no text; expected articles such as '- **第一条**　…'.")
    published = str(fields["publication_date"])
    return StatuteDocument(
        title=str(fields["title"]).strip(),
        author=str(fields.get("author") or ""),
        publication_date=published,
        effective_date=effective_day(str(fields.get("effective_date") or ""), published, body),
        status=str(fields.get("status") or ""),
        group=str(fields.get("group") or ""),
        url=str(fields.get("url") or ""),
        source=name,
        articles=articles,
    )


def _front_matter(text: str, name: str) -> tuple[dict, str]:
    parts = re.split(r"^---\s*$", text.lstrip("\ufeff"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise UnreadableStatute(f"{name}: no front matter; expected '---', fields {REQUIRED}, '---', then the text.")
    try:
        fields = yaml.safe_load(parts[1])
    except yaml.YAMLError as problem:
        raise UnreadableStatute(f"{name}: front matter is not YAML: {problem}") from problem
    if not isinstance(fields, dict):
        raise UnreadableStatute(f"{name}: front matter holds {type(fields).__name__}; expected fields {REQUIRED}.")
    missing = [field for field in REQUIRED if not fields.get(field)]
    if missing:
        raise UnreadableStatute(f"{name}: front matter lacks {', '.join(missing)}.")
    for field in ("publication_date", "effective_date"):
        if fields.get(field) and not is_day(str(fields[field])):
            raise UnreadableStatute(f"{name}: {field} is {fields[field]!r}; expected a day like 2021-01-01.")
    return fields, parts[2]


def parse_articles(body: str) -> tuple[ArticleText, ...]:
    """Return the articles of a Markdown body in order; one article 全文 if it has none; empty without text."""
    lines = _without_contents(body.split("\n"))
    articles = _split(lines, _MARKED, in_sequence=False) or _split(lines, _UNMARKED, in_sequence=True)
    if articles:
        return tuple(articles)
    whole = "\n".join(filter(None, map(_plain, (line for line in lines if not _HEADING.match(line)))))
    return (ArticleText(WHOLE_TEXT, "", whole),) if whole else ()


def _without_contents(lines: Iterable[str]) -> list[str]:
    kept, in_contents = [], False
    for line in lines:
        heading = _HEADING.match(line)
        if heading:
            in_contents = re.sub(r"\s", "", heading[2]) == "目录"
        elif line.strip() == "---":
            in_contents = False
        if not in_contents:
            kept.append(line)
    return kept


def _split(lines: list[str], start: re.Pattern, in_sequence: bool) -> list[ArticleText]:
    found: list[tuple[str, str, list[str]]] = []
    headings: dict[int, str] = {}
    open_article = False
    for line in lines:
        heading, opening = _HEADING.match(line), start.match(line)
        if heading:
            _enter(headings, heading)
            open_article = False
        elif opening and (not in_sequence or _follows(opening[1], found)):
            label, rest = next(filter(None, opening.groups()[:-1])), opening.groups()[-1]
            found.append((label, " ".join(headings[rank] for rank in sorted(headings)), [_plain(rest)]))
            open_article = True
        elif open_article:
            found[-1][2].append(_plain(line))
    return [ArticleText(label, above, without_glued_heading("\n".join(filter(None, text)))) for label, above, text in found]


def _enter(headings: dict[int, str], heading: re.Match) -> None:
    title = re.sub(r"[\s　]+", " ", heading[2]).strip()
    kind = _HEADING_RANK.match(title)
    rank = _RANKS[kind[1]] if kind else min(len(heading[1]), 4)
    for lower in [known for known in headings if known >= rank]:
        del headings[lower]
    number, _, words = title.partition(" ")
    headings[rank] = f"{number} {words.replace(' ', '')}" if kind and words else title


def _follows(label: str, found: list) -> bool:
    """Say whether an unmarked 第N条 opens an article and is not just mentioned: numbers run on by one."""
    number = arabic_number(re.sub("^第|条.*$", "", label))
    last = arabic_number(re.sub("^第|条.*$", "", found[-1][0])) if found else 0
    return number == last + 1 or (number == last and "之" in label)


def _plain(line: str) -> str:
    line = re.sub(r"^\s*(?:[-*>]\s+)*", "", line.strip("\u3000 \t"))
    line = line.replace("**", "").strip("\u3000 \t")
    return "" if line == "---" else line


def without_glued_heading(text: str) -> str:
    """Return an article's text without a next chapter's heading stuck to its end (domain.md 0.3, trap 6)."""
    while True:
        shorter = _GLUED.sub("", text)
        if shorter == text:
            return text.strip()
        text = shorter
