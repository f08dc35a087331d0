"""What is entered about a party can be right, or it is said what cannot."""

from datetime import date

import pytest

from bot.legal.party_details import problems, tidy_number

TODAY = date(2026, 3, 16)
MAN, WOMAN, CHILD = "41000019800101001X", "41000019820202002X", "410000201501010010"


def found(id_agreed=True, **given):
    return problems(given, id_agreed, TODAY)


def test_nothing_has_to_be_known():
    assert found(id_agreed=False) == {} == found(id_agreed=False, gender="男", born="1980-01-01", ethnicity="汉族")


def test_a_document_number_is_kept_only_after_its_own_consent():
    assert "单独同意" in found(id_agreed=False, id_number=MAN)["id_agreed"]
    assert found(id_number=MAN) == {}


@pytest.mark.parametrize("number", ["410000198001010011", "41000019800101001", "1", "410000198002300019", "x" * 18])
def test_a_number_that_cannot_be_one_is_refused(number):
    assert "证件号码" in found(id_number=number)["id_number"]


@pytest.mark.parametrize("number", ["E12345678", "H0123456789", "MA1234567"])
def test_passports_and_passes_are_documents_too(number):
    assert found(id_number=number) == {}


def test_birth_and_sex_must_be_those_of_the_number():
    assert "1980-01-01" in found(id_number=MAN, born="1980-01-02")["id_number"]
    assert "性别" in found(id_number=MAN, gender="女")["id_number"]
    assert found(id_number=MAN, born="1980-01-01", gender="男") == {} == found(id_number=WOMAN, gender="女")


def test_of_a_child_no_document_number_is_kept():
    assert "监护人" in found(id_number=CHILD, born="2015-01-01")["id_number"] == found(id_number=CHILD)["id_number"]


def test_a_credit_code_is_checked():
    assert found(uscc="91000000DEM0000006") == {} and "校验码" in found(uscc="91000000DEM0000007")["uscc"]


def test_numbers_are_taken_without_spaces_width_and_small_letters():
    assert tidy_number(" 4100 0019-8001 0100 1x ") == "41000019800101001X" and tidy_number("Ｅ１２３") == "E123"
