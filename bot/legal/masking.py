"""Taking personal data out of a sentence before it is kept for learning. Pure.

What stays must still be a question: amounts, dates and the matter remain, what names or reaches a person goes.
"""

from __future__ import annotations

import re

_RULES = (
    (re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "〔邮箱〕"),
    (re.compile(r"(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])"), "〔证件号〕"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}(?!\d)"), "〔电话〕"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "〔电话〕"),
    (re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}(?![A-Z0-9])"), "〔车牌〕"),
    (re.compile(r"(?<!\d)\d{8,}(?!\d)"), "〔号码〕"),
    (re.compile(r"(?i)(微信号?|QQ号?|支付宝账?号?)(?:是|为|[:：])?\s*[A-Za-z0-9_-]{5,}"), r"\1〔账号〕"),
    (re.compile(r"(我叫|我是|名叫|名字叫|姓名[:：是]?)(?!谁|什么|啥)([\u4e00-\u9fff]{2,4})(?=[,，。.!！;； ]|$)"), r"\1〔姓名〕"),
    (re.compile(r"\d{1,4}\s*[号栋幢][楼院]?\s*(?:\d{1,3}\s*单元)?\s*\d{0,5}\s*[室号户]?"), "〔门牌〕"),
)


def without_personal_data(text: str) -> str:
    """Return the text with phone, document and account numbers, plates, e-mail, stated names and house numbers replaced."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
