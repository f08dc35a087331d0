"""Papers of a case at the desk: from the request to the agreement, opened again and read back."""

from __future__ import annotations

import io
import os
import stat

import pytest
import sqlalchemy as sa
from docx import Document

from bot.errors import PaperNotMade
from bot.ledger.openings import open_people
from bot.legal.cases import CaseKind, Role
from bot.legal.lifecycle import Action
from bot.legal.permissions import Staff, permissions_of
from bot.papers import pdf
from bot.papers.fields import fields
from bot.papers.filling import fill
from bot.papers.words import BLANK, WITHHELD
from bot.storage.staff_tables import AuditEntry
from tests.casework import TO_AGREEMENT, Office, add_staff
from tests.papers.files import MEDIATED
from tests.storage.books import LATER


@pytest.fixture(scope="module")
def people(desk):
    """Who works on the cases; the desk has an account `office` already."""
    office = Office.__new__(Office)
    office.database = desk.database
    with desk.database.transaction() as session:
        office.staff = {code: add_staff(session, code, role, communities=("c03",)) for code, role in (("m01", Role.MEDIATOR), ("m02", Role.MEDIATOR), ("a01", Role.ADVISOR))}
        office.staff["office"] = Staff(0, "office", "示例office", frozenset({Role.OFFICE}), None, permissions_of(frozenset({Role.OFFICE})))
    return office


@pytest.fixture(scope="module")
def mediated(people):
    number = people.request("papers", community="c03")
    people.walk(number, *TO_AGREEMENT, Action.REVISITED)
    return number


def open_it(desk, who, number):
    from datetime import datetime, timezone

    with desk.database.transaction() as session:
        open_people(session, who, number, "核对文书", datetime.now(timezone.utc))


def read(answer):
    assert answer.status_code == 200, answer.text
    document = Document(io.BytesIO(answer.content))
    return "".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def test_all_papers_of_a_mediation_are_filled_from_what_the_desk_recorded(desk, mediated):
    client = desk.login("m01")
    open_it(desk, "m01", mediated)
    page = client.get(f"/console/cases/{mediated}/papers").text
    said = {}
    for code in ("mediation_application", "mediation_registration", "rights_notice", "mediation_record", "mediation_agreement", "judicial_confirmation_application", "revisit", "closing_report"):
        assert f"/papers/{code}.docx" in page, code
        said[code] = read(client.get(f"/console/cases/{mediated}/papers/{code}.docx"))
        assert mediated in said[code] and "{{" not in said[code] and "None" not in said[code]
    assert "张三" in said["mediation_application"] and "13800138000" in said["mediation_application"] and "楼上漏水泡坏了天花板" in said["mediation_application"]
    assert "☑ 受理" in said["mediation_registration"] and "☑ 依申请调解" in said["mediation_registration"]
    assert "要求赔三千" in said["mediation_record"] and "楼上水管破裂" in said["mediation_record"] and "☑ 是" in said["mediation_record"]
    assert "示调〔2026〕1号" in said["mediation_agreement"] and "3,000.50元" in said["mediation_agreement"] and "一式3份" in said["mediation_agreement"]
    assert "李四" in said["mediation_agreement"] and "每条给付是否写明金额、日期和方式符合" in said["mediation_agreement"]
    assert "2026年4月15日" in said["judicial_confirmation_application"]
    assert "☑ 全部履行" in said["revisit"] and "☑ 5" in said["revisit"]
    assert "达成书面协议" in said["closing_report"] and "示例m01" in said["closing_report"]
    assert BLANK in said["mediation_application"]


def test_who_did_not_open_the_people_gets_a_paper_without_them(desk, mediated):
    client = desk.login("m02")
    said = read(client.get(f"/console/cases/{mediated}/papers/mediation_agreement.docx"))
    for secret in ("张三", "李四", "13800138000", "天花板", "水管"):
        assert secret not in said
    assert WITHHELD in said and "还没有打开当事人信息" in client.get(f"/console/cases/{mediated}/papers").text


