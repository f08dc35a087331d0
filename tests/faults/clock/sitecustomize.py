"""A wall clock that the fault laboratory moves: python imports this at start when its folder is on PYTHONPATH.

The file named by BOT_FAULT_CLOCK holds seconds to be ahead (or behind); monotonic clocks are left alone, as by a real clock jump.
"""

import os
import threading
import time


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


if os.environ.get("BOT_FAULT_CLOCK"):
    # Here and not in the thread: two threads that import at once may wait for each other.
    import time_machine

    threading.Thread(target=_follow, args=(os.environ["BOT_FAULT_CLOCK"],), daemon=True).start()
