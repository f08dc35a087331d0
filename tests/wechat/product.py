"""The real web process in a thread, and a dialogue worker that answers from a script. No Rasa."""

from __future__ import annotations

import asyncio
import hmac
import socket
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable, TypeVar

import sqlalchemy as sa
from aiohttp import web
from sanic import Sanic
from sqlalchemy.orm import Session

from bot.inbox import store, wechat_outbox
from bot.messages import Outbound
from bot.settings import Settings
from bot.storage.database import Database, open_database
from bot.storage.tables import Message
from bot.web.app import create_app
from tests.wechat.background import Background, until

T = TypeVar("T")
WORKER_TOKEN = "between-us"


class Worker:
    """Answers stored messages: from `script` by their text, else with 答：…; a held text waits until it is released."""

    def __init__(self, database: Database) -> None:
        self.background = Background()
        self.database = database
        self.script: dict[str, list[Outbound]] = {}
        self.asked: list[str] = []
        self.away = False
        self._gates: dict[str, asyncio.Event] = {}
        self._runner: web.AppRunner | None = None

    def start(self) -> str:
        return self.background.run(self._start())

    def stop(self) -> None:
        self.background.run(self._runner.cleanup())

    async def _start(self) -> str:
        app = web.Application()
        app.router.add_post("/webhooks/inbox/messages", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, shutdown_timeout=0.1)
        await site.start()
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    def hold(self, text: str) -> None:
        """Think about this text until `release`."""
        self.background.run(self._hold(text))

    async def _hold(self, text: str) -> None:
        self._gates[text] = asyncio.Event()

    def release(self, text: str) -> None:
        self.background.loop.call_soon_threadsafe(self._gates[text].set)

    async def _take(self, request: web.Request) -> web.Response:
        assert hmac.compare_digest(request.headers["X-Worker-Token"], WORKER_TOKEN)
        if self.away:
            return web.json_response({}, status=503)
        message_id = (await request.json())["message"]
        with self.database.reading() as session:
            message = store.find(session, message_id)
        self.asked.append(message.text)
        gate = self._gates.get(message.text)
        if gate:
            await gate.wait()
        replies = self.script.get(message.text, [Outbound(f"答：{message.text}")])
        try:
            with self.database.transaction() as session:
                store.answer(session, message, replies, datetime.now(timezone.utc))
        except store.AlreadyAnswered:
            pass
        return web.json_response({"answered": True})


class Product:
    """One web process. Two of them over one database are two processes as far as the database knows."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = open_database(settings)
        self.url = ""
        self.app: Any = None
        self._background: Background | None = None
        self._server: Any = None

    def start(self, **account: Any) -> str:
        """Start, with changed account settings, and return the address."""
        Sanic.test_mode = True
        settings = replace(self.settings, wechat=replace(self.settings.wechat, **account))
        self._background = Background()
        self._background.run(self._start(settings))
        return self.url

    async def _start(self, settings: Settings) -> None:
        self.app = create_app(settings, self.database)
        # Sanic's extensions can start once a process only; the web process itself has them.
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        self._server = await self.app.create_server(sock=door, return_asyncio_server=True)
        await self._server.startup()
        await self._server.before_start()
        await self._server.after_start()

    def stop(self) -> None:
        if self._background:
            if self._server:
                self._background.run(self._stop())
            self._background.end()
            self._background = self._server = None

    async def _stop(self) -> None:
        await self._server.before_stop()
        await self._server.close()
        await self._server.after_stop()

    def run(self, work: Callable[[], Any]) -> None:
        """Call something inside the process's loop."""
        self._background.loop.call_soon_threadsafe(work)

    def read(self, work: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return work(session)

    def write(self, work: Callable[[Session], T]) -> T:
        with self.database.transaction() as session:
            return work(session)

    def stored(self) -> list[str]:
        """Return the texts of all stored messages, in order."""
        return self.read(lambda s: list(s.execute(sa.select(Message.text).order_by(Message.id)).scalars()))

    def quiet(self) -> None:
        """Return when everything that can be said and sent now was said and sent."""
        def nothing() -> bool:
            waiting = self.read(store.waiting_conversations) or self.read(lambda s: wechat_outbox.undelivered(s, 0)[1])
            return not waiting and not self.app.ctx.dispatcher.waiting and not self.app.ctx.wechat.delivery._running
        until(nothing, "quiet")
