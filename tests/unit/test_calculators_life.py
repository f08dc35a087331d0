"""Sums of family, loans and purchases. Expected values were worked out by hand from the articles named in each calculator."""

from datetime import date
from decimal import Decimal as D

import pytest

from bot.errors import BadOfficeFile
from bot.legal.calculators.consumer import Broke, Fraud, deposit, prepaid_refund, punitive_damages, unlimited_card_refund
from bot.legal.calculators.family import child_support, divorce_window
from bot.legal.calculators.loans import loan_interest
from bot.legal.figures import Figure, read_figures
from bot.legal.sums import CLOSING, Uncountable

LPR = Figure("lpr_1y", D("3.0"), date(2026, 3, 20), "示例来源")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("income, children, low, high", [
    ("8000", 1, "1600", "2400"), ("8000", 2, "1600", "4000"), ("12345.67", 1, "2469.13", "3703.70"), ("5000", 3, "1000", "2500"),
])  # fmt: skip
def test_child_support_is_a_share_of_gross_income(income, children, low, high):
    result = child_support(D(income), children).results[0]
    assert (result.low, result.high) == (D(low), D(high)) and result.is_range


def test_child_support_without_fixed_income_says_how_to_take_it():
    assert "当年总收入或同行业平均收入" in child_support(D(3000), 1, fixed=False).text


@pytest.mark.parametrize("income, children", [("-1", 1), ("0", 1), ("8000", 0), ("8000", 11), ("8000", D("1.5"))])
def test_impossible_child_support_is_refused(income, children):
    with pytest.raises(Uncountable):
        child_support(D(income), children)


@pytest.mark.parametrize("received, cooling, fetching", [
    ("2026-03-02", "2026-04-01", "2026-05-06"),  # 1 May is a holiday
    ("2026-06-01", "2026-07-01", "2026-07-31"),
    ("2026-09-01", "2026-10-08", "2026-11-09"),  # 1 October; then 7 November is a Saturday
    ("2026-11-01", "2026-12-01", "2026-12-31"),
])  # fmt: skip
def test_a_divorce_cools_thirty_days_and_is_fetched_in_thirty_more(received, cooling, fetching):
    made = divorce_window(day(received))
    assert [result.low for result in made.results] == [day(cooling), day(fetching)]


def test_an_application_in_the_future_does_not_cool():
    with pytest.raises(Uncountable):
        divorce_window(day("2026-12-01"), today=day("2026-11-23"))


@pytest.mark.parametrize("principal, rate, lent, until, protected, agreed", [
    ("50000", "12", "2026-03-21", "2027-03-21", "6000", "6000"),
    ("50000", "24", "2026-03-21", "2027-03-21", "6000", "12000"),
    ("50000", "10", "2026-03-21", "2027-03-21", "5000", "5000"),
    ("10000", "12", "2026-03-01", "2026-03-31", "98.63", "98.63"),  # 10000 × 12 % × 30 ÷ 365
    ("73000", "36", "2026-03-01", "2026-03-02", "24", "72"),
    ("50000", "12", "2026-03-21", "2026-03-21", "0", "0"),
])  # fmt: skip
def test_loan_interest_is_protected_up_to_four_times_the_lpr(principal, rate, lent, until, protected, agreed):
    made = loan_interest(D(principal), D(rate), day(lent), day(until), LPR)
    assert made.result("法院一般支持的利息").low == D(protected) and made.result("约定的利息").low == D(agreed)
    assert made.result("本息合计（按支持的利息）").low == D(principal) + D(protected)


def test_without_a_figure_only_the_agreed_interest_is_counted_and_it_is_said():
    made = loan_interest(D(50000), D(24), day("2026-03-21"), day("2027-03-21"))
    assert [result.label for result in made.results] == ["约定的利息"] and made.value == D(12000)
    assert "没有录入，只算了约定的利息" in made.text


def test_the_figure_is_shown_with_date_and_source_and_another_month_is_told():
    same = loan_interest(D(50000), D(24), day("2026-03-21"), day("2027-03-21"), LPR)
    other = loan_interest(D(50000), D(24), day("2025-03-21"), day("2026-03-21"), LPR)
    assert "3%（2026年3月20日，示例来源）" in same.text and "应当按借款成立时" not in same.text and "应当按借款成立时" in other.text


def test_no_agreed_interest_is_no_interest():
    made = loan_interest(D(50000), D(0), day("2026-03-21"), day("2027-03-21"), LPR)
    assert made.value == 0 and made.result("本金").low == D(50000) and "视为没有利息" in made.text


def test_a_loan_from_before_the_limit_is_not_measured_against_it():
    made = loan_interest(D(50000), D(24), day("2019-03-21"), day("2020-03-20"), LPR)
    assert [result.label for result in made.results] == ["约定的利息"] and made.value == D(12000) and "2020年8月20日" in made.text


@pytest.mark.parametrize("principal, rate, lent, until, field", [
    ("0", "12", "2026-03-01", "2026-04-01", "principal"), ("-5", "12", "2026-03-01", "2026-04-01", "principal"),
    ("50000", "-1", "2026-03-01", "2026-04-01", "yearly_rate"), ("50000", "2000", "2026-03-01", "2026-04-01", "yearly_rate"),
    ("50000", "12", "2026-04-01", "2026-03-01", "until"), ("99999999999999", "12", "2026-03-01", "2026-04-01", "principal"),
])  # fmt: skip
def test_impossible_loans_are_refused(principal, rate, lent, until, field):
    with pytest.raises(Uncountable) as refusal:
        loan_interest(D(principal), D(rate), day(lent), day(until), LPR)
    assert refusal.value.field == field


