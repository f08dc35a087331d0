"""Hiding small numbers in linked tables, so that no subtraction brings them back. Pure (domain.md 1.4, 7).

A count of one or two people's matters is hidden (primary). Where the sums around it would still give it away, further cells
are hidden (complementary), until nobody who has all the tables can place a hidden cell more exactly than within `SPAN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping

SMALLEST = 3  # counts from 1 below this are hidden
UNBOUNDED = 3  # how the solver says that there is no limit
SPAN = 3  # what can be worked out about a hidden cell is at least this wide
Key = Any  # hashable


@dataclass(frozen=True)
class Sum:
    """One printed sum: the total equals its parts."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def cells(self) -> tuple[Key, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


def hide(values: Mapping[Key, int], sums: Iterable[Sum], harmless: Iterable[Key] = ()) -> frozenset[Key]:
    """Return the cells to hide.

    Args:
        values: every cell of every table; the same cell in two tables is one key.
        sums: how they add up, across all tables.
        harmless: cells that may be small in print (numbers of buildings, not of people), and are hidden last.
    """
    known, free = list(sums), frozenset(harmless)
    hidden = {key for key, n in values.items() if 0 < n < SMALLEST and key not in free}
    while True:
        _pair(values, known, hidden, free)
        exposed = [key for key, low, high in bounds(values, known, hidden) if key not in free and high is not None and high - low < SPAN]
        if not exposed:
            return frozenset(hidden)
        for key in exposed:
            _cover(values, known, hidden, key, free)


def bounds(values: Mapping[Key, int], sums: Iterable[Sum], hidden: Iterable[Key]) -> Iterator[tuple[Key, int, int | None]]:
    """Yield each hidden cell with the least and the most it can be, for somebody who has all printed cells; None is no limit."""
    left = set(hidden)
    around: dict[Key, list[Sum]] = {}
    for one in sums:
        for cell in one.cells:
            if cell in left:
                around.setdefault(cell, []).append(one)
    while left:
        yield from _bounds_of(values, *_linked(min(left, key=str), around, left))


def _linked(first: Key, around: Mapping[Key, list[Sum]], left: set[Key]) -> tuple[list[Key], list[Sum]]:
    """Take out of `left` the cells that hang together with one through sums, and return them with those sums."""
    cells, sums, waiting = [], {}, [first]
    left.discard(first)
    while waiting:
        cell = waiting.pop()
        cells.append(cell)
        for one in around.get(cell, ()):
            sums[id(one)] = one
            new = [other for other in one.cells if other in left]
            left.difference_update(new)
            waiting += new
    return sorted(cells, key=str), list(sums.values())


def _bounds_of(values: Mapping[Key, int], cells: list[Key], sums: list[Sum]) -> Iterator[tuple[Key, int, int | None]]:
    import numpy as np
    from scipy.optimize import linprog

    place = {cell: i for i, cell in enumerate(cells)}
    rows, right = np.zeros((len(sums), len(cells))), np.zeros(len(sums))
    for n, one in enumerate(sums):
        for cell, sign in ((one.total, -1), *((part, 1) for part in one.parts)):
            if cell in place:
                rows[n, place[cell]] += sign
            else:
                right[n] -= sign * values[cell]
    equations = {"A_eq": rows, "b_eq": right} if sums else {}
    for cell in cells:
        aim = np.zeros(len(cells))
        aim[place[cell]] = 1
        low, high = linprog(aim, method="highs", **equations), linprog(-aim, method="highs", **equations)
        # Counts are whole: a bound between two numbers is the number inside.
        yield cell, int(np.ceil(low.fun - 1e-6)), None if high.status == UNBOUNDED else int(np.floor(-high.fun + 1e-6))


def _pair(values: Mapping[Key, int], sums: list[Sum], hidden: set[Key], free: frozenset[Key]) -> None:
    """A sum with one hidden cell gives it away at once."""
    changed = True
    while changed:
        changed = False
        for one in sums:
            inside = [cell for cell in one.cells if cell in hidden]
            if len(inside) == 1 and inside[0] not in free:
                changed = _add(values, one, hidden, free) or changed


def _cover(values: Mapping[Key, int], sums: list[Sum], hidden: set[Key], key: Key, free: frozenset[Key]) -> None:
    """Hide one more cell in a sum of an exposed one; parts before totals, small before large."""
    around = [one for one in sums if key in one.cells]
    around.sort(key=lambda one: len(one.parts))
    for one in around:
        if _add(values, one, hidden, free):
            return
    for one in sums:
        if any(cell in hidden for cell in one.cells) and _add(values, one, hidden, free):
            return
    hidden.update(cell for one in around for cell in one.cells)


def _add(values: Mapping[Key, int], one: Sum, hidden: set[Key], free: frozenset[Key]) -> bool:
    # Hiding a nought hides nothing worth knowing and protects little; it comes last.
    shown = [cell for cell in one.cells if cell not in hidden]
    shown.sort(key=lambda cell: (cell in free, cell == one.total, values[cell] == 0, values[cell], str(cell)))
    if not shown:
        return False
    hidden.add(shown[0])
    return True
