"""`bot laws`: data on stdout, messages on stderr, codes that tell."""

import json
import os

import pytest

from tests.commands import run_bot
from tests.knowledge.law_texts import card_file, law_text, write_laws


@pytest.fixture()
def laws(tmp_path):
    environment = {**os.environ, "BOT_VAR": str(tmp_path / "var")}

    def run(*arguments, typed=""):
        return run_bot("laws", *map(str, arguments), environment=environment, typed=typed)

    return run


def test_show_prints_an_article_of_the_package_with_day_and_source(laws):
    done = laws("show", "民法典", "1079")
    assert done.returncode == 0
    assert "夫妻一方要求离婚" in done.stdout and "施行 2021-01-01" in done.stdout
    assert json.loads(laws("show", "刑法", "276之一", "--json").stdout)["article"] == "第二百七十六条之一"


@pytest.mark.parametrize("asked, message", [(("民法典", "9999"), "has no 第九千九百九十九条"), (("民法典", "x"), "expected one like 1079"), (("太空法", "1"), "No law is called")])
def test_show_ends_with_one_line_when_there_is_no_such_article(laws, asked, message):
    done = laws("show", *asked)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr and "Traceback" not in done.stderr


def test_import_reports_what_it_did_and_fails_for_what_it_skipped(laws, tmp_path):
    folder = write_laws(tmp_path / "texts", good=law_text(), bad="没有前言")
    done = laws("import", folder)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"new": 1, "new_versions": 0, "replaced": 0, "unchanged": 0, "skipped": 1}
    assert "skipped bad.md: no front matter" in done.stderr
    (folder / "bad.md").unlink()
    again = laws("import", folder)
    assert again.returncode == 0
    assert json.loads(again.stdout)["unchanged"] == 1
    assert "旅店" in laws("show", "旅店法", "2").stdout


def test_check_prints_a_table_and_fails_when_a_citation_does_not_hold(laws, tmp_path):
    texts, cards = write_laws(tmp_path / "texts", a=law_text()), tmp_path / "cards"
    cards.mkdir()
    (cards / "other.yml").write_text(card_file(), encoding="utf-8")
    done = laws("check", "--statutes", texts, "--cards", cards, "--day", "2026-11-23")
    assert (done.returncode, done.stdout) == (0, "ok\tother.yml:7 deposit\t中华人民共和国旅店法\t第二条\t2020-03-01\t\n")
    early = laws("check", "--statutes", texts, "--cards", cards, "--day", "2020-02-01")
    assert early.returncode == 1
    assert early.stdout.startswith("FAIL\tother.yml:7 deposit")
    assert "deposit: 中华人民共和国旅店法 takes effect on 2020-03-01" in early.stderr


def test_an_unreadable_day_is_a_usage_error(laws):
    done = laws("check", "--day", "yesterday")
    assert done.returncode == 2
    assert "not a day like" in done.stderr


def test_search_answers_line_by_line_and_goes_on_after_a_bad_line(laws, tmp_path):
    lines = ['{"text": "两口子想离婚对方不同意"}', "not json", '{"words": 1}', '{"text": 3}', "", '{"text": ""}', "[]"]
    done = laws("search", "--jsonl", "--words-only", "--k", "20", "--day", "2026-11-23", typed="\n".join(lines))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["中华人民共和国民法典", "第一千零七十九条"] in answers[0]["articles"] and len(answers[0]["articles"]) == 20
    assert [list(answer) for answer in answers[1:]] == [["error"], ["error"], ["error"], ["articles"], ["error"]]
    assert "law index, words" in done.stderr
