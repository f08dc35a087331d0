"""The dispatcher: takes each conversation's oldest unanswered message to a dialogue worker, one at a time.

Conversations run side by side, the messages of one conversation in order. A worker that is away changes nothing: the
message stays stored and is tried again. A message that fails three times is answered with an apology, so that nobody
waits for ever and nothing blocks those behind it.
"""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from concurrent.futures import Executor
from datetime import datetime, timezone
from typing import Any, Callable, TypeVar

from sqlalchemy.orm import Session

from bot.crash_points import here
from bot.inbox import stages, store
from bot.inbox.worker_line import WorkerGone, WorkerLine, WorkerLost
from bot.messages import Button, Outbound
from bot.storage.database import Database
from bot.storage.threads import beside

log = logging.getLogger(__name__)
T = TypeVar("T")

TRIES = 3
HUNG_TRIES = 2  # a message that hangs a worker is tried once more only: each time costs everybody a worker
IN_HAND = 16  # messages a worker is given at a time; the others wait here, so that waiting is not taken for hanging
LEFT_SECONDS = 30.0
NOTED_LATER = 0.005  # whoever waits for the answer comes before the log
TURN_PAUSE = 0.03
FULL = 400  # conversations in hand; whoever comes then is told that it will take a while
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
# How long the messages in hand may take when the process is asked to end.
LAST_ANSWERS = 8.0
SWEEP_SECONDS = 5.0
APOLOGY = Outbound(
    text="抱歉，这条消息我没能处理好，已经记下来了。请换个说法再发一次，或者转人工；着急可拨打12348公共法律服务热线。",
    buttons=(Button("转人工", "转人工"), Button("能办什么", "能办什么")),
    kind="apology",
)


class WorkerAway(Exception):
    """No worker took the message; it was not tried."""


class NotItsTurn(Exception):
    """An earlier message of the conversation is being answered, here or by another machine."""


