"""Named places in the code path where the fault laboratory ends the process, as a power cut would (tests/faults).

Without BOT_CRASH_POINTS, a folder that only the laboratory sets, they do nothing. With it, each passage is counted in
`passed/NAME` (one byte each), and a file `armed/NAME` ends the process there, once: it is renamed to `fired/NAME.<pid>`.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

COMMITS = (
    "chat.store",
    "wechat.store",
    "wechat.passive",
    "wechat.later",
    "push.claim",
    "push.settle",
    "token.lease",
    "token.keep",
    "dispatcher.give_up",
    "worker.answer",
)
BETWEEN = ("dispatcher.before_worker", "dispatcher.after_worker", "worker.before_thinking", "worker.after_thinking", "filing.before_count")
NAMES = tuple(f"{commit}.{when}_commit" for commit in COMMITS for when in ("before", "after")) + BETWEEN

_folder = Path(os.environ["BOT_CRASH_POINTS"]) if os.environ.get("BOT_CRASH_POINTS") else None
_passed: dict[str, int] = {}


def here(name: str) -> None:
    """Pass a named place; the process ends here if the laboratory armed it."""
    if _folder is None:
        return
    if name not in _passed:
        _passed[name] = os.open(_folder / "passed" / name, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(_passed[name], b".")
    try:
        os.rename(_folder / "armed" / name, _folder / "fired" / f"{name}.{os.getpid()}")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
