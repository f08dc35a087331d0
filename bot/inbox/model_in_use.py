"""The model that this process has loaded, for those who want to know what it makes of a text besides the message being answered.

Only a dialogue worker loads one; everywhere else there is none, and nothing is loaded by asking.
"""

from __future__ import annotations

from typing import Any, Callable, Sequence

Reader = Callable[[str], dict[str, Any]]
ReaderAhead = Callable[[Sequence[str]], None]
_reader: list[Reader] = []
_ahead: list[ReaderAhead] = []


def use(reader: Reader, ahead: ReaderAhead) -> None:
    """Set what reads a text.

    Args:
        reader: returns `Understood.as_dict()`, or {} where another pipeline runs.
        ahead: reads several texts at once, for the messages that bring them next.
    """
    _reader[:], _ahead[:] = [reader], [ahead]


def read(text: str) -> dict[str, Any]:
    """Return what the loaded model makes of a text; {} without one."""
    return _reader[0](text) if _reader else {}


def read_ahead(texts: Sequence[str]) -> None:
    """Read what the next messages say all at once, which costs a third of reading one after the other; nothing without a model."""
    if _ahead:
        _ahead[0](texts)
