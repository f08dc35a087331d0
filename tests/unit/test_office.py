"""The office's file is checked when it is read."""

from datetime import datetime

import pytest

from bot.errors import BadOfficeFile
from bot.office import BEIJING, read_office
from bot.settings import ROOT


def test_the_sample_is_obviously_fictional_and_has_nine_communities(office):
    assert [c.name for c in office.communities] == [f"示例社区{n}" for n in "一二三四五六七八九"]


@pytest.mark.parametrize("said, code", [("示例社区三", "c03"), ("示例三", "c03"), ("3", "c03"), ("我住在示例社区九", "c09"), ("c01", "c01")])
def test_a_community_is_found_by_what_people_say(office, said, code):
    assert office.find_community(said).code == code


@pytest.mark.parametrize("said", ["不存在的社区", "示例社区", "99", ""])
def test_an_unknown_community_is_not_guessed(office, said):
    assert office.find_community(said) is None


@pytest.mark.parametrize("moment, staffed", [
    (datetime(2026, 3, 16, 10, 0, tzinfo=BEIJING), True),
    (datetime(2026, 3, 16, 12, 30, tzinfo=BEIJING), False),
    (datetime(2026, 3, 14, 10, 0, tzinfo=BEIJING), False),
    (datetime(2025, 10, 1, 10, 0, tzinfo=BEIJING), False),
    (datetime(2025, 10, 11, 10, 0, tzinfo=BEIJING), True),
])
def test_office_hours_know_weekends_holidays_and_shifted_workdays(office, moment, staffed):
    assert office.is_staffed(moment) is staffed


def test_numbers_that_were_not_checked_are_not_shown(office):
    assert office.shown_hotlines(["110", "12333", "12393"]) == [("110", "报警")]


@pytest.mark.parametrize("damage, named", [
    (("communities:", "comunities:"), "comunities"),
    (("communities: [c01, c02, c03]", "communities: [c77]"), "c77"),
    (("name: 示例社区二", "name: 示例社区一"), "same name"),
    (("{tier: district", "{tier: galaxy"), "galaxy"),
    (("weekdays: [", "weekdays: [["), "YAML"),
])
def test_a_damaged_file_is_refused_by_name(tmp_path, damage, named):
    file = tmp_path / "office.yml"
    file.write_text((ROOT / "office.yml").read_text(encoding="utf-8").replace(*damage, 1), encoding="utf-8")
    with pytest.raises(BadOfficeFile, match=named):
        read_office(file)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(BadOfficeFile, match="is not there"):
        read_office(tmp_path / "office.yml")