@pytest.mark.parametrize("used, asked, tried, label, expected", [
    ("0", "2026-03-09", False, "应退本金", "3000"),  # the seventh day
    ("0", "2026-03-10", False, "解除后应退余额", "3000"),
    ("500", "2026-03-06", False, "应退本金", "2500"),
    ("500", "2026-03-06", True, "解除后应退余额", "2500"),
    ("3000", "2026-05-06", False, "解除后应退余额", "0"),
])  # fmt: skip
def test_a_prepaid_card_comes_back_without_reason_for_seven_days(used, asked, tried, label, expected):
    assert prepaid_refund(D(3000), D(used), day("2026-03-02"), day(asked), tried).result(label).low == D(expected)


@pytest.mark.parametrize("paid, used, asked", [("3000", "3001", "2026-03-06"), ("3000", "-1", "2026-03-06"), ("3000", "0", "2026-03-01"), ("0", "0", "2026-03-06")])
def test_impossible_prepaid_cards_are_refused(paid, used, asked):
    with pytest.raises(Uncountable):
        prepaid_refund(D(paid), D(used), day("2026-03-02"), day(asked))


@pytest.mark.parametrize("stopped, expected", [
    ("2025-07-01", "1830"),  # 183 of 365 days
    ("2025-12-31", "0"), ("2026-02-01", "0"), ("2025-01-01", "3640"),
])  # fmt: skip
def test_an_unlimited_card_comes_back_by_the_days_left(stopped, expected):
    assert unlimited_card_refund(D(3650), day("2025-01-01"), day("2025-12-31"), day(stopped)).value == D(expected)


def test_an_unlimited_card_cannot_end_before_it_began():
    for ends, stopped in (("2024-12-31", "2025-07-01"), ("2025-12-31", "2024-07-01")):
        with pytest.raises(Uncountable):
            unlimited_card_refund(D(3650), day("2025-01-01"), day(ends), day(stopped))


@pytest.mark.parametrize("kind, price, loss, extra", [
    (Fraud.GOODS, "100", None, "500"), (Fraud.GOODS, "166.67", None, "500.01"), (Fraud.GOODS, "2999", None, "8997"),
    (Fraud.FOOD, "60", None, "1000"), (Fraud.FOOD, "120", None, "1200"), (Fraud.FOOD, "20", "800", "2400"), (Fraud.FOOD, "300", "800", "3000"),
])  # fmt: skip
def test_damages_are_threefold_or_tenfold_with_a_least_amount(kind, price, loss, extra):
    made = punitive_damages(kind, D(price), D(loss) if loss else None)
    assert made.value == D(extra) and made.results[1].low == D(extra) + D(price)


@pytest.mark.parametrize("price, paid, broke, back", [
    ("100000", "20000", Broke.PAYER, "0"), ("100000", "20000", Broke.TAKER, "40000"), ("100000", "30000", Broke.PAYER, "10000"),
    ("100000", "30000", Broke.TAKER, "50000"), ("100000", "5000", Broke.TAKER, "10000"),
])  # fmt: skip
def test_a_deposit_works_up_to_a_fifth_of_the_price(price, paid, broke, back):
    assert deposit(D(price), D(paid), broke).value == D(back)


def test_a_deposit_above_the_price_is_refused():
    with pytest.raises(Uncountable):
        deposit(D(1000), D(2000), Broke.PAYER)


def test_every_sum_fits_a_screen_whole():
    for made in (
        loan_interest(D("123456.78"), D("36.5"), day("2025-03-21"), day("2027-03-20"), LPR), child_support(D("12345.67"), 3, False),
        prepaid_refund(D("12345.67"), D("1234.56"), day("2026-03-02"), day("2026-05-06")), deposit(D("1234567.89"), D("345678.91"), Broke.TAKER),
        punitive_damages(Fraud.FOOD, D("12.34"), D("1234.56")), divorce_window(day("2026-11-29")),
    ):  # fmt: skip
        assert made.is_whole and len(made.text) <= 600 and made.text.endswith(CLOSING)


def test_figures_are_read_with_date_and_source():
    figures = read_figures({"lpr_1y": {"value": "3.0", "as_of": date(2026, 11, 20), "source": "全国银行间同业拆借中心"}})
    assert figures["lpr_1y"].value == D("3.0") and read_figures({}) == {}


@pytest.mark.parametrize("raw, word", [
    ({"lpr": {"value": "3.0", "as_of": date(2026, 11, 20), "source": "x"}}, "unknown figure"),
    ({"lpr_1y": 3.0}, "expected value, as_of and source"),
    ({"lpr_1y": {"value": "3%", "as_of": date(2026, 11, 20), "source": "x"}}, "not a number"),
    ({"lpr_1y": {"value": "300", "as_of": date(2026, 11, 20), "source": "x"}}, "expected 0.1 to 20"),
    ({"lpr_1y": {"value": "nan", "as_of": date(2026, 11, 20), "source": "x"}}, "expected"),
    ({"lpr_1y": {"value": "3.0", "as_of": "上个月", "source": "x"}}, "as_of must be a day"),
    ({"lpr_1y": {"value": "3.0", "as_of": date(2026, 11, 20), "source": ""}}, "source must say"),
])  # fmt: skip
def test_a_wrong_figure_is_named(raw, word):
    with pytest.raises(BadOfficeFile, match=word):
        read_figures(raw)
