"""What the office counts by hand: entered with evidence, zero declared, taken back."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from bot.console.record_forms import ELSEWHERE, moment_of, record_forms
from bot.ledger.record_log import entered, take_back_record
from bot.office import BEIJING
from bot.statistics.metrics import METRICS
from tests.storage.books import YEAR, at, counted, done

TODAY = datetime.now(BEIJING).date()
SAMPLE = {
    "ref": "示例1号", "title": "宪法宣传周", "day": TODAY.isoformat(), "value": "12", "attendance": "30", "evidence": "照片1号", "principal": "示例单位", "advisor": "a01",
    "requester": "示例单位", "kind": "contract", "topic": "风险评估", "advisor2": "a02", "community": "c01", "org": "示例律师事务所", "tier": "community", "name": "示例工作室",
}  # fmt: skip


def enter(client, what, **changed):
    return client.fill(f"/console/records/{what}/new", {**SAMPLE, **changed})


def shown(client, what, year=TODAY.year):
    page = client.get(f"/console/records?year={year}").text
    return re.sub(r"<[^>]+>|\s", "", page.split(f'href="/console/records/{what}?')[1].split("</td>")[1])


def test_every_figure_that_needs_a_hand_has_a_place_where_it_is_entered(office):
    by_hand = {m.code for m in METRICS if m.scope == "C" or m.must_be_declared}
    assert by_hand == set(record_forms(office)) | (set(ELSEWHERE) & by_hand)
    kinds = {kind for m in METRICS if m.scope == "B" for kind in m.kinds}
    arise = {"screening_round", "screening_finding", "finding_settled", "finding_to_mediation", "finding_to_police", "finding_group_risk", "households_visited", "lecture_attendance"}
    assert kinds - arise == {"litigation_case", "legal_opinion_issued", "meeting", "meeting_attendance"}


@pytest.mark.parametrize("what", ["publicity_activities", "site_pageviews", "litigation_cases", "legal_opinions", "advisor_discussions", "service_points_by_tier"])
def test_a_record_is_entered_counted_once_and_taken_back(desk, what):
    client = desk.login("office")
    assert "未报" in shown(client, what)
    for _ in range(2):
        assert enter(client, what).status_code == 303
    value = "12" if what == "site_pageviews" else "1"
    assert shown(client, what).startswith(value)
    page = client.get(f"/console/records/{what}").text
    assert "示例1号" in page and "照片1号" in page
    number = re.search(r'name="record" value="(\d+)"', page)[1]
    assert "said=reason" in client.fill(f"/console/records/{what}/take-back", {"record": number, "reason": ""}).headers["location"]
    assert shown(client, what).startswith(value)
    client.fill(f"/console/records/{what}/take-back", {"record": number, "reason": "登记错了"})
    assert "未报" in shown(client, what) and "已撤销：登记错了" in client.get(f"/console/records/{what}").text
    assert "said=gone" in client.fill(f"/console/records/{what}/take-back", {"record": number, "reason": "再撤"}).headers["location"]
    again = enter(client, what)
    assert again.status_code == 400 and "撤销过" in again.text
    assert enter(client, what, ref="示例1号-2").status_code == 303 and shown(client, what).startswith(value)


def test_the_same_day_is_the_same_moment_whenever_it_is_entered():
    assert moment_of(date(2026, 3, 16)) == at(3, 16, 0)


def test_an_engagement_counts_a_community_with_its_service_until_it_ends(desk):
    client = desk.login("office")
    assert enter(client, "advisor_coverage", ref="HT1").status_code == 303
    assert "said=not_ended" in client.fill("/console/records/advisor_coverage/end", {"subject": "HT1", "day": ""}).headers["location"]
    assert "said=ended" in client.fill("/console/records/advisor_coverage/end", {"subject": "HT1", "day": TODAY.isoformat(), "evidence": "解约书"}).headers["location"]
    assert "已结束" in client.get("/console/records/advisor_coverage").text


@pytest.mark.parametrize(
    "what, changed, said",
    [
        ("publicity_activities", {"evidence": ""}, "请填写“凭证”"),
        ("publicity_activities", {"day": (TODAY + timedelta(days=1)).isoformat()}, "还没有到"),
        ("site_pageviews", {"value": "0"}, "要在1到"),
        ("legal_opinions", {"kind": "poem"}, "没有“poem”"),
        ("legal_opinions", {"ref": "新号", "revises": "没有的号"}, "台账没有收下"),
        ("advisor_discussions", {"advisor2": "a01"}, "选了两次"),
        ("service_points_by_tier", {"community": ""}, "要选“社区”"),
    ],
)
def test_a_record_without_what_it_needs_is_refused_in_words(desk, what, changed, said):
    answer = enter(desk.login("office"), what, **{"ref": "错的", **changed})
    assert answer.status_code == 400 and said in answer.text


def test_what_was_held_once_counts_under_one_name(desk):
    client = desk.login("office")
    assert enter(client, "thematic_study", ref="活动9").status_code == 303
    assert "登记过别的内容" in enter(client, "premeeting_study", ref="活动9").text
    assert "未报" in shown(client, "premeeting_study")


def test_nothing_is_missing_until_zero_is_declared_and_then_it_is_a_zero(desk):
    client, last = desk.login("office"), TODAY.year - 1
    assert "未报" in shown(client, "reconsideration_cases", last)
    form = {"event": "zero", "first": f"{last}-01-01", "last": f"{last}-12-31", "reason": "本年度没有复议案件"}
    assert client.fill("/console/records/reconsideration_cases/declare", form).status_code == 303
    assert shown(client, "reconsideration_cases", last) == "0件"
    page = client.get(f"/console/records/reconsideration_cases?year={last}").text
    assert "本年度没有复议案件" in page
    number = re.search(r'name="record" value="(\d+)"', page)[1]
    client.fill("/console/records/reconsideration_cases/take-back", {"record": number, "reason": "漏了一件"})
    assert "未报" in shown(client, "reconsideration_cases", last)


@pytest.mark.parametrize("changed, said", [({"last": TODAY.isoformat()}, "今天还没有过完"), ({"first": "2026-02-02", "last": "2026-02-01"}, "核对"), ({"reason": ""}, "说明"), ({"event": "perhaps"}, "申报什么")])
def test_a_declaration_is_for_days_that_are_over_and_has_a_reason(desk, changed, said):
    form = {"event": "zero", "first": "2026-01-01", "last": "2026-01-31", "reason": "没有", **changed}
    answer = desk.login("office").fill("/console/records/repealed_documents/declare", form)
    assert answer.status_code == 400 and said in answer.text


def test_a_figure_that_does_not_exist_has_no_page(desk):
    client = desk.login("office")
    for path in ("made_up", "made_up/new", "screening_rounds/new", "mediation_resolved"):
        assert client.get(f"/console/records/{path}").status_code == 404, path


def test_only_books_by_hand_are_taken_back_here(database):
    from bot.errors import BadRecord
    from bot.ledger.advisor_services import record_service
    from bot.ledger.advisors import Paper, assign_advisor, end_assignment
    from tests.storage.books import make_service

    service = done(database, record_service, make_service())
    with pytest.raises(BadRecord, match="where it was entered"):
        done(database, take_back_record, service.id, "错", "office")
    paper = Paper("office", "合同")
    first = done(database, assign_advisor, "HT1", "a01", "c01", at(1, 1), "律所", paper)
    done(database, end_assignment, "HT1", at(6, 1), paper)
    done(database, take_back_record, first.id, "合同没有签", "office")
    with database.reading() as session:
        assert all(row.taken_back for row in entered(session, "assignment", None, at(1, 1), at(12, 31)))
    assert counted(database, "advisor_coverage", YEAR) == 0
