"""Where service points are, and which are near. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol, Sequence, TypeVar

EARTH_RADIUS = 6_371_000.0  # metres, mean


@dataclass(frozen=True)
class Position:
    """A point on the map in degrees, GCJ-02, as WeChat and Chinese map apps give it."""

    latitude: float
    longitude: float


class Located(Protocol):
    """Something that may have a position."""

    @property
    def position(self) -> Position | None: ...


T = TypeVar("T", bound=Located)


def read_position(latitude: Any, longitude: Any) -> Position | None:
    """Return a position from two numbers or texts; None when they are no degrees of latitude and longitude."""
    try:
        found = Position(float(latitude), float(longitude))
    except (TypeError, ValueError):
        return None
    return found if abs(found.latitude) <= 90 and abs(found.longitude) <= 180 else None


def nearest(here: Position, places: Sequence[T], most: int) -> list[tuple[float, T]]:
    """Return (metres, place) of the nearest places that have a position, nearest first; as the crow flies."""
    known = [(metres_between(here, place.position), place) for place in places if place.position is not None]
    return sorted(known, key=lambda one: one[0])[:most]


def metres_between(a: Position, b: Position) -> float:
    """Return the great-circle distance in metres (haversine formula)."""
    up, across = math.radians(b.latitude - a.latitude), math.radians(b.longitude - a.longitude)
    chord = math.sin(up / 2) ** 2 + math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude)) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


def in_words(metres: float) -> str:
    """Return a distance as people say it: tens of metres below one kilometre, tenths of a kilometre above."""
    return f"{max(10, round(metres, -1)):.0f}米" if metres < 995 else f"{metres / 1000:.1f}公里"
