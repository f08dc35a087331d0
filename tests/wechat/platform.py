"""A simulated WeChat platform: delivers as WeChat does, and is the interface that answers are pushed through.

It speaks with wechatpy's signatures and envelopes, so that our own are tested against somebody else's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Callable

import aiohttp
import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.wechat.background import Background

TOKEN, APP_ID, SECRET, ACCOUNT = "agreed-token", "wx0123456789abcdef", "app-secret", "gh_account"
Cut = Callable[[int], Any]
UNAVAILABLE = "该公众号提供的服务出现故障，请稍后再试"


@dataclass
class Shown:
    """One text on a resident's phone, and how it came: "passive", "push" or "platform"."""

    how: str
    text: str


@dataclass
class Delivery:
    """What the platform sent and got back, one status a try; 0 is a delivery that was cut."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)


class Platform:
    """One Official Account.

    A delivery is cut when a scenario says so, instead of after five seconds: so no scenario depends on a fast machine.
    """

    def __init__(self) -> None:
        self.background = Background()
        self.address = ""
        self.aes_key: str | None = None
        self.crypto_app = APP_ID
        self.phones: dict[str, list[Shown]] = defaultdict(list)
        self.may_push = True
        self.token_lasts, self.tokens, self.forced = 7200, [], 0
        self.token_error = 0
        self.troubles: list[Any] = []
        self.slow_seconds = 30.0
        self.calls: list[str] = []
        self.menu: Any = None
        self.left: dict[str, int] = defaultdict(int)
        self._ids = itertools.count(23000000000000001)
        self._runner: web.AppRunner | None = None
        self.port = 0

    # ---- the interface

    def start(self) -> str:
        """Open the interface and return its address."""
        self.background.run(self._start())
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Close the interface; connections are refused."""
        self.background.run(self._stop())

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_post("/cgi-bin/message/custom/typing", self._typing)
        app.router.add_post("/cgi-bin/menu/create", self._create_menu)
        app.router.add_post("/cgi-bin/qrcode/create", self._create_code)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, shutdown_timeout=0.1, reuse_address=True)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        self.calls.append("token")
        asked = await request.json()
        assert (asked["appid"], asked["secret"]) == (APP_ID, SECRET)
        if self.token_error:
            return web.json_response({"errcode": self.token_error, "errmsg": "no"})
        if asked["force_refresh"] or not self.tokens:
            self.forced += bool(asked["force_refresh"])
            self.tokens.append(secrets.token_hex(16))
        return web.json_response({"access_token": self.tokens[-1], "expires_in": self.token_lasts})

    async def _create_menu(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if not refusal:
            self.menu = await request.json()
        return web.json_response({"errcode": refusal, "errmsg": "-"})

    async def _create_code(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        asked = await request.json()
        assert asked["action_name"] == "QR_LIMIT_STR_SCENE"
        url = f"http://weixin.qq.com/q/{asked['action_info']['scene']['scene_str']}"
        return web.json_response({"errcode": refusal, "errmsg": "-"} if refusal else {"ticket": "t", "url": url})

    def end_token(self) -> None:
        """Let the current token end, as after two hours: the next request gets a new one."""
        self.tokens.append(secrets.token_hex(16))

    def _refusal(self, request: web.Request) -> int:
        if not self.tokens or request.query.get("access_token") != self.tokens[-1]:
            return 40001
        return 0 if self.may_push else 48001

    async def _typing(self, request: web.Request) -> web.Response:
        self.calls.append("typing")
        return web.json_response({"errcode": self._refusal(request), "errmsg": "-"})

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.calls.append("send")
        raw = await request.text()
        assert "\\u" not in raw, "the real platform shows escapes as they are written"
        message = json.loads(raw)
        openid, text = message["touser"], message["text"]["content"]
        trouble = self.troubles.pop(0) if self.troubles else 0
        if trouble == "cut before":
            request.transport.abort()
            return web.Response()
        code = trouble if isinstance(trouble, int) and trouble else self._refusal(request)
        if not code and len(text.encode()) > 2048:
            code = 45002
        if not code:
            code = 0 if self.left[openid] > 0 else 45047
            self.left[openid] -= 1
        if not code:
            self.phones[openid].append(Shown("push", text))
        if trouble == "cut after":
            request.transport.abort()
        if trouble == "slow":
            await asyncio.sleep(self.slow_seconds)
        if trouble == "html":
            return web.Response(text="<html>502 Bad Gateway</html>", status=502, content_type="text/html")
        return web.json_response({"errcode": code, "errmsg": "ok"})

    # ---- what residents do

    def text(self, openid: str, content: str, **changed: Any) -> dict[str, Any]:
        """Return a text message with an id of its own."""
        return self.message(openid, "text", Content=content, **changed)

    def message(self, openid: str, kind: str, **fields: Any) -> dict[str, Any]:
        return {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": kind, "MsgId": next(self._ids), **fields}

    def event(self, openid: str, event: str, key: str = "", **fields: Any) -> dict[str, Any]:
        body = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": "event", "Event": event}
        return {**body, "EventKey": key, **fields}

    def deliver(self, message: dict[str, Any], **how: Any) -> Delivery:
        """Deliver as the platform does: cut what is slow, three times in all; what comes back is shown to the resident."""
        return self.background.run(self._deliver(message, **how))

    def deliver_beside(self, message: dict[str, Any], **how: Any) -> Any:
        """Begin to deliver and return a future of `Delivery`."""
        return self.background.start(self._deliver(message, **how))

    async def _deliver(self, message: dict[str, Any], same_nonce: bool = False, cut_when: Cut | None = None, clear: bool = False) -> Delivery:
        """`cut_when(n)` says whether the n-th try (1, 2, 3) is to be cut now."""
        openid, done = message["FromUserName"], Delivery()
        if message["MsgType"] != "event":
            self.left[openid] = 5
        elif message["Event"] in ("CLICK", "subscribe", "SCAN"):
            self.left[openid] = max(self.left[openid], 3)
        nonce = secrets.token_hex(5)
        for n in (1, 2, 3):
            nonce = nonce if same_nonce else secrets.token_hex(5)
            body, query = self.envelope(message, nonce, clear)
            status, answer = await self._post(body, query, n, cut_when)
            done.statuses.append(status)
            done.bodies.append(answer)
            if status == 200:
                self._show(openid, answer)
                return done
        self.phones[openid].append(Shown("platform", UNAVAILABLE))
        return done

    async def _post(self, body: bytes, query: dict[str, str], n: int = 1, cut_when: Cut | None = None) -> tuple[int, str]:
        request = asyncio.ensure_future(self._request(body, query))
        while not request.done():
            await asyncio.wait({request}, timeout=0.01 if cut_when else 20)
            if not request.done() and (cut_when is None or await asyncio.get_running_loop().run_in_executor(None, cut_when, n)):
                request.cancel()
                return 0, ""
        return request.result()

    async def _request(self, body: bytes, query: dict[str, str]) -> tuple[int, str]:
        try:
            async with aiohttp.ClientSession() as http, http.post(f"{self.address}/wechat", data=body, params=query) as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    def post(self, body: bytes, query: dict[str, str]) -> tuple[int, str]:
        """Send one request as it is, whoever made it."""
        return self.background.run(self._post(body, query))

    def get(self, query: dict[str, str]) -> tuple[int, str]:
        """Ask as the platform's page does when the address is set."""
        return self.background.run(self._get(query))

    async def _get(self, query: dict[str, str]) -> tuple[int, str]:
        async with aiohttp.ClientSession() as http, http.get(f"{self.address}/wechat", params=query) as answer:
            return answer.status, await answer.text()

    def envelope(self, message: dict[str, Any], nonce: str = "", clear: bool = False, timestamp: int | None = None) -> tuple[bytes, dict[str, str]]:
        """Return body and query of one delivery; encrypted if the account has a key, with the clear fields beside it in compatible mode."""
        nonce, stamp = nonce or secrets.token_hex(5), str(timestamp or int(time.time()))
        plain = xmltodict.unparse({"xml": message}, full_document=False)
        query = {"timestamp": stamp, "nonce": nonce, "signature": signature(TOKEN, stamp, nonce), "openid": message.get("FromUserName", "")}
        if self.aes_key is None:
            return plain.encode(), query
        sealed = xmltodict.parse(WeChatCrypto(TOKEN, self.aes_key, self.crypto_app).encrypt_message(plain, nonce, stamp))["xml"]
        body = {"ToUserName": ACCOUNT, "Encrypt": sealed["Encrypt"], **(message if clear else {})}
        query = {**query, "encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
        return xmltodict.unparse({"xml": body}, full_document=False).encode(), query

    def _show(self, openid: str, answer: str) -> None:
        if answer in ("", "success"):
            return
        found = xmltodict.parse(answer)["xml"]
        if self.aes_key is not None:
            opened = WeChatCrypto(TOKEN, self.aes_key, APP_ID).decrypt_message(answer, found["MsgSignature"], found["TimeStamp"], found["Nonce"])
            found = xmltodict.parse(opened)["xml"]
        assert (found["ToUserName"], found["FromUserName"], found["MsgType"]) == (openid, ACCOUNT, "text")
        assert len(found["Content"].encode()) <= 2048
        self.phones[openid].append(Shown("passive", found["Content"]))

    def texts(self, openid: str) -> list[str]:
        """Return what a resident's phone shows."""
        return [shown.text for shown in self.phones[openid]]

    def pushed(self, openid: str) -> list[str]:
        """Return what was pushed to a resident."""
        return [shown.text for shown in self.phones[openid] if shown.how == "push"]


def signature(*parts: str) -> str:
    """Return wechatpy's signature."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)
