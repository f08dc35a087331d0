"""A day's arrivals against the measured service times: queue, delay, and how many workers hold 99 of 100 answers within a second.

    .venv/bin/python -m bench.capacity [--people 100000 ...] [--service-ms MS] [--a-year 0.5] [--worst 5]

Arrivals are random within each minute, their rate follows the day's curve; a worker answers one message at a time, in order. The
service time is what bench/results/performance.json says of one worker on one core, web's work included (one divided by the answers a second),
spread as measured stages spread: most near the middle, one in fifty five times as long (a long story, a filed request).
What is assumed and not measured stands in the constants and is printed with the result.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from dataclasses import dataclass

from bot.settings import ROOT

# Share of a day's conversations that begin in each hour of Beijing; assumed: offices' hours, a dip at noon, an evening at home.
DAY = (0.5, 0.3, 0.2, 0.1, 0.1, 0.3, 1.0, 2.5, 6.5, 9.5, 9.5, 7.0, 4.0, 5.0, 8.5, 8.5, 7.5, 5.5, 4.5, 5.5, 6.0, 4.5, 2.0, 1.0)
MESSAGES = 10  # of one conversation
WORST = 5.0  # how many times an ordinary day's number comes on the worst one, after something was in the news
PATIENCE = 1.0  # seconds


@dataclass(frozen=True)
class Result:
    """What a number of workers makes of an hour."""

    workers: int
    offered: float  # messages a second
    busy: float  # share of the workers' time
    p50: float
    p99: float
    longest_queue: int


def replay(rate: float, workers: int, service: float, seconds: float, seed: int = 1) -> Result:
    """Return the delays of random arrivals at a rate (a second) over some seconds, first come first served."""
    chance = random.Random(seed)
    free = [0.0] * workers
    heapq.heapify(free)
    delays: list[float] = []
    waiting: list[float] = []  # when those in the queue will begin
    now, spent, longest = 0.0, 0.0, 0
    while True:
        now += chance.expovariate(rate)
        if now > seconds:
            break
        takes = service * (5.0 if chance.random() < 0.02 else chance.uniform(0.6, 1.24))
        begins = max(now, heapq.heappop(free))
        heapq.heappush(free, begins + takes)
        spent += takes
        delays.append(begins + takes - now)
        heapq.heappush(waiting, begins)
        while waiting and waiting[0] <= now:
            heapq.heappop(waiting)
        longest = max(longest, len(waiting))
    delays.sort()
    at = [delays[min(len(delays) - 1, int(len(delays) * share))] for share in (0.5, 0.99)] if delays else [0.0, 0.0]
    return Result(workers, rate, spent / (workers * seconds), at[0], at[1], longest)


def a_day(people: int, a_year: float, worst: float) -> list[float]:
    """Return messages a second in each hour of the worst day."""
    messages = people * a_year / 365 * worst * MESSAGES
    return [messages * share / sum(DAY) / 3600 for share in DAY]


def needed(rate: float, service: float, seconds: float = 600.0) -> Result:
    """Return the fewest workers that keep p99 within PATIENCE at this rate."""
    workers = max(1, int(rate * service))
    while True:
        result = replay(rate, workers, service, min(seconds, max(60.0, 200_000 / rate)))
        if result.p99 <= PATIENCE and result.busy < 0.95:
            return result
        workers += max(1, workers // 50)


def main() -> None:
    """Print the day and the workers for each number of people, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[100_000, 10_000_000, 100_000_000])
    parser.add_argument("--service-ms", type=float, help="of one message in a worker; measured if left out")
    parser.add_argument("--a-year", type=float, default=0.5, help="conversations of a person a year; assumed")
    parser.add_argument("--worst", type=float, default=WORST)
    given = parser.parse_args()
    service = (given.service_ms or measured()) / 1000
    print(f"Service time {service * 1000:.1f} ms, {given.a_year} conversations a person and year, {MESSAGES} messages each, "
          f"worst day {given.worst} times an ordinary one.\n")  # fmt: skip
    print("| people | messages on the worst day | in its busiest hour, a second | workers for p99 ≤ 1 s | busy | p50 ms | p99 ms | longest queue |")
    print("|---|---|---|---|---|---|---|---|")
    for people in given.people:
        hours = a_day(people, given.a_year, given.worst)
        r = needed(max(hours), service)
        load = f"{sum(hours) * 3600:,.0f} | {max(hours):,.1f} | {r.workers} | {r.busy:.0%}"
        print(f"| {people:,} | {load} | {r.p50 * 1000:.0f} | {r.p99 * 1000:.0f} | {r.longest_queue} |")


def measured() -> float:
    """Return the milliseconds of a core for one message, from the last bench."""
    found = json.loads((ROOT / "bench" / "results" / "performance.json").read_text(encoding="utf-8"))
    return 1000 / float(found["all"]["workers"]["one_on_one_core"])


if __name__ == "__main__":
    main()
