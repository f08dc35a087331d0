"""The two sides of the comparison: starting, stopping, how long until the first answer, how much memory."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench import client
from bench.stock.project import ENDPOINTS
from bot.settings import ROOT

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
RASA = Path(sys.executable).with_name("rasa")


@dataclass
class Side:
    """A running product."""

    name: str
    port: int
    path: str
    body: client.Body
    processes: list[subprocess.Popen[bytes]]
    started_in: float = 0.0
    peak: int = 0

    def look_at_memory(self) -> int:
        """Return the proportional memory of all its processes in MB now, and remember the most seen."""
        now = sum(_memory(pid) for process in self.processes for pid in family(process.pid))
        self.peak = max(self.peak, now)
        return now

    def stop(self) -> None:
        """End all its processes."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(25)
            except subprocess.TimeoutExpired:
                process.kill()


def start_ours(var: Path, port: int, workers: int = 1, database_url: str = "") -> Side:
    """Start `bot serve` with everything on, and return it once it has answered; `var` holds a trained model in models/."""
    # The law search's index is built once in the life of an installation; here it would only be built beside the measuring.
    own = {"BOT_VAR": str(var), "DATABASE_URL": database_url, "BOT_RATE_CONVERSATION": "", "BOT_LAW_INDEX": "false"}
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--workers", str(workers)]
    log = open(var / "serve.log", "ab")  # noqa: SIM115 (the process keeps it)
    process = subprocess.Popen(command, cwd=ROOT, env={**environment(), **own}, stdout=log, stderr=log)
    return _ready(Side("ours", port, "/api/chat/messages", client.ours, [process]))


def start_stock(project: Path, port: int, actions_port: int, url: str | None = None) -> Side:
    """Start `rasa run` and `rasa run actions`, and return them once they have answered."""
    shutil.rmtree(project / "tracker.db", ignore_errors=True)
    (project / "tracker.db").unlink(missing_ok=True)
    where = f'  url: "{url}"' if url else "  dialect: sqlite\n  db: tracker.db"
    (project / "endpoints.yml").write_text(ENDPOINTS.format(actions=actions_port, where=where), encoding="utf-8")
    log = open(project / "run.log", "ab")  # noqa: SIM115 (the processes keep it)
    commands = [
        [str(RASA), "run", "actions", "--actions", "actions.actions", "-p", str(actions_port)],
        [str(RASA), "run", "-m", "models/stock.tar.gz", "-p", str(port), "-i", "127.0.0.1", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"],
    ]
    processes = [subprocess.Popen(command, cwd=project, env=environment(), stdout=log, stderr=log) for command in commands]
    return _ready(Side("stock", port, "/webhooks/rest/webhook", client.stock, processes))


def _ready(side: Side) -> Side:
    """Wait until a question is answered."""
    began = time.perf_counter()
    while time.perf_counter() - began < 600:
        if any(process.poll() is not None for process in side.processes):
            raise RuntimeError(f"{side.name} ended while it started; see its log.")
        try:
            measured = asyncio.run(client.converse(side.port, side.path, side.body, [("楼上漏水怎么办",)], 1))
            if not measured.unanswered:
                side.started_in = time.perf_counter() - began
                return side
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        time.sleep(0.1)
    side.stop()
    raise RuntimeError(f"{side.name} did not answer within ten minutes; see its log.")


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for parent in found:
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False).stdout.split()
        found.extend(int(child) for child in listed)
    return found


def _memory(pid: int) -> int:
    """Proportional set size in MB: pages that several processes share are counted once among them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0")
    return int(line.split()[1]) // 1024


def environment() -> dict[str, str]:
    """Return the environment both sides are started with: no setting of this deployment, no noise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_") and name not in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")}
    return {**kept, **QUIET}
