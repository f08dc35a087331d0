"""The 余 rule writes large numbers down, never up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.legal.rounding import with_yu


@pytest.mark.parametrize("number, words", [
    (0, "0"), (1, "1"), (19, "19"), (20, "20"), (21, "20余"), (40, "40"), (99, "90余"), (100, "100"), (104, "100余"), (112, "100余"),
    (217, "200余"), (236, "200余"), (9_999, "9900余"), (10_000, "1万"), (10_001, "1万余"), (99_999, "9万余"), (999_999, "99万余"),
    (1_000_000, "100万"), (1_034_221, "100万余"), (1_100_000, "110万"), (12_345_678, "1230万余"),
])
def test_a_number_is_written_as_the_annual_report_does(number, words):
    assert with_yu(number) == words


@given(st.integers(min_value=0, max_value=10**9))
def test_the_words_never_promise_more_than_there_is(number):
    words = with_yu(number)
    said = words.removesuffix("余")
    value = int(said.removesuffix("万")) * (10_000 if said.endswith("万") else 1)
    assert value <= number and (value == number) == (not words.endswith("余"))
    assert number < 20 or value * 2 > number


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="-1"):
        with_yu(-1)
