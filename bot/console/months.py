"""A month as pages name it: 2026-03. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from bot.office import BEIJING


@dataclass(frozen=True)
class Month:
    """One Beijing month."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """2026-03."""
        return f"{self.year}-{self.number:02d}"

    @property
    def label(self) -> str:
        """2026年3月."""
        return f"{self.year}年{self.number}月"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=BEIJING)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next.start

    @property
    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def month_of(moment: datetime) -> Month:
    """Return the Beijing month of a moment."""
    local = moment.astimezone(BEIJING)
    return Month(local.year, local.month)


def named_month(code: str | None, now: datetime) -> Month:
    """Return the month of a code; the present one for anything that is none."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", code or "", re.ASCII)
    return Month(int(found[1]), int(found[2])) if found else month_of(now)
