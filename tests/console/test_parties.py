"""What papers want to know of a party: masked until the case was opened with a reason, filled in on a form, and then it stands in the papers."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.ledger.audit import entries
from bot.ledger.cases import open_case
from bot.storage.tables import Case, CasePerson
from tests.builders import make_request
from tests.console.test_case_papers import read

MAN = {"name": "张三", "phone": "13800138000", "gender": "男", "born": "1980-01-01", "ethnicity": "汉族", "occupation": "木工", "workplace": "示例木器厂",
       "address": "示例路1号", "id_number": "41000019800101001x", "id_agreed": "1"}  # fmt: skip


@pytest.fixture()
def case(desk):
    with desk.database.transaction() as session:
        key = str(uuid.uuid4())
        return open_case(session, make_request(source_key=key, conversation=f"web:{key}", community="c01"), "GX", datetime.now(timezone.utc)).number


def form_of(desk, number, side="applicant"):
    with desk.database.reading() as session:
        person = session.execute(sa.select(CasePerson.id).where(CasePerson.case_number == number, CasePerson.side == side)).scalar_one()
    return f"/console/cases/{number}/parties/{person}"


def version_of(desk, number):
    with desk.database.reading() as session:
        return str(session.get(Case, number).version)


def opened(desk, number, who="mediator_c01"):
    client, page = desk.login(who), f"/console/cases/{number}"
    assert client.fill(f"{page}/open", {"reason": "制作文书"}, form_at=page).status_code == 303
    return client


def filled_in(desk, client, number, **changed):
    at = form_of(desk, number)
    return client.fill(at, {**MAN, "version": version_of(desk, number), **changed}, form_at=at)


def test_nothing_of_a_party_is_shown_or_taken_before_the_case_was_opened_with_a_reason(desk, case):
    filled_in(desk, opened(desk, case), case)
    other, at = desk.login("advisor_c01"), form_of(desk, case)
    for page in (at, f"/console/cases/{case}"):
        shown = other.get(page).text
        assert not any(word in shown for word in ("示例路1号", "木工", "41000019800101001X"))
    assert "写明查看原因" in other.get(at).text and "已登记：性别、出生日期" in other.get(f"/console/cases/{case}").text
    refused = filled_in(desk, other, case, address="别处")
    assert refused.status_code == 409 and "没有写入" in refused.text
    assert "示例路1号" in opened(desk, case, "advisor_c01").get(at).text


def test_what_is_filled_in_is_shown_where_the_case_is_open_and_stands_in_the_papers(desk, case):
    client = opened(desk, case)
    assert "登记文书要用的信息" in client.get(f"/console/cases/{case}").text
    assert filled_in(desk, client, case).status_code == 303
    shown = client.get(f"/console/cases/{case}").text
    assert all(word in shown for word in ("示例路1号", "木工", "41000019800101001X", "当事人信息"))
    said = read(client.get(f"/console/cases/{case}/papers/mediation_application.docx"))
    assert all(word in said for word in ("男", "汉族", "1980年1月1日", "木工", "示例路1号、示例木器厂"))
    with desk.database.reading() as session:
        assert [e.actor for e in entries(session, action="party_described", subject=case)] == ["mediator_c01"]


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_is_still_there(desk, case):
    client = opened(desk, case)
    answer = filled_in(desk, client, case, id_number="410000", born="2099-01-01", name="")
    assert answer.status_code == 422 and "请填写“姓名或单位名称”" in answer.text and "还没有到" in answer.text and 'value="410000"' in answer.text
    answer = filled_in(desk, client, case, id_agreed="")
    assert answer.status_code == 422 and "单独同意" in answer.text and 'value="示例路1号"' in answer.text
    assert "示例路1号" not in client.get(f"/console/cases/{case}").text


def test_a_form_from_before_a_change_is_refused_with_who_was_first(desk, case):
    client, stale = opened(desk, case), version_of(desk, case)
    filled_in(desk, client, case)
    answer = filled_in(desk, client, case, version=stale, address="别处")
    assert answer.status_code == 409 and "mediator_c01" in answer.text
    assert re.search(rf'name="version" value="{version_of(desk, case)}"', answer.text)


@pytest.mark.parametrize("person", ["0", "999999", str(2**63), "x"])
def test_a_party_that_is_not_of_this_case_is_not_there(desk, case, person):
    assert opened(desk, case).get(f"/console/cases/{case}/parties/{person}").status_code == 404


def test_an_organisation_has_its_representative_and_no_sex(desk, case):
    client = opened(desk, case)
    firm = {"name": "示例公司", "gender": "", "born": "", "id_number": "", "id_agreed": "", "occupation": "", "ethnicity": ""}
    assert filled_in(desk, client, case, **firm, uscc="91000000dem0000006", legal_rep="王五").status_code == 303
    said = read(client.get(f"/console/cases/{case}/papers/judicial_confirmation_application.docx"))
    assert "示例公司（法定代表人或负责人：王五）" in said and "91000000DEM0000006" in said and "性别—" in said
