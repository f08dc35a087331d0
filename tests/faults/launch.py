"""`bot serve` for the laboratory, which kills more often than any real machine dies: each start is a fork of one process that has imported all.

Nearly all of a start is importing and reading cards and model, which never change; what follows (settings, keys, database, what was left
behind, listening) each process does by itself as ever. Pauses
and turns that protect a real machine are short, so that nobody waits for what a killed process held.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from datetime import timedelta
from typing import Any, Callable

TURN, LEASE = timedelta(seconds=12), timedelta(seconds=6)
WEB, WORKER = "lab-web", "lab-worker"
SET_NAME = 15  # of prctl(2)


class Forked:
    """What the supervisor needs of a `subprocess.Popen`."""

    mains: dict[str, tuple[str, Callable[[], None]]]

    def __init__(self, command: list[str], env: dict[str, str], cwd: Any) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            os.chdir(cwd)
            self._become(command[2:], env)

    def _become(self, arguments: list[str], env: dict[str, str]) -> None:
        code = 1
        try:
            for sign in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sign, signal.SIG_DFL)
            os.environ.clear()
            os.environ.update(env)
            sys.argv = arguments
            random.seed()
            name, main = self.mains[arguments[0]]
            ctypes.CDLL(None).prctl(SET_NAME, name.encode())
            _follow_clock()
            main()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a forked process", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _follow_clock() -> None:
    from tests.faults import clock

    clock.follow(os.environ["BOT_FAULT_CLOCK"])


def main() -> None:
    """Import all that web and workers need, and serve."""
    from bot.dialogue.light_imports import stand_in

    stand_in()
    from bot import supervisor
    from bot.dialogue import patches, worker
    from bot.dialogue.model import newest_model
    from bot.dialogue.processor import Processor
    from bot.inbox import wechat_outbox, wechat_token
    from bot.knowledge.cards import read_cards
    from bot.settings import read_settings
    from bot.web import app
    from tests.faults import clock  # noqa: F401  (imported before any fork)

    settings = read_settings()
    patches.apply()
    read_cards()
    loaded = Processor._load_model(newest_model(settings.var))
    Processor._load_model = staticmethod(lambda _path: loaded)  # type: ignore[method-assign]
    wechat_outbox.TURN, wechat_token.LEASE = TURN, LEASE
    supervisor.FIRST_PAUSE, supervisor.LONGEST_PAUSE, supervisor.Popen = 0.1, 0.2, Forked
    Forked.mains = {"bot.web.app": (WEB, app.main), "bot.dialogue.worker": (WORKER, worker.main)}
    sys.exit(supervisor.Supervisor(settings).run())


if __name__ == "__main__":
    main()
