"""What bench.ledger found, as a section of docs/performance.md; nothing where it was never run."""

from __future__ import annotations

import json
from typing import Any

from bot.settings import ROOT

RESULTS, PAGE = ROOT / "bench" / "results", ROOT / "docs" / "performance.md"
TITLE = "## The books of ten years"
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
}
GROWTH, WRITES, CLOSE = 1.5, 2000, 10
WORDS = {
    "one_by_one": "one after the other, a hundred a transaction",
    "a_thousand_at_once": "a thousand a statement",
    "taken_back": "reversing lines, a hundred at once",
    "8_writers_of_one_key": "eight writers, each entry a transaction, all counting the same thing",
    "8_writers_of_other_keys": "eight writers, each entry a transaction, each counting in a place of its own",
    "8_writers_of_one_key_by_hundreds": "eight writers, a hundred entries a transaction, all counting the same thing",
}
CLOSINGS = {
    "following": "Closing a month, every figure frozen with its rows, of books in which the month before is closed; the slowest of twelve",
    "first": "The first closing of all, which reads what every stock was made of since the books began",
}
REPORTS: dict[str, tuple[str, int | None]] = {
    "report_closed": ("The annual report as a document, its months closed as the office closes them", 5),
    "report_open": ("The same of a year of which no month is closed, every line of a kind that it names hashed for the proof", 5),
    "check": ("`bot report verify` of the first, every line hashed again", None),
}


def ledger_section() -> list[str]:
    """Return the lines of the section, for every database that was measured."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("ledger-*.json"))]
    if not found:
        return []
    head = [
        TITLE, "",
        "`python -m bench.ledger` fills them: half of the lines of one kind, communities, types, topics and channels at random (which no roll-up can",
        "shorten), one line in a hundred taken back. Then it calls the product's own functions, each nine times; the middle one is told.",
    ]  # fmt: skip
    return [*head, *(line for one in found for line in _of(one))]


def renew_page() -> None:
    """Put the section into docs/performance.md, in place of what it said before; what the other bench found stays."""
    before = PAGE.read_text(encoding="utf-8").split(f"\n{TITLE}")[0].rstrip("\n")
    PAGE.write_text("\n".join([before, "", *ledger_section()]) + "\n", encoding="utf-8")


def _of(found: dict[str, Any]) -> list[str]:
    machine, many, all_lines = found["machine"], str(found["years"]), found["a_year"] * found["years"]
    calm = machine["load_before"] <= machine["cores"]
    lines = [
        "", f"### {found['database']}, {all_lines:,} lines", "",
        f"Measured on {found['when']}: {machine['cores']} cores, load average {machine['load_before']} before and {machine.get('load_after', '?')} after.",
        "Beside the clock stands the processors' time, ours and the database's together: what it takes where nobody else computes. Growth goes by it,",
        "and the other verdicts where the load was above the number of cores.", "",
        f"| ms, clock (processor) | {found['a_year']:,} lines | {all_lines:,} | wanted | growth | wanted ≤ {GROWTH} |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, (most, words) in READS.items():
        few, now, growth = found["reads_ms"]["1"][name], found["reads_ms"][many][name], found["growth"][name]
        spent = now[0] if calm else now[1]
        lines.append(f"| {words} | {few[0]} ({few[1]}) | {now[0]} ({now[1]}) | ≤ {most}, {_verdict(spent <= most)} | {growth} | {_verdict(growth <= GROWTH)} |")
    lines += ["", "| entries with keys and roll-ups | a second of the clock | a second of processors | wanted |", "|---|---|---|---|"]
    for name, (rate, busy_rate) in found["entries_written_a_second"].items():
        lines.append(f"| {WORDS[name]} | {rate:,} | {busy_rate:,} | ≥ {WRITES:,}, {_verdict((rate if calm else busy_rate) >= WRITES)} |")
    ends = found.get("year_end_s", {})
    long: list[tuple[str, int | None, Any]] = [(words, CLOSE, ends.get(many, {}).get(name)) for name, words in CLOSINGS.items()]
    for name, (words, limit) in REPORTS.items():
        long += [(f"{words}, {found['a_year'] * int(n):,} lines in the books", limit, ends.get(n, {}).get(name)) for n in ("1", many)]
    for words, limit, took in long:
        wanted = f" (wanted ≤ {limit}, {_verdict(took[0 if calm else 1] <= limit)})" if took and limit else ""
        lines += ["", f"{words}: {f'{took[0]} s, {took[1]} s of processors{wanted}' if took else 'not measured in this run'}."]
    return lines


def _verdict(met: bool) -> str:
    return "met" if met else "**not met**"
