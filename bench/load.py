"""Many residents at once: event streams held open and messages sent at a steady rate; run by hand against a running product.

    .venv/bin/python bench/load.py http://127.0.0.1:8000 [--residents 200] [--rate 20] [--seconds 120]

Prints one JSON line: messages, answered, lost, pending, and the time to the answer at p50, p95, p99 in seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import uuid

import aiohttp

SAID = ("楼上漏水把我家泡了怎么办", "需要什么证据", "房东不退押金怎么办", "谢谢", "老板拖欠工资怎么办", "查进度", "取消", "能办什么")


async def listen(http: aiohttp.ClientSession, url: str, conversation: str, heard: dict[str, int]) -> None:
    """Hold one event stream open and count what comes."""
    async with http.get(f"{url}/api/chat/events", params={"conversation": conversation}) as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                heard[conversation] = heard.get(conversation, 0) + 1


async def say(http: aiohttp.ClientSession, url: str, conversation: str, text: str, took: list[float], pending: list[str]) -> None:
    """Send one message and note how long its answer took."""
    began = time.perf_counter()
    async with http.post(f"{url}/api/chat/messages", json={"conversation": conversation, "id": uuid.uuid4().hex, "text": text}) as answer:
        body = await answer.json()
    if body.get("messages"):
        took.append(time.perf_counter() - began)
    else:
        pending.append(conversation)


async def run(url: str, residents: int, rate: float, seconds: float) -> dict[str, float]:
    """Return the figures of one run."""
    took: list[float] = []
    pending: list[str] = []
    heard: dict[str, int] = {}
    names = [uuid.uuid4().hex for _ in range(residents)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)) as http:
        streams = [asyncio.create_task(listen(http, url, name, heard)) for name in names]
        sends = []
        for n in range(int(rate * seconds)):
            sends.append(asyncio.create_task(say(http, url, names[n % residents], SAID[(n // residents) % len(SAID)], took, pending)))
            await asyncio.sleep(1 / rate)
        failed = [r for r in await asyncio.gather(*sends, return_exceptions=True) if isinstance(r, BaseException)]
        for stream in streams:
            stream.cancel()
    took.sort()
    at = {f"p{q}": round(took[min(len(took) - 1, int(len(took) * q / 100))], 3) for q in (50, 95, 99)} if took else {}
    return {"messages": len(sends), "answered": len(took), "pending": len(pending), "failed": len(failed), "pages_that_heard": len(heard), **at}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--residents", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(run(given.url, given.residents, given.rate, given.seconds))))


if __name__ == "__main__":
    main()
