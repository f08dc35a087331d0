"""The machine's time zone changes nothing: what is written and counted is the same in Los Angeles and on Kiritimati."""

import json
import os
import subprocess
import sys

from bot.settings import ROOT

WORK = """
import json, sys
from datetime import datetime, timezone
from pathlib import Path
from bot.ledger.cases import open_case
from bot.inbox import store
from bot.storage.tables import Case
from bot.statistics import metrics
from bot.statistics.periods import read_period
from tests.builders import make_inbound, make_request
from bot.settings import read_settings
from tests.databases import open_migrated

database = open_migrated(read_settings())
# One second before and at midnight in Beijing, at the turn of a year and of a month.
moments = [datetime(2025, 12, 31, 15, 59, 59, tzinfo=timezone.utc), datetime(2025, 12, 31, 16, 0, tzinfo=timezone.utc), datetime(2026, 2, 28, 16, 0, tzinfo=timezone.utc)]
with database.transaction() as session:
    for n, moment in enumerate(moments):
        store.receive(session, make_inbound(external_id=f"m{n}", at=moment))
        open_case(session, make_request(source_key=str(n)), "GX", moment)
with database.reading() as session:
    cases = [(case.number, case.requested_at.isoformat()) for case in session.query(Case).order_by(Case.number)]
    days = ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01"]
    counts = [metrics.count(session, metrics.metric("requests"), read_period(day, day)) for day in days]
print(json.dumps([cases, counts]))
"""


def said_in(zone, var):
    var.mkdir()
    environment = {**os.environ, "TZ": zone, "BOT_VAR": str(var), "DATABASE_URL": "", "BOT_SECRET_KEYS": ""}
    done = subprocess.run([sys.executable, "-c", WORK], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_cases_get_the_same_number_moment_and_day_whatever_the_clock_on_the_wall_shows(tmp_path):
    west, east = (said_in(zone, tmp_path / zone[:3]) for zone in ("America/Los_Angeles", "Pacific/Kiritimati"))
    assert west == east
    cases, counts = west
    assert [number for number, _ in cases] == ["GX2025-00001", "GX2026-00001", "GX2026-00002"] and counts == [1, 1, 0, 1]
