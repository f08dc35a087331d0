"""docs/cards.md: every card with its citations and whether they hold.

    python -m bot.knowledge.conformance STATUTES > docs/cards.md
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

from bot.knowledge.cards import CARDS, Card, read_cards
from bot.knowledge.citations import check_citations, load_citations
from bot.knowledge.law_names import article_label, short_title
from bot.knowledge.statutes import FILE_NAME, StatuteStore
from bot.knowledge.statutes_import import import_folder
from bot.legal.topics import Topic


def page(cards: dict[str, Card], problems: dict[str, list[str]], day: date) -> str:
    """Return the page in Markdown.

    Args:
        problems: card id → what does not hold; cards without an entry hold.
        day: the day citations were judged by.
    """
    total = sum(len(card.law_citation) for card in cards.values())
    lines = [
        "# Knowledge cards and the law behind them",
        "",
        f"Made by `make cards-page`; do not edit. {len(cards)} cards, {total} citations, judged by what was in force on {day}: "
        f"{sum(map(len, problems.values()))} do not hold. No card is signed by a lawyer yet unless it says so.",
    ]
    for topic in Topic:
        own = [card for card in cards.values() if card.topic is topic]
        if own:
            lines += ["", f"## {topic.label} `{topic.code}`", "", "| card | title | signed | citations | status |", "|---|---|---|---|---|"]
            lines += [_row(card, problems.get(card.card_id, [])) for card in own]
    return "\n".join(lines) + "\n"


def check_against(statutes: Path, day: date) -> dict[str, list[str]]:
    """Return card id → problems, judged by a folder of law texts alone."""
    with tempfile.TemporaryDirectory() as place:
        import_folder(Path(place) / FILE_NAME, statutes, on_top_of_package=False)
        checked = check_citations(StatuteStore(Path(place) / FILE_NAME), load_citations(CARDS, day), day)
    problems: dict[str, list[str]] = {}
    for one in checked:
        if one.problem:
            problems.setdefault(one.citation.card_id, []).append(one.problem)
    return problems


def _row(card: Card, problems: list[str]) -> str:
    laws: dict[str, list[str]] = {}
    for citation in card.law_citation:
        laws.setdefault(short_title(citation.law), []).append(article_label(citation.article).removeprefix("第").replace("条", "", 1))
    cited = "；".join(f"{law} {'、'.join(articles)}条" for law, articles in laws.items())
    signed = f"{card.reviewed_by} {card.reviewed_on}" if card.reviewed_by else "待律师审定"
    return f"| `{card.card_id}` | {card.title} | {signed} | {cited} | {'；'.join(problems) or 'holds'} |"


def main() -> None:
    """Print the page, judged by the folder of statutes given as the first argument and today's law."""
    today = date.today()
    sys.stdout.write(page(read_cards(), check_against(Path(sys.argv[1]), today), today))


if __name__ == "__main__":
    main()
