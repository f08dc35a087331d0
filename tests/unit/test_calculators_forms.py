"""Which inputs each calculator asks for, how answers are read, and what the first question already tells."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.cards import read_cards
from bot.legal.calculator_answers import bare_number
from bot.legal.calculator_docs import markdown
from bot.legal.calculator_fields import CHOICE, DAY, DAYS, MONEY, NUMBER, RATE, YES_NO, Field, told_already
from bot.legal.calculator_forms import CALCULATORS, calculator, calculators_of, is_asked_for
from bot.legal.sums import CLOSING, Uncountable
from bot.understanding.entities import find_entities

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]


def entities(text: str) -> list[dict]:
    return [entity.as_dict() for entity in find_entities(text, TODAY)]


def read(field: Field, text: str) -> str:
    return field.read(text, entities(text), TODAY)


def make(kind: str, **more) -> Field:
    return Field("x", "这一项", "多少？", kind, **more)


@pytest.mark.parametrize("text, kept", [
    ("6000", "6000"), ("6000元", "6000"), ("6,000", "6000"), ("大概6000块左右", "6000"), ("六千", "6000"), ("8千5", "8500"), ("1万2", "12000"), ("1.5万", "15000"),
    ("八百", "800"), ("300.50", "300.5"), ("每月5000", "5000"), ("我一个月工资是7200元", "7200"), ("10w", "100000"), ("0", "0"),
])  # fmt: skip
def test_money_is_read_however_it_is_written(text, kept):
    assert read(make(MONEY), text) == kept


@pytest.mark.parametrize("text, word", [("-5000", "不能是负数"), ("负五千", "不能是负数"), ("不告诉你", "只写数字"), ("", "只写数字"), ("给过3000元又给过2000元", "好几个数"), ("2024年3月5日", "只写数字")])
def test_what_is_no_amount_is_refused(text, word):
    with pytest.raises(Uncountable, match=word):
        read(make(MONEY), text)


@pytest.mark.parametrize("text, kept", [
    ("2024年3月15日", "2024-03-15"), ("2024-03-15", "2024-03-15"), ("2024.3.15", "2024-03-15"), ("2024/3/15", "2024-03-15"), ("20240315", "2024-03-15"),
    ("去年3月15号", "2025-03-15"), ("今天", "2026-11-23"), ("昨天", "2026-11-22"), ("3月15日", "2026-03-15"), ("12月15日", "2025-12-15"), ("2024年2月29日", "2024-02-29"),
])  # fmt: skip
def test_days_are_read_however_they_are_written(text, kept):
    assert read(make(DAY), text) == kept


@pytest.mark.parametrize("text, word", [
    ("2025年2月29日", "2025年2月没有29日"), ("2月29日", "2026年2月没有29日"), ("2024-02-30", "2024年2月没有30日"), ("2024年13月1日", "没有13月"), ("20240230", "2024年2月没有30日"),
    ("4月31号", "2026年4月没有31日"), ("2027年1月1日", "还没有到"), ("2024年3月", "记不清就写那个月的1日"), ("忘了", "请写到哪一天"), ("1930年5月1日", "太早了"),
    ("2024年3月1日到2024年5月1日", "好几个日期"), ("99999", "请写到哪一天"),
])  # fmt: skip
def test_days_that_do_not_exist_are_named(text, word):
    with pytest.raises(Uncountable, match=word):
        read(make(DAY), text)


def test_a_future_day_is_read_where_it_makes_sense():
    assert read(make(DAY, future=True), "2027年1月1日") == "2027-01-01"


def test_several_days_are_read_in_order_and_none_can_be_said():
    field = make(DAYS, skippable=True)
    assert read(field, "2024年8月1日催过,2023年9月1日也催过") == "2023-09-01,2024-08-01"
    assert field.value(read(field, "没有")) == () and field.value("2023-09-01,2024-08-01") == (date(2023, 9, 1), date(2024, 8, 1))


@pytest.mark.parametrize("text, kept", [
    ("年利率12%", "12"), ("12%每年", "12"), ("月利率1.5%", "18"), ("月息2分", "24"), ("2分利", "24"), ("一分五", "18"), ("月息1分半", "18"), ("月息8厘", "9.6"),
    ("年息1分", "10"), ("年息8厘", "8"), ("百分之二一个月", "24"), ("日息万分之五", "18.25"), ("千分之八的月息", "9.6"), ("没约定", "0"), ("没说利息", "0"), ("无息", "0"), ("0", "0"),
])  # fmt: skip
def test_rates_are_read_as_people_say_them(text, kept):
    assert D(read(make(RATE), text)) == D(kept)


@pytest.mark.parametrize("text, word", [("12%", "一年的还是一个月的"), ("12", "没看懂利率"), ("很高", "没看懂利率"), ("年利率-5%", "不能是负数")])
def test_what_is_no_rate_is_refused(text, word):
    with pytest.raises(Uncountable, match=word):
        read(make(RATE), text)


@pytest.mark.parametrize("unit, text, kept", [
    ("年", "6年", "6"), ("年", "六", "6"), ("年", "两年半", "2.5"), ("年", "18个月", "1.5"), ("个月", "3个月", "3"), ("个月", "半年", "6"), ("个月", "1年", "12"),
    ("天", "4天", "4"), ("天", "一周", "7"), ("天", "没有", "0"), ("小时", "10小时", "10"), ("小时", "2天", "16"), ("小时", "0", "0"), ("级", "六级", "6"), ("级", "9级伤残", "9"), ("个", "1个", "1"), ("人", "两个", "2"),
])  # fmt: skip
def test_numbers_take_the_unit_they_are_asked_in(unit, text, kept):
    assert read(make(NUMBER, unit=unit), text) == kept


@pytest.mark.parametrize("text", ["-3", "不多", "3年或者4年", "abc"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Uncountable):
        read(make(NUMBER, unit="年"), text)


def test_a_choice_is_read_by_button_number_and_other_words():
    kind = calculator("severance").field("kind")
    assert [read(kind, text) for text in ("没有正当理由被辞退", "3", "老板突然把我辞了", "合同到期没续", "N+1", "2N")] == ["2n", "2n", "2n", "n", "n1", "2n"]
    with pytest.raises(Uncountable, match="请从下面选一个"):
        read(kind, "不好说")


@pytest.mark.parametrize("text, kept", [("是", "yes"), ("是的", "yes"), ("有", "yes"), ("不是", "no"), ("没有", "no"), ("没", "no"), ("否", "no")])
def test_yes_and_no_are_read(text, kept):
    assert read(make(YES_NO), text) == kept


def test_yes_or_no_is_insisted_on():
    with pytest.raises(Uncountable):
        read(make(YES_NO), "也许")


def test_an_input_that_may_stay_open_can_be_skipped():
    grade = calculator("injury_benefits").field("grade")
    assert grade.value(read(grade, "没鉴定")) is None and grade.value(read(grade, "不清楚")) is None and "不清楚" in grade.buttons


@pytest.mark.parametrize("text, number", [("三千五", 3500), ("一万二", 12000), ("半", D("0.5")), ("5k", 5000), ("八", 8)])
def test_bare_numbers(text, number):
    assert bare_number(text) == number


@pytest.mark.parametrize("known", CALCULATORS, ids=lambda known: known.code)
def test_every_calculator_counts_its_example_in_one_screen(known):
    assert known.missing(known.example) is None
    text = known.calculate(known.example, {}, TODAY).text
    assert len(text) <= 600 and text.endswith(CLOSING) and "依据：" in text


@pytest.mark.parametrize("known", CALCULATORS, ids=lambda known: known.code)
def test_every_input_has_a_short_question_and_readable_choices(known):
    for field in known.fields:
        assert field.question.endswith(("。", "？")) and len(field.question) <= 90 and field.label
        for code, label, _ in field.choices if field.kind == CHOICE else ():
            assert read(field, label) == code and len(label) <= 24


def test_codes_are_unique_and_cards_exist():
    codes = [known.code for known in CALCULATORS]
    assert len(set(codes)) == len(codes)
    cards = read_cards()
    assert [card for known in CALCULATORS for card in known.cards if card not in cards] == []


@pytest.mark.parametrize("card, codes", [
    ("dismissal", ["severance"]), ("overtime_annual_leave", ["overtime", "annual_leave"]), ("prepaid_card", ["prepaid_refund", "unlimited_card", "prepaid_7days"]),
    ("judicial_confirmation", ["judicial_confirmation"]), ("private_loan", ["loan_interest", "limitation"]), ("legal_aid", ["legal_aid"]), ("dog_bite", []),
])  # fmt: skip
def test_a_card_leads_to_its_calculators(card, codes):
    assert [known.code for known in calculators_of(card)] == codes


def test_inputs_that_do_not_apply_are_not_asked():
    severance = calculator("severance")
    base = {"kind": "2n", "started": "2020-03-01", "ended": "2024-09-15", "monthly_wage": "6000"}
    assert severance.missing(base) is None
    assert severance.missing({**base, "kind": "n1"}).name == "last_month_wage"
    assert severance.missing({}).name == "kind"


def test_a_problem_names_the_input_to_ask_again():
    severance = calculator("severance")
    values = {"kind": "2n", "started": "2024-09-15", "ended": "2020-03-01", "monthly_wage": "6000"}
    with pytest.raises(Uncountable) as refusal:
        severance.calculate(values, {}, TODAY)
    assert severance.blamed(refusal.value, values).name == "ended"
    assert severance.blamed(Uncountable("不对"), values).name == "monthly_wage"


@pytest.mark.parametrize("code, question, told", [
    ("severance", "我2020年3月1日入职,月薪8000,2024年9月15日被辞退了怎么赔", {"started": "2020-03-01", "ended": "2024-09-15", "monthly_wage": "8000"}),
    ("severance", "公司2024年9月15日把我开除了,欠我15000元", {"ended": "2024-09-15"}),
    ("severance", "干了三年,公司要辞退我", {}),
    ("severance", "工资5000,后来工资6000,被辞退", {}),  # two wages: better asked
    ("loan_interest", "2025年1月15日借给他50000元,月息2分", {"principal": "50000", "lent": "2025-01-15"}),
    ("deposit", "我交了定金20000元,房东不租了", {"paid": "20000"}),
    ("child_support", "他月收入8000元,两个孩子给多少抚养费", {"monthly_income": "8000"}),
])  # fmt: skip
def test_only_what_surely_is_meant_is_taken_from_the_question(code, question, told):
    assert told_already(calculator(code).fields, question, entities(question)) == told


def test_a_value_is_shown_back_in_words():
    severance = calculator("severance")
    assert severance.field("kind").shown("2n") == "离开的原因：没有正当理由被辞退"
    assert severance.field("monthly_wage").shown("8000") == "月平均工资8000元"
    assert severance.field("started").shown("2020-03-01") == "入职日期2020-03-01"


@pytest.mark.parametrize("text, asked", [("算一算", True), ("帮我算算", True), ("算一下。", True), ("算一算吧", True), ("算了", False), ("算一算我能拿多少钱再说", False), ("", False)])
def test_the_button_is_recognised(text, asked):
    assert is_asked_for(text) is asked


def test_the_page_of_calculators_is_up_to_date():
    page = (ROOT / "docs" / "calculators.md").read_text(encoding="utf-8")
    assert page == markdown(), "run: python -m bot.legal.calculator_docs > docs/calculators.md"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789-.,%年月日号元万千百十零一二三两半分厘息每个天小时级没有是不 abc", max_size=14))
def test_whatever_is_typed_is_read_or_refused_in_words(text):
    for kind, unit in ((MONEY, ""), (NUMBER, "年"), (NUMBER, "小时"), (DAY, ""), (DAYS, ""), (RATE, ""), (YES_NO, "")):
        field = make(kind, unit=unit)
        try:
            field.value(read(field, text))
        except Uncountable as refusal:
            assert refusal.hint.endswith("。")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_given_is_counted_in_one_screen_or_refused_in_words(data):
    known = data.draw(st.sampled_from(CALCULATORS))
    kept = {MONEY: st.decimals(-10, 10**8, places=2).map(str), NUMBER: st.integers(-1, 40).map(str), RATE: st.decimals(0, 100, places=2).map(str),
            DAY: st.dates(date(1990, 1, 1), date(2035, 12, 31)).map(str), DAYS: st.lists(st.dates(date(1990, 1, 1), TODAY), max_size=9).map(lambda days: ",".join(map(str, days))),
            YES_NO: st.sampled_from(("yes", "no"))}  # fmt: skip
    values = {f.name: data.draw(st.sampled_from([c for c, *_ in f.choices]) if f.kind == CHOICE else kept[f.kind]) for f in known.fields}
    try:
        text = known.calculate(values, {}, TODAY).text
    except Uncountable as refusal:
        assert refusal.hint.endswith("。")
    else:
        assert len(text) <= 580 and text.endswith(CLOSING)
