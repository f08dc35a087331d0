"""What a resident's words mean: intent, topic, card, danger, amounts and dates. Knows no Rasa and no database.

The names are looked up when they are used: the web process needs only the rules of `emergencies`, not the model's libraries.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.understanding.archive import load_from_archive, newest_archive
    from bot.understanding.entities import Entity
    from bot.understanding.examples import BadTrainingData, Example, read_examples
    from bot.understanding.understander import Understander
    from bot.understanding.understood import Understood

__all__ = ["BadTrainingData", "Entity", "Example", "Understander", "Understood", "load_from_archive", "newest_archive", "read_examples"]

_HOMES = {
    "load_from_archive": "archive",
    "newest_archive": "archive",
    "Entity": "entities",
    "BadTrainingData": "examples",
    "Example": "examples",
    "read_examples": "examples",
    "Understander": "understander",
    "Understood": "understood",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
