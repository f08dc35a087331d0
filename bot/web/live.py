"""Telling open pages that something new was said, whichever process stored it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from concurrent.futures import Executor
from typing import Iterable

from bot.inbox import store
from bot.storage.database import Database

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0
# PostgreSQL may show a lower id after a higher one: how many replies other transactions may store while one is open.
LATE_IDS = 200


class Live:
    """Wakes those who wait for a conversation.

    This process's own answers wake at once; one query a second finds those of other processes, while anybody waits.
    """

    def __init__(self, database: Database, threads: Executor) -> None:
        self._database = database
        self._threads = threads
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None
        self._told: set[int] = set()

    def start(self) -> None:
        """Begin watching for replies that other processes store."""
        self._poller = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """End, and let everybody who waits go."""
        if self._poller:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
        for conversation in list(self._waiting):
            self.wake(conversation)

    def listen(self, conversation: str) -> asyncio.Event:
        """Return an event that is set when something is said; give it back with `leave`."""
        event = asyncio.Event()
        self._waiting[conversation].add(event)
        return event

    def leave(self, conversation: str, event: asyncio.Event) -> None:
        """Stop listening."""
        listeners = self._waiting.get(conversation, set())
        listeners.discard(event)
        if not listeners:
            self._waiting.pop(conversation, None)

    def wake(self, conversation: str, replies: Iterable[int] = ()) -> None:
        """Set the events of a conversation; it need not be woken again for these replies."""
        self._told.update(replies)
        for event in self._waiting.get(conversation, ()):
            event.set()

    @property
    def listeners(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        seen: int | None = None
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self._waiting:
                seen = None
                continue
            try:
                seen = await loop.run_in_executor(self._threads, self._look, seen)
            except Exception:
                log.exception("looking for new replies failed; trying again")

    def _look(self, seen: int | None) -> int:
        with self._database.reading() as session:
            newest = store.newest_reply(session)
            found = store.conversations_with_replies_after(session, (newest if seen is None else seen) - LATE_IDS)
        new = [conversation for reply, conversation in found if reply not in self._told]
        # Whoever began to listen before the first look may have missed something: wake them all once.
        conversations = list(self._waiting) if seen is None else new
        self._told = {reply for reply, _ in found}
        loop = self._poller.get_loop() if self._poller else None
        for conversation in set(conversations):
            if loop is not None:
                loop.call_soon_threadsafe(self.wake, conversation)
        return newest
