"""The `bot` command: data on stdout, messages on stderr, an error is one line and a code."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from bot.settings import ROOT
from tests.commands import run_bot


@pytest.fixture()
def bot(tmp_path):
    environment = {**os.environ, "BOT_VAR": str(tmp_path), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": ""}

    def run(*arguments, **changed):
        return run_bot(*arguments, environment={**environment, **changed})

    return run


YEAR = ("stats", "--from", "2026-01-01", "--to", "2026-12-31")


@pytest.mark.parametrize("command", ["serve", "train", "stats", "demo", "doctor", "laws", "understand", "migrate", "backup", "restore"])
def test_every_command_explains_itself(command):
    done = subprocess.run([sys.executable, "-m", "bot.cli", command, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "Usage" in done.stdout


def test_a_demo_year_is_counted_only_when_asked_for(bot):
    assert bot("demo", "--cases", "20", "--year", "2026").returncode == 0
    without = json.loads(bot(*YEAR, "--format", "json").stdout)
    assert all(m["total"] in (0, None) for m in without["metrics"])
    with_demo = json.loads(bot(*YEAR, "--with-demo", "--format", "json", "--metric", "requests").stdout)
    assert with_demo["metrics"][0]["total"] == 20


def test_the_same_demo_again_adds_nothing(bot):
    for _ in range(2):
        bot("demo", "--cases", "10", "--year", "2026")
    assert json.loads(bot(*YEAR, "--with-demo", "--format", "json", "--metric", "requests").stdout)["metrics"][0]["total"] == 10


def test_parts_of_a_table_sum_to_its_total(bot):
    bot("demo", "--cases", "30", "--year", "2026")
    rows = list(csv.reader(io.StringIO(bot(*YEAR, "--with-demo", "--format", "csv", "--metric", "requests", "--by", "community,dispute_type").stdout)))
    *parts, total = [int(row[-2]) for row in rows[1:]]
    assert sum(parts) == total == 30


def test_a_figure_opens_to_its_rows(bot):
    bot("demo", "--cases", "12", "--year", "2026")
    rows = list(csv.DictReader(io.StringIO(bot(*YEAR, "--with-demo", "--rows", "requests").stdout)))
    assert sum(int(row["quantity"]) for row in rows) == 12 and all(row["case_number"].startswith("GXD2026-") for row in rows)


@pytest.mark.parametrize("arguments, named", [
    (("stats", "--from", "2026-02-30", "--to", "2026-12-31"), "2026-02-30"),
    (("stats", "--from", "2026-12-31", "--to", "2026-01-01"), "before"),
    ((*YEAR, "--metric", "moon"), "mediation_requests"),
    ((*YEAR, "--by", "moon"), "community"),
    ((*YEAR, "--format", "pdf"), "json"),
])
def test_bad_arguments_say_what_was_expected(bot, arguments, named):
    done = bot(*arguments)
    assert done.returncode != 0 and named in done.stderr and done.stdout == "" and "Traceback" not in done.stderr


def test_doctor_names_what_is_missing_with_its_mend(bot):
    done = bot("doctor")
    assert "fictional sample" in done.stdout and "bot train" in done.stdout


def test_doctor_survives_a_damaged_office_file(bot, tmp_path):
    damaged = tmp_path / "office.yml"
    damaged.write_text("communities: [", encoding="utf-8")
    done = bot("doctor", BOT_OFFICE=str(damaged))
    assert done.returncode == 1 and "YAML" in done.stdout and "Traceback" not in done.stderr


def test_all_wrong_settings_are_one_line(bot):
    done = bot("migrate", BOT_PORT="eighty")
    assert done.returncode == 1 and "BOT_PORT" in done.stderr and "Traceback" not in done.stderr


def test_a_backup_comes_back_in_an_empty_place(bot, tmp_path):
    bot("demo", "--cases", "5", "--year", "2026")
    assert bot("backup", str(tmp_path / "copy")).returncode == 0
    place = tmp_path / "new"
    place.mkdir()
    (place / "secret.keys").write_bytes((tmp_path / "secret.keys").read_bytes())
    assert bot("restore", str(tmp_path / "copy"), BOT_VAR=str(place)).returncode == 0
    counted = json.loads(bot(*YEAR, "--with-demo", "--format", "json", "--metric", "requests", BOT_VAR=str(place)).stdout)
    assert counted["metrics"][0]["total"] == 5
    again = bot("restore", str(tmp_path / "copy"), BOT_VAR=str(place))
    assert again.returncode == 1 and "not empty" in again.stderr
