"""The model of questions inside a Rasa model archive, read without Rasa and without starting TensorFlow."""

import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from bot.errors import ModelMissing
from bot.understanding.understander import Understander

_FILES = {"model.json", "terms.json", "arrays.npz"}


def newest_archive(folder: Path) -> Path:
    """Return the model archive in a folder that was written last.

    Raises:
        ModelMissing: there is none.
    """
    archives = sorted(Path(folder).glob("*.tar.gz"), key=lambda path: (path.stat().st_mtime, path.name))
    if not archives:
        raise ModelMissing(f"{folder}: got no model (*.tar.gz), expected one; run `bot train`.")
    return archives[-1]


def load_from_archive(archive: Path) -> Understander:
    """Return the model of questions that a Rasa archive holds.

    Only the three files it is made of are taken out, by name, so the archive cannot write anywhere else.

    Raises:
        ModelMissing: no such archive, or our component is not in it.
    """
    try:
        with tarfile.open(archive, "r:gz") as packed, tempfile.TemporaryDirectory() as folder:
            found = set()
            for member in packed:
                path = PurePosixPath(member.name)
                if member.isfile() and path.name in _FILES and "LegalUnderstanding" in path.parent.name:
                    source = packed.extractfile(member)
                    if source is not None:
                        (Path(folder) / path.name).write_bytes(source.read())
                        found.add(path.name)
                if found == _FILES:
                    return Understander.load(Path(folder))
    except (OSError, tarfile.TarError) as error:
        raise ModelMissing(f"{archive}: the model cannot be read ({error}); run `bot train`.") from error
    raise ModelMissing(f"{archive}: got a model without LegalUnderstanding, expected it in config.yml's pipeline; run `bot train --force`.")
