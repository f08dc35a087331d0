"""Enterprise issues: categories, and when two letters are the same issue. Pure (domain.md 1.2 #10, 2.12)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta

from bot.errors import BadInput
from bot.legal.coded import Coded

SILENCE_DAYS = 15
CHARACTER_WEIGHTS = dict(zip("0123456789ABCDEFGHJKLMNPQRTUWXY", range(31)))


class EnterpriseCategory(Coded):
    """What an enterprise's issue is about."""

    PAYMENT = ("payment", "账款")
    EMPLOYMENT = ("employment", "用工")
    TAX = ("tax", "税费")
    PERMIT = ("permit", "许可")
    LAND_FACTORY = ("land_factory", "用地厂房")
    FINANCE = ("finance", "融资")
    LOGISTICS = ("logistics", "物流道路")
    UTILITY = ("utility", "水电气")
    ENFORCEMENT = ("enforcement", "执法检查")
    POLICY_FULFIL = ("policy_fulfil", "政策兑现")
    SAFETY_ENVIRONMENT = ("safety_environment", "安全环保")
    MARKET = ("market", "市场准入")
    OTHER = ("other", "其他")


_WORDS = {
    EnterpriseCategory.PAYMENT: "账款|货款|欠款|回款|工程款",
    EnterpriseCategory.EMPLOYMENT: "用工|招工|招人|工人|员工|社保",
    EnterpriseCategory.TAX: "税|收费",
    EnterpriseCategory.PERMIT: "许可|证照|审批|执照|办证",
    EnterpriseCategory.LAND_FACTORY: "用地|厂房|土地",
    EnterpriseCategory.FINANCE: "融资|贷款|资金",
    EnterpriseCategory.LOGISTICS: "物流|道路|修路|运输|货车",
    EnterpriseCategory.UTILITY: "水电|用电|用水|停电|停水|供电|供水|燃气|天然气|增容",
    EnterpriseCategory.ENFORCEMENT: "执法|检查|处罚|罚款",
    EnterpriseCategory.POLICY_FULFIL: "政策|补贴|奖补|兑现",
    EnterpriseCategory.SAFETY_ENVIRONMENT: "安全|环保|排污|环评",
    EnterpriseCategory.MARKET: "准入|招标|投标|招投标",
    EnterpriseCategory.OTHER: "其他|不清楚|不知道|不好说|没有合适",
}


def read_category(text: str) -> EnterpriseCategory:
    """Return the category that somebody names in their own words; the desk may decide otherwise.

    Raises:
        BadInput: none is named, or several.
    """
    said = text.strip()
    exact = [category for category in EnterpriseCategory if said in (category.code, category.label)]
    found = exact or [category for category, words in _WORDS.items() if re.search(words, said)]
    if len(found) != 1:
        raise BadInput("utter_bad_category")
    return found[0]


def is_uscc(code: str) -> bool:
    """Whether this is a unified social credit code (统一社会信用代码): 18 characters with a right check character.

    Source: GB 32100-2015, weights 3^(i-1) mod 31.
    """
    if len(code) != 18 or any(c not in CHARACTER_WEIGHTS for c in code):
        return False
    total = sum(CHARACTER_WEIGHTS[c] * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return (31 - total % 31) % 31 == CHARACTER_WEIGHTS[code[17]]


def normalised(text: str) -> str:
    """Return a request without spaces, punctuation, width and case, so that two letters of the same words are equal."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def issue_key(uscc: str, category: EnterpriseCategory, text: str) -> str:
    """Return what makes two letters one issue: credit code, category and normalised request, as 32 hex digits."""
    return hashlib.sha256(f"{uscc}\n{category.code}\n{normalised(text)}".encode()).hexdigest()[:32]


def silence_counts(done_at: datetime, now: datetime) -> bool:
    """Whether an enterprise that said nothing for 15 days since the issue was done counts as agreeing."""
    return now - done_at >= timedelta(days=SILENCE_DAYS)
