"""Text as WeChat can show it: short parts, numbered choices, what a resident chose. Pure.

The official pages give no limit of a text; about 2,048 bytes were measured (domain.md 4.10), so a part has at most 600
characters and 2,048 bytes. Characters are counted as phones count them, in UTF-16 units.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from bot.legal.cases import Role
from bot.messages import Button, Outbound
from bot.office import BEIJING

MAX_UNITS, MAX_BYTES = 600, 2048
# What a part may get around it when it is sent: its number, the time of a late one, how much is still to come.
ROOM_UNITS, ROOM_BYTES = 60, 180
MORE_UNITS, MORE_BYTES = 24, 72
CHOICES_HEAD, CHOICES_HEAD_PLAIN = "回复数字选择：", "回复其中一项："
MORE_WORD = "继续"
ASSISTANT, PERSON = "智能助手", "工作人员"

_CN = "零〇一二两三四五六七八九十百千万亿"
_TAIL = "，。；：！？、）》”’…,.;:!?)%％"
_UNIT = "(?:万|千|百|亿)*(?:个工作日|个月|小时|分钟|周岁|元|年|月|日|天|倍|号|岁|条|款|项|次|户|件)?"
_NUMERAL = f"[{_CN}]+(?:点[{_CN}]+)?{_UNIT}"
_FIGURE = rf"[0-9]+(?:[.,:/~\-—－–][0-9]+)*[%％]?{_UNIT}"
_ARTICLE = rf"第\s?(?:[{_CN}]+|[0-9]+)\s?[条款项章编节](?:之[{_CN}]+)?"
_ATOM = re.compile(
    rf"(?:《[^《》\n]{{1,60}}》\s?)?(?:{_ARTICLE})+"  # 《民法典》第一千零七十九条第二款
    rf"|《[^《》\n]{{1,60}}》"
    rf"|[A-Za-z]+[0-9]+-[0-9]+"  # a case number
    rf"|(?:{_FIGURE})+|(?:{_NUMERAL})+"
    rf"|[!-~]+"  # words, addresses and links of ASCII
    rf"|.",
    re.DOTALL,
)
_ENDS = (("\n\n", 0.5), ("\n", 0.6), ("。", 0.6), ("；", 0.7), ("，", 0.8))
_ORDINALS = {word: n for n, word in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_CHOSEN = re.compile(r"^(?:我?选|选择|要|第)*\s*\(?([0-9]{1,2}|[一二两三四五六七八九十])\s*(?:个|号|项|条|种)?[.。、,，!！)）]*$")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units: an emoji counts as two."""
    return len(text) + sum(c > "\uffff" for c in text)


def fits(text: str, spare_units: int = 0, spare_bytes: int = 0) -> bool:
    """Whether a text can be one part, with so much to spare."""
    return units(text) <= MAX_UNITS - spare_units and len(text.encode()) <= MAX_BYTES - spare_bytes


def split(text: str) -> list[str]:
    """Return a text in parts that leave room for what is put around them; one part if it fits.

    No number, article, title in 《》, case number, link or composed character is divided, unless it alone is longer
    than a part. White space at the cuts goes. "" gives no part.
    """
    return _split(text.strip(), MAX_UNITS - ROOM_UNITS, MAX_BYTES - ROOM_BYTES)


def number(parts: list[str]) -> list[str]:
    """Return the parts with （1/2） behind them if there is more than one."""
    return parts if len(parts) < 2 else [f"{part}（{n}/{len(parts)}）" for n, part in enumerate(parts, start=1)]


def render(reply: Outbound) -> str:
    """Return a reply as plain text, with the articles it cites that the text does not name itself."""
    unnamed = [c.label for c in reply.citations if c.label not in reply.text]
    basis = f"\n依据：{'；'.join(dict.fromkeys(unnamed))}。" if unnamed else ""
    return f"{reply.text.strip()}{basis}"


def speaker(said_by: str) -> str:
    """Return how a resident is told who speaks: the assistant, or a person's role."""
    if said_by == "bot":
        return ASSISTANT
    return next((role.label for role in Role if role.code == said_by.partition(":")[0]), PERSON)


