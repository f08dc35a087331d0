"""The keeper of the account's access token: one row for all processes.

A new token ends the old one, so processes that each fetched their own would take it from one another. Whoever finds the
token about to end takes the row's lease and fetches; the others go on with what is there, or wait for the row.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Awaitable, Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.wechat_api import WeChatApi, WeChatUnreachable
from bot.inbox.store import insert_once
from bot.inbox.wechat_store import LOOKED_EARLIER
from bot.storage.wechat_tables import WeChatAccount

log = logging.getLogger(__name__)
BEFORE_ITS_END = timedelta(minutes=5)
LEASE = timedelta(seconds=20)
LOOK_EVERY, PATIENCE = 0.2, 15.0
InThread = Callable[..., Awaitable[Any]]


class TokenKeeper:
    """Gives out the token, and has it renewed by one process at a time.

    Args:
        in_thread: runs `work(session)` beside the event loop; `writing=True` commits.
    """

    def __init__(self, api: WeChatApi, in_thread: InThread) -> None:
        self._api, self._in_thread = api, in_thread

    async def token(self, not_this: str | None = None) -> str:
        """Return a token that is good for at least some minutes.

        Args:
            not_this: a token that the platform called ended; another is fetched unless some process did so already.

        Raises:
            WeChatRefused, WeChatUnreachable: the platform gives none.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end:
            row, now = await self._in_thread(self._look), datetime.now(timezone.utc)
            good = row is not None and row.token is not None and row.token != not_this and row.expires_at > now
            if good and row.expires_at - now > BEFORE_ITS_END:
                return str(row.token)
            lease = partial(_take_lease, app_id=self._api.app_id, seen=row.expires_at if row is not None else None, now=now)
            if await self._in_thread(lease, writing=True, point="token.lease"):
                return await self._fetch(not_this)
            if good:
                return str(row.token)
            await asyncio.sleep(LOOK_EVERY)
        raise WeChatUnreachable("waiting for another process to fetch the token", maybe_done=False)

    def _look(self, session: Session) -> WeChatAccount | None:
        return session.get(WeChatAccount, self._api.app_id)

    async def _fetch(self, not_this: str | None) -> str:
        try:
            found = await self._api.stable_token(force=False)
            if found.value == not_this:
                found = await self._api.stable_token(force=True)
        except BaseException:
            await self._in_thread(lambda s: _keep(s, self._api.app_id, {"refreshing_until": None}), writing=True)
            raise
        expires_at = datetime.now(timezone.utc) + found.lasts
        # The platform may still give out a token near its end; the lease that stays keeps us from asking at each message.
        kept = datetime.now(timezone.utc) + LEASE if found.lasts <= BEFORE_ITS_END else None
        values = {"token": found.value, "expires_at": expires_at, "refreshing_until": kept}
        await self._in_thread(lambda s: _keep(s, self._api.app_id, values), writing=True, point="token.keep")
        log.info("a new access token, good for %s s", int(found.lasts.total_seconds()))
        return found.value


def _take_lease(session: Session, app_id: str, seen: datetime | None, now: datetime) -> bool:
    """Take the right to fetch, unless somebody has it or renewed the token since it was looked at."""
    insert_once(session, WeChatAccount, {"app_id": app_id})
    same = WeChatAccount.expires_at.is_(None) if seen is None else WeChatAccount.expires_at == seen
    free = sa.or_(WeChatAccount.refreshing_until.is_(None), WeChatAccount.refreshing_until < now, WeChatAccount.refreshing_until > now + LEASE + LOOKED_EARLIER)
    taken = session.execute(sa.update(WeChatAccount).where(WeChatAccount.app_id == app_id, same, free).values(refreshing_until=now + LEASE))
    return bool(taken.rowcount)


def _keep(session: Session, app_id: str, values: dict[str, Any]) -> None:
    session.execute(sa.update(WeChatAccount).where(WeChatAccount.app_id == app_id).values(**values))
