"""The service log at the desk: one form, the list, corrections, spreadsheets."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timezone

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from bot.console import spreadsheet
from bot.console.fields import CHECK, CHOICE, DAY, MOMENT, NUMBER, Field, read_field, read_fields
from bot.errors import BadFields, BadInput
from bot.office import BEIJING
from bot.storage.book_tables import BookFact
from bot.storage.tables import ServiceEntry
from tests.conftest import NOON

TODAY = datetime.now(BEIJING)
AT = TODAY.strftime("%Y-%m-%dT%H:%M")


def typed(**changed):
    return {"kind": "consult_phone", "who": "王五 13800138000", "matter": "漏水赔偿", "community": "c01", "served_at": AT, "result": "answered", "token": "a1", **changed}


def facts(desk):
    with desk.database.reading() as session:
        return session.query(BookFact).filter(BookFact.book == "service", BookFact.event != "reversed").count()


def items(desk):
    with desk.database.reading() as session:
        return sum(row.quantity for row in session.query(ServiceEntry).filter(ServiceEntry.kind.like("svc_%")))


def send(client, **changed):
    return client.fill("/console/services/new", typed(**changed))


def test_a_service_is_recorded_counted_and_listed_without_the_name(desk):
    client, before = desk.login("advisor_c01"), items(desk)
    answer = send(client, token="t1", matter="事一")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "计入法律服务事项" in page.text and re.search(r"FW\d{8}-[0-9A-F]{10}", page.text)
    assert "王五" not in page.text and "13800138000" not in page.text
    assert items(desk) == before + 1
    with desk.database.reading() as session:
        for row in session.query(BookFact).filter(BookFact.book == "service"):
            assert "王五" not in str(vars(row)) and "13800138000" not in str(vars(row))


def test_the_same_form_sent_twice_records_once_and_the_same_matter_counts_once_a_day(desk):
    client = desk.login("advisor_c01")
    send(client, token="t2", matter="事二")
    before = facts(desk), items(desk)
    send(client, token="t2", matter="事二")
    assert (facts(desk), items(desk)) == before
    answer = send(client, token="t3", matter="事 二", who="13800138000王五" [::-1] and "王五13800138000")
    assert "没有计入" in client.get(answer.headers["location"]).text
    assert (facts(desk), items(desk)) == (before[0] + 1, before[1])


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"kind": ""}, "服务类型"),
        ({"who": ""}, "服务对象"),
        ({"matter": " "}, "什么事"),
        ({"community": "c04"}, "社区"),
        ({"served_at": "2099-01-01T10:00"}, "还没有到"),
        ({"served_at": "明天"}, "2026-03-16"),
        ({"kind": "lecture", "evidence": "签到表1", "attendance": ""}, "人数"),
        ({"kind": "lecture", "attendance": "30"}, "凭证"),
        ({"kind": "litigation_support"}, "凭证"),
        ({"minutes": "很久"}, "整数"),
        ({"matter": "长" * 61}, "最多60字"),
        ({"result": "made_up"}, "没有“made_up”"),
    ],
)
def test_a_wrong_form_says_what_and_writes_nothing(desk, changed, said):
    client, before = desk.login("advisor_c01"), facts(desk)
    answer = send(client, token="bad", **changed)
    assert answer.status_code == 400 and said in answer.text
    assert "漏水赔偿" in answer.text or "matter" in changed
    assert facts(desk) == before


def test_a_record_is_taken_back_with_a_reason_by_who_made_it(desk):
    client = desk.login("advisor_c01")
    number = send(client, token="t5", matter="记错的事").headers["location"].split("saved=")[1]
    before = items(desk)
    assert desk.login("advisor_c04").fill("/console/services/take-back", {"number": number, "reason": "不是我的"}).status_code == 404
    assert "problem=reason" in client.fill("/console/services/take-back", {"number": number, "reason": ""}).headers["location"]
    assert items(desk) == before
    page = client.get(client.fill("/console/services/take-back", {"number": number, "reason": "记错社区"}).headers["location"])
    assert "已撤销：记错社区" in page.text and items(desk) == before - 1
    assert "problem=gone" in client.fill("/console/services/take-back", {"number": number, "reason": "再撤一次"}).headers["location"]
    assert items(desk) == before - 1


def test_an_advisor_sees_the_own_communities_and_the_own_records_only(desk):
    number = send(desk.login("advisor_c01"), token="t6", matter="一社区的事").headers["location"].split("saved=")[1]
    assert number in desk.login("mediator_c01").get("/console/services").text
    assert number not in desk.login("advisor_c04").get("/console/services").text
    assert number in desk.login("office").get("/console/services").text


def test_the_log_leaves_as_spreadsheet_and_as_paper(desk):
    client = desk.login("advisor_c01")
    send(client, token="t7", matter="导出", brief="=HYPERLINK(\"http://x\")", kind="consult_onsite", minutes="90")
    book = load_workbook(io.BytesIO(client.get("/console/services/log?as=xlsx").content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    hostile = [c for c in cells if isinstance(c.value, str) and "HYPERLINK" in c.value]
    assert hostile and all(c.data_type == "s" for c in hostile)
    assert "'=HYPERLINK" in client.get("/console/services/log?as=csv").text
    paper = Document(io.BytesIO(client.get("/console/services/log?as=docx").content))
    assert "法律顾问工作日志" in paper.paragraphs[0].text and any("现场咨询" in c.text for row in paper.tables[0].rows for c in row.cells)


# --- spreadsheets


def sheet(rows, columns=None, client=None):
    book = Workbook()
    page = book.active
    page.append(columns or ["服务类型", "服务对象", "什么事", "社区", "服务时间", "结果", "时长（分钟）", "人数（讲座）", "凭证", "方式", "对象类别", "纠纷类型", "层级", "这件事以前登记过，今天又有新的处理", "简述", "记录编号"])
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(matter="表格事", number="", kind="电话咨询", at="2026-03-16 10:00", place="示例社区一", **more):
    return [kind, more.get("who", "赵六"), matter, place, at, "已答复", more.get("minutes", 30), more.get("people", ""), more.get("evidence", ""), "", "", "", "", "", "", number]


def upload(client, body, name="a.xlsx"):
    proof = client.proof("/console/services/import")
    return client.post("/console/services/imports", files={"file": (name, body)}, data={"csrf": proof}, headers={"X-CSRF": proof})


def test_a_filled_template_is_taken_whole_and_the_same_rows_again_add_nothing(desk):
    client = desk.login("advisor_c01")
    book = load_workbook(io.BytesIO(client.get("/console/services/template.xlsx").content))
    page = book.worksheets[0]
    for values in (row("甲"), row("乙", number="纸2026-1", at=datetime(2026, 3, 17, 9, 30)), row("丙", kind="法治讲座", who="", people=40, evidence="签到表")):
        page.append(values)
    out = io.BytesIO()
    book.save(out)
    before = facts(desk)
    assert "新登记3条，其中计入法律服务事项3次" in upload(client, out.getvalue()).text
    assert facts(desk) == before + 3
    again = upload(client, out.getvalue()).text
    assert "新登记0条" in again and "3条以前登记过" in again and facts(desk) == before + 3
    assert "纸2026-1" in client.get("/console/services?month=2026-03").text


def test_one_wrong_row_keeps_all_out_and_every_wrong_row_is_named(desk):
    client, before = desk.login("advisor_c01"), facts(desk)
    body = sheet([row("好的一行"), row("错一", kind="算命"), row("错二", at="昨天"), row("错三", place="示例社区四"), row("", number="x"), row("错五", minutes=1.5), row("好的一行")])
    answer = upload(client, body)
    assert answer.status_code == 400 and facts(desk) == before
    for said in ("没有“算命”", "昨天", "示例社区四", "请填写“什么事”", "1.5", "和第2行相同"):
        assert said in answer.text, said
    for line in (3, 4, 5, 6, 7, 8):
        assert re.search(rf'data-name="行">{line}<', answer.text), line


def _bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (spreadsheet.LARGEST_INSIDE + 1))
    return out.getvalue()


def _dtd():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return out.getvalue()


@pytest.mark.parametrize(
    "body, said",
    [
        (lambda: b"not a spreadsheet", "不是 .xlsx"),
        (lambda: sheet([["x"]], ["姓名", "电话"]), "没有找到标题行"),
        (lambda: sheet([row()], ["服务类型", "服务对象", "什么事", "电话"]), "多出：电话"),
        (lambda: sheet([]), "没有填写的行"),
        (lambda: sheet([row("=1+1")]), "公式"),
        (lambda: sheet([row(str(n)) for n in range(2001)]), "最多2000行"),
        (_bomb, "内容太多"),
        (_dtd, "格式不对"),
    ],
    ids=("text", "other columns", "a column too much", "empty", "formula", "too many rows", "bomb", "entities"),
)
def test_a_file_that_is_no_such_spreadsheet_is_refused_in_words(desk, body, said):
    client, before = desk.login("advisor_c01"), facts(desk)
    answer = upload(client, body())
    assert answer.status_code == 400 and said in answer.text and facts(desk) == before


def test_a_number_that_stands_for_another_service_is_refused(desk):
    client = desk.login("advisor_c01")
    assert "新登记1条" in upload(client, sheet([row("第一件", number="纸-7")])).text
    answer = upload(client, sheet([row("另一件", number="纸-7", kind="代写文书"), row("新的一件")]))
    assert answer.status_code == 400 and "已经登记为另一次服务" in answer.text
    assert "新的一件" not in client.get("/console/services?month=2026-03").text


# --- fields


@pytest.mark.parametrize(
    "kind, text, value",
    [
        (NUMBER, "1,200", 1200), (NUMBER, "30.0", 30), (CHECK, "是", True), (CHECK, "", False), (DAY, "2026年3月6日", datetime(2026, 3, 6).date()),
        (MOMENT, "2026/3/6 9:05", datetime(2026, 3, 6, 9, 5, tzinfo=BEIJING)), (CHOICE, "甲", "a"), (CHOICE, "a", "a"), ("text", "  a\u200b\x00  b ", "a b"),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_in_its_type(kind, text, value):
    assert read_field(Field("f", "项", kind, choices=(("a", "甲"),)), text, NOON) == value


@pytest.mark.parametrize("kind, text", [(NUMBER, "-1"), (NUMBER, "１２a"), (DAY, "2026-02-30"), (DAY, "2026-03-17"), (MOMENT, "0001-01-01"), (CHOICE, "乙"), (CHECK, "也许"), (NUMBER, "9" * 12)])
def test_what_cannot_be_read_is_said_in_words(kind, text):
    with pytest.raises(ValueError, match="“项”"):
        read_field(Field("f", "项", kind, choices=(("a", "甲"),)), text, NOON)


def test_all_wrong_fields_are_said_at_once():
    with pytest.raises(BadFields) as caught:
        read_fields((Field("a", "甲", required=True), Field("b", "乙", NUMBER)), {"b": "x"}, datetime.now(timezone.utc))
    assert set(caught.value.fields) == {"a", "b"} and isinstance(caught.value, BadInput)