def choices_block(choices: list[Button]) -> str:
    """Return choices as numbered lines; those that begin with figures themselves (5分, 4分) get no second number."""
    if _count_themselves(choices):
        return "\n".join([CHOICES_HEAD_PLAIN, *(choice.title for choice in choices)])
    return "\n".join([CHOICES_HEAD, *(f"{n}. {choice.title}" for n, choice in enumerate(choices, start=1))])


def choose(text: str, choices: list[Button]) -> str | None:
    """Return what choosing says when a text picks one of the last offered choices, else None.

    "1", "一", "第1个", "选一", "①" and the words on the choice choose; a number that was not offered does not. Of choices
    that begin with figures themselves, "5" chooses 5分, not the fifth.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    by_words = next((c.payload for c in choices if said == unicodedata.normalize("NFKC", c.title)), None)
    found = _CHOSEN.match(said)
    if by_words is not None or not found:
        return by_words
    figure = _ORDINALS.get(found[1]) or int(found[1])
    if _count_themselves(choices):
        named = [choice.payload for choice in choices if _own_figure(choice) == figure]
        return named[0] if len(named) == 1 else None
    return choices[figure - 1].payload if 1 <= figure <= len(choices) else None


def _own_figure(choice: Button) -> int | None:
    found = re.match("[0-9]{1,4}", unicodedata.normalize("NFKC", choice.title))
    return int(found[0]) if found else None


def _count_themselves(choices: list[Button]) -> bool:
    return any(_own_figure(choice) is not None for choice in choices)


def late_mark(said_at: datetime) -> str:
    """Return what stands before a reply that comes with a later message: when it was said, Beijing time."""
    local = said_at.astimezone(BEIJING)
    return f"（补发：{local.month}月{local.day}日{local:%H:%M}的回复）\n"


def resent_mark() -> str:
    """Return what stands before a part that is sent again because nobody knows whether it arrived."""
    return "（网络中断过，重发；收到过请忽略）\n"


def more_mark(left: int) -> str:
    """Return what stands behind the last part that may be sent now."""
    return f"\n（还有{left}段，回复“{MORE_WORD}”接着看）"


def wants_more(text: str) -> bool:
    """Whether a text only asks for what is left."""
    return text.strip("。.!！~ “”\"") in (MORE_WORD, "继续看", "接着看", "请继续")


def _split(text: str, most_units: int, most_bytes: int) -> list[str]:
    parts: list[str] = []
    rest = _atoms(text, most_units, most_bytes)
    while rest:
        taken = _how_many(rest, most_units, most_bytes)
        if taken < len(rest):
            taken = _good_end(rest, taken)
        part = "".join(rest[:taken]).strip()
        if part:
            parts.append(part)
        rest = rest[taken:]
    return parts


def _atoms(text: str, most_units: int, most_bytes: int) -> list[str]:
    """Return what may not be divided, in order; closing punctuation and combining marks stay with what they follow."""
    atoms: list[str] = []
    for found in _ATOM.findall(text):
        if atoms and _stays(found, atoms[-1]) and units(atoms[-1] + found) <= 80:
            atoms[-1] += found
        else:
            atoms.append(found)
    return [piece for atom in atoms for piece in _broken(atom, most_units, most_bytes)]


def _stays(found: str, before: str) -> bool:
    if found in _TAIL:
        return not before.isspace()
    first = found[0]
    joined = unicodedata.category(first) in ("Mn", "Me", "Mc") or first in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= first <= "\U0001f3ff"
    return joined or before[-1] == "\u200d"


def _broken(atom: str, most_units: int, most_bytes: int) -> list[str]:
    if units(atom) <= most_units and len(atom.encode()) <= most_bytes:
        return [atom]
    return list(atom)


def _how_many(atoms: list[str], most_units: int, most_bytes: int) -> int:
    used_units = used_bytes = 0
    for n, atom in enumerate(atoms):
        used_units += units(atom)
        used_bytes += len(atom.encode())
        if n and (used_units > most_units or used_bytes > most_bytes):
            return n
    return len(atoms)


def _good_end(atoms: list[str], most: int) -> int:
    """Return where to cut: after a paragraph, line or sentence if one ends late enough, else after the last atom."""
    for end, earliest in _ENDS:
        for n in range(most, int(most * earliest), -1):
            if "".join(atoms[max(0, n - 2) : n]).endswith(end):
                return n
    return most
