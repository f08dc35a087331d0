"""What comes in and what goes out, the same for every channel."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.legal.cases import Channel

MAX_TEXT = 10_000


@dataclass(frozen=True)
class Inbound:
    """One thing a resident said.

    Args:
        conversation: our id of the resident on this channel; never the raw id of an outside platform.
        external_id: the channel's id of this message; the same delivery twice has the same id.
        at: aware time of arrival.
        community: code of the community whose poster was scanned; the caller has checked that there is one.
    """

    channel: Channel
    conversation: str
    external_id: str
    text: str
    at: datetime
    community: str | None = None


@dataclass(frozen=True)
class Button:
    """A choice: what it shows and what choosing it says."""

    title: str
    payload: str


@dataclass(frozen=True)
class CitedArticle:
    """An article an answer rests on; opening it shows the text."""

    law: str
    article: str
    label: str


@dataclass(frozen=True)
class Outbound:
    """One part of an answer, rich; each channel renders what it can."""

    text: str
    buttons: tuple[Button, ...] = ()
    citations: tuple[CitedArticle, ...] = ()
    kind: str = "text"
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the stored form."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str) -> Outbound:
        """Return what `to_json` stored."""
        raw = json.loads(stored)
        return cls(
            text=raw["text"],
            buttons=tuple(Button(**b) for b in raw["buttons"]),
            citations=tuple(CitedArticle(**c) for c in raw["citations"]),
            kind=raw["kind"],
            data=raw["data"],
        )


def clean_text(text: str) -> str:
    """Return what a resident typed without what no person types.

    Control and invisible characters go (line breaks become spaces), the width is made one, leading slashes go (Rasa
    would obey `/intent{…}`), and it ends after 10,000 characters. May return "".
    """
    text = unicodedata.normalize("NFKC", text[: MAX_TEXT * 2])
    kept = (" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return "".join(kept).strip().lstrip("/／").strip()[:MAX_TEXT]
