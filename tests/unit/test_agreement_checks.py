"""The self-check of an agreement: what is judged, what is pointed at, what is asked (domain.md 5.6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.errors import BadInput
from bot.legal.agreement_checks import Term, Verdict, checklist, is_payment, to_mend
from bot.legal.enterprise import EnterpriseCategory, read_category

PAID = Term(1, "李四赔偿张三修理费。", Decimal("3500"), "李四", "张三", "转账", date(2026, 4, 10))


def verdicts(*terms, parties=2, copies=3):
    return {check.code: (check.verdict, check.where) for check in checklist(terms, parties, copies)}


def test_a_complete_agreement_leaves_only_what_a_person_must_judge():
    found = verdicts(PAID, Term(2, "李四修好自家水管。"))
    assert {code for code, (verdict, _) in found.items() if verdict is Verdict.LOOK} == {"voluntary", "others", "morals"}
    assert to_mend(checklist((PAID,), 2, 3)) == ()


@pytest.mark.parametrize(
    "term, missing",
    [
        (Term(1, "李四赔偿张三修理费。"), "第1条缺金额、日期、方式"),
        (Term(1, "李四赔偿张三修理费。", Decimal("1"), method="现金"), "第1条缺日期"),
        (Term(1, "李四付三千元。", due_on=date(2026, 4, 1), method="现金"), "第1条缺金额"),
    ],
)
def test_a_payment_needs_amount_day_and_way(term, missing):
    assert verdicts(term)["payments"] == (Verdict.MEND, missing)


def test_an_agreement_without_terms_is_none():
    assert verdicts()["payments"] == (Verdict.MEND, "没有协议条款")


@pytest.mark.parametrize(
    "content, code",
    [
        ("双方解除婚姻关系。", "identity"), ("孩子的监护关系变更为李四。", "identity"), ("该房屋所有权归张三。", "property"), ("宅基地归张三所有。", "property"),
        ("张三不得报警。", "lawful"), ("张三放弃追究刑事责任。", "lawful"), ("李四尽快修好。", "clear"),
    ],
)  # fmt: skip
def test_words_of_forbidden_or_vague_clauses_are_pointed_at_and_not_decided(content, code):
    verdict, where = verdicts(PAID, Term(2, content))[code]
    assert verdict is Verdict.LOOK and where.startswith("第2条“")


@pytest.mark.parametrize("content", ["双方互不再追究民事责任。", "李四每月探望孩子两次。", "李四搬走楼道内的杂物。"])
def test_ordinary_clauses_are_not_pointed_at(content):
    found = verdicts(PAID, Term(2, content))
    assert all(found[code][0] is Verdict.FINE for code in ("identity", "property", "lawful", "clear"))


@pytest.mark.parametrize("parties, copies, verdict", [(2, 3, Verdict.FINE), (3, 3, Verdict.MEND), (3, 4, Verdict.FINE), (2, None, Verdict.MEND)])
def test_each_party_keeps_a_copy_and_the_committee_one(parties, copies, verdict):
    assert verdicts(PAID, parties=parties, copies=copies)["copies"][0] is verdict


def test_what_is_done_and_not_paid_needs_no_amount():
    assert not is_payment(Term(1, "李四修好自家水管。")) and is_payment(Term(1, "李四返还押金。"))


@pytest.mark.parametrize(
    "said, category",
    [("账款", "payment"), ("货款要不回来", "payment"), ("招不到人，用工难", "employment"), ("停电", "utility"), ("修路的事", "logistics"), ("其他", "other"), ("不清楚", "other"), ("罚款太重", "enforcement")],
)
def test_an_enterprise_names_its_category_in_its_own_words(said, category):
    assert read_category(said) is EnterpriseCategory.from_code(category)


@pytest.mark.parametrize("said", ["", "你好", "税和贷款都有"])
def test_no_category_or_several_are_asked_again(said):
    with pytest.raises(BadInput):
        read_category(said)


def test_every_category_is_read_by_its_label():
    assert [read_category(c.label) for c in EnterpriseCategory] == list(EnterpriseCategory)
