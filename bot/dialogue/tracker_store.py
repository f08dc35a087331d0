"""Rasa's memory in our database: one row a conversation, with where the conversation stands after its last answer.

What stands there are the slots, the form under way and the time; what was said is in messages and replies. Our rules look
at nothing older than the message in hand, so a conversation of 500 turns costs what its first turn costs, and any worker
can go on with any conversation. Saving happens in the unit of the message, so that memory and effects are committed
together; the row's version refuses whoever read an older state. A tracker that could not be loaded is never saved over
(rasa.md, hazard 1): the unit is marked failed and nothing of the message is committed.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from typing import Any, Callable, Iterable

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

from bot.settings import read_settings
from bot.storage import personal_data
from bot.storage.database import Database, open_database
from bot.storage.tables import Tracker
from bot.storage.unit import current_unit, timed, write_later

PLACE = "trackers.body"
_trackers = Tracker.__table__
_READ = sa.select(_trackers.c.version, _trackers.c.body).where(_trackers.c.conversation_id == sa.bindparam("conversation"))
_BEGIN = sa.insert(_trackers)
_WRITE = (
    sa.update(_trackers)
    .where(_trackers.c.conversation_id == sa.bindparam("conversation"), _trackers.c.version == sa.bindparam("before"))
    .values(body=sa.bindparam("line"), version=sa.bindparam("before") + 1, saved_at=sa.bindparam("now"))
)


class StaleTracker(Exception):
    """Another worker answered this conversation in the meantime."""


class InboxTrackerStore(TrackerStore):
    """The tracker store of our workers; also usable from endpoints.yml.

    Args:
        database: an open database; read from the settings when Rasa makes the store.
    """

    def __init__(self, domain: Domain, host: str | None = None, event_broker: Any = None, database: Database | None = None, **kwargs: Any) -> None:
        self.database = database or _database_of_settings()
        super().__init__(domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation's tracker as it stands, or None when it has none yet; empty when its session is over."""
        try:
            with timed("tracker"):
                return self._retrieve(sender_id)
        except Exception as error:
            _fail_unit(error)
            raise

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store where the conversation stands; refuses when the row is not the one that was loaded."""
        unit = current_unit()
        if not tracker.events or (unit is not None and unit.failure is not None):
            return  # Rasa saves a new tracker before anything happened
        try:
            with timed("tracker"):
                write_later(self.database, "tracker", _writing(tracker))
        except Exception as error:
            _fail_unit(error)
            raise

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations that have a tracker."""
        with self.database.reading() as session:
            return list(session.execute(sa.select(Tracker.conversation_id)).scalars())

    def _retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        version, body = self._row(sender_id)
        if version == 0:
            return None
        lines = [json.loads(personal_data.keys().decrypt(line, PLACE)) for line in body.split("\n")]
        if isinstance(lines[0], list):  # written before 2026-11-26: every event ever, one list an answer
            tracker = DialogueStateTracker.from_dict(sender_id, [event for line in lines for event in line], self.domain.slots)
        else:
            tracker = self._tracker_of(sender_id, lines[0])
        tracker.stored_version = version
        return tracker

    def _row(self, sender_id: str) -> tuple[int, str]:
        unit = current_unit()
        if unit is not None and unit.memory is not None and unit.memory[0] == sender_id:
            return unit.memory[1:]
        with self.database.reading() as session:
            row = session.execute(_READ, {"conversation": sender_id}).one_or_none()
        return (0, "") if row is None else (row.version, row.body)

    def _tracker_of(self, sender_id: str, standing: dict[str, Any]) -> DialogueStateTracker:
        session = self.domain.session_config
        is_over = session.are_sessions_enabled() and time.time() - standing["at"] > session.session_expiration_time * 60
        events = [] if is_over else _events_of(standing)
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)


def _writing(tracker: DialogueStateTracker) -> Callable[[Session], None]:
    """Return what writes the tracker as it stands now, over the version that it was read in."""
    version = getattr(tracker, "stored_version", 0)
    line = personal_data.keys().encrypt(json.dumps(_standing_of(tracker), ensure_ascii=False), PLACE)
    now = datetime.now(timezone.utc)

    def write(session: Session) -> None:
        if version == 0:
            row = {"conversation_id": tracker.sender_id, "version": 1, "body": line, "saved_at": now}
            session.connection().execute(_BEGIN, row)
        else:
            changed = session.connection().execute(_WRITE, {"conversation": tracker.sender_id, "before": version, "line": line, "now": now})
            if changed.rowcount != 1:
                raise StaleTracker(f"The tracker is no longer at version {version}; load it again.")
        tracker.stored_version = version + 1

    return write


def _standing_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what the next turn needs of a tracker, as JSON values."""
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
    last = tracker.events[-1].timestamp if tracker.events else time.time()
    return {"slots": slots, "loop": tracker.active_loop_name, "at": last}


def _events_of(standing: dict[str, Any]) -> list[Event]:
    """Return the shortest history that leads to where the conversation stands, ready to listen."""
    at, loop = standing["at"], standing["loop"]
    begin = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at), SessionStarted(timestamp=at)]
    form = [ActionExecuted(loop, timestamp=at), ActiveLoop(loop, timestamp=at)] if loop else []
    slots = [SlotSet(name, value, timestamp=at) for name, value in standing["slots"].items()]
    return [*begin, *form, *slots, ActionExecuted(ACTION_LISTEN_NAME, timestamp=at)]


def _fail_unit(error: BaseException) -> None:
    unit = current_unit()
    if unit is not None:
        unit.fail(error)


def _database_of_settings() -> Database:
    database = open_database(read_settings())
    database.migrate()
    return database
