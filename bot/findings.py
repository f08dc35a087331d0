"""What an examination says about one thing."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, CARE, BAD = "ok", "care", "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` says what to do when it is not ok."""

    what: str
    state: str
    seen: str
    mend: str = ""
