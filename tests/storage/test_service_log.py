"""The service log and its spreadsheets, on both databases."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest
from openpyxl import Workbook

from bot.console.service_import import Refused, columns, read_file, write_all
from bot.ledger.advisor_services import record_service, take_back_service
from bot.ledger.service_log import find_logged, logged
from bot.legal.advisor_services import Result, ServiceKind, Subject
from bot.legal.cases import Role
from bot.legal.permissions import Staff, permissions_of
from bot.storage import personal_data
from tests.storage.books import LATER, at, counted, done, make_service

ADVISOR = Staff(1, "a01", "示例顾问甲", frozenset({Role.ADVISOR}), frozenset({"c01"}), permissions_of(frozenset({Role.ADVISOR})))
MARCH = (datetime(2026, 2, 28, 16, tzinfo=timezone.utc), datetime(2026, 3, 31, 16, tzinfo=timezone.utc))


def numbers(database, communities=None, own="nobody", **more):
    with database.reading() as session:
        return [row.record_no for row in logged(session, *MARCH, communities, own, **more)]


def test_the_log_shows_the_own_communities_and_the_own_records(database):
    for no, changed in (("S1", {}), ("S2", {"community": "c02", "matter": "b"}), ("S3", {"community": "c03", "advisor": "a02", "by": "a02", "matter": "c"}), ("S4", {"served_at": at(4, 1), "matter": "d"})):
        done(database, record_service, make_service(no, **changed))
    assert numbers(database) == ["S3", "S2", "S1"]
    assert numbers(database, frozenset({"c02"})) == ["S2"] and numbers(database, frozenset({"c09"}), "a02") == ["S3"]
    assert numbers(database, advisor="a01", kind="consult_onsite") == ["S2", "S1"] and numbers(database, kind="lecture") == []


def test_a_record_says_whether_it_counts_and_why_it_was_taken_back(database):
    done(database, record_service, make_service("S1", minutes=30, subject_type=Subject.ENTERPRISE, brief="我叫张三，电话13800138000"))
    done(database, record_service, make_service("S2"))
    done(database, record_service, make_service("S3", matter="x", result=Result.NOT_CONNECTED))
    with database.reading() as session:
        first, second, third = (find_logged(session, f"S{n}") for n in (1, 2, 3))
    assert (first.counted, second.counted, third.counted) == (True, False, False)
    assert (first.minutes, first.subject_type, first.kind) == (30, Subject.ENTERPRISE, ServiceKind.CONSULT_ONSITE)
    assert "13800138000" not in first.brief and "张三" not in first.brief
    done(database, take_back_service, "S1", "记错了", "a01")
    with database.reading() as session:
        first, second = find_logged(session, "S1"), find_logged(session, "S2")
    assert first.taken_back == "记错了" and not first.counted and second.counted and find_logged(session, "S9") is None


def file_of(office, *rows):
    book = Workbook()
    heads = columns(ADVISOR, office)
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head, "") for head in heads])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def line(matter, **more):
    return {"服务类型": "电话咨询", "服务对象": "赵六", "什么事": matter, "社区": "示例社区一", "服务时间": "2026-03-16 10:00", "结果": "已答复", **more}


def bring(database, office, body):
    records, problems = read_file(body, ADVISOR, office, LATER, personal_data.keys())
    assert problems == []
    with database.transaction() as session:
        return write_all(session, records, LATER)


def test_the_same_rows_twice_add_nothing_and_the_same_person_and_matter_counts_once_a_day(database, office):
    body = file_of(office, line("甲"), line("乙", 记录编号="纸1"), line("甲", 结果="待跟进"))
    first, second = bring(database, office, body), bring(database, office, body)
    assert (first.new, first.counted, first.known) == (3, 2, 0) and (second.new, second.known) == (0, 3)
    assert counted(database, "advisor_service_items") == 2


def test_one_row_against_the_books_keeps_all_rows_out(database, office):
    bring(database, office, file_of(office, line("甲", 记录编号="纸1")))
    done(database, take_back_service, "纸1", "错", "a01")
    with pytest.raises(Refused) as refused:
        bring(database, office, file_of(office, line("新"), line("甲", 记录编号="纸1")))
    assert [(p.row, "撤销过" in p.said) for p in refused.value.problems] == [(3, True)]
    assert counted(database, "advisor_service_items") == 0 and len(numbers(database)) == 1
