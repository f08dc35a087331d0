"""What the outside sees afterwards: is every message answered once, every form one case, every word at its own resident's?"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.office import BEIJING
from tests.faults.launch import TURN
from tests.faults.product import Product
from tests.faults.residents import NUMBER, REPEATED, Traffic, WebResident, WeChatResident, form, who

LOOKED_AT_ONCE = 16
SAID_AGAIN = 3


@dataclass
class Findings:
    """What went wrong, in words; each list should be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    forms: int = 1
    cases: int = 0

    def counts(self) -> dict[str, Any]:
        for kind in ("lost", "doubled", "crossed", "wrong"):
            for words in getattr(self, kind)[:20]:
                print(f"{kind}: {words}", file=sys.stderr)
        numbers = {kind: len(getattr(self, kind)) for kind in ("lost", "doubled", "crossed", "wrong")}
        return {**numbers, "forms": self.forms, "cases": self.cases}


async def judge(product: Product, traffic: Traffic, people: list[Any], expected: dict[str, str]) -> Findings:
    """Look at everything from the outside: pages, phones, figures, books."""
    found = Findings()
    own = {number: who(number) for number in {p.number for p in people if p.number is not None}}
    gate = asyncio.Semaphore(LOOKED_AT_ONCE)

    async def look(resident: Any) -> None:
        async with gate:
            await (_page(found, resident, expected, own) if isinstance(resident, WebResident) else _phone(found, resident, own))

    await asyncio.gather(*(look(resident) for resident in people))
    await asyncio.to_thread(_books, product, found)
    return found


async def _page(found: Findings, resident: WebResident, expected: dict[str, str], own: dict[int, Any]) -> None:
    history = await resident.answered()
    by_id = {s["id"]: s for s in history["said"]}
    if len(by_id) != len(history["said"]):
        found.doubled.append(f"{resident.name}: a message is there twice")
    apologised = False
    for message, text in resident.said:
        stored = by_id.get(message)
        replies = [r for r in history["replies"] if stored and r["message"] == stored["row"]]
        texts = [r["text"] for r in replies]
        if stored is None or stored["text"] != text or not replies:
            found.lost.append(f"{resident.name} {message} {text!r}: {'not stored' if stored is None else 'no answer'}")
            continue
        if len(set(texts)) != len(texts):
            found.doubled.append(f"{resident.name} {message} {text!r}: {texts}")
        apologised |= replies[0]["kind"] == "apology"
        begins = expected.get(text) or (expected[form(0)[form(resident.number).index(text)]] if resident.number is not None else None)
        if begins and not resident.shuffled and not texts[0].startswith(begins) and replies[0]["kind"] != "apology":
            found.lost.append(f"{resident.name} {message} {text!r}: expected {begins!r}, got {texts[0][:40]!r}: the tracker was lost")
    _nothing_of_others(found, resident.name, " ".join(r["text"] for r in history["replies"]), resident.number, own)
    if resident.number is not None:
        await _one_case(found, resident)


async def _one_case(found: Findings, resident: WebResident) -> None:
    found.forms += 1
    copy = await resident.get("mine")
    assert copy is not None and resident.number is not None
    name, phone = who(resident.number)
    if len(copy["cases"]) != 1:
        (found.doubled if copy["cases"] else found.lost).append(f"{resident.name}: {len(copy['cases'])} cases of one form")
    for case in copy["cases"]:
        people = {(p["name"], p.get("phone")) for p in case["people"]}
        if people != {(name, phone), ("李四", None)}:
            found.crossed.append(f"{resident.name}: {case['number']} holds {people}")


async def _phone(found: Findings, resident: WeChatResident, own: dict[int, Any]) -> None:
    """The rule of `bot.inbox.wechat_outbox`: what was held comes with the next message, and what a killed process was sending when its turn ends.

    So a resident who misses something says 继续 once, and again only after two turns: for what was then held a second time.
    """
    wanted = [resident.keys[text] for text in resident.texts]
    for _ in range(SAID_AGAIN):
        if await _shows(resident, wanted, 0):
            break
        await resident.deliver("继续")
        await _shows(resident, wanted, 2 * TURN.total_seconds() + 6)
    phone = [shown.text for shown in resident.traffic.platform.phones[resident.openid]]
    for text, key in zip(resident.texts, wanted):
        times = sum(shown.count(key) for shown in phone if REPEATED not in shown)
        if not any(key in shown for shown in phone):
            found.lost.append(f"{resident.openid} {text!r}: nothing on the phone begins with {key!r}")
        if times > Counter(wanted)[key]:
            found.doubled.append(f"{resident.openid} {text!r}: {key!r} {times} times on the phone")
    everything = " ".join(phone)
    _nothing_of_others(found, resident.openid, everything, resident.number, own)
    if resident.is_form:
        found.forms += 1
        if len(set(re.findall(NUMBER, everything))) != 1:
            found.doubled.append(f"{resident.openid}: numbers {set(re.findall(NUMBER, everything))} for one form")


async def _shows(resident: WeChatResident, wanted: list[str], seconds: float) -> bool:
    """Whether all of it is on the phone, now or within so many seconds."""
    end = time.monotonic() + seconds
    while not (there := all(key in resident.shown() for key in wanted)) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    return there


def _nothing_of_others(found: Findings, who_looks: str, words: str, number: int | None, own: dict[int, Any]) -> None:
    """Names and phones are unique to a resident."""
    phones = set(re.findall(r"1380\d{7}", words)) - ({who(number)[1]} if number is not None else set())
    if phones:
        found.crossed.append(f"{who_looks} was shown {len(phones)} phones of others")


def _books(product: Product, found: Findings) -> None:
    """Figures equal what was submitted; roll-ups equal lines; closed months hold; nothing is left undone."""
    figures = product.stats("--metric", "requests")
    found.cases = figures["metrics"][0]["total"]
    if found.cases != found.forms:
        found.wrong.append(f"{found.forms} forms were submitted, the figures say {found.cases}")
    for command in (("stats", "--from", "2020-01-01", "--to", "2099-12-31", "--recount"), ("period", "list")):
        try:
            product.bot(*command)
        except AssertionError as error:
            found.wrong.append(str(error))


def close_a_month(product: Product) -> None:
    """Freeze last month before anything happens."""
    last = datetime.now(BEIJING).replace(day=1) - timedelta(days=1)
    product.bot("period", "close", f"{last:%Y-%m}", "--by", "laboratory")
