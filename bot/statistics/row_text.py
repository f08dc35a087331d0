"""The text of a line that is hashed, made by the database: the same JSON that `figures.digest_of` writes, without a Python object a line."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_WHOLE = ("id", "quantity")
_TIMES = ("happened_at", "recorded_at")
# In the order in which they are hashed; closed months and signed reports rest on it.
HASHED = (
    "id", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "case_number", "community", "tier", "channel", "topic", "dispute_type",
    "source_key", "reverses_id",
)  # fmt: skip


def hashed_text(columns: Any, dialect: str) -> Any:
    """Return the expression of a line's text, without the line end.

    Args:
        columns: those of service_entries, or of a subquery that has them.
        dialect: "sqlite" or "postgresql".
    """
    if dialect != "sqlite":
        # One call for the whole line: it writes what json.dumps writes, in half the time of a value at a time.
        values = (_time_in_postgresql(columns[name]) if name in _TIMES else columns[name] for name in HASHED)
        return sa.type_coerce(sa.cast(sa.func.json_build_array(_text("entry"), *values), sa.Text), sa.Text)
    form = f'["entry", {", ".join(["%s"] * len(HASHED))}]'
    return sa.type_coerce(sa.func.printf(_text(form), *(_in_sqlite(name, columns[name]) for name in HASHED)), sa.Text)


def _in_sqlite(name: str, column: Any) -> Any:
    if name in _WHOLE:
        return column
    if name in _TIMES:
        # Stored as 2026-03-02 02:00:00.000000; a whole second is hashed without its noughts.
        moment = sa.func.replace(sa.type_coerce(column, sa.Text), " ", "T")
        return _text('"').concat(sa.func.replace(moment, ".000000", "")).concat(_text('+00:00"'))
    return sa.func.json_quote(column)


def _time_in_postgresql(column: Any) -> Any:
    """JSON would leave the last noughts of a fraction out; a whole second has none."""
    moment = sa.type_coerce(column, sa.DateTime)
    written = sa.func.to_char(moment, _text('YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'))
    whole = sa.func.to_char(moment, _text('YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
    return sa.case((moment == sa.func.date_trunc("second", moment), whole), else_=written)


def _text(value: str) -> Any:
    return sa.literal(value, sa.Text)
