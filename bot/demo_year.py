"""What every part of a fictional year needs: one source of chance, numbers that follow each other, times that have passed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.ledger.advisors import Paper
from bot.legal.disputes import DisputeType
from bot.office import BEIJING, Office

BY = "demo"
EVIDENCE = "演示凭证"


@dataclass
class FictionalYear:
    """What every part of the year needs."""

    session: Session
    office: Office
    year: int
    now: datetime
    chance: random.Random
    prefix: str
    is_demo: bool
    number: int = 0
    paper: Paper = field(init=False)

    def __post_init__(self) -> None:
        self.paper = Paper(BY, EVIDENCE, self.is_demo)

    def at(self, month: int, day: int, hour: int = 10) -> datetime:
        """A moment of this day, Beijing time."""
        return datetime(self.year, month, day, hour, self.chance.randrange(60), tzinfo=BEIJING)

    def some_day(self) -> datetime:
        """Any moment of the year."""
        start = datetime(self.year, 1, 1, tzinfo=BEIJING)
        return start + timedelta(minutes=self.chance.randrange(365 * 24 * 60 - 1))

    def known(self, at: datetime, days: int = 2) -> datetime:
        """When a thing was recorded: the same day to some days later, never after now."""
        return min(self.now, at + timedelta(hours=self.chance.randrange(1, 24 * days)))

    def next(self, what: str) -> str:
        """The next number of a series."""
        self.number += 1
        return f"{self.prefix}{what}{self.number:05d}"

    def community(self) -> str:
        """Any community of the office."""
        return self.chance.choice(self.office.communities).code

    def dispute(self) -> DisputeType:
        """Any dispute type; those that come often come often."""
        return self.chance.choice((DisputeType.NEIGHBOUR, DisputeType.CONTRACT, DisputeType.PROPERTY_MGMT, *DisputeType))
