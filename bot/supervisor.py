"""`bot serve`: starts web and workers, waits until residents can chat, restarts what dies, stops cleanly.

It imports neither Rasa nor Sanic, so that it stays small.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import FrameType

from bot.models.released import LIVE
from bot.settings import ROOT, Settings

Popen = subprocess.Popen  # the fault laboratory forks instead
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
LIVED_WELL = 60.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.2
ASK_EVERY = 2.0
# Rasa and what it stands on print pages of deprecations at every start.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"}


@dataclass
class Child:
    """One process that should always run."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_after: float = field(default=0.0)
    url: str = ""  # where it says that it is alive; empty: it is not asked
    restarts: int = -1
    asked_at: float = 0.0
    silent_since: float | None = None

    def start(self) -> None:
        """Start it now."""
        self.restarts += 1
        self.process = Popen(self.command, env={**self.environment, "BOT_RESTARTS": str(self.restarts)}, cwd=ROOT)
        self.started_at = time.monotonic()
        self.silent_since = None

    def end_if_hung(self, patience: float) -> None:
        """Kill it when it has taken connections for so many seconds without answering any; starting it again is `look_after`'s."""
        now = time.monotonic()
        if not self.url or self.process is None or now - self.asked_at < ASK_EVERY:
            return
        if not _is_silent(self.url):
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = now
        elif now - self.silent_since > patience:
            _tell(f"{self.name} has not answered for {now - self.silent_since:.0f} s; killed")
            self.process.kill()
        self.asked_at = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it died, later each time it dies young."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_after:
                self.start()
            return
        if self.process.poll() is None:
            return
        lived = now - self.started_at
        self.pause = FIRST_PAUSE if lived > LIVED_WELL else min(self.pause * 2, LONGEST_PAUSE)
        _tell(f"{self.name} ended with code {self.process.returncode} after {lived:.0f} s; starting it again in {self.pause:.1f} s")
        self.process, self.start_after = None, now + self.pause

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)


class Supervisor:
    """Keeps one web process and N workers running.

    Args:
        settings: of this deployment; host, port and workers may differ from the environment.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._live, self._to_renew = _live_model(settings), list[Child]()
        token = settings.worker_token or secrets.token_urlsafe(24)
        ports = _free_ports(settings.workers)
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        self._worker_urls = urls
        shared = {**os.environ, "BOT_WORKER_TOKEN": token, **QUIET}
        web = {
            **shared,
            "BOT_WORKER_URLS": ",".join(urls),
            "BOT_HOST": settings.host,
            "BOT_PORT": str(settings.port),
        }
        self._children = [Child("web", [sys.executable, "-m", "bot.web.app"], web)]
        self._children += [
            Child(f"worker {n}", [sys.executable, "-m", "bot.dialogue.worker", str(port)], shared, url=f"http://127.0.0.1:{port}/ready")
            for n, port in enumerate(ports, 1)
        ]

    def run(self) -> int:
        """Serve until told to stop; returns the exit code."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._stop)
        started, ready = time.monotonic(), False
        for child in self._children:
            child.start()
        indexing: subprocess.Popen[bytes] | None = None
        while not self._stopping:
            for child in self._children:
                child.look_after()
                child.end_if_hung(self._settings.worker_timeout)
            self._renew_workers()
            if not ready and self._residents_can_chat():
                ready = True
                print(f"ready http://{self._settings.host}:{self._settings.port}", flush=True)
                _tell(f"ready after {time.monotonic() - started:.1f} s")
                indexing = self._index_laws()
            time.sleep(LOOK_EVERY)
        if indexing is not None and indexing.poll() is None:
            indexing.terminate()
        return self._end()

    def _renew_workers(self) -> None:
        """When another model goes live, end the workers one after the other: each comes back with it, and the others answer meanwhile."""
        if (live := _live_model(self._settings)) != self._live:
            _tell("another model went live; the workers take it up")
            self._live, self._to_renew = live, [child for child in self._children if child.url]
        if self._to_renew and all(_answers(child.url) for child in self._children if child.url):
            ending = self._to_renew.pop(0)
            ending.stop()
            with contextlib.suppress(subprocess.TimeoutExpired):  # so that the next one is not ended while this one still says "ready"
                if ending.process is not None:
                    ending.process.wait(STOP_SECONDS)

    def _index_laws(self) -> subprocess.Popen[bytes] | None:
        """Build the law search's index beside serving, at the lowest priority; an index that is there is found at once."""
        if not self._settings.law_index:
            return None
        command = [sys.executable, "-m", "bot.cli", "laws", "index"]
        return subprocess.Popen(command, env={**os.environ, **QUIET}, cwd=ROOT, preexec_fn=lambda: os.nice(15))  # noqa: PLW1509

    def _residents_can_chat(self) -> bool:
        every = ("0.0.0.0", "::")  # noqa: S104 (compared with, not bound)
        host = "127.0.0.1" if self._settings.host in every else self._settings.host
        return _answers(f"http://{host}:{self._settings.port}/readyz")

    def _stop(self, _sign: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> int:
        """Web first, so that nothing new comes in; then the workers, which finish the message in hand."""
        for child in self._children:
            child.stop()
        end = time.monotonic() + STOP_SECONDS
        for child in self._children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _tell(f"{child.name} did not end in time; killed")
                child.process.kill()
        _tell("stopped")
        return 0


def _is_silent(url: str) -> bool:
    """Whether somebody takes the connection there and says nothing; a refused one is a worker that is not up yet."""
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (our own worker)
            return False
    except urllib.error.HTTPError:
        return False
    except (urllib.error.URLError, OSError) as error:
        return isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)


def _live_model(settings: Settings) -> int:
    """Return a number that changes when another model goes live."""
    try:
        return (settings.var / "models" / LIVE).stat().st_mtime_ns
    except OSError:
        return 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (an address of our own)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_ports(count: int) -> list[int]:
    """Ask the system for ports; all are held until all are known, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
