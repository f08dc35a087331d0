"""A set of lines that passes once: how many, which ids, what hash. Ids are told as ranges, "1-5,9"."""

from __future__ import annotations

import hashlib
from itertools import compress


def as_ranges(ids: list[int]) -> str:
    """Return ids as "1-5,9": short, and the same for the same set."""
    found: list[tuple[int, int]] = []
    _extend(found, sorted(ids))
    return _told(found)


def from_ranges(text: str) -> list[int]:
    """Return the ids behind `as_ranges`."""
    return [n for first, last in spans_of(text) for n in range(first, last + 1)]


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return the ranges behind `as_ranges`, both ends included."""
    found = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.append((int(first), int(last or first)))
    return found


class Lines:
    """Takes lines in the order of their ids: `numbers` and `texts` are filled, then taken.

    Args:
        known: the ids that count and are hashed; others are kept in `later`. None: all.
    """

    def __init__(self, known: str | None = None) -> None:
        self.numbers: list[int] = []
        self.texts: list[str] = []
        self.later: list[int] = []
        self.count = 0
        self._hash = hashlib.sha256()
        self._spans: list[tuple[int, int]] = []
        self._known = None if known is None else spans_of(known)
        self._at = 0

    def take(self) -> None:
        """Count and hash what is waiting."""
        numbers, texts = self.numbers, self.texts
        if self._known is not None and numbers:
            counted = [self._is_known(number) for number in numbers]
            numbers, texts = list(compress(numbers, counted)), list(compress(texts, counted))
        if numbers:
            self.count += len(numbers)
            self._hash.update(("\n".join(texts) + "\n").encode())
            _extend(self._spans, numbers)
        self.numbers.clear()
        self.texts.clear()

    @property
    def ids(self) -> str:
        """The ids that counted."""
        return _told(self._spans)

    @property
    def sha256(self) -> str:
        """The hash over the text of those that counted, each with a line end (64 hex digits)."""
        return self._hash.hexdigest()

    def _is_known(self, number: int) -> bool:
        known = self._known or []
        while self._at < len(known) and known[self._at][1] < number:
            self._at += 1
        if self._at < len(known) and known[self._at][0] <= number:
            return True
        self.later.append(number)
        return False


def _extend(found: list[tuple[int, int]], ids: list[int]) -> None:
    if not ids:
        return
    first, last = found.pop() if found else (ids[0], ids[0] - 1)
    for number in ids:
        if number != last + 1:
            found.append((first, last))
            first = number
        last = number
    found.append((first, last))


def _told(spans: list[tuple[int, int]]) -> str:
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
