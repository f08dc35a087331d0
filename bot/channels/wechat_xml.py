"""WeChat's XML: read without document types or entities, written so that no text breaks out of it. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from xml.parsers import expat

from bot.errors import LegalBotError

LIMIT = 64 * 1024
FIELDS = 64
# XML 1.0 has no form for these, escaped or not; a resident can paste them all the same.
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 13)) + b"\x7f"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(LegalBotError):
    """A body that is not the XML that WeChat sends."""


class _Fields:
    """Collects <xml><Name>text</Name>…</xml>; what is nested deeper is left out."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text = []
        if self._path[0] != "xml":
            raise Unreadable(f"The body's root is <{name[:20]}>; expected <xml>.")
        if len(self._path) == 2 and (name in self.found or len(self.found) >= FIELDS):
            raise Unreadable(f"The body has a field twice, or more than {FIELDS} fields.")

    def text(self, data: str) -> None:
        if len(self._path) == 2:
            self._text.append(data)

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            self.found[name] = "".join(self._text)
        self._path.pop()

    def refuse(self, *_declaration: Any) -> None:
        raise Unreadable("The body declares a document type or an entity; WeChat never does.")


def read(body: bytes) -> dict[str, str]:
    """Return the fields of a message, each name once. Control characters go; broken UTF-8 becomes U+FFFD.

    Raises:
        Unreadable: over 64 KB, not well formed, a document type or an entity, another root, a field twice.
    """
    if len(body) > LIMIT:
        raise Unreadable(f"The body has {len(body)} bytes; expected at most {LIMIT}.")
    fields = _Fields()
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = fields.start, fields.end, fields.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = fields.refuse
    try:
        parser.Parse(body.translate(None, _CONTROLS).decode("utf-8", "replace").encode(), True)
    except expat.ExpatError as error:
        raise Unreadable(f"The body is not well-formed XML (expat error {error.code}, line {error.lineno}).") from error
    return fields.found


def needed(fields: dict[str, str], *names: str) -> list[str]:
    """Return the values of fields that must be there.

    Raises:
        Unreadable: names those that are missing or empty.
    """
    missing = [name for name in names if not fields.get(name)]
    if missing:
        raise Unreadable(f"The message lacks {', '.join(missing)}.")
    return [fields[name] for name in names]


def cdata(text: str) -> str:
    """Return a text as CDATA; `]]>` in it is divided between two sections, what XML cannot hold goes."""
    return f"<![CDATA[{_NOT_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def text_reply(to: str, account: str, text: str, now: datetime) -> str:
    """Return a passive reply (被动回复) with a text."""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{cdata(text)}</Content></xml>"
    )


def sealed_reply(encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
    """Return the safe mode's envelope around an encrypted reply."""
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    )
