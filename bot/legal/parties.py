"""When two names or two phone numbers are the same. Pure; what is stored of it is a keyed hash (domain.md 4.4)."""

from __future__ import annotations

import re
import unicodedata

_TITLES = re.compile(r"(先生|女士|小姐|师傅|老师)$")


def name_key(name: str | None) -> str:
    """Return a name without spaces, width, case and address (张三先生 and 张 三 are one); "" where nothing is left."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name or "").casefold())
    shorter = _TITLES.sub("", plain)
    return shorter if len(shorter) >= 2 else plain


def phone_key(phone: str | None) -> str:
    """Return the digits of a phone number without the country's code; "" where there are none."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone or ""))
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits.removeprefix("86")
    return digits
