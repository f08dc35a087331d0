"""The input channel of our workers: one stored message in, one committed answer out.

A worker handles one message at a time: its work is computation, and a message's transaction must not be interleaved
with another's. The handler runs detached, because Sanic cancels a handler whose client hangs up (rasa.md, hazard 2).
"""

from __future__ import annotations

import asyncio
import functools
import hmac
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable

import sqlalchemy as sa
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.crash_points import here
from bot.inbox import model_in_use, store
from bot.inbox.dispatcher import describe
from bot.inbox.handover_triggers import with_person_called
from bot.messages import Button, CitedArticle, Outbound
from bot.office import Office, read_office
from bot.settings import read_settings
from bot.storage.database import Database
from bot.storage.group_commit import GroupCommit
from bot.storage.unit import Unit, unit_of_work

log = logging.getLogger(__name__)
Handler = Callable[[UserMessage], Awaitable[Any]]
READ_AT_ONCE = 12  # messages besides the one in hand: whoever came first waits for the others to be read
NOTHING_SAID = Outbound(text="我没有听明白。您可以换个说法，或点下面的按钮。", buttons=(Button("能办什么", "能办什么"), Button("转人工", "转人工")))


class ReplyCollector(OutputChannel):
    """Collects what the dialogue says, as our own replies."""

    def __init__(self) -> None:
        self.replies: list[Outbound] = []

    @classmethod
    def name(cls) -> str:
        return "inbox"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Turn one bot utterance into one reply."""
        custom = message.get("custom") or {}
        text = message.get("text") or custom.get("text") or ""
        buttons = tuple(Button(b["title"], b.get("payload") or b["title"]) for b in message.get("buttons") or custom.get("buttons") or ())
        if text or buttons:
            citations = tuple(CitedArticle(**c) for c in custom.get("citations", ()))
            self.replies.append(Outbound(text, buttons, citations, custom.get("kind", "text"), custom.get("data", {})))


@dataclass(frozen=True)
class Outcome:
    """What became of a message: "answered", "not its turn", "away" (the database is) or "failed"."""

    state: str
    replies: list[store.StoredReply] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status the dispatcher goes by: 409 and 503 are tried again without counting."""
        return {"answered": 200, "not its turn": 409, "away": 503}.get(self.state, 500)


