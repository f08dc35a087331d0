"""What a message says, told to a worker while the message is being stored: by datagram, because not being heard changes nothing.

A request with its answer would cost as much as reading a short message does.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from typing import Any, Callable

MOST_BYTES = 8192  # what is longer is read when it comes


class Announcer:
    """Web's end.

    Args:
        host, port: where the worker listens, for messages as for this.
        token: what web proves itself with.
    """

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address, self._token = (host, port), token
        self._socket: socket.socket | None = None

    def tell(self, text: str) -> None:
        """Send what a message says; whether anybody hears it is not known. Never waits."""
        told = json.dumps({"token": self._token, "text": text}, ensure_ascii=False).encode("utf-8", "replace")
        if len(told) > MOST_BYTES:
            return
        try:
            self._socket = self._socket or self._connected()
            self._socket.send(told)
        except OSError:  # nobody listens there now
            pass

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        # Looking up a name could hold up everybody: a worker that is not given by its address is told nothing.
        [(family, kind, *_, address), *_others] = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
        made = socket.socket(family, kind)
        made.setblocking(False)
        made.connect(address)
        return made


class Announcements(asyncio.DatagramProtocol):
    """The worker's end: hands each text to `read`; what has no right token, or is none of ours, is passed over."""

    def __init__(self, token: str, read: Callable[[str], None]) -> None:
        self._token, self._read = token.encode(), read

    def datagram_received(self, data: bytes, _address: Any) -> None:
        """Take one announcement."""
        try:
            told = json.loads(data)
            token, text = str(told["token"]), str(told["text"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._token):
            self._read(text)


async def listen(host: str, port: int, token: str, read: Callable[[str], None]) -> asyncio.BaseTransport:
    """Listen for announcements on a port of this machine.

    Raises:
        OSError: another program listens there.
    """
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Announcements(token, read), local_addr=(host, port))
    return transport
