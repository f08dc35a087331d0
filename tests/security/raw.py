"""Requests that no well-behaved client sends: bytes on a socket."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit


def connect(url: str, timeout: float = 90) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=timeout)


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else 0


def exchange(url: str, sent: bytes) -> bytes:
    """Send bytes and return all that comes until the server closes or has sent one whole answer."""
    with connect(url) as line:
        line.sendall(sent)
        return read_answer(line)


def read_answer(line: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            more = line.recv(65536)
        except ConnectionError:
            return received
        received += more
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")]
        if not more or (lengths and len(body) >= lengths[0]):
            return received
