"""Counting how often: exact within a moving window, and nothing kept of those who are gone."""

import threading

import pytest

from bot.settings import GateSettings
from bot.web.rates import Rates, TooMany


@pytest.fixture()
def clock():
    return [1000.0]


@pytest.fixture()
def rates(clock):
    return Rates(GateSettings(rate_conversation="3/minute", rate_address="2/second"), lambda: clock[0])


def test_the_fourth_within_a_minute_waits_until_the_first_is_a_minute_old(rates, clock):
    for second in (0, 10, 20):
        clock[0] = 1000 + second
        rates.count_conversation("a")
    clock[0] = 1030
    with pytest.raises(TooMany) as refused:
        rates.count_conversation("a")
    assert refused.value.wait == 30
    rates.count_conversation("b")
    clock[0] = 1060
    rates.count_conversation("a")
    with pytest.raises(TooMany):
        rates.count_conversation("a")


def test_who_is_gone_is_forgotten_and_counting_starts_no_thread(rates, clock):
    before = threading.active_count()
    for n in range(500):
        rates.count_address(f"10.0.{n // 250}.{n % 250}")
    assert threading.active_count() == before and len(rates._windows) == 500
    clock[0] += 120
    rates.count_address("10.9.9.9")
    assert len(rates._windows) == 1
