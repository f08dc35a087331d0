"""Keyed hashes that find equal values without storing them, and the keys that make them.

There may be several: `look-up`, `look-up-2`, `look-up-3` … The first one written down is current and makes new hashes; the others still find
what was made with them. A hash says which key made it: those of the first key are plain hex digits, later ones begin with the number
(`2.9f3c…`). So a name that was once made of something nobody stored (a conversation, a subject) keeps the key it was born with, and what is
made of stored values (names and phones of parties) can be brought under the current key (`bot.storage.look_up_rotation`).
"""

from __future__ import annotations

import hashlib
import hmac
import re

LOOK_UP = "look-up"
DIGITS = 64
_KEY = re.compile(rf"{LOOK_UP}(?:-([2-9]|[1-9]\d+))?")
_MADE_BY = re.compile(r"(?:[a-z]+:)?(\d+)\.")


def is_look_up(name: str) -> bool:
    """Whether a key of this id makes hashes, rather than encrypts."""
    return _KEY.fullmatch(name) is not None


def number_of(name: str) -> int:
    """Return the number of a look-up key; the first one is 1."""
    found = _KEY.fullmatch(name)
    return int(found[1] or 1) if found else 0


def tag_of(name: str) -> str:
    """Return what the hashes of a key begin with: "" for the first, `2.` for `look-up-2`."""
    number = number_of(name)
    return f"{number}." if number > 1 else ""


def key_of(value: str) -> str:
    """Return the id of the key that made a hash, or a name with a hash in it such as a conversation's."""
    found = _MADE_BY.match(value)
    return f"{LOOK_UP}-{found[1]}" if found else LOOK_UP


class LookUpKeys:
    """The keys of hashes by id, the current one first."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = {name: hashlib.sha256(b"look-up" + key).digest() for name, key in keys.items()}
        self.current = next(iter(self._keys))

    @property
    def names(self) -> tuple[str, ...]:
        """Their ids, the current one first."""
        return tuple(self._keys)

    @property
    def oldest(self) -> str:
        """The id of the key that was made first, of those that are kept."""
        return min(self._keys, key=number_of)

    def hash(self, text: str, purpose: str, key: str | None = None) -> str:
        """Return a hash of 64 signs, which begins with the key's tag; by the current key where none is named or that one is gone."""
        name = key if key in self._keys else self.current
        digest = hmac.digest(self._keys[str(name)], f"{purpose}\n{text}".encode(), "sha256").hex()
        return f"{tag_of(str(name))}{digest}"[:DIGITS]

    def hashes(self, text: str, purpose: str) -> tuple[str, ...]:
        """Return what this text may be stored as: by the current key first, then by every other one."""
        return tuple(self.hash(text, purpose, name) for name in self._keys)
