"""A paper as PDF, through LibreOffice where it is installed. Where it is not, the choice is not offered."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

from bot.errors import PaperNotMade

log = logging.getLogger(__name__)
PROGRAMS = ("soffice", "libreoffice")
SECONDS = 90


def program() -> str | None:
    """Return the path of LibreOffice on this machine, or None."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def as_pdf(document: bytes, office: str, seconds: float = SECONDS) -> bytes:
    """Return a DOCX file as PDF.

    Args:
        office: the path of LibreOffice.

    Raises:
        PaperNotMade: LibreOffice failed or took too long.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "paper.docx").write_bytes(document)
        # A profile of its own: two conversions at once on one profile end each other.
        command = [office, "--headless", f"-env:UserInstallation={(place / 'profile').as_uri()}", "--convert-to", "pdf", "--outdir", folder, "paper.docx"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=seconds)
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("LibreOffice did not make a PDF: %s", type(error).__name__)
            raise PaperNotMade("LibreOffice did not make a PDF of the paper; take the DOCX, and look whether LibreOffice starts on this machine.") from error
        made = place / "paper.pdf"
        if not made.is_file():
            raise PaperNotMade("LibreOffice ended without a PDF; take the DOCX, and look whether its Writer is installed.")
        return made.read_bytes()
