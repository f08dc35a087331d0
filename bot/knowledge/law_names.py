"""How laws and articles are called: Chinese numbers, article labels, titles and their short names. Pure."""

import re
from collections.abc import Iterable

from bot.errors import LegalBotError

WHOLE_TEXT = "全文"
REPUBLIC = "中华人民共和国"
_DIGITS = "零一二三四五六七八九"
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LABEL = re.compile(r"^第?([零〇一二三四五六七八九十百千两\d]+)条?(?:(?:之|-)([一二三四五六七八九十\d]+))?条?$")

# Spoken short names that no rule can derive from the official title.
SHORT_NAMES = {
    "民诉法": "中华人民共和国民事诉讼法",
    "刑诉法": "中华人民共和国刑事诉讼法",
    "行诉法": "中华人民共和国行政诉讼法",
    "消法": "中华人民共和国消费者权益保护法",
    "消保法": "中华人民共和国消费者权益保护法",
    "道交法": "中华人民共和国道路交通安全法",
    "交通法": "中华人民共和国道路交通安全法",
    "治安法": "中华人民共和国治安管理处罚法",
    "妇女法": "中华人民共和国妇女权益保障法",
    "老年法": "中华人民共和国老年人权益保障法",
    "未保法": "中华人民共和国未成年人保护法",
    "反家暴法": "中华人民共和国反家庭暴力法",
    "劳动仲裁法": "中华人民共和国劳动争议调解仲裁法",
    "复议法": "中华人民共和国行政复议法",
    "社保法": "中华人民共和国社会保险法",
    "居委法": "中华人民共和国城市居民委员会组织法",
    "村委法": "中华人民共和国村民委员会组织法",
    "调解法": "中华人民共和国人民调解法",
    "法援法": "中华人民共和国法律援助法",
    "反电诈法": "中华人民共和国反电信网络诈骗法",
    "民诉解释": "最高人民法院关于适用《中华人民共和国民事诉讼法》的解释",
    "民诉法解释": "最高人民法院关于适用《中华人民共和国民事诉讼法》的解释",
    "刑诉解释": "最高人民法院关于适用《中华人民共和国刑事诉讼法》的解释",
    "民间借贷规定": "最高人民法院关于审理民间借贷案件适用法律若干问题的规定",
    "人身损害赔偿解释": "最高人民法院关于审理人身损害赔偿案件适用法律若干问题的解释",
    "交通事故解释": "最高人民法院关于审理道路交通事故损害赔偿案件适用法律若干问题的解释",
    "婚姻家庭编解释一": "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）",
    "婚姻家庭编解释二": "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（二）",
}


class UnreadableArticleNumber(LegalBotError):
    """The number of an article cannot be read; nothing was looked up."""


def chinese_number(number: int) -> str:
    """Return 1..9999 in Chinese numerals as statutes write them (1079 → 一千零七十九, 12 → 十二).

    Raises:
        ValueError: outside 1..9999.
    """
    if not 1 <= number <= 9999:
        raise ValueError(f"Number {number}; expected 1 to 9999.")
    written, pending_zero = "", False
    for power, digit in zip("千百十 ", f"{number:04d}", strict=True):
        if digit == "0":
            pending_zero = bool(written)
            continue
        written += ("零" if pending_zero else "") + _DIGITS[int(digit)] + power.strip()
        pending_zero = False
    return written[1:] if written.startswith("一十") else written


def arabic_number(written: str) -> int:
    """Return the value of a Chinese or Arabic number below 10000 (一千零七十九 → 1079, 〇 counts as 零)."""
    if written.isdigit():
        return int(written)
    total, digit = 0, 0
    for sign in written.replace("〇", "零").replace("两", "二"):
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS.index(sign)
    return total + digit


def article_label(number: str) -> str:
    """Return the label as statutes print it: "1079" → 第一千零七十九条, "276之一" → 第二百七十六条之一.

    Chinese, Arabic, with or without 第…条, "276-1" and the label itself are read; 全文 stands for a text without articles.

    Raises:
        UnreadableArticleNumber: anything else.
    """
    text = re.sub(r"\s", "", str(number))
    if text == WHOLE_TEXT:
        return WHOLE_TEXT
    found = _LABEL.match(text)
    value = arabic_number(found[1]) if found else 0
    if not found or not 1 <= value <= 9999:
        raise UnreadableArticleNumber(
            f"Article number {number!r} cannot be read; expected one like 1079, 276之一 or 第一千零七十九条. "
            "Write the number without paragraph (款)."
        )
    suffix = f"之{chinese_number(arabic_number(found[2]))}" if found[2] else ""
    return f"第{chinese_number(value)}条{suffix}"


def short_title(title: str) -> str:
    """Return the title as people say it: without 中华人民共和国 in front."""
    return title[len(REPUBLIC):] if title.startswith(REPUBLIC) and title != REPUBLIC else title


def plain_title(name: str) -> str:
    """Return a title stripped of quotation marks and spaces, brackets in their Chinese form."""
    name = re.sub(r"\s", "", name).translate(str.maketrans("()〈〉", "（）《》"))
    return name[1:-1] if name.startswith("《") and name.endswith("》") and name.count("《") == 1 else name


def exact_title(name: str, titles: Iterable[str]) -> str | None:
    """Return the stored title that `name` stands for by rule: itself, with 中华人民共和国, or a known short name."""
    known = titles if isinstance(titles, (set, frozenset, dict)) else set(titles)
    plain = plain_title(name)
    for candidate in (plain, REPUBLIC + plain, SHORT_NAMES.get(re.sub("[（）]", "", plain), "")):
        if candidate in known:
            return candidate
    return None


def likely_titles(name: str, titles: Iterable[str], limit: int = 5) -> list[str]:
    """Return stored titles that `name` may mean, most likely first; empty if none.

    A title may be meant when it holds the signs of the name in their order; the shortest is the likeliest.
    """
    exact = exact_title(name, titles)
    if exact:
        return [exact]
    wanted = re.compile(".*?".join(map(re.escape, plain_title(name))))
    found = [title for title in set(titles) if wanted.search(title)]
    return sorted(found, key=lambda title: (plain_title(name) not in title, len(title), title))[:limit]
