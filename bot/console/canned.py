"""Replies that the desk uses often: a file that the office edits, with placeholders that are filled when a page is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import BadOfficeFile

OURS = Path(__file__).parent / "replies.yml"
NAME = "replies.yml"
PLACEHOLDERS = ("编号", "社区", "角色", "办公时间")
LONGEST = 600
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Canned:
    """One reply under the title that staff choose it by."""

    title: str
    text: str


def read_canned(office_file: Path) -> tuple[Canned, ...]:
    """Return the replies of the office: replies.yml beside its file, else those that come with the product.

    Raises:
        BadOfficeFile: unreadable, an entry without title or text, a title twice, too long, or an unknown placeholder.
    """
    own = office_file.with_name(NAME)
    path = own if own.is_file() else OURS
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadOfficeFile(f"{path.name} is not readable YAML: {error}") from error
    if not isinstance(raw, list):
        raise BadOfficeFile(f"{path.name} must be a list of entries with title and text, got {type(raw).__name__}.")
    found = tuple(_entry(path, number, entry) for number, entry in enumerate(raw, start=1))
    titles = [one.title for one in found]
    if len(set(titles)) != len(titles):
        raise BadOfficeFile(f"{path.name}: a title stands there twice: {sorted({t for t in titles if titles.count(t) > 1})}.")
    return found


def fill(text: str, values: dict[str, str]) -> str:
    """Return a reply with its placeholders filled; one without a value stays as a gap that is seen: 【编号】."""
    return _PLACE.sub(lambda found: values.get(found[1]) or f"【{found[1]}】", text)


def _entry(path: Path, number: int, entry: object) -> Canned:
    if not isinstance(entry, dict) or set(entry) != {"title", "text"} or not all(isinstance(v, str) and v.strip() for v in entry.values()):
        raise BadOfficeFile(f"{path.name}: entry {number} needs title and text, both in words, and nothing else.")
    unknown = [name for name in _PLACE.findall(entry["text"]) if name not in PLACEHOLDERS]
    if unknown or len(entry["text"]) > LONGEST:
        raise BadOfficeFile(f"{path.name}: entry {number}: unknown placeholder {unknown or 'none'}, known are {PLACEHOLDERS}; at most {LONGEST} characters.")
    return Canned(entry["title"].strip(), entry["text"].strip())
