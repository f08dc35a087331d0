"""What stands behind many figures at once: their rows' number, ids, hash and parts, from one look at the lines.

The lines come in the order of their ids and are not kept, so that a year of millions needs no more memory than a month.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.office import BEIJING
from bot.statistics.figures import digest_of
from bot.statistics.metrics import Number, rows
from bot.statistics.registry import Metric, Shape
from bot.statistics.views import View, place_conditions
from bot.storage.tables import ServiceEntry

COLUMNS = (
    "id", "kind", "quantity", "happened_at", "recorded_at", "recorded_by", "case_number", "community", "tier", "channel", "topic", "dispute_type",
    "source_key", "reverses_id",
)  # fmt: skip
PARTS = ("community", "dispute_type")
MONTH = "month"
AT_ONCE = 5_000


@dataclass
class Behind:
    """The rows behind one figure, summed up while they pass.

    Args:
        ids: as "1-5,9"; sha256: over all values of the rows.
        parts: (community, dispute_type or month, code) → sum, in parts of the unit.
    """

    which: Metric
    view: View
    rows: int = 0
    ids: str = ""
    sha256: str = ""
    parts: dict[tuple[str, str | None], int] = field(default_factory=dict)
    _hash: Any = field(default_factory=hashlib.sha256)
    _ranges: list[str] = field(default_factory=list)
    _run: tuple[int, int] | None = None

    def part(self, dimension: str, code: str | None) -> Number:
        """Return the part with this code, in the metric's unit."""
        return self._scaled(self.parts.get((dimension, code), 0))

    @property
    def total(self) -> Number | None:
        """The sum of all rows in the metric's unit; None for a ratio, which is no sum."""
        if self.which.shape is Shape.RATIO:
            return None
        return self._scaled(sum(n for (name, _), n in self.parts.items() if name == PARTS[0]))

    def codes(self, dimension: str) -> set[str | None]:
        """Return the codes of a dimension that occur."""
        return {code for name, code in self.parts if name == dimension}

    def take(self, line: Any, text: bytes, month: str) -> None:
        """Count one line; the next must have a larger id."""
        self.rows += 1
        self._hash.update(text)
        amount = -line.quantity if line.kind in self.which.minus else line.quantity
        for key in ((PARTS[0], line.community), (PARTS[1], line.dispute_type), (MONTH, month)):
            self.parts[key] = self.parts.get(key, 0) + amount
        if self._run is not None and line.id == self._run[1] + 1:
            self._run = (self._run[0], line.id)
        else:
            self._close_run()
            self._run = (line.id, line.id)

    def finish(self) -> Behind:
        """Return it with ids and hash in place."""
        self._close_run()
        self._run, self.ids, self.sha256 = None, ",".join(self._ranges), self._hash.hexdigest()
        return self

    def _scaled(self, total: int) -> Number:
        return total if self.which.scale == 1 else (Decimal(total) / self.which.scale).quantize(Decimal("0.01"))

    def _close_run(self) -> None:
        if self._run is not None:
            first, last = self._run
            self._ranges.append(str(first) if first == last else f"{first}-{last}")


def behind(session: Session, wanted: Iterable[tuple[Metric, View]]) -> list[Behind]:
    """Return what stands behind each figure, in the given order; views may differ in their period only."""
    found = [Behind(which, view) for which, view in wanted]
    by_kind: dict[str, list[tuple[Behind, datetime | None, datetime]]] = {}
    for one in found:
        if one.which.shape is Shape.SNAPSHOT:
            _from_facts(session, one)
            continue
        start = None if one.which.shape is Shape.STOCK else one.view.period.start_utc
        for kind in {*one.which.kinds, *one.which.minus}:
            by_kind.setdefault(kind, []).append((one, start, one.view.period.end_utc))
    if by_kind:
        _pass_lines(session, by_kind, found[0].view)
    return [one if one.which.shape is Shape.SNAPSHOT else one.finish() for one in found]


def _pass_lines(session: Session, by_kind: dict[str, list[tuple[Behind, datetime | None, datetime]]], view: View) -> None:
    everything = [span for spans in by_kind.values() for span in spans]
    starts = [start for _, start, _ in everything if start is not None]
    stocks = [kind for kind, spans in by_kind.items() if any(start is None for _, start, _ in spans)]
    recent = ServiceEntry.happened_at >= min(starts) if starts else sa.false()
    conditions = [
        ServiceEntry.kind.in_(by_kind), ServiceEntry.happened_at < max(end for *_, end in everything), sa.or_(recent, ServiceEntry.kind.in_(stocks)),
        *place_conditions(view, ServiceEntry),
    ]  # fmt: skip
    if view.known_before is not None:
        conditions.append(ServiceEntry.recorded_at < view.known_before)
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    query = sa.select(*(getattr(ServiceEntry, name) for name in COLUMNS)).where(*conditions).order_by(ServiceEntry.id)
    for line in session.execute(query.execution_options(yield_per=AT_ONCE)):
        text, month = _as_text(line), line.happened_at.astimezone(BEIJING).strftime("%Y-%m")
        for one, start, end in by_kind[line.kind]:
            if line.happened_at < end and (start is None or line.happened_at >= start):
                one.take(line, text, month)


def _as_text(line: Any) -> bytes:
    """The same text that `figures.digest_of` hashes."""
    values = [
        "entry", line.id, line.kind, line.quantity, line.happened_at.isoformat(), line.recorded_at.isoformat(), line.recorded_by, line.case_number,
        line.community, line.tier, line.channel, line.topic, line.dispute_type, line.source_key, line.reverses_id,
    ]  # fmt: skip
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _from_facts(session: Session, one: Behind) -> None:
    """A snapshot is a handful of facts."""
    facts = sorted(rows(session, one.which, one.view), key=lambda row: row.id)
    for row in facts:
        for key in ((PARTS[0], row.community), (PARTS[1], row.dispute_type)):
            one.parts[key] = one.parts.get(key, 0) + 1
        one.ids += f"{',' if one.ids else ''}{row.id}"
    one.rows, one.sha256 = len(facts), digest_of(facts)
