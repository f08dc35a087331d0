"""What happens to the product while residents talk: a seeded list of blows, spread over the messages."""

from __future__ import annotations

import asyncio
import random
from typing import Callable

from bot.crash_points import NAMES
from tests.faults.launch import WEB, WORKER
from tests.faults.product import WECHAT_WAIT, Product
from tests.wechat.platform import Platform

Blow = tuple[str, Callable[[], object]]
HOUR = 3600
# Points that are passed only when an answer is not ready in time, and is pushed.
WANTS_LATE_ANSWERS = ("wechat.later", "push.", "token.")


def blows(product: Product, platform: Platform, kills: int, chance: random.Random) -> list[Blow]:
    """Return the blows in their order: every crash point, kills of everything, and what hurts without killing."""
    one = {
        "web": lambda: product.kill(WEB),
        "worker": lambda: product.kill(WORKER),
        "workers": lambda: product.kill(WORKER, every=True),
        "everything": lambda: (product.kill(WEB), product.kill(WORKER, every=True)),
        "database": product.kill_database,
    }
    hurts = {
        "slow database": lambda: product.database.slow(2),
        "cut database": lambda: product.database.cut(1),
        "full disk": lambda: product.fill_disk(2),
        "clock ahead": lambda: product.move_clock(0.6 * HOUR, 2),
        "clock behind": lambda: product.move_clock(-0.6 * HOUR, 2),
        "token ended": platform.end_token,
    }
    armed: list[Blow] = [(f"arm {name}", _arming(product, platform, name)) for name in NAMES if "give_up" not in name]
    rest = max(0, kills - len(armed))
    if rest:
        hurts["keys changed"] = lambda: (product.bot("keys", "rotate", "--look-up"), product.bot("keys", "rotate"))
    killing = [(name, one[name]) for name in _around(list(one), rest)]
    hurting = [(name, hurts[name]) for name in _around(list(hurts), max(len(hurts), rest // 2))]
    chance.shuffle(armed)
    chance.shuffle(killing)
    chance.shuffle(hurting)
    mixed = [*armed, *killing, *hurting]
    chance.shuffle(mixed)
    return mixed


def _around(names: list[str], count: int) -> list[str]:
    return [names[n % len(names)] for n in range(count)]


def _arming(product: Product, platform: Platform, name: str) -> Callable[[], object]:
    def arm() -> None:
        product.arm(name)
        if name.startswith("token."):
            platform.end_token()
        if name.startswith(WANTS_LATE_ANSWERS):
            product.hold_workers(2 * WECHAT_WAIT)

    return arm


async def strike(blow: Blow) -> None:
    """Carry a blow out beside the residents' loop."""
    await asyncio.to_thread(blow[1])
