"""`bot wechat`: the menu and the communities' codes, against the simulated platform."""

import json
import os

import pytest

from bot.channels.wechat import MENU, menu
from bot.settings import ROOT
from tests.commands import run_bot
from tests.wechat.platform import APP_ID, SECRET, TOKEN, Platform


@pytest.fixture()
def platform():
    made = Platform()
    made.address = made.start()
    yield made
    made.stop()


def bot(platform, tmp_path, *arguments, **changed):
    account = {"WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_API_BASE": platform.address, **changed}
    environment = {**os.environ, **account, "BOT_VAR": str(tmp_path), "BOT_OFFICE": str(ROOT / "office.yml"), "DATABASE_URL": ""}
    return run_bot("wechat", *arguments, environment=environment)


def keys(buttons):
    for button in buttons:
        yield from keys(button["sub_button"]) if "sub_button" in button else [button["key"]]


def test_every_key_of_the_menu_is_one_that_we_answer_and_none_is_missing():
    assert sorted(keys(menu()["button"])) == sorted(MENU)


def test_the_menu_keeps_the_platforms_limits():
    assert len(menu()["button"]) <= 3
    for button in menu()["button"]:
        assert len(button["name"].encode()) <= 16 and len(button.get("sub_button", ())) <= 5
        assert all(len(below["name"].encode()) <= 60 for below in button.get("sub_button", ()))


def test_the_menu_is_printed_and_published_only_when_asked(platform, tmp_path):
    assert json.loads(bot(platform, tmp_path, "menu").stdout) == menu() and platform.menu is None
    assert bot(platform, tmp_path, "menu", "--publish").returncode == 0
    assert platform.menu == menu()


def test_each_community_gets_the_address_of_its_code(platform, tmp_path):
    lines = [line.split("\t") for line in bot(platform, tmp_path, "codes").stdout.splitlines()]
    assert [line[0] for line in lines] == [f"c{n:02d}" for n in range(1, 10)]
    assert lines[2] == ["c03", "示例社区三", "http://weixin.qq.com/q/c03"]


def test_the_platforms_refusal_is_one_line_and_an_error(platform, tmp_path):
    platform.token_error = 40164
    done = bot(platform, tmp_path, "menu", "--publish")
    assert done.returncode == 1 and "40164" in done.stderr and "Traceback" not in done.stderr


def test_without_a_secret_it_says_what_to_set(platform, tmp_path):
    done = bot(platform, tmp_path, "codes", WECHAT_APP_SECRET="")
    assert done.returncode == 1 and "WECHAT_APP_SECRET" in done.stderr
