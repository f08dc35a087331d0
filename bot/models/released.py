"""Which model answers residents: `models/live.json`, a list of what went live when and by whom; the last entry is the one.

Without that file the newest `dialogue-*.tar.gz` answers. Candidates (`candidate-*.tar.gz`) never do until somebody promotes them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bot.errors import ModelMissing
from bot.models import index

LIVE = "live.json"
PATTERNS = ("dialogue-*.tar.gz", "candidate-*.tar.gz")


@dataclass(frozen=True)
class Model:
    """A trained archive.

    Args:
        sha256: of what was trained, "" when it is not in the index and would be refused.
        trained_at: UTC.
    """

    name: str
    sha256: str
    trained_at: datetime
    is_live: bool

    @property
    def is_candidate(self) -> bool:
        """Whether it was trained to be looked at first."""
        return self.name.startswith("candidate-")


def listed(folder: Path) -> list[Model]:
    """Return the archives of a folder, newest first."""
    known, now_live = index.read(folder) if folder.is_dir() else {}, live(folder)
    found = [path for pattern in PATTERNS for path in folder.glob(pattern)]
    made = [Model(path.name, known.get(path.name, ""), datetime.fromtimestamp(path.stat().st_mtime, timezone.utc), path.name == now_live) for path in found]
    return sorted(made, key=lambda model: (model.trained_at, model.name), reverse=True)


def live(folder: Path) -> str | None:
    """Return the name of the model that answers; None when there is none."""
    named = next((entry["name"] for entry in reversed(_history(folder)) if (folder / entry["name"]).exists()), None)
    if named:
        return str(named)
    trained = sorted(folder.glob("dialogue-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return trained[-1].name if trained else None


def live_path(folder: Path) -> Path:
    """Return the path of the model that answers.

    Raises:
        ModelMissing: none was trained yet.
    """
    name = live(folder)
    if name is None:
        raise ModelMissing(f"There is no model in {folder}; run `bot train`.")
    return folder / name


def promote(folder: Path, name: str, by: str, now: datetime) -> None:
    """Let a model answer from now on; the workers take it up by themselves. One that already does changes nothing.

    Raises:
        ModelMissing: there is no such archive.
        ModelAltered: it is not what was trained here.
    """
    if "/" in name or not (folder / name).is_file():
        raise ModelMissing(f"There is no model {name!r} in {folder}; `bot model list` names them.")
    index.proved(folder / name)
    history, before = _history(folder), live(folder)
    if before == name and history:
        return
    if not history and before and before != name:
        history = [{"name": before, "by": "-", "at": now.isoformat()}]
    _write(folder, [*history, {"name": name, "by": by, "at": now.isoformat()}])


def rollback(folder: Path) -> str:
    """Let the model before the live one answer again and return its name.

    Raises:
        ModelMissing: there was none before it, or it is gone.
        ModelAltered: it is not what was trained here.
    """
    history = _history(folder)
    while history and history[-1]["name"] == live(folder):
        history.pop()
    while history and not (folder / history[-1]["name"]).is_file():
        history.pop()
    if not history:
        raise ModelMissing(f"No model was live before {live(folder)}; `bot model list` names those that can be promoted.")
    index.proved(folder / history[-1]["name"])
    _write(folder, history)
    return str(history[-1]["name"])


def keep_comparison(folder: Path, name: str, comparison: dict[str, Any]) -> Path:
    """Write the comparison of a candidate beside it and return the path."""
    path = _comparison(folder, name)
    path.write_text(json.dumps(comparison, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def kept_comparison(folder: Path, name: str) -> dict[str, Any] | None:
    """Return the comparison of a candidate, None when it was not compared."""
    try:
        return dict(json.loads(_comparison(folder, name).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _comparison(folder: Path, name: str) -> Path:
    return folder / f"{name.removesuffix('.tar.gz')}.comparison.json"


def _history(folder: Path) -> list[dict[str, str]]:
    try:
        return list(json.loads((folder / LIVE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []


def _write(folder: Path, history: list[dict[str, str]]) -> None:
    draft = folder / f".{LIVE}.{os.getpid()}"
    draft.write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / LIVE)
