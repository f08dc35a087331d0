"""What counts as an answer to each field of the intake form."""

import pytest

from bot.errors import BadInput
from bot.legal import intake
from bot.legal.cases import CaseKind


def test_consent_is_asked_before_anything_that_names_a_person():
    for kind in CaseKind:
        fields = intake.fields_of(kind)
        personal = [f for f in (intake.OTHER, intake.ENTERPRISE, intake.NAME, intake.PHONE) if f in fields]
        assert all(fields.index(intake.CONSENT) < fields.index(f) for f in personal)


def test_an_enterprise_is_asked_for_its_name_and_not_for_another_party():
    assert intake.ENTERPRISE in intake.fields_of(CaseKind.ENTERPRISE)
    assert intake.OTHER not in intake.fields_of(CaseKind.ENTERPRISE)


def test_what_is_known_is_not_asked_again():
    assert intake.next_field(CaseKind.ADVICE, {intake.WHAT: "漏水"}) == intake.COMMUNITY


@pytest.mark.parametrize("said, number", [
    ("13800138000", "13800138000"),
    ("138 0013 8000", "13800138000"),
    ("我的电话是138-0013-8000", "13800138000"),
    ("+86 13800138000", "13800138000"),
    ("0376-6123456", "03766123456"),
])
def test_a_phone_number_is_read_however_it_is_written(said, number):
    assert intake.read_phone(said) == number


@pytest.mark.parametrize("said", ["1380013abcd", "12345", "", "没有电话", "138001380000000", "+1 2025550123"])
def test_what_is_no_chinese_phone_number_is_refused(said):
    with pytest.raises(BadInput) as refusal:
        intake.read_phone(said)
    assert refusal.value.hint == "utter_bad_phone"


@pytest.mark.parametrize("said, name", [("张三", "张三"), ("我叫李小红", "李小红"), ("阿依古丽·买买提", "阿依古丽·买买提"), ("Anna Lee", "Anna Lee")])
def test_a_name_is_read(said, name):
    assert intake.read_name(said) == name


@pytest.mark.parametrize("said", ["张3", "我", "怎么填?", "<b>x</b>", "13800138000", "诉讼时效是几年", "楼上漏水找谁来修才对"])
def test_what_is_no_name_is_refused(said):
    with pytest.raises(BadInput):
        intake.read_name(said)


@pytest.mark.parametrize("said, number", [
    ("GX2026-00001", "GX2026-00001"), ("gx2026-1", "GX2026-00001"), ("编号是GX 2026 00012", "GX2026-00012"), ("GX2026—00003,谢谢", "GX2026-00003"),
])
def test_a_case_number_is_read_in_any_spelling(said, number):
    assert intake.read_case_number(said, "GX") == number


@pytest.mark.parametrize("said", ["", "GX", "2026-00001", "GX2026-000001234", "AB2026-00001"])
def test_what_is_no_case_number_is_refused(said):
    with pytest.raises(BadInput):
        intake.read_case_number(said, "GX")


@pytest.mark.parametrize("said, field", [
    ("电话写错了", intake.PHONE), ("改一下社区", intake.COMMUNITY), ("修改姓名", intake.NAME), ("对方名字不对", intake.NAME), ("我要改诉求", intake.WISH),
])
def test_a_correction_names_its_field(said, field):
    assert intake.corrected_field(said) == field


@pytest.mark.parametrize("said", ["楼上漏水", "希望对方道歉", "13800138000", "示例社区三"])
def test_an_ordinary_answer_is_no_correction(said):
    assert intake.corrected_field(said) is None


@pytest.mark.parametrize("said", ["取消", "取消申请", "我不办了" [1:], "算了", "退出", "不想填了"])
def test_stopping_is_understood(said):
    assert intake.is_cancel(said)


@pytest.mark.parametrize("said", ["他取消了合同", "想取消购房合同怎么办", "算了一下他欠我三万"])
def test_a_matter_with_the_word_cancel_does_not_stop_the_form(said):
    assert not intake.is_cancel(said)


@pytest.mark.parametrize("said, meant", [("同意", True), ("好的", True), ("确认提交", True), ("不同意", False), ("不是", False)])
def test_yes_and_no_are_read(said, meant):
    assert intake.read_yes(said) is meant


def test_only_the_ends_of_a_phone_number_are_shown_when_masked():
    assert intake.masked_phone("13800138000") == "138****8000"


@pytest.mark.parametrize("text, read", [
    ("电话改成13900139000", (intake.PHONE, "13900139000")),
    ("把我的手机号改为 139 0013 9000", (intake.PHONE, "13900139000")),
    ("名字更正为李小四", (intake.NAME, "李小四")),
    ("合同改成三年", None),
    ("对方电话换了,找不到人", None),
])
def test_a_correction_of_the_own_name_or_phone_is_read(text, read):
    assert intake.correction_in(text) == read
