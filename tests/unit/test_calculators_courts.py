"""Court fees. Expected values were worked out by hand from 诉讼费用交纳办法 arts. 13-16."""

from decimal import Decimal as D

import pytest

from bot.legal.calculators.courts import ApplicationFee, CaseFee, application_fee, court_fee, property_fee
from bot.legal.sums import CLOSING, Uncountable


@pytest.mark.parametrize("amount, fee", [
    ("1", "50"), ("10000", "50"), ("10001", "50.03"), ("20000", "300"), ("50000", "1050"), ("100000", "2300"), ("150000", "3300"), ("200000", "4300"),
    ("300000", "5800"), ("500000", "8800"), ("1000000", "13800"), ("2000000", "22800"), ("5000000", "46800"), ("10000000", "81800"),
    ("20000000", "141800"), ("30000000", "191800"), ("12345.67", "108.64"),
])  # fmt: skip
def test_the_property_fee_rises_by_steps(amount, fee):
    assert property_fee(D(amount)) == D(fee)
    assert court_fee(CaseFee.PROPERTY, D(amount)).value == D(fee)


def test_simplified_procedure_and_mediation_halve_the_fee():
    assert court_fee(CaseFee.PROPERTY, D(150000)).results[1].low == D(1650)


@pytest.mark.parametrize("kind, amount, low, high, half_low, half_high", [
    (CaseFee.DIVORCE, None, 50, 300, 25, 150), (CaseFee.DIVORCE, 200000, 50, 300, 25, 150), (CaseFee.DIVORCE, 500000, 1550, 1800, 775, 900),
    (CaseFee.PERSONALITY, None, 100, 500, 50, 250), (CaseFee.PERSONALITY, 50000, 100, 500, 50, 250), (CaseFee.PERSONALITY, 80000, 400, 800, 200, 400),
    (CaseFee.PERSONALITY, 150000, 850, 1250, 425, 625), (CaseFee.OTHER, None, 50, 100, 25, 50),
])  # fmt: skip
def test_fees_the_province_sets_are_ranges(kind, amount, low, high, half_low, half_high):
    made = court_fee(kind, None if amount is None else D(amount))
    assert (made.results[0].low, made.results[0].high, made.results[1].low, made.results[1].high) == tuple(map(D, (low, high, half_low, half_high)))
    assert "由省里定" in made.text


@pytest.mark.parametrize("kind, fee, half", [(CaseFee.LABOUR, "10", "5"), (CaseFee.ADMINISTRATIVE, "50", "25")])
def test_labour_and_administrative_cases_have_one_fee(kind, fee, half):
    made = court_fee(kind)
    assert (made.value, made.results[1].low) == (D(fee), D(half)) and not made.results[0].is_range


def test_wages_need_no_fee_in_advance():
    assert "可以不预交" in court_fee(CaseFee.LABOUR).text


@pytest.mark.parametrize("kind, amount, fee", [
    (ApplicationFee.ENFORCEMENT, "8000", "50"), (ApplicationFee.ENFORCEMENT, "150000", "2150"), (ApplicationFee.ENFORCEMENT, "500000", "7400"),
    (ApplicationFee.ENFORCEMENT, "5000000", "52400"), (ApplicationFee.ENFORCEMENT, "10000000", "77400"), (ApplicationFee.ENFORCEMENT, "20000000", "87400"),
    (ApplicationFee.PRESERVATION, "1000", "30"), (ApplicationFee.PRESERVATION, "100000", "1020"), (ApplicationFee.PRESERVATION, "500000", "3020"),
    (ApplicationFee.PRESERVATION, "896000", "5000"), (ApplicationFee.PRESERVATION, "5000000", "5000"),
    (ApplicationFee.PAYMENT_ORDER, "10000", "16.67"), (ApplicationFee.PAYMENT_ORDER, "100000", "766.67"),
])  # fmt: skip
def test_applications_have_fees_of_their_own(kind, amount, fee):
    assert application_fee(kind, D(amount)).value == D(fee)


@pytest.mark.parametrize("amount", ["-1", "0", "99999999999999", "Infinity"])
def test_impossible_amounts_are_refused(amount):
    for kind in (CaseFee.PROPERTY,):
        with pytest.raises(Uncountable):
            court_fee(kind, D(amount))
    with pytest.raises(Uncountable):
        application_fee(ApplicationFee.ENFORCEMENT, D(amount))


def test_a_property_case_needs_an_amount():
    with pytest.raises(Uncountable) as refusal:
        court_fee(CaseFee.PROPERTY)
    assert refusal.value.field == "amount"


@pytest.mark.parametrize("amount", ["12345678.91", "9999999999.99", "34567.89"])
def test_every_fee_fits_a_screen_whole(amount):
    for made in (*(court_fee(kind, D(amount)) for kind in CaseFee), *(application_fee(kind, D(amount)) for kind in ApplicationFee)):
        assert made.is_whole and len(made.text) <= 600 and made.text.endswith(CLOSING)
