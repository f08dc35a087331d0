"""What ours and stock, taught the same sentences, make of the frozen sets that others wrote (tests/nlu): accuracy, latency, memory.

    python -m bench.meaning ours|stock ARCHIVE

Prints one JSON object. Each side runs in a process of its own, through Rasa's agent, one text after the other, one thread.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bot.settings import ROOT

LAW = "ask_law"
WORDS = {
    "intent": "intent right", "services": "services right", "topic": "topic right, of questions of law", "top3": "among the first three",
    "p50": "parse p50, ms", "p99": "parse p99, ms", "memory": "peak memory, MB",
}  # fmt: skip


def compared(archives: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Return the figures of each side, by name."""
    found = {}
    for side, archive in archives.items():
        command = [sys.executable, "-W", "ignore", "-m", "bench.meaning", side, str(archive)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        found[side] = json.loads(done.stdout.splitlines()[-1])
    return found


def section(found: dict[str, dict[str, float]]) -> list[str]:
    """Return the comparison as lines of Markdown."""
    lines = [f"What both make of {found['ours']['texts']} texts of the frozen sets (calls for help apart, which stock does not know):", ""]
    lines += ["| | ours | stock |", "|---|---|---|"]
    for name, words in WORDS.items():
        digits = 1 if name in ("p50", "p99", "memory") else 3
        lines.append(f"| {words} | {found['ours'][name]:.{digits}f} | {found['stock'][name]:.{digits}f} |")
    return lines


def measured(side: str, archive: Path) -> dict[str, float]:
    """Return the shares of texts that are understood rightly, milliseconds a text, MB."""
    from rasa.core.agent import Agent

    from bot.understanding.evaluation import read_development
    from bot.understanding.frozen_sets import FROZEN

    texts = [example for path in FROZEN.values() for example in read_development(path) if example.intent != "emergency"]
    agent, loop, spent = Agent.load(str(archive)), asyncio.new_event_loop(), []
    right: dict[str, list[bool]] = {"intent": [], "services": [], "topic": [], "top3": []}
    for example in texts:
        began = time.perf_counter()
        parsed = loop.run_until_complete(agent.parse_message(example.text))
        spent.append(1000 * (time.perf_counter() - began))
        intent, topics = _ours(parsed) if side == "ours" else _stock(parsed)
        right["intent"].append(intent == example.intent)
        if example.intent == LAW:
            right["topic"].append(topics[:1] == [example.topic])
            right["top3"].append(example.topic in topics[:3])
        elif example.intent != "out_of_scope":
            right["services"].append(intent == example.intent)
    spent.sort()
    shares = {name: sum(said) / len(said) for name, said in right.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"texts": len(texts), **shares, "p50": spent[len(spent) // 2], "p99": spent[int(len(spent) * 0.99)], "memory": peak}


def _ours(parsed: dict[str, Any]) -> tuple[str, list[str]]:
    return parsed["understood"]["intent"], [topic for topic, _ in parsed["understood"]["topics"]]


def _stock(parsed: dict[str, Any]) -> tuple[str, list[str]]:
    """Stock has one output: its topics are the questions of law in its ranking."""
    prefix = f"{LAW}_"
    intent = parsed["intent"]["name"]
    topics = [entry["name"].removeprefix(prefix) for entry in parsed["intent_ranking"] if entry["name"].startswith(prefix)]
    return LAW if intent.startswith(prefix) else intent, topics


if __name__ == "__main__":
    print("\n" + json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
