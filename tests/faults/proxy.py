"""A TCP connection to PostgreSQL that can be slow, cut, or cut after the request went through."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.wechat.background import Background


class Proxy:
    """Listens on 127.0.0.1 and carries bytes to a Unix socket; `delay` seconds for every piece, `open` or refusing."""

    def __init__(self, socket_path: str) -> None:
        self._target = socket_path
        self.delay = 0.0
        self.open = True
        self.swallow_answers = False
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._background = Background()
        self._server: Any = None

    def start(self) -> int:
        """Begin to listen and return the port."""
        self._background.run(self._start())
        return self.port

    def stop(self) -> None:
        """End everything."""
        self._background.run(self._stop())
        self._background.end()

    def cut(self, refuse: bool = True) -> None:
        """End all connections now; refuse new ones until `mend`."""
        self.open = not refuse
        self._background.loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        """Carry again, without delay."""
        self.open, self.delay, self.swallow_answers = True, 0.0, False

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        self._cut()

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer, answers=True), return_exceptions=True)
        self._writers -= {writer, far_writer}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool = False) -> None:
        try:
            while piece := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if answers and self.swallow_answers:
                    continue
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