class Dispatcher:
    """Carries stored messages to workers.

    Args:
        workers: base URLs; a conversation goes to the same one while that one is there.
        answered: called with the conversation after each stored answer, and with the ids of its replies where the worker told them.
    """

    def __init__(
        self, database: Database, threads: Executor, workers: tuple[str, ...], token: str, timeout: float, answered: Callable[[str, list[int]], None]
    ) -> None:
        self._database = database
        self._threads = threads
        self._workers = workers
        self._token = token
        self._timeout = timeout
        self._answered = answered
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._hands: dict[str, asyncio.Semaphore] = {}
        self._in_hand: dict[str, list[int]] = {worker: [] for worker in workers}
        self._blameless: set[int] = set()
        self._left: dict[str, float] = {}  # workers that hung, and until when others are asked first
        self._expected: dict[int, tuple[list[dict[str, Any]], float] | None] = {}
        self._lines: dict[str, WorkerLine] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._ending = False

    async def start(self) -> None:
        """Begin, with whatever a crash left behind."""
        self._hands = {worker: asyncio.Semaphore(IN_HAND) for worker in self._workers}
        self._lines = {worker: WorkerLine(worker, self._token, self._timeout) for worker in self._workers}
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """End: nothing new is begun, what is in a worker's hand may be finished; the rest stays stored for the next start."""
        self._ending = True
        end = time.monotonic() + LAST_ANSWERS
        while any(self._in_hand.values()) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        tasks = [t for t in (self._sweeper, *self._running.values()) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for line in self._lines.values():
            line.close()

    def wake(self, conversation: str, first: int | None = None, newest: int | None = None) -> None:
        """Say that a conversation has something waiting; `first` and `newest` are its oldest and newest such message, if they are known."""
        if self._ending:
            return
        if conversation in self._running:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._serve(conversation, first, newest))
        self._running[conversation] = task
        task.add_done_callback(lambda done: self._finished(conversation, done))

    def announce(self, conversation: str, text: str) -> None:
        """Say what a message says that is about to be stored: a worker with nothing else to do reads it while the disk writes."""
        if not self._running and self._workers and not self._ending:
            self._lines[self._worker_of(conversation, 0)].announce(text)

    @property
    def waiting(self) -> int:
        """How many conversations are being served or wait for a worker."""
        return len(self._running)

    @property
    def is_full(self) -> bool:
        """Whether so many are waiting that a new message will take longer than a request should."""
        return self.waiting >= FULL

    def _finished(self, conversation: str, task: asyncio.Task[None]) -> None:
        self._running.pop(conversation, None)
        if not task.cancelled() and task.exception():
            log.error("serving a conversation failed", exc_info=task.exception())
        if conversation in self._again and not task.cancelled():
            self._again.discard(conversation)
            self.wake(conversation)

    async def _sweep(self) -> None:
        while True:
            try:
                for conversation in await self._in_thread(store.waiting_conversations):
                    if conversation not in self._running:
                        self.wake(conversation)
            except Exception:
                log.exception("looking for waiting messages failed; trying again")
            await asyncio.sleep(SWEEP_SECONDS)

    def expect(self, message_id: int) -> None:
        """Keep the answer to this message for `take`, so that whoever waits for it need not look into the database."""
        self._expected[message_id] = None

    def take(self, message_id: int, give_up: bool = False) -> list[dict[str, Any]] | None:
        """Return the answer that was kept, as the page gets it, or None; `give_up` stops expecting it."""
        kept = self._expected.get(message_id)
        if kept is None:
            if give_up:
                self._expected.pop(message_id, None)
            return None
        del self._expected[message_id]
        stages.took("delivery", time.perf_counter() - kept[1])
        return kept[0]

    async def _serve(self, conversation: str, first: int | None, newest: int | None) -> None:
        pause, shift = FIRST_PAUSE, 0
        while True:
            self._again.discard(conversation)
            message_id = first or await self._in_thread(lambda s: store.next_waiting(s, conversation))
            first = None
            if message_id is None or self._ending:
                return
            try:
                # Any worker can answer any conversation: the next one takes over from one that is away, or broke.
                if not await self._hand_over(conversation, message_id, self._worker_of(conversation, shift)):
                    shift += 1
                elif message_id == newest and conversation not in self._again:
                    return
                pause = FIRST_PAUSE
            except NotItsTurn:
                await asyncio.sleep(TURN_PAUSE)
            except WorkerAway:
                shift += 1
                if shift % max(1, len(self._workers)) == 0:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    async def _hand_over(self, conversation: str, message_id: int, worker: str) -> bool:
        """Take a message to a worker; returns whether that went well."""
        hung = False
        replies: list[int] = []
        async with self._hands[worker]:
            self._in_hand[worker].append(message_id)
            try:
                here("dispatcher.before_worker")
                status, replies = await self._post(worker, message_id)
                here("dispatcher.after_worker")
            except WorkerGone as error:
                raise WorkerAway from error
            except (WorkerLost, asyncio.TimeoutError) as error:
                log.warning("message %s: the worker was lost while answering (%s)", message_id, type(error).__name__)
                if hung := isinstance(error, asyncio.TimeoutError):
                    self._left[worker] = time.monotonic() + LEFT_SECONDS
                if not self._is_to_blame(worker, message_id):
                    raise WorkerAway from error
                status = 500
            finally:
                self._in_hand[worker].remove(message_id)
        if status == 503:
            raise WorkerAway
        if status == 409:
            raise NotItsTurn
        if status != 200 and await self._give_up(message_id, HUNG_TRIES if hung else TRIES):
            log.error("message %s: given up", message_id)
        self._answered(conversation, replies)
        return status == 200

    def _is_to_blame(self, worker: str, message_id: int) -> bool:
        """A worker thinks of one message at a time, in their order: the oldest in its hand broke it, the others only waited behind."""
        if message_id in self._blameless:
            self._blameless.discard(message_id)
            return False
        self._blameless.update(m for m in self._in_hand[worker] if m != message_id)
        return True

    async def _post(self, worker: str, message_id: int) -> tuple[int, list[int]]:
        """Return the status and the ids of the replies."""
        began = time.perf_counter()
        status, outcome = await self._lines[worker].post(message_id)
        self._blameless.discard(message_id)
        if status == 200:
            self._note(message_id, outcome, time.perf_counter() - began)
        return status, [reply["id"] for reply in outcome.get("replies", ())]

    def _note(self, message_id: int, outcome: dict[str, Any], seconds: float) -> None:
        """Keep the answer for whoever waits here for it; afterwards count the stages of the message."""
        if message_id in self._expected and outcome.get("replies"):
            self._expected[message_id] = (outcome["replies"], time.perf_counter())
        if outcome.get("stages"):
            asyncio.get_running_loop().call_later(NOTED_LATER, stages.note, message_id, outcome["stages"], seconds)

    async def _give_up(self, message_id: int, most: int) -> bool:
        """Count a failed try; after `most` the resident gets an apology. Returns whether that was it."""

        def settle(session: Session) -> bool:
            message = store.find(session, message_id)
            if message is None or message.answered or store.note_attempt(session, message_id) < most:
                return False
            store.answer(session, message, [APOLOGY], datetime.now(timezone.utc))
            return True

        return await self._in_thread(settle, writing=True, point="dispatcher.give_up")

    def _worker_of(self, conversation: str, shift: int) -> str:
        if not self._workers:
            raise WorkerAway
        first = zlib.crc32(conversation.encode()) + shift
        in_turn = [self._workers[(first + n) % len(self._workers)] for n in range(len(self._workers))]
        now = time.monotonic()
        return next((worker for worker in in_turn if self._left.get(worker, 0.0) < now), in_turn[0])

    async def _in_thread(self, work: Callable[[Session], T], writing: bool = False, point: str = "") -> T:
        """Run a piece of database work beside the event loop, so that a slow disk delays nobody else."""
        return await beside(self._database, self._threads, work, writing, point)


def describe(reply: store.StoredReply) -> dict[str, Any]:
    """Return a stored reply as the page gets it."""
    return {"id": reply.id, "message": reply.message_id, "said_by": reply.said_by, "at": reply.at.isoformat(), **plain(reply.body)}


def plain(reply: Outbound) -> dict[str, Any]:
    """Return a reply as JSON values: text, buttons, citations, kind, data."""
    return {
        "text": reply.text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in reply.buttons],
        "citations": [{"law": c.law, "article": c.article, "label": c.label} for c in reply.citations],
        "kind": reply.kind,
        "data": reply.data,
    }
