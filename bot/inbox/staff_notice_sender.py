"""Carrying notices to staff out by DingTalk and e-mail. What is to go out is in the database; this only carries it."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from datetime import datetime, timezone
from typing import Any, Callable, TypeVar

from prometheus_client import Counter
from sqlalchemy.orm import Session

from bot.channels import dingtalk, mail
from bot.channels.mail import Mailbox
from bot.errors import NoticeNotSent
from bot.inbox import staff_notices
from bot.legal.staff_notices import QuietHours, message_of
from bot.office import Office
from bot.settings import NoticeSettings
from bot.storage.database import Database
from bot.storage.threads import beside

log = logging.getLogger(__name__)
T = TypeVar("T")
LOOK_SECONDS = 15.0
HOUSEKEEPING_EVERY = 2000
DINGTALK, MAIL = "dingtalk", "mail"
SENT = Counter("staff_notices_sent", "Notices to staff, by channel and how it went", ["channel", "result"])


class StaffNotices:
    """Looks every few seconds for what staff should know, and sends it by each channel that is set up."""

    def __init__(self, database: Database, threads: Executor, settings: NoticeSettings, office: Office) -> None:
        self._database, self._threads, self._settings, self._office = database, threads, settings, office
        self._quiet = QuietHours(*settings.quiet)
        self._task: asyncio.Task[None] | None = None
        self.channels = tuple(name for name, on in ((DINGTALK, settings.dingtalk_webhook), (MAIL, settings.mail_host)) if on)

    async def start(self) -> None:
        """Begin, with what a stop left behind."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what was not sent stays stored."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look_and_send(self, now: datetime) -> int:
        """Store what is new and send what is due; returns how many went out."""
        found = await self._in_thread(lambda s: staff_notices.look(s, self._office, now))
        if found:
            await self._in_thread(lambda s: staff_notices.store(s, found, self.channels, now), writing=True)
        return sum([await self._send(channel, now) for channel in self.channels])

    async def _run(self) -> None:
        rounds = 0
        while True:
            try:
                await self.look_and_send(datetime.now(timezone.utc))
                rounds += 1
                if rounds % HOUSEKEEPING_EVERY == 1:
                    await self._in_thread(lambda s: staff_notices.tidy(s, datetime.now(timezone.utc)), writing=True)
            except Exception:
                # A database that is away for a minute must not end the notices for ever.
                log.exception("notices to staff: a look failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def _send(self, channel: str, now: datetime) -> int:
        if not await self._in_thread(lambda s: staff_notices.is_due(s, channel, now)):
            return 0
        taken = await self._in_thread(lambda s: staff_notices.claim(s, channel, self._office, self._quiet, now), writing=True)
        if not taken:
            return 0
        numbers = [number for number, _ in taken]
        text = message_of([told for _, told in taken], self._office.name, self._settings.site)
        try:
            await self._carry(channel, text, len(taken), now)
        except NoticeNotSent as failure:
            log.warning("%s of %d notices to staff: %s", channel, len(taken), failure)
            SENT.labels(channel, "failed").inc(len(taken))
            problem = str(failure)
            await self._in_thread(lambda s: staff_notices.failed(s, channel, numbers, problem, now), writing=True)
            return 0
        await self._in_thread(lambda s: staff_notices.sent(s, channel, numbers, now), writing=True)
        SENT.labels(channel, "sent").inc(len(taken))
        return len(taken)

    async def _carry(self, channel: str, text: str, count: int, now: datetime) -> None:
        known = self._settings
        if channel == DINGTALK:
            await dingtalk.send(known.dingtalk_webhook, known.dingtalk_secret, text, now)
            return
        box = Mailbox(
            known.mail_host, known.mail_port, known.mail_security, known.mail_user, known.mail_password, known.mail_from, known.mail_to, known.mail_authority
        )
        # Not one of the threads that read the database: a mail server may take its time.
        await asyncio.get_running_loop().run_in_executor(None, lambda: mail.send(box, f"{self._office.name}：{count}条提醒", text, now))

    async def _in_thread(self, work: Callable[[Session], T], writing: bool = False) -> T:
        return await beside(self._database, self._threads, work, writing)


def of(app: Any) -> StaffNotices | None:
    """Return the sender of an application, None where no channel is set up."""
    settings = app.ctx.settings.notices
    return StaffNotices(app.ctx.database, app.ctx.threads, settings, app.ctx.office) if settings else None
