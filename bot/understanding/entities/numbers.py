"""Numbers as people write them: 3万5, 二万三, 一千零五十, 1.2万, 十几万, 两百五, 10w.

`cn2an` reads well-formed numbers only (not 3万5, 二万三 or 五六千), so the few lines of arithmetic are ours.
"""

import re
from decimal import Decimal
from typing import Optional

_UNITS = (("亿", 100_000_000), ("万", 10_000), ("千", 1000), ("百", 100), ("十", 10))
_ONE_WRITING = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬两俩仨〇零wk", "一二三四五六七八九十百千万二二三00万千")
_HAN_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_VAGUE = re.compile(r"[多来余好几数,，]")

DIGIT = "0-9零〇一二两俩三四五六七八九十壹贰叁肆伍陆柒捌玖拾"
NUMBER = rf"[{DIGIT}半几数][{DIGIT}百千万亿佰仟萬wkWK.,，多来余几]*"


def number_value(text: str) -> Optional[Decimal]:
    """Return what a number is worth, None if it cannot be read.

    五万多, 十几万 and 五六千 give what is certainly meant (50000, 100000, 5000); 几万 gives 10000.
    """
    text = text.lower().translate(_ONE_WRITING).rstrip(".")
    if text.startswith("半"):
        return Decimal("0.5")
    text = re.sub(r"^[几数](?=[十百千万亿])", "一", text)
    text = re.sub(r"([一二三四五六七八])[二三四五六七八九](?=[十百千万])", r"\1", text)
    return _value(_VAGUE.sub("", text).translate(_HAN_DIGITS))


def _value(text: str) -> Optional[Decimal]:
    """Read digits and units, the largest unit first; a missing count before a unit is one (十万, 百)."""
    for unit, worth in _UNITS:
        if unit in text:
            before, _, after = text.rpartition(unit)
            count = _value(before) if before else Decimal(1)
            rest = _rest(after, worth)
            return None if count is None or rest is None else count * worth + rest
    return Decimal(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def _rest(after: str, worth: int) -> Optional[Decimal]:
    """Read what follows a unit: a lone digit counts tenths of it (二万三 = 23000), except after ten (十三) or zero."""
    if not after:
        return Decimal(0)
    if re.fullmatch(r"[1-9]", after) and worth > 10:
        return Decimal(after) * (worth // 10)
    return _value(after.lstrip("0") or "0")
