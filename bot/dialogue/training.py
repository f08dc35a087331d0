"""Training the dialogue model with Rasa, only when something it depends on changed.

    python -m bot.dialogue.training OUTPUT [MORE_DATA]
"""

from __future__ import annotations

import functools
import gc
import logging
import os
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from bot.settings import ROOT


def train(output: Path, more: Sequence[str] = ()) -> Path:
    """Train from the top-level files, and more training data if given, and return the archive's path.

    Raises:
        RuntimeError: Rasa did not produce a model; its messages stand on stderr.
    """
    import rasa

    os.chdir(ROOT)
    _pack_quickly()
    output.parent.mkdir(parents=True, exist_ok=True)
    result = rasa.train(
        domain="domain.yml",
        config="config.yml",
        training_files=["data", *more],
        output=str(output.parent),
        fixed_model_name=output.name,
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise RuntimeError(f"Training ended with code {result.code} and no model; see the messages above.")
    return Path(result.model)


def _pack_quickly() -> None:
    """Rasa packs the archive at gzip's slowest level: a fifth of the training, for a few hundredths of the size."""
    pack = tarfile.TarFile.gzopen.__func__  # type: ignore[attr-defined]
    tarfile.TarFile.gzopen = classmethod(functools.partial(pack, compresslevel=1))  # type: ignore[assignment,method-assign]


def main() -> None:
    """Train into the path given as the first argument, with more data from the others."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    gc.disable()  # this process ends with the training: looking through a million sentences for garbage is a quarter of Rasa's share
    train(Path(sys.argv[1]), sys.argv[2:])


if __name__ == "__main__":
    main()
