"""The web process alone, on a free port and a folder of its own, and somebody signed in at its desk."""

from __future__ import annotations

import os
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

from bot.ledger import staff, staff_sessions
from bot.legal.cases import Role
from bot.settings import ROOT, read_settings
from bot.storage.database import Database, open_database

PATIENCE = 120


@dataclass
class WebProcess:
    """A running web process and its database."""

    url: str
    database: Database

    def signed_in(self, code: str, name: str, role: Role, communities: tuple[str, ...] | None) -> str:
        """Make an account and return the value of its session cookie `staff`."""
        now = datetime.now(timezone.utc)
        with self.database.transaction() as session:
            staff.add(session, code, name, (role,), communities, "-", now)
            account = staff.account_of(session, code)
            account.must_change_password, account.second_factor, account.second_factor_at = False, "A" * 32, now
            return staff_sessions.open_session(session, account.id, "bench", now, proven=True)


@contextmanager
def web_process(folder: Path, database_url: str = "") -> Iterator[WebProcess]:
    """Run it with an empty database in `folder`; no dialogue worker, so the assistant answers nobody."""
    port = _free_port()
    values = {"BOT_VAR": str(folder), "BOT_HOST": "127.0.0.1", "BOT_PORT": str(port), "DATABASE_URL": database_url, "BOT_OFFICE": str(ROOT / "office.yml")}
    settings = replace(read_settings(folder / "none"), var=folder, database_url=database_url or f"sqlite:///{folder / 'bot.db'}")
    database = open_database(settings)
    database.migrate()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bot.web.app"], cwd=ROOT, env={**os.environ, **values})
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield WebProcess(f"http://127.0.0.1:{port}", database)
    finally:
        process.terminate()
        process.wait(30)
        database.close()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit("The web process ended before it answered; its messages are above.")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit(f"The web process did not answer in {PATIENCE} s.")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
