"""The queue as pages: filters in the URL, scope by community, live counts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from bot.ledger.cases import open_case
from bot.storage.staff_tables import StaffSession
from bot.storage.tables import Case
from tests.builders import make_request


@pytest.fixture()
def a_case(desk):
    """Returns a maker of cases; each gets a conversation and a story of its own."""
    made = []

    def make(community="c01", due=None, assignee=None, **changed):
        key = f"{desk.url}:{len(made)}:{datetime.now().timestamp()}"
        now = datetime.now(timezone.utc)
        with desk.database.transaction() as session:
            case = open_case(session, make_request(source_key=key, community=community, **changed), "GX", now)
            case.due_at, case.assignee = due, assignee
        made.append(case.number)
        return case.number

    return make


def test_a_case_is_seen_by_its_community_and_the_office_only(desk, a_case):
    number = a_case("c01")
    assert number in desk.login("advisor_c01").get("/console/queue?tab=all").text
    assert number in desk.login("office").get("/console/queue?tab=all").text
    assert number not in desk.login("advisor_c04").get("/console/queue?tab=all").text
    assert desk.login("admin").get("/console/queue").status_code == 403


def test_no_personal_data_stands_in_the_queue(desk, a_case):
    number = a_case("c01")
    shown = desk.login("advisor_c01").get("/console/queue?tab=all").text
    assert number in shown and "张三" not in shown and "13800138000" not in shown and "漏水泡坏" not in shown


def test_filters_stand_in_the_url_and_survive_a_change_of_tab(desk, a_case):
    late = a_case("c04", due=datetime.now(timezone.utc) - timedelta(hours=3))
    client = desk.login("advisor_c04")
    page = client.get("/console/queue?tab=overdue&kind=mediation").text
    assert late in page and "超时3小时" in page
    assert "/console/queue?tab=risk&amp;kind=mediation" in page
    assert late not in client.get("/console/queue?tab=overdue&kind=advice").text


def test_a_case_that_was_raised_a_tier_says_to_which(desk, a_case):
    number = a_case("c01")
    with desk.database.transaction() as session:
        session.get(Case, number).tier = "subdistrict"
    client = desk.login("advisor_c01")
    assert "已提级到街道" in client.get(f"/console/queue?tab=all&search={number}").text and "已提级到街道" in client.get(f"/console/cases/{number}").text


@pytest.mark.parametrize("query", ["tab=nonsense", "page=-1", "page=9999999999", "page=x", "community=%27%20OR%201=1", "search=%25%25%00", "dispute_type=none"])
def test_a_forged_url_is_answered_calmly(desk, query):
    assert desk.login("office").get(f"/console/queue?{query}").status_code == 200


def test_a_part_alone_is_sent_for_refreshing(desk, a_case):
    number = a_case("c01")
    part = desk.login("advisor_c01").get("/console/queue?tab=all", headers={"HX-Request": "true"}).text
    assert number in part and "<html" not in part


def test_counts_come_by_themselves_and_end_with_the_session(desk, a_case):
    client = desk.login("advisor_c01")
    with client.stream("GET", "/console/queue/events") as stream:
        lines = (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        before = next(lines)["counts"]["new"]
        a_case("c01")
        told = next(lines)
        assert told["counts"]["new"] == before + 1 and told["changed"]
        other = desk.visitor()
        other.cookies.set("staff", client.cookies["staff"])
        other.fill("/console/logout")
        assert next(lines) == {}


@pytest.mark.parametrize("headers, counts", [({"Accept": "text/event-stream"}, False), ({"X-Background": "1"}, False), ({}, True)])
def test_a_page_that_stays_open_by_itself_keeps_no_session_awake(desk, headers, counts):
    client = desk.login("advisor_c04")
    long_ago = datetime.now(timezone.utc) - timedelta(minutes=5)
    with desk.database.transaction() as session:
        row = session.query(StaffSession).order_by(StaffSession.id.desc()).first()
        row.seen_at, number = long_ago, row.id
    with client.stream("GET", "/console/queue/events", headers=headers) as stream:
        next(stream.iter_lines())
    with desk.database.reading() as session:
        assert (session.get(StaffSession, number).seen_at > long_ago) == counts
