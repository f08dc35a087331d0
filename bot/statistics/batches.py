"""Batches: the lines of one kind in one month, told by how many they are, their sum, their ids and one hash over all their values.

Closings and reports stand on them. Whatever figure is made of a kind uses the same batch, and PostgreSQL makes the hash where the
lines lie, so that a year of a million lines is proved in seconds.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from itertools import groupby
from operator import itemgetter
from typing import Any, Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from bot.statistics.lines import as_ranges
from bot.statistics.periods import Period, span_name
from bot.statistics.row_text import HASHED, hashed_text
from bot.statistics.views import View, line_conditions
from bot.storage.columns import UtcTime
from bot.storage.tables import ServiceEntry

# {"rows", "sum", "ids", "sha256", "recorded"}: as JSON, the last time one of its lines was recorded in ISO 8601.
Batch = dict[str, Any]
Batches = dict[str, dict[str, Batch]]  # span of days (`periods.span_name`) → kind → batch; a kind without lines has none


def read_batches(session: Session, view: View, wanted: dict[Period, set[str]]) -> Batches:
    """Return the batches of some kinds in some spans of days; at most a month each, and some three million lines of a kind (1 GB of text)."""
    return {span_name(days): dict(_of_span(session, view.during(days), kinds)) for days, kinds in sorted(wanted.items(), key=lambda one: one[0].first)}


def digest_of_batches(batches: Iterable[tuple[str, Batch]]) -> str:
    """Return the SHA-256 over named batches, in the order of their names (64 hex digits)."""
    told = "".join(f"{name} {one['rows']} {one['sum']} {one['sha256']}\n" for name, one in sorted(batches, key=itemgetter(0)))
    return hashlib.sha256(told.encode()).hexdigest()


def _of_span(session: Session, view: View, kinds: set[str]) -> Iterator[tuple[str, Batch]]:
    if not kinds:
        return
    lines = ServiceEntry.__table__.c
    conditions = line_conditions(view, tuple(sorted(kinds)), cumulative=False)
    short = sa.select(*(lines[name] for name in HASHED)).where(*conditions).order_by(lines.kind, lines.id).offset(0).subquery()
    read = _told_by_postgresql if session.get_bind().dialect.name == "postgresql" else _told_line_by_line
    yield from read(session, short.c)


def _told_by_postgresql(session: Session, lines: Any) -> Iterator[tuple[str, Batch]]:
    text, new_line = hashed_text(lines, "postgresql"), sa.literal("\n", sa.Text)
    whole = sa.func.string_agg(text, aggregate_order_by(new_line, lines.id)).concat(new_line)
    digest = sa.func.encode(sa.func.sha256(sa.func.convert_to(whole, sa.literal("UTF8", sa.Text))), sa.literal("hex", sa.Text))
    ids = sa.func.string_agg(sa.cast(lines.id, sa.Text), aggregate_order_by(sa.literal(",", sa.Text), lines.id))
    query = sa.select(lines.kind, sa.func.count(), sa.func.sum(lines.quantity), ids, digest, sa.func.max(lines.recorded_at, type_=UtcTime))
    for kind, rows, total, numbers, sha256, recorded in session.connection().execute(query.group_by(lines.kind).order_by(lines.kind)):
        yield kind, _batch(rows, int(total), [int(number) for number in numbers.split(",")], sha256, recorded)


def _told_line_by_line(session: Session, lines: Any) -> Iterator[tuple[str, Batch]]:
    """SQLite has no hash of its own."""
    recorded_at = sa.type_coerce(lines.recorded_at, sa.Text)
    query = sa.select(lines.kind, lines.id, lines.quantity, recorded_at, hashed_text(lines, "sqlite")).order_by(lines.kind, lines.id)
    for kind, some in groupby(session.connection().execute(query), key=itemgetter(0)):
        _, ids, quantities, times, texts = zip(*some)
        recorded = datetime.fromisoformat(max(times)).replace(tzinfo=timezone.utc)
        sha256 = hashlib.sha256(("\n".join(texts) + "\n").encode()).hexdigest()
        yield kind, _batch(len(ids), sum(quantities), list(ids), sha256, recorded)


def _batch(rows: int, total: int, ids: list[int], sha256: str, recorded: datetime) -> Batch:
    return {"rows": rows, "sum": total, "ids": as_ranges(ids), "sha256": sha256, "recorded": recorded.isoformat()}