class InboxChannel(InputChannel):
    """Rasa's door to the stored inbox.

    Args:
        database: where the messages are.
        token: what the web process proves itself with; empty allows anybody on the loopback.
    """

    def __init__(self, database: Database, token: str = "") -> None:
        self._database = database
        self._token = token
        self._on_new_message: Handler = _nobody_listens
        self._one_at_a_time: asyncio.Lock | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._kept_session: Session | None = None
        self._waiting: dict[int, None] = {}  # messages given to this worker and not begun, in their order
        self._read: set[int] = set()  # of these, the ones whose texts the model has read
        self._read_while_stored: tuple[str, float] = ("", 0.0)  # a text, and the seconds that reading it took
        # While the disk confirms one answer the next is thought about.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="commit")
        self._answers = GroupCommit(database, self._threads, point="worker.answer", may_stand_still=lambda: not self._waiting)

    @classmethod
    def name(cls) -> str:
        return "inbox"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Make the channel for a plain `rasa run`."""
        from bot.storage.database import open_database

        settings = read_settings()
        return cls(open_database(settings), settings.worker_token)

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the route the dispatcher calls."""
        routes = Blueprint("inbox")
        self._on_new_message = on_new_message

        @routes.post("/messages")
        async def messages(request: Request) -> HTTPResponse:
            status, told = await self.take(request.headers.get("X-Worker-Token", ""), int(request.json["message"]))
            return response.json(told, status=status)

        return routes

    async def take(self, token: str, message_id: int) -> tuple[int, dict[str, Any]]:
        """Answer one stored message and return the HTTP status and what to tell the dispatcher; 403 for a wrong token."""
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return 403, {"error": "the worker token is missing or wrong"}
        task = asyncio.ensure_future(self.handle(message_id, self._on_new_message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        outcome: Outcome = await asyncio.shield(task)
        return outcome.status, {"state": outcome.state, "replies": [describe(reply) for reply in outcome.replies], "stages": outcome.stages}

    def read_meanwhile(self, text: str) -> None:
        """Let the model read a message that is only being stored, if nobody else waits: on its way to the disk it takes as long as this."""
        if not self._waiting and not (self._one_at_a_time and self._one_at_a_time.locked()):
            began = time.perf_counter()
            model_in_use.read_ahead([text.strip()])
            self._read_while_stored = text.strip(), time.perf_counter() - began

    async def handle(self, message_id: int, on_new_message: Handler) -> Outcome:
        """Answer one stored message; thinking is done one message at a time, committing beside it."""
        self._one_at_a_time = self._one_at_a_time or asyncio.Lock()
        arrived = time.perf_counter()
        self._waiting[message_id] = None
        with unit_of_work(self._database) as unit:
            try:
                async with self._one_at_a_time:
                    await _let_others_arrive()
                    unit.stages["queue"] = time.perf_counter() - arrived
                    self._waiting.pop(message_id, None)
                    message = self._claim(unit, message_id)
                    if message is None or message.answered:
                        return Outcome("not its turn" if message is None else "answered")
                    self._read_ahead(unit, message)
                    replies = await _think(unit, message, on_new_message)
                with unit.timed("commit"):
                    await self._commit(unit)
                return Outcome("answered", replies, unit.stages)
            except store.AlreadyAnswered:
                return Outcome("answered")
            except Exception as error:
                log.exception("message %s failed", message_id)
                self._kept_session = None  # should it have been the reason
                return Outcome("away" if self._is_away(error) else "failed")
            finally:
                self._waiting.pop(message_id, None)

    async def _commit(self, unit: Unit) -> None:
        """Make the unit true: together with others that are ready, or in the transaction that it has begun."""
        if self._database.is_sqlite and not unit.has_begun:
            await self._answers.write(unit.write)
            return
        unit.write(unit.session)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._commit_own, unit)

    def _commit_own(self, unit: Unit) -> None:
        here("worker.answer.before_commit")
        unit.commit()
        here("worker.answer.after_commit")

    def _read_ahead(self, unit: Unit, message: store.Stored) -> None:
        """Let the model read this message together with those that wait behind it; reading is half of what a message costs."""
        if message.text.strip() == self._read_while_stored[0]:
            unit.stages["ahead"], self._read_while_stored = self._read_while_stored[1], ("", 0.0)
        if message.id in self._read:
            self._read.discard(message.id)
            return
        others = [waiting for waiting in self._waiting if waiting not in self._read][:READ_AT_ONCE]
        if not others:
            return
        with unit.timed("nlu"):
            texts = store.texts_of(self._looking(unit), others)
            model_in_use.read_ahead([message.text.strip(), *(text.strip() for text in texts)])
            self._read = set(others)

    def _looking(self, unit: Unit) -> Session:
        """Return what to look with; on SQLite a transaction that began with reading could not go on to write after somebody else's commit."""
        if not self._database.is_sqlite:
            return unit.session
        self._kept_session = self._kept_session or self._database.looking()
        return self._kept_session

    def _is_away(self, error: Exception) -> bool:
        """Whether PostgreSQL could not be reached, which is nobody's fault; SQLite says the same of a wrong statement."""
        return not self._database.is_sqlite and isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))

    def _claim(self, unit: Unit, message_id: int) -> store.Stored | None:
        """Look at the message and its conversation's memory; on PostgreSQL in the message's own transaction, which holds the conversation."""
        with unit.timed("tracker"):
            claimed = store.claim(self._looking(unit), message_id)
        if claimed is None:
            return None
        unit.memory = (claimed.message.conversation, claimed.version, claimed.memory)
        return claimed.message


async def _nobody_listens(_message: UserMessage) -> None:
    raise RuntimeError("The channel was asked for an answer before Rasa gave it a handler.")


async def _let_others_arrive() -> None:
    """Thinking keeps the event loop busy, so what came meanwhile still lies in the sockets: a round to read it, two to begin with it."""
    for _ in range(3):
        await asyncio.sleep(0)


async def _think(unit: Unit, message: store.Stored, on_new_message: Handler) -> list[store.StoredReply]:
    """Let the dialogue answer, and put everything of the answer into the unit; returns the replies, which are there once it is written."""
    said = ReplyCollector()
    here("worker.before_thinking")
    await on_new_message(_user_message(message, said))
    if unit.failure is not None:
        raise unit.failure
    here("worker.after_thinking")
    now = datetime.now(timezone.utc)
    replies = with_person_called(unit.session, message, said.replies or [NOTHING_SAID], _office(), now)
    stored: list[store.StoredReply] = []

    def write(session: Session) -> None:
        stored[:] = store.answer(session, message, replies, now)

    unit.later("answer", write)
    return stored


@functools.lru_cache(maxsize=1)
def _office() -> Office:
    return read_office(read_settings().office)


def _user_message(message: store.Stored, said: ReplyCollector) -> UserMessage:
    return UserMessage(
        text=message.text,
        output_channel=said,
        sender_id=message.conversation,
        input_channel=message.channel,
        message_id=message.external_id,
        metadata={"channel": message.channel, "received_at": message.received_at.isoformat()},
    )
