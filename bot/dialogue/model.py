"""The trained dialogue model: where it is, and whether it still fits what it was trained from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.dialogue.model_index import proved
from bot.errors import ModelMissing
from bot.settings import ROOT

TRAINED_FROM = ("config.yml", "domain.yml", "data/**/*.yml", "bot/knowledge/cards/*.yml", "bot/understanding/**/*", "bot/dialogue/components/*.py")


def fingerprint(root: Path = ROOT) -> str:
    """Return a hash over everything a model depends on: configuration, domain, data, cards and our components."""
    digest = hashlib.sha256()
    for pattern in TRAINED_FROM:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path(var: Path, of: str) -> Path:
    """Return where the model of this fingerprint is kept."""
    return var / "models" / f"dialogue-{of}.tar.gz"


def newest_model(var: Path) -> str:
    """Return the path of the newest model, proved to be the one that was trained.

    Raises:
        ModelMissing: none was trained yet.
        ModelAltered: it was exchanged or copied in.
    """
    models = sorted((var / "models").glob("dialogue-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise ModelMissing(f"There is no model in {var / 'models'}; run `bot train`.")
    return proved(models[-1])
