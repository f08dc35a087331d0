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
    quoted, write = (_in_sqlite, sa.func.printf) if dialect == "sqlite" else (_in_postgresql, sa.func.format)
    form = f'["entry", {", ".join(["%s"] * len(HASHED))}]'
    return sa.type_coerce(write(_text(form), *(quoted(name, columns[name]) for name in HASHED)), sa.Text)


def _in_sqlite(name: str, column: Any) -> Any:
    if name in _WHOLE:
        return column
    if name in _TIMES:
        # Stored as 2026-03-02 02:00:00.000000; a whole second is hashed without its noughts.
        return _zoned(sa.func.replace(sa.type_coerce(column, sa.Text), " ", "T"))
    return sa.func.json_quote(column)


def _in_postgresql(name: str, column: Any) -> Any:
    if name in _WHOLE:
        return column
    if name in _TIMES:
        return _zoned(sa.func.to_char(column, _text('YYYY-MM-DD"T"HH24:MI:SS.US')))
    return sa.func.coalesce(sa.cast(sa.func.to_json(column), sa.Text), _text("null"))


def _zoned(moment: Any) -> Any:
    return _text('"').concat(sa.func.replace(moment, ".000000", "")).concat(_text('+00:00"'))


def _text(value: str) -> Any:
    return sa.literal(value, sa.Text)
