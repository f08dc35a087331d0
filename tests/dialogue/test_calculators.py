"""算一算, as residents use it."""

import pytest


def start(resident, question="公司无缘无故把我辞退了怎么赔偿"):
    resident.says(question)
    return resident.says("算一算")


def test_an_answer_with_a_calculator_offers_it(resident):
    resident.says("公司无缘无故把我辞退了怎么赔偿")
    assert "算一算" in resident.buttons
    resident.says("被狗咬了主人不赔怎么办")
    assert "算一算" not in resident.buttons


def test_the_inputs_are_asked_one_by_one_and_the_sum_shows_its_steps(resident):
    resident.says("公司无缘无故把我辞退了怎么赔偿")
    assert "怎么离开的" in resident.says("算一算")
    assert "没有正当理由被辞退" in resident.buttons and "取消" in resident.buttons
    assert "开始上班" in resident.says("没有正当理由被辞退")
    assert "哪一天离开" in resident.says("2020年3月1日")
    assert "多少元" in resident.says("2024年9月15日")
    answer = resident.says("6000")
    assert "60000元" in answer and "6000 × 5 = 30000元" in answer and "以文书和主管部门为准" in answer and "智能助手自动回复" in answer
    assert any(c.law == "中华人民共和国劳动合同法" for reply in resident.last for c in reply.citations)
    assert "转人工" in resident.buttons and all(len(reply.text) <= 600 for reply in resident.last)
    assert "【" in resident.says("房东不退押金怎么办"), "the form is really over"


def test_a_wrong_answer_is_refused_with_what_is_wrong_and_asked_again(resident):
    start(resident)
    resident.says("没有正当理由被辞退")
    said = resident.says("2023年2月29日")
    assert "2023年2月没有29日" in said and "开始上班" in said
    resident.says("2024年9月15日")
    said = resident.says("2020年3月1日")
    resident.says("-6000")
    assert "早于" in resident.says("6000") and "哪一天离开" in resident.last[-1].text
    assert "可以主张的金额" in resident.says("2026年3月15日")


def test_the_amounts_of_the_question_are_not_asked_again(resident):
    resident.says("公司无缘无故辞退我怎么赔偿,我2020年3月1日入职,月薪8000")
    resident.says("算一算")
    said = resident.says("没有正当理由被辞退")
    assert "哪一天离开" in said


def test_cancelling_ends_it(resident):
    start(resident)
    assert "不算了" in resident.says("取消")
    assert "【" in resident.says("房东不退押金怎么办")


def test_a_step_back_asks_the_last_input_again(resident):
    start(resident)
    resident.says("没有正当理由被辞退")
    resident.says("2020年3月1日")
    assert "开始上班" in resident.says("写错了")
    assert "怎么离开的" in resident.says("重填")


def test_a_card_with_several_calculators_asks_which(resident):
    resident.says("加班费怎么算,年休假没休能要钱吗")
    said = resident.says("算一算")
    assert "想算哪一样" in said and {"加班费", "年休假天数和没休的工资"} <= set(resident.buttons)
    assert "每月应得工资" in resident.says("加班费")
    for text in ("3480", "1", "1"):
        resident.says(text)
    assert "130元" in resident.says("1")


def test_without_a_card_the_common_ones_are_offered(resident):
    assert "想算哪一样" in resident.says("算一算") and "打官司的诉讼费" in resident.buttons
    resident.says("打官司的诉讼费")
    resident.says("要钱要物的案件")
    assert "3300元" in resident.says("15万")


def test_an_emergency_ends_the_calculation_and_comes_first(resident):
    start(resident)
    said = resident.says("救命 他现在拿刀砍门要杀我")
    assert "110" in said[:20] and "开始上班" not in said
    assert "【" in resident.says("房东不退押金怎么办")


def test_a_person_wanted_instead_ends_the_calculation(resident):
    start(resident)
    assert "先不算了" in resident.says("转人工")


def test_the_button_is_no_name_in_the_intake_form(resident):
    resident.says("房东不退押金怎么办")
    resident.says("申请人民调解")
    assert "正在登记" in resident.says("算一算") or "哪个社区" in resident.last[-1].text


@pytest.mark.parametrize("typed", ["😀", "<b>1</b>", "9" * 300, "不知道", "。。。"])
def test_nonsense_gets_a_clear_answer_and_the_question_again(resident, typed):
    start(resident)
    said = resident.says(typed)
    assert "请从下面选一个" in said and "怎么离开的" in said
