"""A wall clock that the fault laboratory moves; monotonic clocks are left alone, as by a real clock jump."""

from __future__ import annotations

import threading
import time

import time_machine


def follow(path: str) -> None:
    """Be as many seconds ahead (or behind) as the file says, from now on."""
    threading.Thread(target=_follow, args=(path,), daemon=True).start()


def _follow(path: str) -> None:
    travel, ahead = None, 0.0
    pause = threading.Event()
    while not pause.wait(0.2):
        try:
            with open(path) as file:
                wanted = float(file.read() or 0)
        except (OSError, ValueError):
            continue
        if wanted == ahead:
            continue
        if travel is not None:
            travel.stop()
            travel = None
        if wanted:
            travel = time_machine.travel(time.time() + wanted, tick=True)
            travel.start()
        ahead = wanted
