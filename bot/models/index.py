"""Which model archives were made here: `models/index.json`, name → SHA-256. Nothing else is loaded.

An archive is a program's input like any other: one that was exchanged, cut or copied in is refused before a byte of it is unpacked.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from bot.errors import ModelAltered

INDEX = "index.json"


def digest(archive: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    found = hashlib.sha256()
    with archive.open("rb") as file:
        while piece := file.read(1024 * 1024):
            found.update(piece)
    return found.hexdigest()


def enter(archive: Path) -> str:
    """Write an archive that was just trained, or is trusted, into the index; returns its SHA-256."""
    listed = read(archive.parent)
    listed[archive.name] = digest(archive)
    draft = archive.parent / f".{INDEX}.{os.getpid()}"
    draft.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n")
    draft.replace(archive.parent / INDEX)
    return listed[archive.name]


def read(folder: Path) -> dict[str, str]:
    """Return the index of a folder of models. Where there is none yet, the archives that are there are taken as found, once."""
    path = folder / INDEX
    if path.exists():
        return dict(json.loads(path.read_text()))
    return {archive.name: digest(archive) for archive in folder.glob("dialogue-*.tar.gz")}


def proved(archive: Path) -> str:
    """Return the archive's path if it is the one that was trained.

    Raises:
        ModelAltered: it is not in the index, or its bytes are others.
    """
    wanted = read(archive.parent).get(archive.name)
    if wanted is None:
        raise ModelAltered(f"{archive.name} is not in {INDEX}: it was not trained here. Run `bot train --force`.")
    if digest(archive) != wanted:
        raise ModelAltered(f"{archive.name} is not the file that was trained: its SHA-256 differs from {INDEX}. Run `bot train --force`.")
    return str(archive)
