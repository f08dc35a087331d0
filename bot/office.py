"""The office's own file: communities, service points, hotlines, hours and the privacy notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadOfficeFile, UnknownCode
from bot.legal import calendar, working_hours
from bot.legal.cases import Tier
from bot.legal.places import Position, read_position

BEIJING = calendar.BEIJING
REQUIRED = ("name", "case_prefix", "communities", "hours", "hotlines", "privacy_notice")
OPTIONAL = ("service_points", "advisors", "figures")


@dataclass(frozen=True)
class Community:
    """A community (社区); `code` is what the books store."""

    code: str
    name: str
    subdistrict: str


@dataclass(frozen=True)
class ServicePoint:
    """A place where people are received; what is not certain is None and is not shown."""

    tier: Tier
    name: str
    community: str | None = None
    address: str | None = None
    hours: str | None = None
    phone: str | None = None
    position: Position | None = None


@dataclass(frozen=True)
class Advisor:
    """Who advises which communities."""

    code: str
    name: str
    role: str
    communities: tuple[str, ...]


@dataclass(frozen=True)
class PrivacyNotice:
    """What residents agree to; the version is stored with every consent."""

    version: str
    short: str


@dataclass(frozen=True)
class Office:
    """All that the office knows about itself."""

    name: str
    case_prefix: str
    communities: tuple[Community, ...]
    service_points: tuple[ServicePoint, ...]
    advisors: tuple[Advisor, ...]
    hotlines: dict[str, str]
    privacy_notice: PrivacyNotice
    weekday_hours: tuple[tuple[time, time], ...]
    figures: dict[str, Any]

    def community(self, code: str) -> Community | None:
        """Return the community with this code, or None."""
        return next((c for c in self.communities if c.code == code), None)

    def find_community(self, said: str) -> Community | None:
        """Return the community a resident means: its name, its name without 社区, or its number in the list; else None."""
        said = said.strip().removesuffix("。")
        for number, community in enumerate(self.communities, start=1):
            short = community.name.replace("社区", "")
            if said in (community.code, community.name, short, str(number)):
                return community
        inside = [c for c in self.communities if c.name in said]
        return inside[0] if len(inside) == 1 else None

    def is_staffed(self, now: datetime) -> bool:
        """Whether people answer at this moment (Beijing hours of working weekdays; public holidays count as closed)."""
        return working_hours.is_open(now, self.weekday_hours)

    def hours_in_words(self) -> str:
        """Return the hours in which people answer, as residents read them."""
        return "工作日" + "、".join(f"{a:%H:%M}—{b:%H:%M}" for a, b in self.weekday_hours)

    def shown_hotlines(self, numbers: list[str]) -> list[tuple[str, str]]:
        """Return (number, label) of those numbers that the office has released for showing, in the given order."""
        return [(n, self.hotlines[n]) for n in numbers if n in self.hotlines]


def read_office(path: Path) -> Office:
    """Return the office described by a YAML file.

    Raises:
        BadOfficeFile: the file is missing or unreadable, or a part is missing, unknown or of the wrong kind.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadOfficeFile(f"{path.name} is not there; set BOT_OFFICE to the office's file or restore the sample.") from error
    except yaml.YAMLError as error:
        raise BadOfficeFile(f"{path.name} is not readable YAML: {error}") from error
    if not isinstance(raw, dict):
        raise BadOfficeFile(f"{path.name} must hold names with values, got {type(raw).__name__}; compare with the sample.")
    missing = [k for k in REQUIRED if not raw.get(k)]
    unknown = [k for k in raw if k not in REQUIRED + OPTIONAL]
    if missing or unknown:
        raise BadOfficeFile(f"{path.name}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}; known parts: {REQUIRED + OPTIONAL}.")
    try:
        return _office(raw)
    except (KeyError, TypeError, ValueError, AttributeError, UnknownCode) as error:
        raise BadOfficeFile(f"{path.name}: {type(error).__name__}: {error}; compare with the sample.") from error


def _office(raw: dict[str, Any]) -> Office:
    communities = tuple(Community(str(code), c["name"], c["subdistrict"]) for code, c in raw["communities"].items())
    names = [c.name for c in communities]
    if len(set(names)) != len(names):
        raise ValueError("two communities have the same name")
    codes = {c.code for c in communities}
    points = tuple(_point(p) for p in raw.get("service_points") or ())
    advisors = tuple(
        Advisor(a["code"], a["name"], a["role"], tuple(a["communities"])) for a in raw.get("advisors") or ()
    )
    for code in [p.community for p in points if p.community] + [c for a in advisors for c in a.communities]:
        if code not in codes:
            raise ValueError(f"community {code!r} is not in communities")
    return Office(
        name=raw["name"],
        case_prefix=raw["case_prefix"],
        communities=communities,
        service_points=points,
        advisors=advisors,
        hotlines={str(n): h["label"] for n, h in raw["hotlines"].items() if h["show"]},
        privacy_notice=PrivacyNotice(str(raw["privacy_notice"]["version"]), raw["privacy_notice"]["short"]),
        weekday_hours=tuple(_hours(h) for h in raw["hours"]["weekdays"]),
        figures=raw.get("figures") or {},
    )


def _point(raw: dict[str, Any]) -> ServicePoint:
    position = None
    if raw.get("position") is not None:
        position = read_position(*raw["position"])
        if position is None:
            raise ValueError(f"position of {raw['name']!r} is {raw['position']!r}; expected [latitude, longitude], as map apps show it")
    return ServicePoint(Tier.from_code(raw["tier"]), **{**{k: v for k, v in raw.items() if k != "tier"}, "position": position})


def _hours(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)
