"""Pushing answers to WeChat residents by the customer-service interface, with retries; restart-safe.

What has to go out is in the database (`wechat_outbox`); this only carries it. One resident is served at a time and in
order, residents side by side. What the platform refuses is held until the resident's next message.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from datetime import datetime, timezone
from functools import partial
from typing import Any, Callable, TypeVar

from prometheus_client import Counter
from sqlalchemy.orm import Session

from bot.channels.wechat_api import Answer, WeChatApi, WeChatRefused, WeChatUnreachable
from bot.inbox import wechat_outbox, wechat_store
from bot.inbox.wechat_outbox import Busy, Claim
from bot.inbox.wechat_token import TokenKeeper
from bot.storage.database import Database
from bot.storage.threads import beside

log = logging.getLogger(__name__)
T = TypeVar("T")

SWEEP_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
TRIES = 30
HOUSEKEEPING_EVERY = 300
PUSHED = Counter("wechat_pushed", "Texts pushed to WeChat residents, by how it went", ["result"])


class Delivery:
    """Carries parts to the platform.

    Args:
        api: None for an account without AppID and secret; then everything travels as passive reply.
    """

    def __init__(self, database: Database, threads: Executor, api: WeChatApi | None) -> None:
        self._database, self._threads, self._api = database, threads, api
        self._keeper = TokenKeeper(api, self._in_thread) if api else None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._others: set[asyncio.Task[Any]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._floor = 0
        self._ending = False

    async def start(self) -> None:
        """Begin, with what a crash left behind."""
        if self._api:
            await self._api.start()
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """End; what is not sent stays stored."""
        self._ending = True
        tasks = [t for t in (self._sweeper, *self._running.values(), *self._others) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._api:
            await self._api.stop()

    def wake(self, conversation: str) -> None:
        """Say that something may have to go out to a resident; before the start and after the end it is the sweeper's."""
        if self._stopped:
            return
        if conversation in self._running:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._serve(conversation))
        self._running[conversation] = task
        task.add_done_callback(lambda done: self._finished(conversation, done))

    def wake_later(self, conversation: str, seconds: float) -> None:
        """Say so after a pause, so that a passive reply arrives before what follows it."""
        asyncio.get_running_loop().call_later(seconds, self.wake, conversation)

    def ask_for_permission(self, openid: str) -> None:
        """Find out beside everything else whether the account may push, while nobody knows."""
        task = asyncio.create_task(self._try_typing(openid))
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    def may_push(self, session: Session, now: datetime) -> bool | None:
        """Return whether pushing is allowed; None while nobody knows."""
        return wechat_store.may_push(session, self._api.app_id, now) if self._api else False

    @property
    def _stopped(self) -> bool:
        return self._sweeper is None or self._ending

    def _finished(self, conversation: str, task: asyncio.Task[None]) -> None:
        self._running.pop(conversation, None)
        if not task.cancelled() and task.exception():
            log.error("pushing an answer failed", exc_info=task.exception())
        if conversation in self._again and not task.cancelled():
            self._again.discard(conversation)
            self.wake(conversation)

    async def _sweep(self) -> None:
        round_number = 0
        while True:
            try:
                if round_number % HOUSEKEEPING_EVERY == 0:
                    await self._in_thread(lambda s: wechat_outbox.tidy(s, _now()), writing=True)
                self._floor, found = await self._in_thread(lambda s: wechat_outbox.undelivered(s, self._floor))
                for conversation in found:
                    if conversation not in self._running:
                        self.wake(conversation)
            except Exception:
                log.exception("looking for answers on their way failed; trying again")
            round_number += 1
            await asyncio.sleep(SWEEP_SECONDS)

    async def _serve(self, conversation: str) -> None:
        while True:
            self._again.discard(conversation)
            # Looked at first without the right to write, of which SQLite gives out one.
            if not await self._in_thread(lambda s: wechat_outbox.has_work(s, conversation, _now())):
                return
            try:
                claimed = await self._in_thread(partial(self._claim, conversation=conversation), writing=True, point="push.claim")
            except Busy:
                return
            if claimed is None:
                return
            pause = await self._push(claimed)
            if pause:
                await asyncio.sleep(pause)

    def _claim(self, session: Session, conversation: str) -> Claim | None:
        return wechat_outbox.claim(session, conversation, _now(), self.may_push(session, _now()) is not False)

    async def _push(self, claimed: Claim) -> float:
        """Send one unit and record how it went; returns how many seconds to wait before the next."""
        try:
            await self._send(claimed)
        except WeChatRefused as refused:
            return await self._refused(claimed, refused)
        except WeChatUnreachable as away:
            return await self._later(claimed, "unsure" if away.maybe_done else "unreachable", unsure=away.maybe_done)
        PUSHED.labels("sent").inc()

        def settle(session: Session) -> None:
            wechat_outbox.sent(session, claimed)
            self._permitted(session, True)

        await self._in_thread(settle, writing=True, point="push.settle")
        return 0

    async def _send(self, claimed: Claim) -> None:
        assert self._api is not None
        token = await self._token()
        try:
            await self._api.send_text(token, claimed.openid, claimed.unit.text)
        except WeChatRefused as refused:
            if refused.answer is not Answer.STALE:
                raise
            await self._api.send_text(await self._token(not_this=token), claimed.openid, claimed.unit.text)

    async def _token(self, not_this: str | None = None) -> str:
        """A token that cannot be had is a text that was not sent, however the fetching failed."""
        assert self._keeper is not None
        try:
            return await self._keeper.token(not_this)
        except WeChatUnreachable as away:
            raise WeChatUnreachable(f"no token: {away}", maybe_done=False) from away

    async def _refused(self, claimed: Claim, refused: WeChatRefused) -> float:
        if refused.answer in (Answer.LATER, Answer.STALE, Answer.SETTINGS):
            if refused.answer is Answer.SETTINGS:
                log.error("%s Compare WECHAT_APP_ID and WECHAT_APP_SECRET, and the platform's list of addresses (IP白名单).", refused)
            return await self._later(claimed, str(refused.code), unsure=False)
        PUSHED.labels(str(refused.code)).inc()
        log.warning("a text was not taken and waits for the resident's next message: %s", refused)

        def settle(session: Session) -> None:
            wechat_outbox.hold(session, claimed)
            if refused.answer in (Answer.WINDOW_CLOSED, Answer.USED_UP, Answer.UNREACHABLE_RESIDENT):
                wechat_store.close_windows(session, claimed.conversation)
            if refused.answer is Answer.NO_PERMISSION:
                self._permitted(session, False)

        await self._in_thread(settle, writing=True, point="push.settle")
        return 0

    async def _later(self, claimed: Claim, result: str, unsure: bool) -> float:
        PUSHED.labels(result).inc()

        def settle(session: Session) -> int:
            tries = wechat_outbox.try_again(session, claimed, unsure)
            if tries >= TRIES:
                wechat_outbox.hold(session, claimed)
            return tries

        tries = await self._in_thread(settle, writing=True, point="push.settle")
        return min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)

    async def _try_typing(self, openid: str) -> None:
        assert self._api is not None
        try:
            await self._api.show_typing(await self._token(), openid)
            granted = True
        except WeChatRefused as refused:
            if refused.answer is not Answer.NO_PERMISSION:
                return
            granted = False
        except WeChatUnreachable:
            return
        await self._in_thread(lambda s: self._permitted(s, granted), writing=True)

    def _permitted(self, session: Session, granted: bool) -> None:
        assert self._api is not None
        if wechat_store.may_push(session, self._api.app_id, _now()) is not granted:
            wechat_store.note_permission(session, self._api.app_id, granted, _now())

    async def _in_thread(self, work: Callable[[Session], T], writing: bool = False, point: str = "") -> T:
        return await beside(self._database, self._threads, work, writing, point)


def _now() -> datetime:
    return datetime.now(timezone.utc)
