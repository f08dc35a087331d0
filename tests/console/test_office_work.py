"""Closing, reporting and handing out tokens at the desk: two people, nothing signed with a gap, every file proved."""

import io
import re
import zipfile
from datetime import datetime

import pytest

from bot.ledger import audit
from bot.ledger.mediation_corrections import reopen_case
from bot.ledger.periods import broken_links, period_actions
from bot.legal.cases import Role
from bot.office import BEIJING
from bot.statistics import metrics
from bot.statistics.periods import year
from bot.statistics.views import View
from tests.console.books import PERIOD, YEAR, fill_year
from tests.console.desk import running_desk

HERE = "/console/office/periods"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("office-work")) as running:
        fill_year(running.database)
        running.add("office_two", (Role.OFFICE,), None)
        yield running


@pytest.fixture(scope="module")
def one(desk):
    return desk.login("office")


@pytest.fixture(scope="module")
def other(desk):
    return desk.login("office_two")


def test_months_are_closed_in_order_and_only_when_over(one):
    assert one.fill(f"{HERE}/close", {"month": f"{YEAR}-01"}, HERE).status_code == 303
    for month, words in ((f"{YEAR}-01", "已经关账"), (f"{YEAR}-03", "按月份顺序"), (f"{datetime.now(BEIJING):%Y-%m}", "还没有过完"), ("March", "2026-03"), ("", "2026-03")):
        answer = one.fill(f"{HERE}/close", {"month": month}, HERE)
        assert answer.status_code in (400, 409) and words in answer.text
    assert f'value="{YEAR}-02"' in one.get(HERE).text
    assert one.fill(f"{HERE}/close", {"month": f"{YEAR}-02"}, HERE).status_code == 303


def test_reopening_takes_a_reason_and_a_second_person(desk, one, other):
    assert "原因" in one.fill(f"{HERE}/ask", {"month": f"{YEAR}-02", "reason": " "}, HERE).text
    assert "没有关账" in one.fill(f"{HERE}/ask", {"month": f"{YEAR}-07", "reason": "漏报"}, HERE).text
    assert one.fill(f"{HERE}/ask", {"month": f"{YEAR}-02", "reason": "漏报一件"}, HERE).status_code == 303
    number = re.search(rf"{HERE}/(\d+)/decline", one.get(HERE).text)[1]
    assert "同意重开" not in one.get(HERE).text and "同意重开" in other.get(HERE).text
    mine = one.fill(f"{HERE}/{number}/agree", {}, HERE)
    assert mine.status_code == 409 and "不能自己同意" in mine.text
    assert other.fill(f"{HERE}/{number}/agree", {}, HERE).status_code == 303
    assert "已经处理过" in other.fill(f"{HERE}/{number}/agree", {}, HERE).text
    assert one.fill(f"{HERE}/close", {"month": f"{YEAR}-02"}, HERE).status_code == 303
    with desk.database.reading() as session:
        chain = period_actions(session)
        assert [a.action for a in chain] == ["close", "close", "reopen", "close"] and broken_links(chain) == []
        assert (chain[2].done_by, chain[2].approved_by, chain[2].reason) == ("office", "office_two", "漏报一件")
        written = {e.action for e in audit.entries(session, limit=50)}
    assert {"period_closed", "reopening_asked", "reopening_agreed"} <= written


def test_a_report_is_read_saved_signed_and_proved(desk, one):
    text = one.get(f"/console/office/report?{PERIOD}").text
    assert "不能签发" not in text and "各级人民调解组织受理民间纠纷" in text
    signed = one.fill("/console/office/report/sign", {"period": str(YEAR)}, "/console/office/report")
    assert signed.status_code == 200 and zipfile.is_zipfile(io.BytesIO(signed.content))
    assert proved(one, signed.content) == "equal"
    assert "office</td>" in one.get("/console/office/report").text
    with desk.database.transaction() as session:
        case = next(r.case_number for r in metrics.rows(session, metrics.metric("agreements_written"), View(year(YEAR))))
        reopen_case(session, case, "协议未生效", "office", datetime.now(BEIJING))
    assert proved(one, signed.content) == "restated"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(signed.content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            body = old.read(item.filename)
            new.writestr(item.filename, body.replace("调解成功".encode(), "调解成功8848".encode()) if item.filename == "word/document.xml" else body)
    assert proved(one, out.getvalue()) == "tampered"


def proved(client, body):
    answer = client.post("/console/office/report/uploads", data={"csrf": client.proof("/console/office/report")}, files={"file": ("r.docx", body)})
    assert answer.status_code == 200
    return re.search(r'data-word="(\w+)"', answer.text)[1]


@pytest.mark.parametrize("body", [b"", b"no zip", b"PK\x03\x04broken"])
def test_a_foreign_file_is_refused_in_words(one, body):
    answer = one.post("/console/office/report/uploads", data={"csrf": one.proof("/console/office/report")}, files={"file": ("r.docx", body)})
    assert answer.status_code == 400 and "报告" in answer.text and "没有办成" not in answer.text


def test_a_report_with_a_gap_names_who_has_to_report_and_is_not_signed(one):
    period = f"{YEAR - 1}"
    text = one.get(f"/console/office/report?period={period}").text
    assert "不能签发" in text and "收集企业问题（个）— 区办公室" in text and "【待报：区办公室】" in text
    answer = one.fill("/console/office/report/sign", {"period": period}, "/console/office/report")
    assert answer.status_code == 409 and "由谁报" in answer.text
    saved = one.get(f"/console/office/report/file?period={period}")
    assert saved.status_code == 200 and saved.headers["content-disposition"] == f"attachment; filename=report-{period}.docx"


def test_a_report_of_days_to_come_is_refused(one):
    answer = one.get(f"/console/office/report?period={YEAR + 3}")
    assert answer.status_code == 400 and "还没有开始" in answer.text


@pytest.mark.parametrize("part", ["Q1", "-03", "H2"])
def test_quarters_months_and_halves_have_reports_too(one, part):
    text = one.get(f"/console/office/report?period={YEAR}{part}").text
    assert "应排查" in text and "官方网站阅读量" not in text


def test_tokens_are_shown_once_and_revoked(one):
    here = "/console/office/tokens"
    wrong = one.fill(f"{here}/add", {"name": "大屏", "days": "9999", "scope": "stats"}, here)
    assert wrong.status_code == 400 and "366" in wrong.text
    made = one.fill(f"{here}/add", {"name": "大屏", "days": "30", "scope": ["stats", "rows"]}, here)
    token = re.search(r"dla_[\w-]+", made.text)[0]
    assert token not in one.get(here).text
    assert one.get("/api/v1/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    number = re.search(rf"{here}/(\d+)/revoke", one.get(here).text)[1]
    assert one.fill(f"{here}/{number}/revoke", {}, here).status_code == 303
    assert one.get("/api/v1/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert one.fill(f"{here}/777/revoke", {}, here).status_code == 404


def test_a_years_open_data_comes_as_one_archive(one):
    answer = one.get(f"/console/office/opendata/file?year={YEAR}")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"months.csv", "dictionary.csv", "open_data.json"} <= set(archive.namelist())
    running = one.get(f"/console/office/opendata/file?year={YEAR + 1}")
    assert running.status_code == 400 and "还没有过完" in running.text
