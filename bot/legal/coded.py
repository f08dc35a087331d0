"""A taxonomy is an enum of (code we store, label people read)."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from bot.errors import UnknownCode

C = TypeVar("C", bound="Coded")


class Coded(Enum):
    """Members are (code, label); the code never changes once stored."""

    @property
    def code(self) -> str:
        """What is stored, for ever."""
        return str(self.value[0])

    @property
    def label(self) -> str:
        """What people read."""
        return str(self.value[1])

    @classmethod
    def from_code(cls: type[C], code: str) -> C:
        """Return the member with this code.

        Raises:
            UnknownCode: names the code and all that exist.
        """
        for member in cls:
            if member.value[0] == code:
                return member
        known = ", ".join(str(m.value[0]) for m in cls)
        raise UnknownCode(f"Unknown {cls.__name__} {code!r}; expected one of: {known}.")

    @classmethod
    def codes(cls) -> tuple[str, ...]:
        """All codes in their fixed order."""
        return tuple(str(m.value[0]) for m in cls)
