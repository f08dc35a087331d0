"""A group robot of DingTalk (钉钉自定义机器人): signed webhook, text messages. No SQL.

Source: 钉钉开放平台 "自定义机器人安全设置": sign = urlencode(base64(HMAC-SHA256(secret, timestamp + "\\n" + secret))), timestamp in
milliseconds, at most an hour off; at most 20 messages a minute.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

import aiohttp

from bot.errors import NoticeNotSent

SECONDS = 10.0
OK, TOO_FAST = 0, 130101


def signed(webhook: str, secret: str, at: datetime) -> str:
    """Return the address to post to at a moment; without secret the webhook as it is (the robot then checks keywords or addresses)."""
    if not secret:
        return webhook
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    joint = "&" if urlsplit(webhook).query else "?"
    return f"{webhook}{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"


async def send(webhook: str, secret: str, text: str, at: datetime) -> None:
    """Post a text to the group.

    Raises:
        NoticeNotSent: it was not taken; says why, without the address, which is a secret.
    """
    body = {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}
    try:
        status, said = await _post(signed(webhook, secret, at), body)
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError) as error:
        raise NoticeNotSent(f"DingTalk did not answer: {type(error).__name__}") from None
    if not isinstance(said, dict):
        raise NoticeNotSent(f"DingTalk answered HTTP {status}")
    code = said.get("errcode")
    if code == TOO_FAST:
        raise NoticeNotSent("DingTalk: too many messages a minute")
    if code != OK:
        raise NoticeNotSent(f"DingTalk refused with errcode {code}; look at the robot's webhook and its 加签 secret")


async def _post(address: str, body: dict[str, Any]) -> tuple[int, Any]:
    # A robot answers by itself: what sends us elsewhere is not DingTalk.
    limit = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=limit) as http, http.post(address, json=body, allow_redirects=False) as answer:
        return answer.status, await answer.json(content_type=None) if answer.status == 200 else None
