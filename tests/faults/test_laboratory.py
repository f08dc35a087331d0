"""The short form of the fault laboratory; `make faults` runs the full one (docs/security.md, Faults)."""

import json
import re

import pytest

from bot import crash_points
from bot.settings import ROOT
from tests.faults.experiment import WRONG, run


@pytest.mark.timeout(1500)
def test_nothing_is_lost_doubled_or_crossed_while_everything_is_killed(model_folder):
    line = run("sqlite", messages=60, kills=len(crash_points.NAMES), seed=2, models=model_folder)
    print(json.dumps(line))
    assert {kind: line[kind] for kind in WRONG} == dict.fromkeys(WRONG, 0)
    assert line["cases"] == line["forms"] > 0
    assert [name for name, visits in line["crash_points"].items() if not visits] == []


def test_every_named_point_is_in_the_code_and_every_point_in_the_code_is_named():
    code = "\n".join(path.read_text() for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py") if path.name != "crash_points.py")
    named = set(re.findall(r'here\("([^"]+)"\)', code))
    named |= {f"{commit}.{when}_commit" for commit in re.findall(r'point="([^"]+)"', code) for when in ("before", "after")}
    assert named == set(crash_points.NAMES)


def test_without_the_laboratory_a_point_does_nothing():
    crash_points.here("no such point")
