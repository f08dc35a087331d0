"""`bot staff` and `bot audit`: accounts are made, listed, closed and opened anew; the log proves itself; nonsense is explained."""

from __future__ import annotations

import os
import re
import sqlite3

import pytest

from bot.settings import ROOT
from tests.commands import run_bot

FIRST = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\n")


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("staff")
    environment = {**os.environ, "BOT_VAR": str(folder), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": "", "USER": "示例管理员", "SUDO_USER": ""}

    def run(*arguments):
        return run_bot(*arguments, environment=environment)

    run.folder = folder
    return run


def test_accounts_from_first_to_last_day(bot):
    added = bot("staff", "add", "a01", "--name", "示例顾问甲", "--role", "advisor")
    assert added.returncode == 0 and FIRST.fullmatch(added.stdout) and "只显示这一次" in added.stderr
    chief = bot("staff", "add", "chief", "--name", "示例主任", "--role", "office", "--role", "admin", "--all-communities")
    assert FIRST.fullmatch(chief.stdout)
    listed = bot("staff", "list").stdout.splitlines()
    assert listed[0].split("\t") == ["a01", "示例顾问甲", "advisor", "c01,c02,c03", "待改初始密码", "-"], "its communities stand in office.yml"
    assert listed[1].split("\t")[2:4] == ["admin,office", "全部社区"]
    assert bot("staff", "disable", "a01").returncode == 0 and "停用" in bot("staff", "list").stdout
    again = bot("staff", "reset", "a01").stdout
    assert FIRST.fullmatch(again) and again != added.stdout and "停用" not in bot("staff", "list").stdout
    number, head = bot("audit", "verify").stdout.split()
    assert number == "4" and bot("audit", "verify", "--contains", head).returncode == 0
    shown = bot("audit", "show", "--subject", "a01").stdout
    assert [line.split("\t")[3] for line in shown.splitlines()] == ["staff_reset", "staff_disabled", "staff_added"] and "示例顾问甲" not in shown


@pytest.mark.parametrize("arguments, said", [
    (("staff", "add", "A-1", "--name", "x", "--role", "advisor", "--community", "c01"), "小写字母"),
    (("staff", "add", "b01", "--name", "x", "--role", "king", "--community", "c01"), "advisor、mediator、office、admin"),
    (("staff", "add", "b01", "--name", "x", "--role", "advisor", "--community", "c99"), "没有社区 c99"),
    (("staff", "add", "b01", "--name", "x", "--role", "advisor"), "没有指定社区"),
    (("staff", "add", "b01", "--name", " ", "--role", "advisor", "--community", "c01"), "姓名"),
    (("staff", "reset", "nobody"), "没有账号 nobody"),
    (("staff", "disable", "nobody"), "没有账号 nobody"),
    (("audit", "verify", "--contains", "0" * 64), "not among"),
])
def test_what_cannot_be_is_explained_and_changes_nothing(bot, arguments, said):
    before = bot("staff", "list").stdout
    refused = bot(*arguments)
    assert refused.returncode == 1 and said in refused.stderr and "Traceback" not in refused.stderr and refused.stdout == ""
    assert bot("staff", "list").stdout == before


def test_a_log_that_was_changed_behind_the_programs_back_fails_the_proof(bot):
    bot("staff", "add", "b02", "--name", "示例顾问乙", "--role", "advisor", "--community", "c04")
    with sqlite3.connect(bot.folder / "bot.db") as database:
        database.execute("DROP TRIGGER audit_log_no_update")
        database.execute("UPDATE audit_log SET actor = 'somebody' WHERE number = 1")
    broken = bot("audit", "verify")
    assert broken.returncode == 1 and "broken at entry 1" in broken.stderr and broken.stdout == ""
