"""docs/security.md judges every item of ASVS 4.0.3, levels 1 and 2, once, and names only tests that exist."""

from __future__ import annotations

import re

from bot.settings import ROOT

# Section → items of level 1 or 2 that were not deleted (ASVS 4.0.3).
LEVEL_2 = {
    "1.1": range(1, 8), "1.2": range(1, 5), "1.4": (1, 4, 5), "1.5": range(1, 5), "1.6": range(1, 5), "1.7": (1, 2), "1.8": (1, 2), "1.9": (1, 2), "1.10": (1,),
    "1.11": (1, 2), "1.12": (2,), "1.14": range(1, 7),
    "2.1": range(1, 13), "2.2": (1, 2, 3), "2.3": (1, 2, 3), "2.4": range(1, 6), "2.5": range(1, 8), "2.6": (1, 2, 3), "2.7": range(1, 7), "2.8": range(1, 8),
    "2.9": (1, 2, 3), "2.10": range(1, 5),
    "3.1": (1,), "3.2": range(1, 5), "3.3": range(1, 5), "3.4": range(1, 6), "3.5": (1, 2, 3), "3.7": (1,),
    "4.1": (1, 2, 3, 5), "4.2": (1, 2), "4.3": (1, 2, 3),
    "5.1": range(1, 6), "5.2": range(1, 9), "5.3": range(1, 11), "5.4": (1, 2, 3), "5.5": range(1, 5),
    "6.1": (1, 2, 3), "6.2": range(1, 7), "6.3": (1, 2), "6.4": (1, 2),
    "7.1": range(1, 5), "7.2": (1, 2), "7.3": (1, 3, 4), "7.4": (1, 2, 3),
    "8.1": range(1, 5), "8.2": (1, 2, 3), "8.3": range(1, 9),
    "9.1": (1, 2, 3), "9.2": range(1, 5),
    "10.2": (1, 2), "10.3": (1, 2, 3), "11.1": range(1, 9),
    "12.1": (1, 2, 3), "12.2": (1,), "12.3": range(1, 7), "12.4": (1, 2), "12.5": (1, 2), "12.6": (1,),
    "13.1": (1, 3, 4, 5), "13.2": (1, 2, 3, 5, 6), "13.3": (1, 2), "13.4": (1, 2),
    "14.1": range(1, 5), "14.2": range(1, 7), "14.3": (2, 3), "14.4": range(1, 8), "14.5": range(1, 5),
}
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\S+) \| (.+) \|$", PAGE, re.M)


def test_every_item_is_judged_once():
    wanted = [f"{section}.{item}" for section, items in LEVEL_2.items() for item in items]
    assert [number for number, _, _ in ROWS] == wanted


def test_each_judgement_is_one_of_five_and_says_how_or_why_not():
    assert {state for _, state, _ in ROWS} == {"met", "partly", "open", "site", "n/a"}
    assert all(len(words) > 2 for _, _, words in ROWS)


def test_every_test_that_is_named_exists():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)", sources))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 80 and named - there == set()
