"""Enterprise issues: categories, and when two letters are the same issue. Pure (domain.md 1.2 #10, 2.12)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta

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
