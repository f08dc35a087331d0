"""One experiment: residents talk, blows fall, and at the end it is said what was lost, doubled or crossed.

    python -m tests.faults.experiment --database sqlite --messages 10000 --kills 50
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bot.crash_points import NAMES
from bot.settings import ROOT
from tests.faults import verdict
from tests.faults.chaos import WANTS_LATE_ANSWERS, blows, strike
from tests.faults.product import Product
from tests.faults.residents import ASKED_ALONE, TALK, Traffic, WebResident, WeChatResident, form
from tests.wechat.platform import Platform

WRONG = ("lost", "doubled", "crossed", "wrong", "server_errors")
SIDE_BY_SIDE = 32
SPREAD = 0.75  # of the messages; the last quarter passes what was armed late
# What a killed process wrote the kernel keeps, on a disk or not; so files lie in memory, and nobody waits for a disk that others keep busy.
MEMORY = Path("/dev/shm")
PATIENCE = 900
PROMISED = "wechat.later.after_commit"


async def experiment(product: Product, platform: Platform, messages: int, kills: int, seed: int) -> dict[str, Any]:
    """Run one and return its line: what was sent, what was done to the product, and what went wrong."""
    started, chance = time.monotonic(), random.Random(seed)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30), connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
        traffic = Traffic(product.url, platform, http, chance)
        expected = await _undisturbed(traffic)
        people = _people(traffic, expected, messages)
        striking = asyncio.ensure_future(_strike(product, platform, traffic, kills, messages, chance))
        await asyncio.gather(_all(people, SIDE_BY_SIDE), striking)
        more = await _until_every_point_was_visited(product, platform, traffic, expected, len(people))
        await asyncio.gather(*traffic.late, return_exceptions=True)
        await asyncio.to_thread(product.wait_until_ready)
        people += more
        found = await verdict.judge(product, traffic, people, expected)
    return {
        "database": "postgresql" if product.database.url else "sqlite", "seed": seed, "messages": traffic.messages,
        "deliveries": traffic.deliveries, "kills": product.all_kills(), **found.counts(), "apologies": traffic.apologies, "server_errors": traffic.server_errors,
        "seconds": round(time.monotonic() - started), "crash_points": product.fired(),
    }  # fmt: skip


async def _undisturbed(traffic: Traffic) -> dict[str, str]:
    """Return how the answer to each text begins while nothing is hurt; the same texts must be answered so later."""
    found: dict[str, str] = {}
    for resident in (WebResident(traffic, form(0)), WebResident(traffic, TALK), *(WebResident(traffic, (text,)) for text in ASKED_ALONE)):
        await resident.live()
        history = await resident.history()
        assert history is not None
        for said in history["said"]:
            first = next(r["text"] for r in history["replies"] if r["message"] == said["row"])
            found[said["text"]] = first[:10].strip()
    return found


def _people(traffic: Traffic, expected: dict[str, str], messages: int) -> list[Any]:
    """Fill the number of messages with residents of every kind, in a mixed order; form numbers start at 1 (0 was undisturbed)."""
    people: list[Any] = []
    left, n = messages, 1
    while left > 0:
        for made in _one_of_each(traffic, expected, n):
            people.append(made)
            left -= len(made.texts)
        n += 2
    traffic.chance.shuffle(people)
    return people


def _one_of_each(traffic: Traffic, expected: dict[str, str], n: int) -> list[Any]:
    name = {text: text for text in form(n + 1)}
    keys = {**name, **expected, form(n + 1)[6]: expected[form(0)[6]], form(n + 1)[7]: expected[form(0)[7]]}
    alone = tuple(traffic.chance.sample(ASKED_ALONE, 4))
    return [
        WebResident(traffic, form(n), number=n),
        WebResident(traffic, TALK),
        WebResident(traffic, ASKED_ALONE, shuffled=True),
        WeChatResident(traffic, n, alone, expected),
        WeChatResident(traffic, n + 1, form(n + 1), keys, is_form=True),
    ]


async def _all(people: list[Any], side_by_side: int) -> None:
    gate = asyncio.Semaphore(side_by_side)

    async def one(resident: Any) -> None:
        async with gate:
            await resident.live()

    await asyncio.gather(*(one(resident) for resident in people))


async def _strike(product: Product, platform: Platform, traffic: Traffic, kills: int, messages: int, chance: random.Random) -> None:
    planned = blows(product, platform, kills, chance)
    for n, blow in enumerate(planned):
        while traffic.done < messages * SPREAD * n / len(planned):
            await asyncio.sleep(0.05)
        _tell(f"{traffic.done:>6} taken · {product.all_kills():>3} kills · {blow[0]}")
        await strike(blow)


async def _until_every_point_was_visited(product: Product, platform: Platform, traffic: Traffic, expected: dict[str, str], n: int) -> list[Any]:
    """Go on talking until the armed points were passed; then let one message fail three times, for the points of giving up."""
    end, people = time.monotonic() + PATIENCE, []
    n = 2 * n + 3
    while any(product.is_armed(name) for name in NAMES) and time.monotonic() < end:
        armed = [name for name in NAMES if product.is_armed(name)]
        _tell(f"still armed: {', '.join(armed)}")
        if any(name.startswith("token.") for name in armed):
            platform.end_token()
        if any(name.startswith(WANTS_LATE_ANSWERS) for name in armed):
            people.append(WeChatResident(traffic, n, (traffic.chance.choice(ASKED_ALONE),), expected))
            n += 1
            await _answered_late(product, people[-1])
            continue
        some = _one_of_each(traffic, expected, n)
        n, people = n + 2, people + some
        await _all(some, len(some))
    people.append(await _one_that_fails_three_times(product, traffic))
    return people


async def _answered_late(product: Product, resident: WeChatResident) -> None:
    """No worker answers until the delivery was told to wait, so that the answer must be pushed."""
    promised = product.passed(PROMISED)
    held = product.stop_workers()
    talking = asyncio.ensure_future(resident.live())
    try:
        while (product.passed(PROMISED) == promised or product.is_armed(PROMISED)) and not talking.done():
            await asyncio.sleep(0.05)
    finally:
        product.let_go_on(held)
    await talking


async def _one_that_fails_three_times(product: Product, traffic: Traffic) -> WebResident:
    """The worker ends at the same message until it is given up: before that is committed (so once more), and after."""
    product.wait_until_ready()
    points = [f"dispatcher.give_up.{when}_commit" for when in ("before", "after")]
    product.arm(points[0])
    resident = WebResident(traffic, (ASKED_ALONE[0],))
    talking = asyncio.ensure_future(resident.live())
    while points and not talking.done():
        product.arm("worker.before_thinking")
        while product.is_armed("worker.before_thinking") and product.is_armed(points[0]):
            await asyncio.sleep(0.05)
        if not product.is_armed(points[0]):
            points.pop(0)
            if points:
                product.arm(points[0])
    (product.points / "armed" / "worker.before_thinking").unlink(missing_ok=True)
    await talking
    return resident


def run(database: str, messages: int, kills: int, seed: int, models: Path) -> dict[str, Any]:
    """Make a product of its own, run an experiment on it, and return its line."""
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    folder.chmod(0o755)
    platform = Platform()
    product = Product(folder, models, database, platform.start())
    try:
        product.bot("migrate")
        product.start()
        verdict.close_a_month(product)
        line = asyncio.run(experiment(product, platform, messages, kills, seed))
    except BaseException:
        _tell(f"what is left of the product: {folder}")
        raise
    finally:
        product.stop()
        platform.stop()
    if any(line[kind] for kind in WRONG):
        _tell(f"what is left of the product: {folder}")
    else:
        product.clean()
    return line


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Run from the command line; the last line on stdout is JSON. Exit code 1 when anything went wrong or a point was not visited."""
    options = argparse.ArgumentParser()
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--models", type=Path, default=ROOT / ".cache" / "tests" / "models")
    line = run(**vars(options.parse_args()))
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return int(any(line[kind] for kind in WRONG) or not all(line["crash_points"].values()))


if __name__ == "__main__":
    sys.exit(main())
