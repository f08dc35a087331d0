"""Danger in a text: somebody needs a number now, or the subject is only spoken of.

Rules and a trained head judge together. A rule that fires on a clause said of this hour is enough; so is a sure head;
and a half-sure head is enough when any rule fires. Negation ("他没有打我"), hearsay ("电影里拿刀砍人") and questions of
law ("家暴怎么取证") lower the level to a mention. A false alarm costs less than a missed call: domain.md 4.1.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Optional

import yaml

NOW, MENTION = "now", "mention"
_SURE, _HALF_SURE, _ALONE = 0.5, 0.2, 0.75
_CLAUSE = re.compile(r"[,，。!！?？;；、\n]+")


@dataclass(frozen=True)
class Signs:
    """What the rules saw: a code for danger now, a code for the subject, and what speaks against "now"."""

    now: Optional[str]
    mention: Optional[str]
    distant: bool  # hearsay or fiction
    asking: bool  # a question of law, a condition, or something long past
    urgent: bool  # words of this very moment


@lru_cache(maxsize=1)
def _rules() -> tuple[dict[str, dict[str, list["re.Pattern[str]"]]], dict[str, "re.Pattern[str]"]]:
    content = yaml.safe_load((Path(__file__).parent / "emergencies.yml").read_text(encoding="utf-8"))
    codes = {code: {level: [re.compile(rule) for rule in rules] for level, rules in levels.items()}
             for code, levels in content.items() if isinstance(levels, dict)}
    return codes, {name: re.compile(rule) for name, rule in content.items() if isinstance(rule, str)}


def warm_up() -> None:
    """Read and compile the rules now."""
    _rules()


def read_signs(text: str) -> Signs:
    """Return what the rules see in a normalised text."""
    codes, marks = _rules()
    flat = text.replace(" ", "")
    found = {level: next((code for code, levels in codes.items()
                          if any(_fires(rule, flat, marks["negation"]) for rule in levels.get(level, ()))), None)
             for level in (NOW, MENTION)}
    asking = bool(marks["hypothetical"].search(flat) or marks["legal_aim"].search(flat) or marks["past"].search(flat))
    return Signs(found[NOW], found[MENTION], bool(marks["hearsay"].search(flat)), asking, bool(marks["urgent"].search(flat)))


def _fires(rule: "re.Pattern[str]", text: str, negation: "re.Pattern[str]") -> bool:
    """Say whether a rule matches anywhere without a negation right before it in the same clause."""
    return any(not negation.search(_CLAUSE.split(text[: match.start()])[-1][-4:]) for match in rule.finditer(text))


def judge(signs: Signs, danger: float, likeliest: Optional[str]) -> tuple[Optional[str], Optional[str]]:
    """Return (code, level) of a text, (None, None) when nothing is the matter.

    Args:
        signs: what the rules saw.
        danger: the head's probability, 0 to 1, that the text is a call for help.
        likeliest: the head's likeliest code.
    """
    code = likeliest if danger >= _HALF_SURE and likeliest else signs.now or signs.mention
    if danger >= (_ALONE if signs.distant or (signs.asking and not signs.urgent) else _SURE):
        return code or likeliest, NOW
    if signs.now and not signs.distant and (danger >= _HALF_SURE or (signs.urgent and not signs.asking)):
        return code or signs.now, NOW
    if signs.now or signs.mention:
        return signs.now or signs.mention, MENTION
    return None, None
