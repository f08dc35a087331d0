"""A file that only a holder of the keys can read, and that shows every change: AES-GCM in chunks.

Layout: one line of JSON (what it is, key id, nonce prefix), then chunks of 4-byte length and ciphertext. Each chunk's number and whether it
is the last are bound into it, so that a cut, reordered or foreign file does not open.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Iterable, Iterator

from bot.errors import LegalBotError
from bot.storage.personal_data import KeyRing

MAGIC = "district-legal-assistant backup 1"
CHUNK = 1024 * 1024


class UnreadableBackup(LegalBotError):
    """The file is foreign, cut, altered, or was sealed with another key."""


def seal(path: Path, lines: Iterable[str], keys: KeyRing) -> None:
    """Write lines into a sealed file, whole or not at all: it appears under its name when it is complete."""
    draft = path.with_name(path.name + ".part")
    prefix = os.urandom(8)
    with draft.open("wb") as file:
        header = {"what": MAGIC, "key": keys.newest, "nonce": base64.b64encode(prefix).decode()}
        file.write(json.dumps(header).encode() + b"\n")
        chunks = _compressed(lines)
        current, number = next(chunks), 0
        for following in chunks:
            _write(file, keys.seal_bytes(current, _nonce(prefix, number), _place(number, last=False)))
            current, number = following, number + 1
        _write(file, keys.seal_bytes(current, _nonce(prefix, number), _place(number, last=True)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def unseal(path: Path, keys: KeyRing) -> Iterator[str]:
    """Yield the lines of a sealed file.

    Raises:
        UnreadableBackup: says what is wrong; lines yielded before it must not be kept.
    """
    unpack, rest = zlib.decompressobj(), b""
    for chunk in _opened(path, keys):
        text = rest + unpack.decompress(chunk)
        *whole, rest = text.split(b"\n")
        for line in whole:
            yield line.decode()


def _opened(path: Path, keys: KeyRing) -> Iterator[bytes]:
    with path.open("rb") as file:
        try:
            header = json.loads(file.readline(4096))
            what, key, prefix = header["what"], header["key"], base64.b64decode(header["nonce"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableBackup(f"{path.name} is no backup of this product; expected a file that `bot backup` wrote.") from error
        if what != MAGIC:
            raise UnreadableBackup(f"{path.name} is {what!r}; this release reads {MAGIC!r}.")
        number, last = 0, False
        while not last:
            size = file.read(4)
            body = file.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
            last = file.peek(1) == b"" if hasattr(file, "peek") else False
            plain = keys.open_bytes(key, body, _nonce(prefix, number), _place(number, last))
            if plain is None:
                raise UnreadableBackup(f"{path.name} does not open at chunk {number + 1}: cut, altered, or sealed with another key than {key!r}.")
            yield plain
            number += 1


def _compressed(lines: Iterable[str]) -> Iterator[bytes]:
    pack, waiting = zlib.compressobj(6), b""
    for line in lines:
        waiting += pack.compress(line.encode() + b"\n")
        while len(waiting) >= CHUNK:
            yield waiting[:CHUNK]
            waiting = waiting[CHUNK:]
    yield waiting + pack.flush()


def _write(file: BinaryIO, sealed: bytes) -> None:
    file.write(struct.pack(">I", len(sealed)) + sealed)


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + struct.pack(">I", number)


def _place(number: int, last: bool) -> str:
    return f"backup:{number}:{'last' if last else 'more'}"
