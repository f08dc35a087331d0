"""What was made of the latest messages, kept for the cases that are filed from them."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from datetime import datetime
from typing import Any

from bot.office import BEIJING
from bot.understanding.normalise import normalise

MEANINGS_KEPT = 500


class Meanings:
    """What was made of the latest messages: a case that is filed some messages after its question need not read the question again.

    Nothing a resident wrote is kept: a text is known by a keyed hash, its meaning is topics, a card and days.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._kept: OrderedDict[bytes, dict[str, Any]] = OrderedDict()

    def keep(self, text: str, understood: dict[str, Any]) -> None:
        """Remember the meaning of a message."""
        self._kept[self._name(text)] = meaning_for_a_case(understood)
        while len(self._kept) > MEANINGS_KEPT:
            self._kept.popitem(last=False)

    def of(self, text: str) -> dict[str, Any] | None:
        """Return what was made of this very text today, or None."""
        return self._kept.get(self._name(text))

    def _name(self, text: str) -> bytes:
        # 昨天 means another day tomorrow.
        said = f"{datetime.now(BEIJING).date()} {normalise(text)}"
        return hashlib.blake2b(said.encode(), key=self._key, digest_size=16).digest()


def meaning_for_a_case(understood: dict[str, Any]) -> dict[str, Any]:
    """Return of an `Understood.as_dict()` what is suggested for a case (bot/ledger/suggestions.py): nothing that names anybody."""
    if not understood:
        return {}
    days = [entity for entity in understood.get("entities") or [] if entity.get("kind") == "date"]
    return {**{name: understood.get(name) for name in ("topics", "card", "card_confidence")}, "entities": [_day(entity) for entity in days]}


def _day(entity: dict[str, Any]) -> dict[str, Any]:
    return {name: entity.get(name) for name in ("kind", "unit", "value")}
