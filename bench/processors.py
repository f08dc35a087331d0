"""What processors did: this process and a PostgreSQL server together, told on a machine that others use, too."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil


def processor_seconds(server: Path) -> float:
    """Return what this process and the server in a folder (if one runs there) have used so far, those of its processes that ended included."""
    found, running = time.process_time(), server / "postmaster.pid"
    if not running.exists():
        return found
    postmaster = psutil.Process(int(running.read_text().split()[0]))
    ended = postmaster.cpu_times()
    found += ended.user + ended.system + ended.children_user + ended.children_system
    return found + sum(_of_process(child.pid) for child in postmaster.children())


def _of_process(pid: int) -> float:
    """Linux tells nanoseconds here and hundredths of a second elsewhere; a process of PostgreSQL has one thread."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return 0.0
