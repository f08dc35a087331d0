"""`bot report verify`: does a document still say what the books said, and do the books still say it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.office import Office
from bot.reports.proof import is_ours, read_proof, what_it_shows
from bot.statistics.checks import check_all
from bot.statistics.metrics import Row
from bot.statistics.periods import Period, months_of
from bot.statistics.verdicts import Check
from bot.statistics.views import View

EQUAL, RESTATED, TAMPERED = "equal", "restated", "tampered"


@dataclass(frozen=True)
class Change:
    """A figure that the books now give differently, and the rows that made it so."""

    label: str
    then: str | None
    now: str | None
    later: tuple[Row, ...]


@dataclass(frozen=True)
class Verdict:
    """What a verification found: one of equal, restated, tampered; what was tampered with; what changed since."""

    word: str
    title: str
    figures: int
    complaints: tuple[str, ...]
    changes: tuple[Change, ...]


def verify(session: Session, path: Path, office: Office) -> Verdict:
    """Return the verdict on a document.

    Raises:
        NotOurReport: the file carries no proof of ours.
    """
    proof = read_proof(path)
    if not is_ours(proof):
        why = "the proof inside was altered, or was made by another installation (another key)"
        return Verdict(TAMPERED, str(proof.get("title", "")), 0, (why,), ())
    counted = [f for f in proof["figures"] if f["table"] != "office"]
    found = check_all(session, counted, [_view(proof, f["opening"]) for f in counted], {"": proof.get("batches", {})})
    checks = dict(zip((f["id"] for f in counted), found))
    complaints = [*_altered_text(proof, path), *_altered_parts(proof, checks)]
    changes: list[Change] = []
    for frozen in proof["figures"]:
        if frozen["table"] == "office":
            changes += _own_figure(frozen, proof, office)
            continue
        check = checks[frozen["id"]]
        if not check.intact:
            complaints.append(f"{frozen['id']} {frozen['label']}: the rows behind it were altered in the database")
        elif not check.same:
            now = None if check.now.value is None else str(check.now.value)
            changes.append(Change(f"{frozen['id']} {frozen['label']}", frozen["value"], now, (*check.later, *check.gone)))
    word = TAMPERED if complaints else RESTATED if changes else EQUAL
    return Verdict(word, proof["title"], len(proof["figures"]), tuple(complaints), tuple(changes))


def _altered_text(proof: dict[str, Any], path: Path) -> list[str]:
    figures, numbers, pictures = what_it_shows(path)
    promised = Counter({(i, text): n for i, text, n in proof["shown"]})
    labels = {f["id"]: f["label"] for f in proof["figures"]}
    found = [f"figure {i} {labels.get(i.split('/')[0], '')} reads {text!r}, which the proof does not show" for i, text in figures - promised]
    found += [f"figure {i} {labels.get(i.split('/')[0], '')} {text!r} was removed" for i, text in promised - figures]
    found += [f"a number was typed in outside of the figures: {text!r}" for text in numbers - Counter(proof["numbers"])]
    if pictures != Counter(proof["pictures"]):
        found.append("a picture was changed, added or removed")
    return found


def _altered_parts(proof: dict[str, Any], checks: dict[str, Check]) -> list[str]:
    """Cells of tables are parts of figures: taken again from the rows of then."""
    wrong = [p for p in proof["parts"] if any(str(checks[p["of"]].part(*place)) != p["value"] for place in p["where"].items())]
    return [f"cell {p['id']}: the rows behind it no longer give {p['value']}" for p in wrong]


def _view(proof: dict[str, Any], opening: bool) -> View:
    view = View(_period(proof), bool(proof["with_demo"]))
    return view.before() if opening else view


def _period(proof: dict[str, Any]) -> Period:
    first, end = (date.fromisoformat(day) for day in proof["period"])
    return Period(first, end)


def _own_figure(frozen: dict[str, Any], proof: dict[str, Any], office: Office) -> list[Change]:
    communities = len(office.communities)
    now = {"community_count": communities, "screening_due": communities * len(months_of(_period(proof)))}.get(frozen["code"])
    if now is None or str(now) == frozen["value"]:
        return []
    return [Change(f"{frozen['id']} {frozen['label']}", frozen["value"], str(now), ())]
