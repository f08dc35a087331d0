"""查进度, 补充, 撤回."""

import pytest
import sqlalchemy as sa

from bot.ledger.people import phone_hash
from bot.storage.tables import CaseEvent, CasePerson, CaseStatement
from tests.dialogue.conftest import Resident
from tests.dialogue.test_intake import cases, fill_in


@pytest.fixture()
def filed(resident) -> str:
    fill_in(resident)
    resident.says("确认提交")
    return cases(resident)[0].number


def neighbour(resident) -> Resident:
    return Resident(resident.database, resident.agent, resident.channel, "web:somebody else")


def test_the_own_conversation_needs_no_number(resident, filed):
    assert filed in resident.says("查进度") and "已登记" in resident.says("查进度")


def test_somebody_else_needs_number_and_phone(resident, filed):
    other = neighbour(resident)
    assert "编号" in other.says("查进度")
    assert "后四位" in other.says(filed)
    assert "已登记" in other.says("8000")


def test_a_wrong_tail_tells_nothing(resident, filed):
    other = neighbour(resident)
    other.says("查进度")
    other.says(filed)
    assert "没有找到" in other.says("1111")


def test_guessing_is_stopped(resident, filed):
    other = neighbour(resident)
    for guess in range(5):
        other.says("查进度")
        other.says(filed)
        other.says(f"{guess:04d}")
    other.says("查进度")
    other.says(filed)
    assert "不再查询" in other.says("8000")


def test_an_unknown_number_is_answered(resident):
    resident.says("查进度")
    resident.says("GX2026-09999")
    assert "没有找到" in resident.says("8000")


def test_what_is_no_number_is_refused_and_a_person_can_be_asked_for(resident):
    resident.says("查进度")
    assert "没有看到编号" in resident.says("不知道")
    assert "先不查" in resident.says("转人工")


def test_a_wrong_phone_is_put_right_in_one_sentence(resident, filed):
    assert filed in resident.says("电话改成13900139000")
    with resident.database.reading() as session:
        people = session.execute(sa.select(CasePerson.phone).where(CasePerson.side == "applicant")).scalars().all()
        told = session.execute(sa.select(CaseStatement.about)).scalars().all()
        events = session.execute(sa.select(CaseEvent.event)).scalars().all()
        hashes = session.execute(sa.select(CasePerson.phone_hash).where(CasePerson.side == "applicant")).scalars().all()
    assert hashes == [phone_hash("13900139000")], "a look-up finds the new number"
    assert people == ["13900139000"] and "supplement" not in told and "phone_corrected" in events


def test_a_correction_that_is_no_phone_is_refused_and_changes_nothing(resident, filed):
    assert "号码不对" in resident.says("电话改成13900")
    with resident.database.reading() as session:
        assert session.execute(sa.select(CasePerson.phone).where(CasePerson.side == "applicant")).scalars().all() == ["13800138000"]


def test_somebody_with_number_and_digits_may_add_words_but_not_another_phone(resident, filed):
    other = neighbour(resident)
    for text in ("补充材料", filed, "8000", "电话改成13900139000"):
        other.says(text)
    with resident.database.reading() as session:
        assert session.execute(sa.select(CasePerson.phone).where(CasePerson.side == "applicant")).scalars().all() == ["13800138000"]


def test_a_supplement_is_added(resident, filed):
    resident.says("补充材料")
    assert filed in resident.says("昨天晚上又漏了一次,我拍了照片")


def test_withdrawing_asks_first(resident, filed):
    assert "确定要撤回" in resident.says("撤回申请")
    assert "继续办理" in resident.says("不是")
    resident.says("撤回申请")
    assert "已撤回" in resident.says("是的")
    assert cases(resident)[0].status == "withdrawn"


def test_cancel_with_nothing_open_says_so(resident):
    assert "不用取消" in resident.says("取消")
