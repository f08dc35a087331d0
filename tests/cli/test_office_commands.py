"""The office's commands: counts of a day then, forms, closing, reports, erasing; bad input changes nothing."""

import csv
import json
import os
import sqlite3

import pytest

from bot.settings import ROOT
from tests.commands import run_bot

YEAR = ("stats", "--year", "2025", "--with-demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A demonstration year of 2025, which is over."""
    made = tmp_path_factory.mktemp("office")
    assert run_in(made, "demo", "--cases", "15", "--year", "2025", "--seed", "4").returncode == 0
    return made


def run_in(folder, *arguments):
    environment = {**os.environ, "BOT_VAR": str(folder), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": ""}
    return run_bot(*arguments, environment=environment)


@pytest.fixture()
def bot(folder):
    return lambda *arguments: run_in(folder, *arguments)


@pytest.fixture()
def own(folder, tmp_path):
    """A copy that a test may change."""
    for name in ("bot.db", "secret.keys"):
        if (folder / name).exists():
            (tmp_path / name).write_bytes((folder / name).read_bytes())
    with sqlite3.connect(folder / "bot.db") as there, sqlite3.connect(tmp_path / "bot.db") as here:
        there.backup(here)
    return tmp_path, lambda *arguments: run_in(tmp_path, *arguments)


def test_parts_of_a_year_sum_to_it(bot):
    def total(*more):
        return json.loads(bot(*YEAR, *more, "--metric", "cases_total", "--format", "json").stdout)["metrics"][0]["total"]

    assert total() == sum(total("--half", str(n)) for n in (1, 2)) == sum(total("--quarter", str(n)) for n in (1, 2, 3, 4))
    assert total() == sum(total("--where", f"community=c0{n}") for n in range(1, 10)) == 15


def test_what_was_known_on_a_day_is_less(bot):
    known = json.loads(bot(*YEAR, "--as-of", "2025-06-30", "--metric", "cases_total", "--format", "json").stdout)
    assert known["as_of"] == "2025-06-30" and 0 < known["metrics"][0]["total"] < 15


def test_the_roll_ups_are_proved_and_a_wrong_one_is_told(own):
    folder, bot = own
    assert bot("stats", "--recount").returncode == 0
    with sqlite3.connect(folder / "bot.db") as database:
        database.execute("UPDATE daily_counts SET quantity = quantity + 1 WHERE kind = 'screening_round' AND day = (SELECT min(day) FROM daily_counts WHERE kind = 'screening_round')")
    done = bot("stats", "--recount")
    assert done.returncode == 1 and "screening_round" in done.stdout


def test_tables_are_written_as_files(bot, tmp_path):
    book, text = tmp_path / "m.xlsx", tmp_path / "m.csv"
    assert bot(*YEAR, "--form", "mediation", "--format", "xlsx", "--out", str(book)).returncode == 0
    assert bot(*YEAR, "--form", "advisors", "--format", "csv", "--out", str(text)).returncode == 0
    assert book.read_bytes()[:2] == b"PK" and text.read_bytes()[:3] == b"\xef\xbb\xbf"
    rows = list(csv.reader(text.read_text(encoding="utf-8-sig").splitlines()))
    assert sum(int(row[-1]) for row in rows[1:-1]) == int(rows[-1][-1])


def test_flags_are_listed(bot):
    done = bot(*YEAR, "--flags", "--seed", "3")
    assert done.returncode == 0 and "抽中回访" in done.stdout and bot(*YEAR, "--flags", "--seed", "3").stdout == done.stdout


def test_months_are_closed_in_order_and_reopened_by_two(own):
    _, bot = own
    assert bot("period", "close", "2025-03").returncode == 0
    for month, named in (("2025-03", "already"), ("2025-05", "2025-04"), ("2025-01", "begin with"), ("2999-01", "not over"), ("2025-13", "2025-13"), ("March", "2026-03")):
        done = bot("period", "close", month)
        assert done.returncode == 1 and named in done.stderr and "Traceback" not in done.stderr
    assert bot("period", "reopen", "2025-03", "--by", "a", "--approved-by", "a", "--reason", "x").returncode == 1
    assert bot("period", "reopen", "2025-03", "--by", "a", "--approved-by", "b", "--reason", "漏报").returncode == 0
    assert bot("period", "close", "2025-03").returncode == 0
    listed = bot("period", "list")
    assert listed.returncode == 0 and [line.split()[1] for line in listed.stdout.splitlines()[1:]] == ["close", "reopen", "close"]


def test_an_altered_closing_is_told(own):
    folder, bot = own
    bot("period", "close", "2025-03")
    with sqlite3.connect(folder / "bot.db") as database:
        database.execute("DROP TRIGGER period_actions_no_update")
        database.execute("UPDATE period_actions SET body = replace(body, '\"rows\":0', '\"rows\":1')")
    done = bot("period", "list")
    assert done.returncode == 1 and "chain broken" in done.stdout


def test_a_report_is_written_and_verified(own, tmp_path):
    _, bot = own
    out = tmp_path / "r.docx"
    done = bot("report", "--year", "2025", "--with-demo", "--out", str(out))
    assert done.returncode == 0 and "figures" in done.stderr
    assert bot("report", "verify", str(out)).stdout.startswith("equal")
    assert "人民调解" in bot("report", "--year", "2025", "--month", "3", "--with-demo").stdout


@pytest.mark.parametrize("arguments, named", [
    (("report",), "--year"),
    (("report", "--year", "2999"), "not come"),
    (("report", "--year", "2025", "--month", "13"), "1 to 12"),
    (("report", "--year", "2025", "--month", "3", "--quarter", "1"), "at most one"),
    (("report", "--year", "2025", "--sign", "Li", "--out", "/nowhere/x.docx"), "missing"),
    (("report", "verify", "Makefile"), "no readable DOCX"),
    (("report", "verify", "nothing.docx"), "not there"),
    (("stats",), "--from"),
    (("stats", "--year", "2025", "--from", "2025-01-01"), "one or the other"),
    (("stats", "--year", "2025", "--form", "moon"), "mediation"),
    (("stats", "--year", "2025", "--where", "moon=1"), "community"),
    (("stats", "--year", "2025", "--format", "xlsx"), "--out"),
    (("stats", "--year", "2025", "--as-of", "soon"), "soon"),
    (("erase", "--resident", "web:nobody"), "web:nobody"),
])
def test_bad_input_says_what_was_expected(bot, arguments, named):
    done = bot(*arguments)
    assert done.returncode != 0 and named in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_a_case_erases_its_resident_and_no_figure(own):
    folder, bot = own
    before = bot(*YEAR, "--format", "json").stdout
    with sqlite3.connect(folder / "bot.db") as database:
        number = database.execute("SELECT number FROM cases WHERE kind <> 'mediation' LIMIT 1").fetchone()[0]
    done = bot("erase", "--resident", number)
    assert done.returncode == 0 and number in done.stdout
    assert bot(*YEAR, "--format", "json").stdout == before
