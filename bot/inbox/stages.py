"""Where the time of a message goes: histograms for /metrics, and one line a message in the log. Numbers and ids, never a word."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any

from prometheus_client import Histogram

# In the order a message passes them. `queue` is waiting for a worker's turn, `commit` the disk, `delivery` what lies between
# the worker's answer and the resident's. `nlu`, `policy`, `action` and `tracker` are the worker's own; the rest of it is `other`.
STAGES = ("inbox", "queue", "nlu", "policy", "action", "tracker", "commit", "other", "delivery")
_BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SECONDS = Histogram("message_stage_seconds", "seconds a message spends in a stage", ["stage"], buckets=_BUCKETS)
_of = {stage: SECONDS.labels(stage) for stage in STAGES}


def took(stage: str, seconds: float) -> None:
    """Count one passage through a stage."""
    _of[stage].observe(seconds)


def note(message_id: int, worker: dict[str, float], seconds: float) -> None:
    """Count what a worker said of one answered message, and write its line.

    Args:
        worker: stage → seconds, as the worker measured; under "ahead" what the model read while the message was being stored, which is part of
            `nlu`, though nobody waited for it.
        seconds: from handing the message over to having the answer.
    """
    known = {stage: spent for stage, spent in worker.items() if stage in _of}
    known["other"] = max(0.0, seconds - sum(known.values()))
    known["nlu"] = known.get("nlu", 0.0) + worker.get("ahead", 0.0)
    for stage, spent in known.items():
        _of[stage].observe(spent)
    line: dict[str, Any] = {f"{stage}_ms": round(spent * 1000, 1) for stage, spent in known.items()}
    line |= {"event": "answered", "message": message_id, "ms": round(seconds * 1000, 1), "timestamp": datetime.now(timezone.utc).isoformat()}
    print(json.dumps(line), file=sys.stderr)
