"""What papers want to know of a party besides name and phone, and whether it can be right. Pure.

Source: domain.md 5.1, 5.10, 5.11. A document number is sensitive personal information: kept only after its own consent (个保法 29).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Mapping

from bot.legal.enterprise import is_uscc

DETAIL_LABELS = {
    "gender": "性别", "born": "出生日期", "ethnicity": "民族或国籍", "occupation": "职业", "workplace": "工作单位", "address": "住址", "id_number": "证件号码",
    "legal_rep": "法定代表人或负责人", "uscc": "统一社会信用代码", "agent": "代理人",
}  # fmt: skip
GENDERS = ("男", "女")
MINOR_UNDER = 14
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_IDENTITY_CARD = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,10}")


def problems(given: Mapping[str, str], id_agreed: bool, today: date) -> dict[str, str]:
    """Return name of the field → what is wrong with it, in Chinese; {} where all of it can be right.

    Args:
        given: values by the names of DETAIL_LABELS, "" or missing where unknown; `born` as 1980-01-31.
        id_agreed: the party agreed by itself that the document number is kept.
    """
    found: dict[str, str] = {}
    born = date.fromisoformat(given["born"]) if given.get("born") else None
    number = given.get("id_number") or ""
    if number:
        wrong = _wrong_number(number, born, given.get("gender") or "")
        if wrong:
            found["id_number"] = wrong
        elif not id_agreed:
            found["id_agreed"] = "证件号码属于敏感信息：本人单独同意后才能登记，同意后请勾选；不同意不影响调解。"
        elif _age(born or _birth_in(number) or date.min, today) < MINOR_UNDER:
            found["id_number"] = "不满14周岁的，不登记证件号码；由监护人作为代理人。"
    if given.get("uscc") and not is_uscc(given["uscc"]):
        found["uscc"] = "统一社会信用代码不对：应为18位，最后一位是校验码，请对照营业执照。"
    return found


def tidy_number(typed: str) -> str:
    """Return a document number or credit code without spaces and width, letters large."""
    return re.sub(r"[\s　-]+", "", typed).upper().translate({full: full - 0xFEE0 for full in range(0xFF10, 0xFF5B)})


def _wrong_number(number: str, born: date | None, gender: str) -> str:
    if _OTHER_DOCUMENT.fullmatch(number):
        return ""
    if not _IDENTITY_CARD.fullmatch(number) or _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS)) % 11] != number[-1]:
        return "证件号码不对：身份证为18位，请对照证件核对；护照、港澳台证件写字母和数字。"
    inside = _birth_in(number)
    if inside is None:
        return "证件号码里的出生日期不存在，请对照证件核对。"
    if born is not None and born != inside:
        return f"证件号码里的出生日期是{inside}，和填的不一样，请核对。"
    if gender and gender != GENDERS[1 - int(number[16]) % 2]:
        return "证件号码里的性别和填的不一样，请核对。"
    return ""


def _birth_in(number: str) -> date | None:
    """The birth that an identity card's number holds; None for other documents and for a day that does not exist."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])) if _IDENTITY_CARD.fullmatch(number) else None
    except ValueError:
        return None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
