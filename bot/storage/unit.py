"""One message, one transaction.

While a worker answers a message, everything that belongs to the answer (what actions write, the tracker, the replies,
the word "answered") goes through one unit and is committed at once or not at all. A crash therefore leaves a message
either untouched or answered, and handling it again can neither lose nor double anything.
Outside a unit (command line, `rasa shell`) the same functions open a transaction of their own.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Iterator

from sqlalchemy.orm import Session

from bot.storage.database import Database

_current: ContextVar[Unit | None] = ContextVar("unit_of_work", default=None)
Write = Callable[[Session], Any]


class Unit:
    """The transaction of one message.

    What needs no answer from the database is written last of all (`later`), so that thinking holds no lock; what needs one (the number of a
    new case) begins the transaction at once (`session`), and what is written later then joins it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.failure: BaseException | None = None
        # What was read of the conversation's memory together with the message: (conversation, version, body), version 0 for none.
        self.memory: tuple[str, int, str] | None = None
        self.stages: dict[str, float] = {}
        self._session: Session | None = None
        self._later: dict[str, Write] = {}

    @property
    def has_begun(self) -> bool:
        """Whether a transaction of its own is under way."""
        return self._session is not None and bool(self._session.in_transaction())

    @property
    def session(self) -> Session:
        """The session everything of this message is written in."""
        if self._session is None:
            self._session = self.database.begin()
        return self._session

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add what the body takes to a stage's seconds."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - began

    def later(self, what: str, write: Write) -> None:
        """Write this together with the answer, after all thinking; it must bear being done anew after a rollback.

        Args:
            what: names it; said again of the same, the last one counts.
        """
        self._later[what] = write

    def write(self, session: Session) -> None:
        """Do all that was left for later."""
        for write in self._later.values():
            write(session)
        session.flush()

    def fail(self, error: BaseException) -> None:
        """Remember that something of this message went wrong; Rasa swallows exceptions, this does not."""
        self.failure = self.failure or error

    def commit(self) -> None:
        """Make all of it true at once."""
        self.session.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed never happened."""
        if self._session is not None:
            self._session.rollback()
            self._session.close()


@contextmanager
def unit_of_work(database: Database) -> Iterator[Unit]:
    """Open the unit of one message; the caller commits."""
    unit = Unit(database)
    token = _current.set(unit)
    try:
        yield unit
    finally:
        _current.reset(token)
        unit.close()


def current_unit() -> Unit | None:
    """Return the unit of the message being handled, or None outside of one."""
    return _current.get()


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Add what the body takes to a stage of the running unit; nothing to add to outside of one."""
    unit = _current.get()
    if unit is None:
        yield
        return
    with unit.timed(stage):
        yield


def write_later(database: Database, what: str, write: Write) -> None:
    """Let the running unit write this with its answer (see `Unit.later`); where there is none, it is written and committed now."""
    unit = current_unit()
    if unit is not None:
        unit.later(what, write)
        return
    with database.transaction() as session:
        write(session)


@contextmanager
def joined_transaction(database: Database) -> Iterator[Session]:
    """Yield the running unit's session, or a transaction of its own where there is no unit."""
    unit = current_unit()
    if unit is None:
        with database.transaction() as session:
            yield session
        return
    yield unit.session
    unit.session.flush()
