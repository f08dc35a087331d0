"""Telling systemd that a worker is ready, and that its event loop still turns (sd_notify(3)); without systemd nothing happens."""

from __future__ import annotations

import asyncio
import os
import socket


def tell(state: str) -> bool:
    """Send one state such as READY=1 to whoever started this process; returns whether anybody wanted to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(state.encode())
    return True


async def keep_alive() -> None:
    """Say so three times in each of systemd's WatchdogSec; a loop that hangs says nothing and the process is killed."""
    seconds = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000 / 3
    while seconds:
        tell("WATCHDOG=1")
        await asyncio.sleep(seconds)
