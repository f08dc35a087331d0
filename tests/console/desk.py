"""A running desk for tests: the web process on a free port, its database, and somebody signed in for each role."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterator

import httpx

from bot.ledger import staff, staff_sessions
from bot.legal.cases import Role
from bot.settings import ROOT, Settings, read_settings
from bot.storage.database import Database
from bot.storage.staff_tables import StaffAccount
from tests.databases import open_migrated

# code: roles, communities (None: all)
PEOPLE: dict[str, tuple[tuple[Role, ...], tuple[str, ...] | None]] = {
    "advisor_c01": ((Role.ADVISOR,), ("c01",)),
    "advisor_c04": ((Role.ADVISOR,), ("c04",)),
    "mediator_c01": ((Role.MEDIATOR,), ("c01",)),
    "office": ((Role.OFFICE,), None),
    "admin": ((Role.ADMIN,), None),
}
PASSWORD = "樟树下的那张石桌子2026"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B


class Client(httpx.Client):
    """A browser without a screen. `fill` posts a form with its proof; redirections are not followed."""

    def fill(self, path: str, data: dict[str, Any] | None = None, form_at: str | None = None, **more: Any) -> httpx.Response:
        """Load the page that holds a form (`form_at`, else the path itself, else the own account) and post to `path`."""
        return self.post(path, data={"csrf": self.proof(form_at or path), **(data or {})}, **more)

    def proof(self, path: str = "/console/account") -> str:
        for page in (path, "/console/account", "/console/login"):
            answer = self.get(page)
            found = re.search(r'"X-CSRF": "([0-9a-f]{64})"', answer.text)
            if answer.status_code == 200 and found:
                return found[1]
        raise AssertionError(f"no form proof at {path}")


@dataclass
class Desk:
    """A running web process and its database."""

    url: str
    database: Database
    settings: Settings
    process: subprocess.Popen[bytes]
    _clients: list[Client] = field(default_factory=list)

    def login(self, who: str) -> Client:
        """Return a client that is signed in as one of PEOPLE, second factor shown."""
        with self.database.transaction() as session:
            account = staff.account_of(session, who)
            token = staff_sessions.open_session(session, account.id, "Firefox/1 Windows", datetime.now(timezone.utc), proven=True)
        client = self.visitor()
        client.cookies.set("staff", token)
        return client

    def visitor(self, **more: Any) -> Client:
        """Return a client that is nobody."""
        client = Client(base_url=self.url, timeout=60, trust_env=False, **more)
        self._clients.append(client)
        return client

    def add(self, code: str, roles: tuple[Role, ...], communities: tuple[str, ...] | None) -> None:
        """Make an account with PASSWORD; its second factor is SECRET where its roles need one."""
        now = datetime.now(timezone.utc)
        with self.database.transaction() as session:
            staff.add(session, code, f"示例{code}", roles, communities, "-", now)
            account: StaffAccount = staff.account_of(session, code)
            account.password_hash, account.must_change_password = _hash(), False
            if set(roles) & {Role.OFFICE, Role.ADMIN}:
                account.second_factor, account.second_factor_at = SECRET, now

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.process.terminate()
        self.process.wait(30)
        self.database.close()


@contextmanager
def running_desk(var: Path, database_url: str = "", **environment: str) -> Iterator[Desk]:
    """Run the web process alone (no workers) with an account for each role.

    Args:
        database_url: "" for SQLite in `var`.
    """
    port = _free_port()
    values = {"BOT_VAR": str(var), "BOT_PORT": str(port), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": database_url, "BOT_HOST": "127.0.0.1"}
    full = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **values, **environment}
    database = open_migrated(_settings(var, database_url))
    process = subprocess.Popen([sys.executable, "-m", "bot.web.app"], env=full, cwd=ROOT)
    desk = Desk(f"http://127.0.0.1:{port}", database, _settings(var, database_url), process)
    try:
        for code, (roles, communities) in PEOPLE.items():
            desk.add(code, roles, communities)
        _wait(desk)
        yield desk
    finally:
        desk.close()


def _settings(var: Path, database_url: str) -> Settings:
    from dataclasses import replace

    return replace(read_settings(env_file=var / "none"), var=var, database_url=database_url or f"sqlite:///{var / 'bot.db'}", office=ROOT / "office.yml")


def _wait(desk: Desk) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert desk.process.poll() is None, "the web process ended before it answered"
        try:
            if httpx.get(f"{desk.url}/healthz", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the web process did not answer in 120 s")


_made: list[str] = []


def _hash() -> str:
    if not _made:
        _made.append(staff.HASHER.hash(PASSWORD))
    return _made[0]


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
