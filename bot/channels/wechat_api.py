"""WeChat's HTTP interface: the access token, customer-service messages. No SQL; tokens come from the keeper.

Source: 微信开放文档 "获取稳定版接口调用凭据", "发送客服消息", "全局返回码".
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import aiohttp

from bot.errors import LegalBotError

CONNECT_SECONDS = 3.0


class Answer(Enum):
    """What an error code of the platform means for us."""

    STALE = "the access token is not valid (any more)"
    WINDOW_CLOSED = "48 hours, or a minute after a click, are over, or the resident left"
    USED_UP = "the number of messages after this act is used up"
    NO_PERMISSION = "the account may not push"
    UNREACHABLE_RESIDENT = "the resident does not follow the account"
    TOO_LONG = "the text is too long"
    LATER = "the platform is busy, or the day's number of calls is used up"
    SETTINGS = "AppID, secret or the platform's list of addresses is wrong"
    OTHER = "a code without a rule of ours"


MEANING = {
    -1: Answer.LATER,
    40001: Answer.STALE,
    40014: Answer.STALE,
    42001: Answer.STALE,
    41001: Answer.STALE,
    45015: Answer.WINDOW_CLOSED,
    45047: Answer.USED_UP,
    48001: Answer.NO_PERMISSION,
    43004: Answer.UNREACHABLE_RESIDENT,
    40003: Answer.UNREACHABLE_RESIDENT,
    45002: Answer.TOO_LONG,
    45009: Answer.LATER,
    45011: Answer.LATER,
    40013: Answer.SETTINGS,
    40125: Answer.SETTINGS,
    40164: Answer.SETTINGS,
    41002: Answer.SETTINGS,
    41004: Answer.SETTINGS,
}


class WeChatRefused(LegalBotError):
    """The platform answered with an error code."""

    def __init__(self, code: int) -> None:
        self.code, self.answer = code, MEANING.get(code, Answer.OTHER)
        super().__init__(f"The platform answered {code}: {self.answer.value}.")


class WeChatUnreachable(LegalBotError):
    """The platform gave no answer that can be read.

    Args:
        maybe_done: the request may have arrived and been carried out.
    """

    def __init__(self, why: str, maybe_done: bool) -> None:
        self.maybe_done = maybe_done
        super().__init__(f"The platform did not answer ({why}); {'it may have done what it was asked' if maybe_done else 'nothing was sent'}.")


@dataclass(frozen=True)
class Token:
    """An access token and how long it lasts from now."""

    value: str
    lasts: timedelta


class WeChatApi:
    """A client of one account.

    Args:
        base: https://api.weixin.qq.com, or a simulated platform.
        seconds: how long one call may take.
    """

    def __init__(self, base: str, app_id: str, secret: str, seconds: float) -> None:
        self._base, self.app_id, self._secret = base.rstrip("/"), app_id, secret
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=min(CONNECT_SECONDS, seconds))
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the client; call it inside the event loop."""
        # A kept connection may be closed by the far end at the moment it is used again, and then nobody knows whether a
        # message went out. A new one for each call costs a handshake and leaves that doubt to real failures.
        self._http = aiohttp.ClientSession(timeout=self._timeout, connector=aiohttp.TCPConnector(force_close=True, limit=20))

    async def stop(self) -> None:
        """Close the client."""
        if self._http:
            await self._http.close()

    async def stable_token(self, force: bool) -> Token:
        """Return the account's token; `force` ends the old one at once (20 times a day).

        Raises:
            WeChatRefused, WeChatUnreachable: no token.
        """
        body = {"grant_type": "client_credential", "appid": self.app_id, "secret": self._secret, "force_refresh": force}
        found = await self._post("/cgi-bin/stable_token", body)
        token, lasts = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not isinstance(lasts, int):
            raise WeChatUnreachable("an answer without a token", maybe_done=True)
        return Token(token, timedelta(seconds=lasts))

    async def send_text(self, token: str, openid: str, text: str) -> None:
        """Push a text to a resident.

        Raises:
            WeChatRefused, WeChatUnreachable: it was not sent, or nobody knows.
        """
        await self._post("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}}, token)

    async def show_typing(self, token: str, openid: str) -> None:
        """Show 对方正在输入 to a resident; costs nothing, and tells whether the account may push.

        Raises:
            WeChatRefused, WeChatUnreachable: as for `send_text`.
        """
        await self._post("/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"}, token)

    async def create_menu(self, token: str, menu: dict[str, Any]) -> None:
        """Replace the account's menu; followers see it within a day.

        Raises:
            WeChatRefused, WeChatUnreachable: the menu is as it was, or nobody knows.
        """
        await self._post("/cgi-bin/menu/create", menu, token)

    async def create_code(self, token: str, scene: str) -> str:
        """Return the address that a lasting QR code of the account holds; scanning it tells us `scene`.

        Raises:
            WeChatRefused, WeChatUnreachable: no code was made.
        """
        body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        url = (await self._post("/cgi-bin/qrcode/create", body, token)).get("url")
        if not isinstance(url, str):
            raise WeChatUnreachable("an answer without an address", maybe_done=True)
        return url

    async def _post(self, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        assert self._http is not None
        # The platform shows \uXXXX to residents as it is written.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        parameters = {"access_token": token} if token else {}
        try:
            async with self._http.post(
                self._base + path, data=data, params=parameters, headers={"Content-Type": "application/json; charset=utf-8"}
            ) as response:
                found = json.loads(await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError) as error:
            # ServerTimeoutError is raised while connecting; afterwards it is asyncio.TimeoutError.
            raise WeChatUnreachable(type(error).__name__, maybe_done=False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError) as error:
            raise WeChatUnreachable(type(error).__name__, maybe_done=True) from error
        if not isinstance(found, dict):
            raise WeChatUnreachable("an answer that is no object", maybe_done=True)
        if found.get("errcode"):
            raise WeChatRefused(int(found["errcode"]))
        return found
