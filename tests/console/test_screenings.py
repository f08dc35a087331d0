"""Monthly screenings at the desk: zero said, missing named, findings ended, reports taken back."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from docx import Document

from bot.errors import BadRecord
from bot.ledger.screening_log import findings, rounds
from bot.ledger.screenings import Finding, FindingEnd, end_finding, submit_screening, take_back_screening
from bot.legal.disputes import DisputeType
from bot.legal.screening import RoundState, is_reminder_day, reminded_month, round_state
from bot.office import BEIJING
from tests.storage.books import at, counted, done, known, make_screening

LAST = (datetime.now(BEIJING).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
FOUND = {"f1_type": "neighbour", "f1_risk": "critical", "f1_responsible": "网格长", "f1_measures": "上门疏导", "f1_group": "1"}


def report(client, community="c01", month=LAST, **given):
    return client.fill("/console/screenings/new", {"community": community, "month": month, "round_no": "1", "households": "80", **given}, form_at=f"/console/screenings/new?community={community}")


# --- the rules


@pytest.mark.parametrize(
    "today, n, found, state",
    [
        (date(2026, 3, 19), 0, 0, RoundState.RUNNING),
        (date(2026, 3, 20), 0, 0, RoundState.SOON),
        (date(2026, 3, 25), 0, 0, RoundState.SOON),
        (date(2026, 3, 26), 0, 0, RoundState.MISSING),
        (date(2026, 5, 1), 0, 0, RoundState.MISSING),
        (date(2026, 3, 26), 1, 0, RoundState.ZERO),
        (date(2026, 3, 2), 1, 3, RoundState.DONE),
    ],
)
def test_a_community_is_missing_from_the_day_after_the_25th(today, n, found, state):
    assert round_state(date(2026, 3, 1), today, n, found) is state


def test_reminders_go_out_before_the_25th_and_on_the_3rd_about_the_month_before():
    assert [d for d in range(1, 32) if is_reminder_day(date(2026, 3, d))] == [3, 20, 21, 22, 23, 24, 25]
    assert reminded_month(date(2026, 1, 3)) == date(2025, 12, 1) and reminded_month(date(2026, 3, 20)) == date(2026, 3, 1)


# --- the books, on both databases


def test_a_round_taken_back_counts_nothing_and_can_be_handed_in_anew(database):
    found = (Finding("F1", DisputeType.NEIGHBOUR), Finding("F2", DisputeType.CONTRACT))
    done(database, submit_screening, make_screening(findings=found))
    done(database, end_finding, "F1", FindingEnd.SETTLED, at(3, 28), "m01")
    done(database, take_back_screening, "c01", "2026-03", 1, "社区报错", "m01")
    for code in ("screening_findings", "findings_settled", "findings_open"):
        assert counted(database, code) == 0, code
    assert known(database, "screening_rounds") == ("missing", None)
    done(database, submit_screening, make_screening(findings=found[:1]))
    assert [counted(database, code) for code in ("screening_rounds", "screening_findings", "findings_open", "households_visited")] == [1, 1, 1, 100]
    done(database, end_finding, "F1", FindingEnd.SETTLED, at(3, 29), "m01")
    assert counted(database, "findings_settled") == 1
    with database.reading() as session:
        assert [(r.community, r.found) for r in rounds(session, "2026-03", None)] == [("c01", 1)]
        assert findings(session, None) == [] and findings(session, frozenset({"c02"}), start=at(1, 1), end=at(12, 31)) == []


def test_what_is_not_there_cannot_be_taken_back(database):
    with pytest.raises(BadRecord, match="not in the books"):
        done(database, take_back_screening, "c01", "2026-03", 1, "错", "m01")


# --- the desk


def test_no_dispute_is_said_and_shows_as_zero_not_as_missing(desk):
    client = desk.login("advisor_c04")
    page = client.get(f"/console/screenings?month={LAST}").text
    assert "缺报：示例社区四" in page and "示例社区一" not in page
    answer = report(client, "c04", zero_finding="1")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "已报，无纠纷" in page and "缺报：" not in page


def test_the_office_sees_who_is_missing(desk):
    page = desk.login("office").get(f"/console/screenings?month={LAST}").text
    assert "缺报：" in page and "示例社区九" in page


@pytest.mark.parametrize(
    "given, said",
    [
        ({}, "没有发现纠纷，请勾选"),
        ({**FOUND, "zero_finding": "1"}, "就不能再勾"),
        ({**FOUND, "f1_responsible": ""}, "第1件：请填写“责任人”"),
        ({**FOUND, "f1_risk": "worst"}, "没有“worst”"),
        ({"zero_finding": "1", "households": ""}, "走访户数"),
        ({"zero_finding": "1", "month": "2099-01"}, "还没有开始"),
        ({"zero_finding": "1", "round_no": "10"}, "最多9轮"),
    ],
)
def test_a_report_that_says_neither_or_both_is_refused(desk, given, said):
    answer = report(desk.login("mediator_c01"), **given)
    assert answer.status_code == 400 and said in answer.text
    with desk.database.reading() as session:
        assert rounds(session, LAST, frozenset({"c01"})) == []


def test_a_community_that_is_not_theirs_is_not_there(desk):
    client = desk.login("advisor_c04")
    assert report(client, "c01", zero_finding="1").status_code == 404
    assert client.get("/console/screenings/new?community=c01").status_code == 404
    assert client.get("/console/screenings/new?community=nowhere").status_code == 404


def test_what_was_found_is_listed_gravest_first_ended_and_corrected(desk):
    client = desk.login("mediator_c01")
    two = {**FOUND, "f2_type": "contract", "f2_risk": "low", "f2_responsible": "调解员", "f2_measures": "约谈", "f2_due": "2030-01-01"}
    assert report(client, **two).status_code == 303
    page = client.get(f"/console/screenings?month={LAST}").text
    assert "未化解的纠纷（2件）" in page and page.index("危急") < page.index("合同纠纷") and "立即向当地公安机关" in page
    other = report(desk.login("advisor_c01"), zero_finding="1")
    assert other.status_code == 400 and "已由 mediator_c01 报过" in other.text
    ref = f"c01:{LAST}:1:1"
    end = lambda who, **form: desk.login(who).fill("/console/screenings/findings", {"ref": ref, "month": LAST, **form})  # noqa: E731
    assert end("advisor_c04", end="to_police").status_code == 404
    assert "said=case" in end("mediator_c01", end="to_mediation", case="GX1999-00001").headers["location"]
    assert "said=ended" in end("mediator_c01", end="to_police").headers["location"]
    assert "未化解的纠纷（1件）" in client.get(f"/console/screenings?month={LAST}").text
    back = client.fill("/console/screenings/take-back", {"community": "c01", "month": LAST, "round_no": "1", "reason": "报错"})
    assert "said=back" in back.headers["location"] and "缺报：示例社区一" in client.get(f"/console/screenings?month={LAST}").text
    assert report(client, zero_finding="1").status_code == 303


def test_the_months_report_is_a_paper_with_the_offices_figures(desk):
    client = desk.login("office")
    report(client, "c02", households="55", **FOUND)
    paper = Document(io.BytesIO(client.get(f"/console/screenings/report?month={LAST}").content))
    rows = [[c.text for c in row.cells] for row in paper.tables[0].rows]
    assert ["示例社区二", "邻里纠纷", "0", "1", "0", "0", "0", "1", "1"] in rows
    sent = {row.cells[0].text: [c.text for c in row.cells] for row in paper.tables[1].rows}
    assert sent["示例社区二"][2:4] == ["1", "55"] and sent["示例社区九"][4] == "缺报"
    assert any("上门疏导" in c.text for row in paper.tables[2].rows for c in row.cells)
    assert client.get(f"/console/screenings/report?month={LAST}&as=xlsx").content[:2] == b"PK"
