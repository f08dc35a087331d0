"""Residents of the laboratory: what they say, over web and WeChat, each message delivered one to three times.

Deliveries come side by side, late, behind later ones, and over connections that are cut. A resident keeps the promise of a page and of
the platform: a message that nobody took is delivered again under the same id until somebody took it.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.wechat.platform import Platform, Shown

TALK = ("楼上漏水把我家泡了怎么办", "你好", "房东不退押金怎么办", "需要什么证据", "谢谢")
ASKED_ALONE = ("房东不退押金怎么办", "公司拖欠工资怎么办", "借钱不还怎么办", "被狗咬了怎么办", "健身房关门跑路怎么办", "楼上漏水把我家泡了怎么办")
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
REPEATED = "重发"
APOLOGY = "抱歉，这条消息我没能处理好"
NUMBER = r"GX\d{4}-\d{5}"


def form(n: int) -> tuple[str, ...]:
    """What somebody says who asks for mediation; name and phone are nobody's and only theirs."""
    name, phone = who(n)
    return ("楼上漏水把我家泡了怎么办", "申请人民调解", "示例社区二", "同意", "李四", "修好并赔偿", name, phone, "确认提交")


def who(n: int) -> tuple[str, str]:
    """Name and phone of the n-th resident."""
    digits = [NAMES[n // 22**k % 22] for k in range(2)]
    return f"张{''.join(digits)}", f"1380{n:07d}"


@dataclass
class Traffic:
    """What all residents share: where the product is, the seed, how much was done."""

    url: str
    platform: Platform
    http: aiohttp.ClientSession
    chance: random.Random
    messages: int = 0
    deliveries: int = 0  # that reached the product, or were cut on purpose
    done: int = 0
    apologies: int = 0
    server_errors: int = 0
    ending: bool = False
    late: set[asyncio.Task[Any]] = field(default_factory=set)

    def beside(self, work: Any) -> None:
        """Let a delivery go its way while the resident goes on."""
        task = asyncio.ensure_future(work)
        self.late.add(task)
        task.add_done_callback(self.late.discard)


class WebResident:
    """Somebody on the page. In order unless `shuffled`."""

    def __init__(self, traffic: Traffic, texts: tuple[str, ...], number: int | None = None, shuffled: bool = False) -> None:
        self.traffic, self.texts, self.number, self.shuffled = traffic, texts, number, shuffled
        self.name = uuid.UUID(int=traffic.chance.getrandbits(128)).hex
        self.said: list[tuple[str, str]] = []
        self.chance = random.Random(self.name)

    async def live(self) -> None:
        """Say everything and wait until it is answered."""
        if self.shuffled:
            order = self.chance.sample(self.texts, len(self.texts))
            if any(answer["pending"] for answer in await asyncio.gather(*(self.deliver(self._new(text), text) for text in order))):
                await self.answered()
            return
        for text in self.texts:
            while await self.say(text) and not self.traffic.ending:
                self.traffic.apologies += 1  # "请换个说法再发一次": says it again

    async def say(self, text: str) -> bool:
        """Say one thing and wait for the answer; returns whether it was only the apology."""
        message = self._new(text)
        answer = await self.deliver(message, text)
        if not answer["pending"]:
            return any(r["kind"] == "apology" for r in answer["messages"])
        history = await self.answered()
        row = next(s["row"] for s in history["said"] if s["id"] == message)
        return any(r["message"] == row and r["kind"] == "apology" for r in history["replies"])

    def _new(self, text: str) -> str:
        message = f"m{len(self.said)}"
        self.said.append((message, text))
        self.traffic.messages += 1
        return message

    async def deliver(self, message: str, text: str) -> dict[str, Any]:
        """One to three deliveries; returns what the first one that was taken brought: the answer, or that it is pending."""
        for _ in range(self.chance.randrange(3)):
            how = self.chance.choice((self._cut, self._post, self._late))
            self.traffic.beside(how(message, text))
        while (answer := await self._post(message, text)) is None:
            await asyncio.sleep(0.3)
        self.traffic.done += 1
        return answer

    async def _post(self, message: str, text: str) -> dict[str, Any] | None:
        body = {"conversation": self.name, "id": message, "text": text}
        try:
            async with self.traffic.http.post(f"{self.traffic.url}/api/chat/messages", json=body) as answer:
                assert answer.status != 400, await answer.text()
                self.traffic.deliveries += 1
                self.traffic.server_errors += answer.status == 500
                return await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None

    async def _late(self, message: str, text: str) -> None:
        await asyncio.sleep(self.chance.random() * 3)
        await self._post(message, text)

    async def _cut(self, message: str, text: str) -> None:
        """Hang up in the middle."""
        self.traffic.deliveries += 1
        try:
            await asyncio.wait_for(self._post(message, text), self.chance.random() * 0.08)
        except asyncio.TimeoutError:
            pass

    async def history(self) -> dict[str, Any] | None:
        """What the page shows after a reload; None while the product is away."""
        return await self.get("history")

    async def get(self, what: str) -> dict[str, Any] | None:
        try:
            async with self.traffic.http.get(f"{self.traffic.url}/api/chat/{what}", params={"conversation": self.name}) as answer:
                return await answer.json(content_type=None) if answer.status == 200 else None
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None

    async def answered(self) -> dict[str, Any]:
        """Return the history once nothing in it waits."""
        while True:
            history = await self.history()
            if history and not any(s["pending"] for s in history["said"]):
                return history
            await asyncio.sleep(0.5)


class WeChatResident:
    """Somebody who follows the account. `keys` are what the answers begin with."""

    def __init__(self, traffic: Traffic, number: int, texts: tuple[str, ...], keys: dict[str, str], is_form: bool = False) -> None:
        self.traffic, self.texts, self.keys, self.is_form = traffic, texts, keys, is_form
        self.number, self.openid = number, f"o{number:05d}"
        self.chance = random.Random(self.openid)
        self.odd_answers: list[str] = []

    async def live(self) -> None:
        """Say everything; a form one step at a time, other texts with little patience."""
        for text in self.texts:
            while await self.say(text) and not self.traffic.ending:
                self.traffic.apologies += 1

    async def say(self, text: str) -> bool:
        """Say one thing and look at the phone; returns whether it shows only the apology."""
        before = self.shown()
        await self.deliver(text)
        for tries in itertools.count(1):
            new = self.shown()[len(before):]
            if self.keys[text] in new:
                return False
            if APOLOGY in new:
                return True
            if self.traffic.ending or (tries > 100 and not self.is_form):
                return False
            if tries % 150 == 0:
                await self.nudge()
            await asyncio.sleep(0.1)
        return False

    def shown(self) -> str:
        """Everything the phone shows."""
        return "\n".join(shown.text for shown in self.traffic.platform.phones[self.openid])

    async def nudge(self) -> None:
        """Send a picture: what was held comes with it, and a form does not take it for an answer, as it would take any word."""
        await self._send(self.traffic.platform.message(self.openid, "image", PicUrl="", MediaId="picture"))

    async def deliver(self, text: str) -> None:
        """Say something."""
        await self._send(self.traffic.platform.text(self.openid, text))

    async def _send(self, message: dict[str, Any]) -> None:
        """As the platform: cut what is slow, three times in all; then the resident tries again."""
        traffic, copies = self.traffic, self.chance.randrange(3)
        traffic.platform.left[self.openid] = 5
        traffic.messages += 1
        for _ in range(min(copies, 2)):
            traffic.beside(self._late(message))
        while (answer := await self._post(message)) is None:
            await asyncio.sleep(0.3)
        if answer not in ("", "success"):
            traffic.platform.phones[self.openid].append(Shown("passive", _content(answer)))
        traffic.done += 1

    async def _late(self, message: dict[str, Any]) -> None:
        await asyncio.sleep(self.chance.random() * 2)
        await self._post(message)

    async def _post(self, message: dict[str, Any]) -> str | None:
        body, query = self.traffic.platform.envelope(message)
        try:
            async with self.traffic.http.post(f"{self.traffic.url}/wechat", data=body, params=query, timeout=aiohttp.ClientTimeout(5)) as answer:
                self.traffic.deliveries += 1
                self.traffic.server_errors += answer.status == 500
                return await answer.text() if answer.status == 200 else None
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None


def _content(answer: str) -> str:
    return answer.split("<Content><![CDATA[", 1)[1].rsplit("]]></Content>", 1)[0]
