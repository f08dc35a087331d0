"""`bot token` and `bot opendata`: what they print, what they leave out, what they refuse."""

import os
from datetime import datetime

import pytest

from bot.office import BEIJING
from bot.settings import ROOT
from tests.commands import run_bot


@pytest.fixture()
def bot(tmp_path):
    environment = {**os.environ, "BOT_VAR": str(tmp_path), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": ""}
    return lambda *words: run_bot(*words, environment=environment)


def test_a_token_is_printed_once_listed_without_itself_and_revoked(bot):
    made = bot("token", "add", "大屏", "--scope", "stats,rows", "--days", "30")
    token = made.stdout.strip()
    assert made.returncode == 0 and token.startswith("dla_")
    listed = bot("token", "list").stdout
    assert "大屏" in listed and "holds" in listed and token not in listed
    assert bot("token", "revoke", "1").returncode == 0
    assert "revoked" in bot("token", "list").stdout
    for words, named in ((("token", "add", "x", "--scope", "moon"), "stats"), (("token", "add", "x", "--days", "999"), "366"), (("token", "revoke", "9"), "9")):
        done = bot(*words)
        assert done.returncode == 1 and named in done.stderr and "Traceback" not in done.stderr


def test_open_data_of_a_year_is_written_and_a_running_year_refused(bot, tmp_path):
    year = datetime.now(BEIJING).year
    done = bot("opendata", "--year", str(year - 1), "--out", str(tmp_path / "open"))
    assert done.returncode == 0 and "months of" in done.stderr
    assert {p.name for p in (tmp_path / "open").iterdir()} >= {"months.csv", "communities.csv", "dispute_types.csv", "dictionary.csv", "open_data.json"}
    running = bot("opendata", "--year", str(year), "--out", str(tmp_path / "other"))
    assert running.returncode == 1 and "not over" in running.stderr and not (tmp_path / "other").exists()
