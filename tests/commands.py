"""`bot` commands, each in a process of its own that is forked from one which has loaded everything: a tenth of a second instead of two.

tests/cli/test_commands.py starts some for real.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.cli import COMMANDS
from bot.settings import ROOT

_LOADED = ["bot.cli", *COMMANDS, "bot.storage.migrating", "bot.ledger.cases", "bot.reports.document", "tests.commands"]
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(_LOADED)


def run_bot(*arguments: str, environment: dict[str, str], typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `bot` with these arguments and nothing but this environment; returns what subprocess.run does, output as text."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("in", "out", "err")]
        for name, text in zip(names, (typed or "", "", "")):
            name.write_text(text, encoding="utf-8")
        process = _server.Process(target=_command, args=(arguments, environment, [str(name) for name in names]))
        process.start()
        process.join()
        out, err = (name.read_text(encoding="utf-8") for name in names[1:])
        return subprocess.CompletedProcess(["bot", *arguments], process.exitcode or 0, out, err)


def _command(arguments: tuple[str, ...], environment: dict[str, str], names: list[str]) -> None:
    """What the forked process does: be a fresh `bot`."""
    for number, name in enumerate(names):
        os.dup2(os.open(name, os.O_RDWR | os.O_APPEND), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode, encoding="utf-8", closefd=False) for n, mode in ((0, "r"), (1, "w"), (2, "w")))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["bot", *arguments]
    from bot.cli import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
