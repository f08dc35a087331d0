"""A clamd that is none: it speaks INSTREAM, takes no more than its StreamMaxLength, and knows one piece of malware."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

MALWARE, NAME = b"harmless words that stand for malware", "Test.Marked.UNOFFICIAL"
LONGEST = 25 * 1024 * 1024


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        assert command == b"zINSTREAM\0", command
        body = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            body += self.rfile.read(size)
        said = "INSTREAM size limit exceeded. ERROR" if len(body) > LONGEST else f"stream: {NAME} FOUND" if MALWARE in body else "stream: OK"
        self.wfile.write(said.encode() + b"\0")


class _Mute(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(16)


@contextmanager
def scanner(path: Path, mute: bool = False) -> Iterator[str]:
    """Run one on a Unix socket and give its address; a mute one hangs up."""
    with socketserver.ThreadingUnixStreamServer(str(path), _Mute if mute else _Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix:{path}"
        server.shutdown()
