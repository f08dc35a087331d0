"""Danger in a text: somebody needs a number now, or the subject is only spoken of.

Rules and a trained head judge together: what the rules see moves the head's odds up or down. Negation ("他没有打我"),
hearsay ("电影里拿刀砍人") and questions of law ("家暴怎么取证") lower the level to a mention. A false alarm costs less than a missed call: domain.md 4.1.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Optional

import yaml

NOW, MENTION = "now", "mention"
# How far each sign moves the head's log odds, and where "now" begins. Fitted on sentences the head had not seen.
_HEAD = 1.15
_WEIGHTS = {"now": 1.6, "urgent": 0.65, "asking": -0.9, "distant": -0.2}
_SERVICE = -1.5  # times the probability that the text asks for a service, or is a greeting or an answer
_THRESHOLD = -2.5
_PLAIN = {"suicide": 2.2}  # codes whose rules hardly ever mean anything else count so much more
_HEAD_KNOWS = 0.2  # from here on the head's code is better than the rule's
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
    found: dict[str, Optional[str]] = {}
    for level in (NOW, MENTION):
        # `search` first: nearly every rule finds nothing, and looking for all its places would cost four times as much.
        fired = (code for code, levels in codes.items()
                 if any(rule.search(flat) and _fires(rule, flat, marks["negation"]) for rule in levels.get(level, ())))
        found[level] = next(fired, None)
    asking = bool(marks["hypothetical"].search(flat) or marks["legal_aim"].search(flat) or marks["past"].search(flat))
    return Signs(found[NOW], found[MENTION], bool(marks["hearsay"].search(flat)), asking, bool(marks["urgent"].search(flat)))


def _fires(rule: "re.Pattern[str]", text: str, negation: "re.Pattern[str]") -> bool:
    """Say whether a rule matches anywhere without a negation right before it in the same clause."""
    return any(not negation.search(_CLAUSE.split(text[: match.start()])[-1][-5:]) for match in rule.finditer(text))


def judge(signs: Signs, danger: float, likeliest: Optional[str], service: float = 0.0) -> tuple[Optional[str], Optional[str]]:
    """Return (code, level) of a text, (None, None) when nothing is the matter.

    Args:
        signs: what the rules saw.
        danger: the head's probability, 0 to 1, that the text is a call for help.
        likeliest: the head's likeliest code.
        service: probability, 0 to 1, that the text asks for a service of ours, or is small talk.
    """
    sure = min(max(danger, 1e-4), 1 - 1e-4)
    score = _HEAD * math.log(sure / (1 - sure)) + _SERVICE * service + sum(weight for name, weight in _WEIGHTS.items() if getattr(signs, name))
    if not (signs.asking or signs.distant):
        score += _PLAIN.get(signs.now or "", 0.0)
    if score >= _THRESHOLD:
        return (likeliest if danger >= _HEAD_KNOWS else signs.now) or likeliest, NOW
    if signs.now or signs.mention:
        return signs.now or signs.mention, MENTION
    return None, None
