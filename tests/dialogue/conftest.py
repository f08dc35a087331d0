"""A worker in this process: the real model, the real channel, a real database; only the HTTP between is left out."""

from __future__ import annotations

import asyncio
import itertools
import os
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator

import pytest

from bot.inbox import store
from bot.legal.cases import Channel
from bot.messages import Inbound, Outbound, clean_text
from bot.settings import ROOT
from bot.storage.database import Database


@pytest.fixture(scope="session")
def agent(model_folder: Path):
    """Rasa with our model, loaded once; each test gives it a store of its own."""
    from rasa.shared.core.domain import Domain
    from rasa.utils.log_utils import configure_structlog

    from bot.dialogue import patches
    from bot.dialogue.in_process_actions import InProcessActions
    from bot.dialogue.model import newest_model
    from bot.dialogue.processor import load_agent

    configure_structlog(40)
    os.chdir(ROOT)
    patches.apply()
    loaded = load_agent(newest_model(model_folder.parent), None, InProcessActions())
    assert isinstance(loaded.domain, Domain)
    return loaded


@dataclass
class Resident:
    """Somebody who types; `said` collects everything the assistant said last."""

    database: Database
    agent: object
    channel: object
    conversation: str = "web:resident"
    community: str | None = None
    ids: Iterator[int] = field(default_factory=itertools.count)
    last: list[Outbound] = field(default_factory=list)

    def says(self, text: str, external_id: str | None = None) -> str:
        """Send one message through the inbox and the worker; returns all that was answered, joined."""
        inbound = Inbound(Channel.WEB, self.conversation, external_id or f"m{next(self.ids)}", clean_text(text), datetime.now(timezone.utc), self.community)
        with self.database.transaction() as session:
            stored = store.receive(session, inbound)
        asyncio.get_event_loop().run_until_complete(self.channel.handle(stored.id, self.agent.handle_message))
        with self.database.reading() as session:
            self.last = store.replies_to(session, stored.id) or []
        return "\n".join(reply.text for reply in self.last)

    @property
    def buttons(self) -> list[str]:
        return [b.title for reply in self.last for b in reply.buttons]


@pytest.fixture()
def resident(agent, sqlite_database) -> Resident:
    from bot.dialogue.channel import InboxChannel
    from bot.dialogue.tracker_store import InboxTrackerStore

    trackers = InboxTrackerStore(agent.domain, database=sqlite_database)
    agent.tracker_store = agent.processor.tracker_store = trackers
    asyncio.set_event_loop(asyncio.new_event_loop())
    return Resident(sqlite_database, agent, InboxChannel(sqlite_database))
