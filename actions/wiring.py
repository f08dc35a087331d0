"""What every action needs: the database, the office, the cards, the time. Opened once a process, at first use."""

from __future__ import annotations

import functools
import logging
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from typing import Any, Callable

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from bot.errors import LegalBotError
from bot.knowledge.cards import Card, read_cards
from bot.ledger.message_keys import message_key
from bot.legal.cases import Channel
from bot.messages import Outbound
from bot.office import Office, read_office
from bot.settings import read_settings
from bot.storage.database import Database, open_database
from bot.storage.unit import current_unit, joined_transaction, write_later

log = logging.getLogger(__name__)
Events = list[dict[str, Any]]


def database() -> Database:
    """Return the database of this process; the worker's own while it handles a message."""
    unit = current_unit()
    return _own_database() if unit is None else unit.database


@functools.lru_cache(maxsize=1)
def _own_database() -> Database:
    opened = open_database(read_settings())
    opened.migrate()
    return opened


@functools.lru_cache(maxsize=1)
def office() -> Office:
    """Return the office's file."""
    return read_office(read_settings().office)


@functools.lru_cache(maxsize=1)
def cards() -> dict[str, Card]:
    """Return all knowledge cards by id."""
    return read_cards()


def transaction() -> AbstractContextManager[Session]:
    """Return the transaction to write in: the message's own while a message is handled.

    Only for what has to be known before the resident can be answered; SQLite lets nobody else write from here to the end of the answer.
    """
    return joined_transaction(database())


def later(what: str, write: Callable[[Session], Any]) -> None:
    """Write this with the answer, when all is said."""
    write_later(database(), what, write)


def reading() -> AbstractContextManager[Session]:
    """Return a session to look with: at what stood before this message."""
    return database().reading()


def now() -> datetime:
    """Return the time, aware, UTC."""
    return datetime.now(timezone.utc)


def understood(tracker: Tracker) -> dict[str, Any]:
    """Return what the model made of the latest message; empty where another pipeline was used."""
    return dict(tracker.latest_message.get("understood") or {})


def said(tracker: Tracker) -> str:
    """Return the latest message's text."""
    return str(tracker.latest_message.get("text") or "")


def source_key(tracker: Tracker) -> str:
    """Return what names the latest message uniquely, so that a retry writes nothing twice."""
    return f"{tracker.sender_id}:{tracker.latest_message.get('message_id')}"


def counting_key(tracker: Tracker, what: str) -> str:
    """Return the key under which the books count the latest message; it names no conversation."""
    return message_key(what, tracker.sender_id, str(tracker.latest_message.get("message_id")))


def channel(tracker: Tracker) -> Channel:
    """Return the channel the conversation is on."""
    code = tracker.get_latest_input_channel()
    return Channel.from_code(code) if code in Channel.codes() else Channel.WEB


def say(dispatcher: CollectingDispatcher, *parts: Outbound) -> None:
    """Say composed replies."""
    for part in parts:
        dispatcher.utter_message(
            text=part.text,
            buttons=[{"title": b.title, "payload": b.payload} for b in part.buttons],
            json_message={
                "citations": [{"law": c.law, "article": c.article, "label": c.label} for c in part.citations],
                "kind": part.kind,
                "data": part.data,
            },
        )


def apologise(run: Callable[..., Events]) -> Callable[..., Events]:
    """Turn a foreseen failure into words; anything else goes on to the worker, which tries the message again."""

    @functools.wraps(run)
    def guarded(self: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            return run(self, dispatcher, tracker, domain)
        except LegalBotError:
            log.exception("%s failed", self.name())
            dispatcher.utter_message(response="utter_try_later")
            return []

    return guarded
