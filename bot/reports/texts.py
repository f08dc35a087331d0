"""The report's words: templates into pieces of text and figures. A sentence with a missing figure is not written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Union

import yaml

from bot.legal.disputes import DisputeType
from bot.reports.figures import Figures, Shown
from bot.statistics.periods import Period

TEMPLATES = Path(__file__).parent / "templates" / "paragraphs.yml"
TOP = 3
_PLACE = re.compile(r"\{([a-z0-9_@]+)(?:\|([a-z]+))?\}")
_QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
CONDITIONS = (("if_some", ("value", "missing")), ("if_zero", ("zero",)), ("if_na", ("na",)))
Piece = Union[str, Shown]


@dataclass(frozen=True)
class Section:
    """A heading and its paragraphs, each a list of pieces."""

    title: str
    paragraphs: tuple[tuple[Piece, ...], ...]


def sections(figures: Figures) -> list[Section]:
    """Return the report's text with every figure in its place."""
    found = []
    whole_year = span(figures.view.period) == f"{figures.view.period.first.year}年"
    for section in _templates():
        if section.get("only_year") and not whole_year:
            continue
        paragraphs = [_paragraph(sentences, figures) for sentences in section["paragraphs"]]
        found.append(Section(section["title"], tuple(tuple(p) for p in paragraphs if p)))
    return found


def span(period: Period) -> str:
    """Return a period in words: "2026年", "2026年第一季度", "2026年3月", or its first and last day."""
    first, end = period.first, period.end
    months = (end.year - first.year) * 12 + end.month - first.month
    if first.day != 1 or end.day != 1:
        return f"{first}至{end}前"
    if months == 12 and first.month == 1:
        return f"{first.year}年"
    if months == 6 and first.month in (1, 7):
        return f"{first.year}年{'上' if first.month == 1 else '下'}半年"
    if months == 3 and first.month % 3 == 1:
        return f"{first.year}年{_QUARTERS[first.month // 3]}"
    return f"{first.year}年{first.month}月" if months == 1 else f"{first}至{end}前"


def plain(pieces: tuple[Piece, ...]) -> str:
    """Return pieces as one text."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


def used_metrics() -> set[str]:
    """Return the codes the templates name, in their words or as a condition."""
    named = [sentence for section in _templates() for sentences in section["paragraphs"] for sentence in sentences]
    conditions = {sentence[condition] for sentence in named for condition, _ in CONDITIONS if condition in sentence}
    return conditions | {code for sentence in named for code, _ in _PLACE.findall(sentence["text"])} - {"span", "top_types"}


@lru_cache(maxsize=1)
def _templates() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))
    return loaded


def _paragraph(sentences: list[dict[str, str]], figures: Figures) -> list[Piece]:
    found: list[Piece] = []
    for sentence in sentences:
        if _taken(sentence, figures):
            found += _sentence(sentence["text"], figures)
    return found


def _taken(sentence: dict[str, str], figures: Figures) -> bool:
    for condition, states in CONDITIONS:
        if condition in sentence:
            return figures.use(sentence[condition]).frozen["state"] in states
    return True


def _sentence(text: str, figures: Figures) -> list[Piece]:
    """One sentence; where a figure is missing, who has to report it instead of the sentence (domain.md 6.1)."""
    if text == "{top_types}":
        return _top_types(figures)
    named = [figures.use(code) for code, _ in _PLACE.findall(text) if code != "span"]
    absent = [f for f in named if f.missing]
    if absent:
        return ["".join(f"【待报：{owner}】" for owner in dict.fromkeys(f.owner for f in absent))]
    found: list[Piece] = []
    at = 0
    for place in _PLACE.finditer(text):
        found.append(text[at : place.start()])
        code, form = place.group(1), place.group(2) or "exact"
        found.append(span(figures.view.period) if code == "span" else figures[code].shown(form))
        at = place.end()
    found.append(text[at:])
    return [piece for piece in found if piece != ""]


def _top_types(figures: Figures) -> list[Piece]:
    counted = [(int(figures.behind["cases_total"].part("dispute_type", t.code)), t) for t in DisputeType]
    top = sorted((c for c in counted if c[0]), key=lambda c: -c[0])[:TOP]
    found: list[Piece] = ["从纠纷类型看，"]
    for n, (_, kind) in enumerate(top):
        found += ["、" if n else "", kind.label, figures.part("cases_total", "dispute_type", kind.code), "件"]
    return [*(piece for piece in found if piece != ""), "，居前列。"]
