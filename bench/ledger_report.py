"""What bench.ledger found, as a section of docs/performance.md; nothing where it was never run."""

from __future__ import annotations

import json
from typing import Any

from bot.settings import ROOT

RESULTS = ROOT / "bench" / "results"
# Milliseconds a read may take (issue 7, item 4), and what it is.
READS = {
    "month_by_community_and_type": (200, "a month's table by community × type"),
    "dashboard_of_a_month": (500, "dashboard of a month"),
    "dashboard_of_a_year": (500, "dashboard of a year"),
    "dashboard_of_three_communities": (500, "dashboard of three communities, a month"),
    "drill_down_page_of_one_community": (200, "page of rows, a month, one community"),
    "drill_down_page_of_all": (200, "page of rows, a month, all communities"),
    "drill_down_page_far_down": (200, "the same, two thirds down"),
    "drill_down_page_of_a_year": (200, "page of rows, a year, all communities"),
    "drill_down_page_of_a_stock": (200, "page of rows, open cases since the books began"),
    "annual_report_figures": (5000, "annual report: every figure with the hash of its rows"),
    "annual_report_docx": (5000, "annual report as a document"),
}
GROWTH, WRITES, CLOSE = 1.5, 2000, 10
WORDS = {
    "one_by_one": "one after the other, a hundred a transaction", "a_thousand_at_once": "a thousand a statement", "taken_back": "reversing lines",
    "8_writers_of_one_key": "eight writers, each entry a transaction, all counting the same thing",
}  # fmt: skip


def ledger_section() -> list[str]:
    """Return the lines of the section, for every database that was measured."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("ledger-*.json"))]
    if not found:
        return []
    head = [
        "## The books of ten years", "",
        "`python -m bench.ledger` fills them: half of the lines of one kind, communities, types, topics and channels at random (which no roll-up can",
        "shorten), one line in a hundred taken back. Then it calls the product's own functions, each three times; the middle one is told.",
    ]  # fmt: skip
    return [*head, *(line for one in found for line in _of(one))]


def _of(found: dict[str, Any]) -> list[str]:
    machine, many, all_lines = found["machine"], str(found["years"]), found["a_year"] * found["years"]
    lines = [
        "", f"### {found['database']}, {all_lines:,} lines", "",
        f"Measured on {found['when']}: {machine['cores']} cores, load average {machine['load_before']} before and {machine['load_after']} after.", "",
        f"| ms | {found['a_year']:,} lines | {all_lines:,} | wanted | growth | wanted ≤ {GROWTH} |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, (most, words) in READS.items():
        few, now, growth = found["reads_ms"]["1"][name], found["reads_ms"][many][name], found["growth"][name]
        lines.append(f"| {words} | {few} | {now} | ≤ {most}, {_verdict(now <= most)} | {growth} | {_verdict(growth <= GROWTH)} |")
    lines += ["", "| entries a second, with keys and roll-ups | | wanted |", "|---|---|---|"]
    lines += [f"| {WORDS[name]} | {rate:,} | ≥ {WRITES:,}, {_verdict(rate >= WRITES)} |" for name, rate in found["entries_written_a_second"].items()]
    close = found["close_of_a_month_s"]
    return [*lines, "", f"Closing a month, every figure frozen with its rows: {close} s (wanted ≤ {CLOSE}, {_verdict(close <= CLOSE)})."]


def _verdict(met: bool) -> str:
    return "met" if met else "**not met**"
