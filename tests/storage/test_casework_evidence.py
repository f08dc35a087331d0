"""Inquiries and the list of evidence: what must be said, kept encrypted, in order, and only in a mediation that was taken in."""

from datetime import date

import pytest
import sqlalchemy as sa

from bot.errors import BadFields, CaseRefused
from bot.ledger.casework_evidence import Evidence, Inquiry, evidence_of, inquiries_of, record_evidence, record_inquiry, return_evidence
from bot.ledger.privacy import erase_conversation
from bot.ledger.retention import KINDS, remove_some
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from tests.casework import Office, later
from tests.conftest import NOON

ASKED = Inquiry("third", "暗号邻居", "示例m01", NOON, "示例社区三", "问：看到什么？\n答：暗号滴水。", "楼下住户")
PHOTO = Evidence("暗号照片", "copy", "张三", date(2026, 3, 16))


@pytest.fixture()
def office(database):
    return Office(database)


@pytest.fixture()
def number(office):
    made = office.request()
    office.step(made, Action.ACCEPTED)
    return made


def test_inquiries_and_evidence_are_kept_in_order_and_stand_in_the_history(office, number):
    for _ in range(2):
        office.do(number, record_inquiry, ASKED)
    office.do(number, record_evidence, PHOTO)
    office.do(number, return_evidence, 1, date(2026, 3, 20), now=later(days=5))
    with office.database.reading() as session:
        assert [(i.inquiry_no, i.asked_person, i.words, i.relation) for i in inquiries_of(session, number)] == [
            (n, "暗号邻居", "问：看到什么？\n答：暗号滴水。", "楼下住户") for n in (1, 2)
        ]
        (shown,) = evidence_of(session, number)
        assert (shown.evidence_no, shown.item, shown.form, shown.source, shown.returned_on) == (1, "暗号照片", "copy", "张三", date(2026, 3, 20))
        raw = session.execute(sa.text("SELECT asked_person, words FROM mediation_inquiries UNION ALL SELECT item, source FROM mediation_evidence")).all()
        assert not any("暗号" in value or "张三" in value for row in raw for value in row)
    assert office.events(number)[-4:] == [Action.NOTED.code] * 4


@pytest.mark.parametrize("use_case, value, field", [
    (record_inquiry, Inquiry("moon", "甲", "乙", NOON, "室", "问"), "side"), (record_inquiry, Inquiry("other", " ", "乙", NOON, "室", "问"), "asked_person"),
    (record_inquiry, Inquiry("other", "甲", "乙", None, "室", "问"), "asked_at"), (record_inquiry, Inquiry("other", "甲", "乙", later(days=1), "室", "问"), "asked_at"),
    (record_inquiry, Inquiry("other", "甲", "乙", later(days=-1), "室", "问"), "asked_at"), (record_inquiry, Inquiry("other", "甲", "乙", NOON, "室", ""), "words"),
    (record_evidence, Evidence("", "copy", "甲", date(2026, 3, 1)), "item"), (record_evidence, Evidence("照片", "tape", "甲", date(2026, 3, 1)), "form"),
    (record_evidence, Evidence("照片", "copy", "甲", None), "received_on"), (record_evidence, Evidence("照片", "copy", "甲", date(2026, 3, 17)), "received_on"),
])  # fmt: skip
def test_what_is_left_out_or_lies_ahead_is_named_and_nothing_is_written(office, number, use_case, value, field):
    with office.unchanged(number), pytest.raises(BadFields) as refused:
        office.do(number, use_case, value)
    assert field in refused.value.fields


def test_evidence_goes_back_once_and_not_before_it_came(office, number):
    office.do(number, record_evidence, PHOTO)
    for returned_on, field in ((date(2026, 3, 15), "returned_on"), (date(2026, 3, 17), "returned_on"), (None, "returned_on")):
        with office.unchanged(number), pytest.raises(BadFields) as refused:
            office.do(number, return_evidence, 1, returned_on)
        assert field in refused.value.fields
    office.do(number, return_evidence, 1, date(2026, 3, 16))
    for gone in (1, 7):
        with office.unchanged(number), pytest.raises(BadFields, match="已经退还"):
            office.do(number, return_evidence, gone, date(2026, 3, 16))


def test_only_a_mediation_that_was_taken_in_has_them(office):
    for key, kind in (("a", CaseKind.MEDIATION), ("b", CaseKind.ADVICE)):
        number = office.request(key, kind)
        with office.unchanged(number), pytest.raises(CaseRefused, match="受理以后"):
            office.do(number, record_evidence, PHOTO)


def test_they_are_kept_with_a_mediation_and_emptied_when_its_time_is_over(office, number):
    office.do(number, record_inquiry, ASKED)
    office.do(number, record_evidence, PHOTO)
    office.walk(number, Action.TERMINATED, Action.ARCHIVED)
    with office.database.transaction() as session:
        erase_conversation(session, "web:a", later(days=1))
        assert inquiries_of(session, number)[0].asked_person == "暗号邻居"
    with office.database.transaction() as session:
        for kind in KINDS:
            while remove_some(session, kind, later(days=11 * 366), 2):
                pass
    with office.database.reading() as session:
        assert "暗号" not in inquiries_of(session, number)[0].words + evidence_of(session, number)[0].item