def test_taking_a_paper_is_audited_with_whether_people_were_in_it(desk, mediated):
    desk.login("a01").get(f"/console/cases/{mediated}/papers/revisit.docx")
    with desk.database.reading() as session:
        query = sa.select(AuditEntry.reason).where(AuditEntry.action == "paper_taken", AuditEntry.actor == "a01", AuditEntry.subject == mediated)
        assert list(session.execute(query).scalars()) == ["revisit.docx withheld"]


def test_papers_of_another_kind_form_or_community_are_not_there(desk, people, mediated):
    client = desk.login("m01")
    for file in ("legal_aid_application.docx", "service_log.docx", "made_up.docx", "mediation_record.exe", "mediation_record", "..%2F..%2Fetc%2Fpasswd.docx"):
        assert client.get(f"/console/cases/{mediated}/papers/{file}").status_code == 404, file
    assert desk.login("advisor_c04").get(f"/console/cases/{mediated}/papers/revisit.docx").status_code == 404


@pytest.mark.parametrize("which", ["1", "99", "x", "-1", "１", ""])
def test_a_paper_of_a_session_that_is_not_there_is_the_newest(desk, mediated, which):
    assert "第1次" in read(desk.login("m01").get(f"/console/cases/{mediated}/papers/mediation_record.docx?no={which}"))


def test_an_enterprise_issue_and_legal_aid_have_their_papers(desk, people):
    firm = people.request("firm", kind=CaseKind.ENTERPRISE, community="c03", other_party="示例商贸公司", what_happened="货款拖欠半年。")
    people.walk(firm, Action.DISPATCHED, Action.PROCESSING, Action.RESOLVED, who="office")
    aid = people.request("aid", kind=CaseKind.LEGAL_AID, community="c03")
    client = desk.login("m01")
    for number in (firm, aid):
        open_it(desk, "m01", number)
    said = read(client.get(f"/console/cases/{firm}/papers/enterprise_issue.docx"))
    assert "示例商贸公司" in said and "示例单位" in said and "账款" in said and "已协调付款" in said and "等待企业确认" in said
    said = read(client.get(f"/console/cases/{aid}/papers/legal_aid_application.docx"))
    assert "张三" in said and "由法律援助机构审查决定" in said


# --- PDF


def program(tmp_path, script):
    file = tmp_path / "soffice"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_pdf_is_offered_only_where_libreoffice_is(desk, mediated):
    offered = "/papers/revisit.pdf" in desk.login("m01").get(f"/console/cases/{mediated}/papers").text
    assert offered == (pdf.program() is not None)
    answer = desk.login("m01").get(f"/console/cases/{mediated}/papers/revisit.pdf")
    if not offered:
        assert answer.status_code == 404
    elif answer.status_code == 303:
        # A machine at its limits: the page says so, and the Word file is there.
        assert "PDF 没有做成" in desk.login("m01").get(answer.headers["location"]).text
    else:
        assert answer.content[:5] == b"%PDF-"


@pytest.mark.skipif(pdf.program() is None, reason="no LibreOffice here")
def test_libreoffice_makes_a_pdf_of_a_paper(office):
    document = fill("mediation_application", fields("mediation_application", MEDIATED, office, LATER, "m01"), LATER)
    assert pdf.as_pdf(document, pdf.program(), seconds=280)[:5] == b"%PDF-"


def test_libreoffice_that_fails_ends_or_hangs_says_so(tmp_path):
    for script in ("exit 1", "exit 0", "exec sleep 60"):
        with pytest.raises(PaperNotMade):
            pdf.as_pdf(b"x", program(tmp_path, script), seconds=1 if "sleep" in script else 30)
    with pytest.raises(PaperNotMade):
        pdf.as_pdf(b"x", os.fspath(tmp_path / "nothing"))


def test_a_machine_without_libreoffice_has_no_program(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.program() is None
    assert program(tmp_path, "exit 0") == pdf.program()
