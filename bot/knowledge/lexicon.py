"""What the law search knows beside the law: everyday words, how people ask for an article, which laws are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from bot.knowledge.law_names import article_label

_HERE = Path(__file__).parent
LAY_WORDS, ASKED_ARTICLES, LAW_PRIORS = (_HERE / name for name in ("lay_words.yml", "asked_articles.yml", "law_priors.yml"))
_SEPARATOR = "；"


@dataclass(frozen=True)
class Phrase:
    """One way people ask for one article: exact title, label (第一千零七十九条), everyday words."""

    law: str
    label: str
    text: str


@dataclass(frozen=True)
class Lexicon:
    """The three files read: everyday word → statute words, phrases, priors."""

    lay_words: dict[str, str]
    phrases: tuple[Phrase, ...]
    often: dict[str, float]
    asked: float
    seldom: tuple[tuple[str, float], ...]

    def legal_words(self, text: str) -> list[str]:
        """Return the statute words for every everyday word that stands in `text`, in the order of the file."""
        return [legal for lay, legal in self.lay_words.items() if lay in text]

    def prior(self, title: str) -> float:
        """Return how likely questions are about the law `title`: 1.0 the civil code, 0 neutral, negative seldom."""
        if title in self.often:
            return self.often[title]
        usual = self.asked if title in self._asked_laws else 0.0
        return usual - sum(minus for pattern, minus in self.seldom if re.search(pattern, title))

    @cached_property
    def _asked_laws(self) -> frozenset[str]:
        return frozenset(phrase.law for phrase in self.phrases)


def read_lexicon() -> Lexicon:
    """Return the lexicon of this release; a mistake in its files raises yaml's or KeyError at once (they are ours)."""
    asked, priors = _yaml(ASKED_ARTICLES), _yaml(LAW_PRIORS)
    phrases = (
        Phrase(law, article_label(str(number)), phrase.strip())
        for law, articles in asked.items()
        for number, written in articles.items()
        for phrase in str(written).split(_SEPARATOR)
        if phrase.strip()
    )
    return Lexicon(
        lay_words={str(lay): str(legal) for lay, legal in _yaml(LAY_WORDS).items()},
        phrases=tuple(phrases),
        often={title: float(weight) for title, weight in priors["often"].items()},
        asked=float(priors["asked"]),
        seldom=tuple((row["pattern"], float(row["minus"])) for row in priors["seldom"]),
    )


def _yaml(path: Path) -> dict:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader, the fast one if there is)
