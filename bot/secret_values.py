"""Secrets that lie in files of their own: `file:NAME` is read from the folder where systemd puts a service's credentials, `file:/PATH` from there.

So a secret need not stand in the environment: systemd unseals it at start with this machine's key (LoadCredentialEncrypted), or fetches it
from a vault's socket (LoadCredential), into memory that only the service sees.
"""

from __future__ import annotations

import os
from pathlib import Path

from marshmallow import ValidationError

PREFIX = "file:"
FOLDER = "CREDENTIALS_DIRECTORY"


def read(value: str | None) -> str:
    """Return the secret that a setting holds or names; "" for a file that cannot be read, which `readable` has reported."""
    text = value or ""
    if not text.startswith(PREFIX):
        return text
    try:
        return _path(text).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def readable(value: str) -> None:
    """Validate a setting that may name a file.

    Raises:
        ValidationError: the file it names is not there, empty, or closed to us.
    """
    if value.startswith(PREFIX) and not read(value):
        raise ValidationError(f"nothing can be read from {_path(value)}; expected a file with the secret, relative names in ${FOLDER}")


def _path(value: str) -> Path:
    return Path(os.environ.get(FOLDER, "")) / value[len(PREFIX) :]
