"""Rasa's memory in our database: one row a conversation, one encrypted line an answer.

Saving happens in the unit of the message, so that memory and effects are committed together. Live trackers are kept
between messages; the row's version says whether a kept one is still true. A tracker that could not be loaded is never
saved over (rasa.md, hazard 1): the unit is marked failed and nothing of the message is committed.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import datetime, timezone
from typing import Any, Iterable

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

from bot.settings import read_settings
from bot.storage import personal_data
from bot.storage.database import Database, open_database
from bot.storage.tables import Tracker
from bot.storage.unit import current_unit, joined_transaction

PLACE = "trackers.body"
LIVE_TRACKERS = 2000
# Rasa replays the whole session several times a turn; beyond this many events only slots are carried on.
LONGEST_SESSION = 120


class StaleTracker(Exception):
    """Another worker answered this conversation in the meantime."""


class InboxTrackerStore(TrackerStore):
    """The tracker store of our workers; also usable from endpoints.yml.

    Args:
        database: an open database; read from the settings when Rasa makes the store.
    """

    def __init__(self, domain: Domain, host: str | None = None, event_broker: Any = None, database: Database | None = None, **kwargs: Any) -> None:
        self.database = database or _database_of_settings()
        self._live: OrderedDict[str, tuple[int, DialogueStateTracker, int]] = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation's tracker, or None when it has none yet."""
        try:
            return self._retrieve(sender_id)
        except Exception as error:
            _fail_unit(error)
            raise

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; refuses when the row is not the one that was loaded."""
        unit = current_unit()
        if unit is not None and unit.failure is not None:
            return
        try:
            with joined_transaction(self.database) as session:
                self._save(session, tracker)
        except Exception as error:
            self.forget(tracker.sender_id)
            _fail_unit(error)
            raise

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations that have a tracker."""
        with self.database.reading() as session:
            return list(session.execute(sa.select(Tracker.conversation_id)).scalars())

    def forget(self, sender_id: str) -> None:
        """Drop the live tracker, because what it holds was not committed."""
        self._live.pop(sender_id, None)

    def _retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with self.database.reading() as session:
            version = session.execute(sa.select(Tracker.version).where(Tracker.conversation_id == sender_id)).scalar_one_or_none()
            live = self._live.get(sender_id)
            if version is None:
                self.forget(sender_id)
                return None
            if live and live[0] == version:
                self._live.move_to_end(sender_id)
                return live[1]
            body = session.execute(sa.select(Tracker.body).where(Tracker.conversation_id == sender_id)).scalar_one()
        tracker = DialogueStateTracker.from_dict(sender_id, _events_of(body), self.domain.slots)
        self._keep(sender_id, version, tracker)
        return tracker

    def _save(self, session: Session, tracker: DialogueStateTracker) -> None:
        version, _, known = self._live.get(tracker.sender_id, (0, tracker, 0))
        events = list(tracker.events)
        restarted = len(events) < known
        new = events if restarted else events[known:]
        if len(events) > LONGEST_SESSION and tracker.active_loop_name is None:
            tracker = _carried_on(tracker, self.domain)
            new, restarted = list(tracker.events), True
        line = personal_data.keys().encrypt(json.dumps([e.as_dict() for e in new], ensure_ascii=False), PLACE)
        _write(session, tracker.sender_id, version, line, replace=restarted or version == 0)
        self._keep(tracker.sender_id, version + 1, tracker)

    def _keep(self, sender_id: str, version: int, tracker: DialogueStateTracker) -> None:
        self._live[sender_id] = (version, tracker, len(tracker.events))
        self._live.move_to_end(sender_id)
        while len(self._live) > LIVE_TRACKERS:
            self._live.popitem(last=False)


def _write(session: Session, sender_id: str, version: int, line: str, replace: bool) -> None:
    now = datetime.now(timezone.utc)
    if version == 0:
        session.add(Tracker(conversation_id=sender_id, version=1, body=line, saved_at=now))
        session.flush()
        return
    body = line if replace else Tracker.body + ("\n" + line)
    changed = session.execute(
        sa.update(Tracker)
        .where(Tracker.conversation_id == sender_id, Tracker.version == version)
        .values(body=body, version=version + 1, saved_at=now)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise StaleTracker(f"The tracker is no longer at version {version}; load it again.")


def _events_of(body: str) -> list[dict[str, Any]]:
    ring = personal_data.keys()
    return [event for line in body.split("\n") for event in json.loads(ring.decrypt(line, PLACE))]


def _carried_on(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """Return a short tracker that goes on where a long one stands: its slots, ready to listen."""
    slots: list[Event] = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None]
    last = tracker.get_last_event_for(type(tracker.events[-1])) or tracker.events[-1]
    events = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *slots, ActionExecuted(ACTION_LISTEN_NAME)]
    for event in events:
        event.timestamp = last.timestamp
    return DialogueStateTracker.from_events(tracker.sender_id, events, domain.slots)


def _fail_unit(error: BaseException) -> None:
    unit = current_unit()
    if unit is not None:
        unit.fail(error)


def _database_of_settings() -> Database:
    database = open_database(read_settings())
    database.migrate()
    return database
