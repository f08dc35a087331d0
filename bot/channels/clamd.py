"""Asking clamd (ClamAV's daemon) whether bytes are known malicious, over its socket with INSTREAM (man clamd). Optional: only where BOT_CLAMD names one."""

from __future__ import annotations

import asyncio

from bot.errors import LegalBotError

SECONDS = 30.0
PIECE = 64 * 1024
LONGEST_ANSWER = 1024


class ScannerAway(LegalBotError):
    """The scanner gave no verdict; what was to be scanned is held back."""


async def scan(address: str, body: bytes) -> str:
    """Return what clamd calls the malware in some bytes, "" where it knows of none.

    Args:
        address: `unix:/PATH` or `HOST:PORT`.

    Raises:
        ScannerAway: it cannot be reached, takes too long, or says neither.
    """
    try:
        said = await asyncio.wait_for(_ask(address, body), SECONDS)
    except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError) as error:
        raise ScannerAway(f"clamd at {address} did not answer ({type(error).__name__}); start it, or take BOT_CLAMD away.") from error
    verdict = said.partition(": ")[2]
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict[: -len(" FOUND")]
    raise ScannerAway(f"clamd at {address} answered {said[:80]!r}; expected OK or FOUND. Its StreamMaxLength must allow 12 MB.")


async def _ask(address: str, body: bytes) -> str:
    reader, writer = await _open(address)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(body), PIECE):
            piece = body[start : start + PIECE]
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        answer = await reader.readuntil(b"\0")
    finally:
        writer.close()
    return answer[:-1].decode("utf-8", "replace").strip()


async def _open(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("unix:"):
        return await asyncio.open_unix_connection(address[len("unix:") :], limit=LONGEST_ANSWER)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port), limit=LONGEST_ANSWER)
