"""Where service points are, and which are near."""

from dataclasses import dataclass

import pytest

from bot.legal.places import Position, in_words, metres_between, nearest, read_position


@dataclass
class Point:
    name: str
    position: Position | None


def test_a_degree_of_latitude_is_about_111_kilometres():
    assert metres_between(Position(31, 114), Position(32, 114)) == pytest.approx(111_195, abs=1)


def test_a_place_is_no_distance_from_itself_even_at_the_antimeridian():
    assert metres_between(Position(0, 180), Position(0, -180)) == pytest.approx(0, abs=1e-3)


def test_nearest_come_first_and_places_without_a_position_are_left_out():
    here = Position(32.1, 114.0)
    points = [Point("far", Position(32.3, 114)), Point("nowhere", None), Point("near", Position(32.11, 114)), Point("middle", Position(32.2, 114))]
    assert [p.name for _, p in nearest(here, points, 2)] == ["near", "middle"]


@pytest.mark.parametrize("latitude, longitude", [("x", 1), (None, None), (91, 0), (0, 181), ("nan", 0)])
def test_what_is_no_position_is_none(latitude, longitude):
    assert read_position(latitude, longitude) is None


@pytest.mark.parametrize("metres, words", [(3, "10米"), (994, "990米"), (996, "1.0公里"), (12_340, "12.3公里")])
def test_distances_are_said_as_people_do(metres, words):
    assert in_words(metres) == words
