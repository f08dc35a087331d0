"""The model that this process has loaded, for those who want to know what it makes of a text besides the message being answered.

Only a dialogue worker loads one; everywhere else there is none, and nothing is loaded by asking.
"""

from __future__ import annotations

from typing import Any, Callable

Reader = Callable[[str], dict[str, Any]]
_reader: list[Reader] = []


def use(reader: Reader) -> None:
    """Set what reads a text: returns `Understood.as_dict()`, or {} where another pipeline runs."""
    _reader[:] = [reader]


def read(text: str) -> dict[str, Any]:
    """Return what the loaded model makes of a text; {} without one."""
    return _reader[0](text) if _reader else {}
