"""Taking words and names out of a case's rows, while the rows, their times and what was counted stay (去标识).

It follows the foreign keys, so that a table added later is not forgotten: every encrypted column of every row that belongs to the case.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage import casework_tables, desk_tables, handover_tables  # noqa: F401  their rows belong to cases
from bot.storage.columns import EncryptedText
from bot.storage.tables import Base

BLANK = "（已删除）"


def blank_case(session: Session, number: str) -> int:
    """Blank all words, names and keyed hashes of a case; returns how many rows were touched."""
    return sum(_blank(session, table, rows) for table, rows in _belonging(Base.metadata.tables["cases"], sa.literal(number)))


def _belonging(parent: sa.Table, of: Any) -> list[tuple[sa.Table, Any]]:
    """Return (table, condition) for every table whose rows refer to the parent's rows, and theirs in turn."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if table is parent or not any(key.column.table is parent for key in column.foreign_keys):
                continue
            condition = column == of if isinstance(of, sa.sql.elements.BindParameter) else column.in_(of)
            found.append((table, condition))
            keys = list(table.primary_key)
            if len(keys) == 1:
                found += _belonging(table, sa.select(keys[0]).where(condition))
    return found


def _blank(session: Session, table: sa.Table, rows: Any) -> int:
    changed: dict[sa.Column, Any] = {}
    for column in table.columns:
        if isinstance(column.type, EncryptedText):
            changed[column] = None if column.nullable else BLANK
        elif column.name in ("name_hash", "phone_hash"):
            changed[column] = None
    return int(session.execute(sa.update(table).where(rows).values(changed)).rowcount) if changed else 0
