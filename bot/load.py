"""`bot doctor --load`: which stage of a message is slow, from the running product's own /metrics."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from bot.errors import LegalBotError
from bot.settings import Settings

# What helps where; the order is the one a message passes the stages in.
MENDS = {
    "inbox": "storing is slow: a slow disk or a busy database; look at the disk's fsync time, or move to PostgreSQL",
    "queue": "messages wait for a worker: more workers (BOT_WORKERS) on more cores",
    "nlu": "understanding is slow: long messages, or a core shared with something else",
    "policy": "rules are slow: many rules, or conversations that do not end; see `bot doctor`",
    "action": "actions are slow: usually the database behind them",
    "tracker": "reading and writing the memory is slow: usually the database",
    "commit": "the disk takes long to confirm: a faster disk, or PostgreSQL on one",
    "other": "between web and worker: a busy network, or too few cores for both",
    "delivery": "web is slow to pass the answer on: too many open pages for one core",
}


class NotRunning(LegalBotError):
    """There is no running product to ask."""


@dataclass(frozen=True)
class Stage:
    """One stage: how many messages passed, and their seconds at the mean, the middle and the 99th of a hundred."""

    name: str
    count: int
    mean: float
    p50: float
    p99: float


def ask(settings: Settings) -> str:
    """Return /metrics of the product these settings describe.

    Raises:
        NotRunning: nobody answers there.
    """
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 (compared with, not bound)
    url = f"http://{host}:{settings.port}/metrics"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError) as error:
        raise NotRunning(f"Nobody answers at {url} ({error}); start `bot serve`, or set BOT_HOST and BOT_PORT to where it runs.") from error


def stages_of(text: str) -> list[Stage]:
    """Return the stages that messages passed, slowest mean first; empty when none was answered yet."""
    buckets: dict[str, list[tuple[float, float]]] = {}
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "message_stage_seconds_bucket":
                buckets.setdefault(sample.labels["stage"], []).append((float(sample.labels["le"]), sample.value))
            elif sample.name == "message_stage_seconds_sum":
                sums[sample.labels["stage"]] = sample.value
    found = [_stage(name, sorted(counts), sums[name]) for name, counts in buckets.items() if max(c for _, c in counts)]
    return sorted(found, key=lambda stage: -stage.mean)


def gauge(text: str, name: str) -> float:
    """Return the sum of a gauge's samples, 0 if it is not there."""
    return sum(s.value for family in text_string_to_metric_families(text) for s in family.samples if s.name == name)


def _stage(name: str, counts: list[tuple[float, float]], total: float) -> Stage:
    count = counts[-1][1]
    return Stage(name, int(count), total / count, _within(counts, 0.5), _within(counts, 0.99))


def _within(counts: list[tuple[float, float]], share: float) -> float:
    """Return the seconds within which this share passed, taken evenly within a bucket; beyond the last bound, that bound."""
    wanted, below, under = share * counts[-1][1], 0.0, 0.0
    for bound, count in counts:
        if count >= wanted:
            if bound == float("inf"):
                return below
            return below + (bound - below) * (wanted - under) / max(count - under, 1e-9)
        below, under = bound, count
    return below
