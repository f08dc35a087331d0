"""Workers take up another model one after the other, without anybody restarting the product."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.models import index, released
from bot.settings import Settings
from bot.supervisor import Child, Supervisor
from tests.conftest import NOON

# Stands in for a worker: says /ready, as a worker does once its model has answered.
READY = "import http.server as h,sys\nclass R(h.BaseHTTPRequestHandler):\n def do_GET(s): s.send_response(200); s.end_headers()\n def log_message(s,*a): pass\nh.HTTPServer(('127.0.0.1',int(sys.argv[1])),R).serve_forever()"


@pytest.fixture()
def supervisor(settings: Settings, tmp_path: Path):
    (tmp_path / "models").mkdir()
    for name in ("dialogue-a.tar.gz", "candidate-b.tar.gz"):
        (tmp_path / "models" / name).write_bytes(name.encode())
        index.enter(tmp_path / "models" / name)
    found = Supervisor(replace(settings, workers=2))
    found._children = [Child(c.name, [sys.executable, "-c", READY, c.url.split(":")[2].split("/")[0]], dict(os.environ), url=c.url) for c in found._children if c.url]
    yield found
    for child in found._children:
        child.stop()


def look_after(supervisor: Supervisor, until) -> None:
    end = time.monotonic() + 120
    while not until():
        assert time.monotonic() < end
        for child in supervisor._children:
            child.look_after()
        supervisor._renew_workers()
        time.sleep(0.05)


def started(supervisor: Supervisor) -> list[int]:
    return [child.process.pid if child.process else 0 for child in supervisor._children]


def test_every_worker_is_replaced_once_and_never_both_at_a_time(supervisor: Supervisor, tmp_path: Path):
    look_after(supervisor, lambda: all(started(supervisor)))
    before, missing = started(supervisor), []

    def renewed() -> bool:
        now = started(supervisor)
        missing.append(now.count(0))
        return all(now) and not set(now) & set(before)

    released.promote(tmp_path / "models", "candidate-b.tar.gz", "office", NOON)
    look_after(supervisor, renewed)
    assert max(missing) == 1
    after = started(supervisor)
    look_after(supervisor, lambda: len(missing) > 30 or missing.append(0))
    assert started(supervisor) == after


def test_without_another_model_nobody_is_replaced(supervisor: Supervisor):
    look_after(supervisor, lambda: all(started(supervisor)))
    before, rounds = started(supervisor), []
    look_after(supervisor, lambda: len(rounds) > 10 or rounds.append(0))
    assert started(supervisor) == before
