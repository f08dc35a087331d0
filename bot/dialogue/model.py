"""The trained dialogue model: where it is, and whether it still fits what it was trained from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.models.index import proved
from bot.models.released import live_path
from bot.settings import ROOT

TRAINED_FROM = ("config.yml", "domain.yml", "data/**/*.yml", "bot/knowledge/cards/*.yml", "bot/understanding/**/*", "bot/dialogue/components/*.py")


def reviewed(var: Path) -> Path:
    """Return where the sentences that people labelled are exported to for training; the file need not be there."""
    return var / "training" / "review.yml"


def fingerprint(root: Path = ROOT, more: Path | None = None) -> str:
    """Return a hash over everything a model depends on: configuration, domain, data, cards, our components and one more file of data."""
    digest = hashlib.sha256()
    for pattern in TRAINED_FROM:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    if more is not None and more.is_file():
        digest.update(b"reviewed\0" + more.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path(var: Path, of: str, kind: str = "dialogue") -> Path:
    """Return where the model of this fingerprint is kept; kind is dialogue or candidate."""
    return var / "models" / f"{kind}-{of}.tar.gz"


def newest_model(var: Path) -> str:
    """Return the path of the model that answers (see `bot.models.released`), proved to be one that was trained here.

    Raises:
        ModelMissing: none was trained yet.
        ModelAltered: it was exchanged or copied in.
    """
    return proved(live_path(var / "models"))
