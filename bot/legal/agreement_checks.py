"""Is a mediation agreement fit to be signed? The self-check of domain.md 5.6; pure.

What a program can see is judged; what only a person can judge is asked. Words that often stand in forbidden clauses are
pointed at, never decided on.

Source: 人民调解法 arts. 28, 29; 民事诉讼法解释 arts. 355, 358.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.legal.coded import Coded


class Verdict(Coded):
    """What a check found."""

    FINE = ("fine", "符合")
    MEND = ("mend", "须补正")
    LOOK = ("look", "请人工核对")


@dataclass(frozen=True)
class Term:
    """One clause of an agreement (协议事项).

    Args:
        amount: 元, where something is paid.
        method: how it is paid or done.
    """

    no: int
    content: str
    amount: Decimal | None = None
    payer: str | None = None
    payee: str | None = None
    method: str | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Check:
    """One line of the checklist: the question, the finding, and where to look."""

    code: str
    question: str
    verdict: Verdict
    where: str = ""


_PAYS = re.compile(r"支付|给付|赔偿|补偿|返还|退还|偿还|付清|[一二三四五六七八九十百千万\d]元")
_POINTED_AT = (
    (
        "identity", "是否不含确认、变更、解除身份关系的内容（如婚姻、收养、亲子、监护）",
        r"(解除|确认|变更|断绝|脱离).{0,8}(婚姻|夫妻|收养|亲子|父子|父女|母子|母女|监护)|(婚姻|收养|亲子|监护)关系.{0,6}(解除|成立|无效|变更)",
    ),
    ("property", "是否不含物权、知识产权确权的内容", r"(所有权|产权|使用权|专利权?|商标权?|著作权).{0,8}(归|属|确认|归属)|归.{1,12}所有"),
    (
        "lawful", "是否不违反法律、行政法规的强制性规定",
        r"不(得|许|再)?(报警|报案|举报|控告|作证)|放弃.{0,6}(刑事|报案|控告)|不追究刑事|高利|利滚利|拘禁|扣押证件",
    ),
    ("clear", "内容是否明确、能够执行", r"尽快|适当|酌情|另行协商|视情况|尽量|争取|等等"),
)  # fmt: skip
_ASKED = (
    ("voluntary", "各方是否自愿，没有欺诈、胁迫、恶意串通"),
    ("others", "是否不损害国家利益、社会公共利益和他人合法权益"),
    ("morals", "是否不违背公序良俗"),
)


def checklist(terms: tuple[Term, ...], parties: int, copies: int | None) -> tuple[Check, ...]:
    """Return the self-check of a written agreement, one line a question, in a fixed order.

    Args:
        parties: how many sign; each keeps a copy and the committee one more.
        copies: copies made; None where not said.
    """
    pointed = (Check(code, question, *_pointed_at(terms, words)) for code, question, words in _POINTED_AT)
    asked = (Check(code, question, Verdict.LOOK) for code, question in _ASKED)
    return (_payments(terms), *pointed, *asked, _copies(parties, copies))


def to_mend(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Return the checks that keep an agreement from being signed as it is."""
    return tuple(check for check in checks if check.verdict is Verdict.MEND)


def is_payment(term: Term) -> bool:
    """Whether a clause has something paid."""
    return term.amount is not None or bool(_PAYS.search(term.content))


def _payments(terms: tuple[Term, ...]) -> Check:
    question = "每条给付是否写明金额、日期和方式"
    if not terms:
        return Check("payments", question, Verdict.MEND, "没有协议条款")
    gaps = []
    for term in (t for t in terms if is_payment(t)):
        missing = [name for value, name in ((term.amount, "金额"), (term.due_on, "日期"), (term.method, "方式")) if not value]
        if missing:
            gaps.append(f"第{term.no}条缺{'、'.join(missing)}")
    return Check("payments", question, Verdict.MEND if gaps else Verdict.FINE, "；".join(gaps))


def _pointed_at(terms: tuple[Term, ...], words: str) -> tuple[Verdict, str]:
    found = [f"第{term.no}条“{hit[0]}”" for term in terms if (hit := re.search(words, term.content))]
    return (Verdict.LOOK, "、".join(found)) if found else (Verdict.FINE, "")


def _copies(parties: int, copies: int | None) -> Check:
    question = "份数是否为当事人各一份、调解委员会留存一份"
    if copies is None:
        return Check("copies", question, Verdict.MEND, f"应为{parties + 1}份，未写")
    wrong = copies != parties + 1
    return Check("copies", question, Verdict.MEND if wrong else Verdict.FINE, f"应为{parties + 1}份，写的是{copies}份" if wrong else "")
