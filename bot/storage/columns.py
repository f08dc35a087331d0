"""Column types of ours: UTC times and encrypted text."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from bot.storage import personal_data


class UtcTime(TypeDecorator):
    """An aware datetime in, an aware UTC datetime out; stored without zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time without zone cannot be stored: {value!r}; pass an aware datetime.")
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=timezone.utc)


class EncryptedText(TypeDecorator):
    """Text that only a process holding the keys can read (domain.md 4.4).

    Args:
        place: "table.column"; bound into the encryption, so that a value copied to another column does not open.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else personal_data.keys().encrypt(value, self.place)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else personal_data.keys().decrypt(value, self.place)
