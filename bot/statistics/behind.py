"""What stands behind many figures at once: their rows' number, ids, hash and parts, from one look at the lines.

The database writes the text that is hashed; the lines come in the order of their ids and are not kept, so that a year of
millions needs no more memory than a month. Figures made of the same lines share one hash.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.figures import digest_of
from bot.statistics.lines import Lines
from bot.statistics.metrics import Number, rows
from bot.statistics.periods import Period, months_of
from bot.statistics.registry import Metric, Shape
from bot.statistics.row_text import HASHED, hashed_text
from bot.statistics.views import View, place_conditions
from bot.storage.tables import ServiceEntry

PARTS = ("community", "dispute_type")
MONTH = "month"
AT_ONCE = 10_000
MOST_MONTHS = 36  # of a longer period there are no parts by month
Slots = list[tuple[datetime, str]]  # where a slot begins, and the month it lies in; slot 0 is everything before
SlotKind = tuple[int, str]


class Tally:
    """Sums of all lines that passed, by slot and kind: `whole`, and `parts` of each dimension by code."""

    def __init__(self, slots: Slots) -> None:
        self.months = ["", *(month for _, month in slots)]
        self.whole: Counter[SlotKind] = Counter()
        self.parts: dict[str, dict[SlotKind, dict[str | None, int]]] = {name: {} for name in PARTS}
        self._flat: dict[str, Counter[tuple[int, str, str | None]]] = {name: Counter() for name in PARTS}

    def take(self, slots: Sequence[int], kinds: Sequence[str], codes: Sequence[Sequence[str | None]], quantities: Sequence[int]) -> None:
        """Count lines; most of them count one, so that they are counted first and corrected after."""
        self.whole.update(zip(slots, kinds))
        for name, of in zip(PARTS, codes):
            self._flat[name].update(zip(slots, kinds, of))
        for n, quantity in enumerate(quantities):
            if quantity != 1:
                self.whole[slots[n], kinds[n]] += quantity - 1
                for name, of in zip(PARTS, codes):
                    self._flat[name][slots[n], kinds[n], of[n]] += quantity - 1

    def finish(self) -> None:
        """Put the parts in order; nothing passes any more."""
        for name, flat in self._flat.items():
            for (slot, kind, code), n in flat.items():
                self.parts[name].setdefault((slot, kind), {})[code] = n
            flat.clear()


@dataclass
class Behind:
    """The rows behind one figure.

    Args:
        ids: as "1-5,9"; sha256: over all values of the rows.
        later: ids of rows that were not among those asked about (see `behind`); sums and parts hold them too.
    """

    which: Metric
    view: View
    rows: int = 0
    ids: str = ""
    sha256: str = ""
    later: tuple[int, ...] = ()
    _tally: Tally = field(default_factory=lambda: Tally([]), repr=False)
    _span: range = range(0)
    _parts: dict[str, dict[str | None, int]] = field(default_factory=dict, repr=False)

    def part(self, dimension: str, code: str | None) -> Number:
        """Return the part with this code of a dimension, or in a month, in the metric's unit."""
        return self.scaled(self.parts(dimension).get(code, 0))

    @property
    def total(self) -> Number | None:
        """The sum of all rows in the metric's unit; None for a ratio, which is no sum."""
        if self.which.shape is Shape.RATIO:
            return None
        if self.which.shape is Shape.SNAPSHOT:
            return self.rows
        return self.scaled(self.sum)

    @property
    def sum(self) -> int:
        """The sum of all rows, in parts of the unit."""
        return sum(-n if kind in self.which.minus else n for kind, n in self.by_kind().items())

    def by_kind(self) -> dict[str, int]:
        """Return kind of line → sum of all rows."""
        kinds = (*self.which.kinds, *self.which.minus)
        return {kind: sum(self._tally.whole[slot, kind] for slot in self._span) for kind in kinds}

    def codes(self, dimension: str) -> set[str | None]:
        """Return the codes of a dimension that occur."""
        return set(self.parts(dimension))

    def parts(self, dimension: str) -> dict[str | None, int]:
        """Return code → sum of all rows with it, in parts of the unit."""
        if dimension not in self._parts:
            found = self._parts[dimension] = {}
            for slot in self._span:
                for kind in (*self.which.kinds, *self.which.minus):
                    if dimension == MONTH:
                        some: dict[str | None, int] = {self._tally.months[slot]: self._tally.whole[slot, kind]} if self._tally.months[slot] else {}
                    else:
                        some = self._tally.parts[dimension].get((slot, kind), {})
                    sign = -1 if kind in self.which.minus else 1
                    for code, n in some.items():
                        found[code] = found.get(code, 0) + sign * n
        return self._parts[dimension]

    def scaled(self, total: int) -> Number:
        """Return a sum of quantities in the metric's unit."""
        return total if self.which.scale == 1 else (Decimal(total) / self.which.scale).quantize(Decimal("0.01"))


def behind(session: Session, wanted: Iterable[tuple[Metric, View]], known: list[str] | None = None) -> list[Behind]:
    """Return what stands behind each figure, in the given order; views may differ in their period only.

    Args:
        known: for each figure the ids its rows, ids and hash are asked of, as "1-5,9"; others go to `later`. None: all rows.
    """
    found = [Behind(which, view) for which, view in wanted]
    lines = [n for n, one in enumerate(found) if one.which.shape is not Shape.SNAPSHOT]
    for one in found:
        if one.which.shape is Shape.SNAPSHOT:
            _from_facts(session, one)
    if lines:
        _from_lines(session, [found[n] for n in lines], None if known is None else [known[n] for n in lines])
    return found


def _from_lines(session: Session, found: list[Behind], known: list[str] | None) -> None:
    slots = _slots([one.view.period for one in found])
    shared: dict[tuple[Any, ...], Lines] = {}
    takers: dict[SlotKind, list[Lines]] = {}
    mine: list[Lines] = []
    for n, one in enumerate(found):
        asked = None if known is None else known[n]
        one._span = _span(one, slots)
        key = (frozenset((*one.which.kinds, *one.which.minus)), one._span, asked)
        if key not in shared:
            shared[key] = Lines(asked)
            for slot in one._span:
                for kind in key[0]:
                    takers.setdefault((slot, kind), []).append(shared[key])
        mine.append(shared[key])
    tally = _pass_lines(session, found, slots, takers, list(shared.values()))
    for one, taken in zip(found, mine):
        one.rows, one.ids, one.sha256, one.later, one._tally = taken.count, taken.ids, taken.sha256, tuple(taken.later), tally


def _pass_lines(session: Session, found: list[Behind], slots: Slots, takers: dict[SlotKind, list[Lines]], shared: list[Lines]) -> Tally:
    tally, last = Tally(slots), 0
    query = _lines_of(session, found, slots).execution_options(stream_results=True, max_row_buffer=AT_ONCE)
    for some in session.connection().execute(query).partitions(AT_ONCE):
        numbers, kinds, communities, types, quantities, where, texts = zip(*some)
        if numbers[0] <= last or list(numbers) != sorted(numbers):
            raise RuntimeError("The lines did not come in the order of their ids; their hash would be another.")
        last = numbers[-1]
        tally.take(where, kinds, (communities, types), quantities)
        for key, number, text in zip(zip(where, kinds), numbers, texts):
            for lines in takers.get(key, ()):
                lines.numbers.append(number)
                lines.texts.append(text)
        for lines in shared:
            lines.take()
    tally.finish()
    return tally


def _lines_of(session: Session, found: list[Behind], slots: Slots) -> Any:
    """One query for all; what is written out is written after sorting, from lines that are still short."""
    view = found[0].view
    lines = ServiceEntry.__table__.c
    dialect = session.get_bind().dialect.name
    since = _since(found)
    asked = [sa.and_(ServiceEntry.kind.in_(kinds), *([] if start is None else [ServiceEntry.happened_at >= start])) for start, kinds in since]
    conditions = [
        _kind(found, dialect).in_(sorted(kind for _, kinds in since for kind in kinds)), ServiceEntry.happened_at < slots[-1][0], sa.or_(*asked),
        *place_conditions(view, ServiceEntry),
    ]  # fmt: skip
    if view.known_before is not None:
        conditions.append(ServiceEntry.recorded_at < view.known_before)
    if not view.with_demo:
        conditions.append(ServiceEntry.is_demo.is_(False))
    short = sa.select(*(lines[name] for name in HASHED)).where(*conditions).order_by(lines.id).offset(0).subquery()
    columns = short.c
    slot = sa.case(*((columns.happened_at < start, n) for n, (start, _) in enumerate(slots)), else_=len(slots))
    return sa.select(columns.id, columns.kind, columns.community, columns.dispute_type, columns.quantity, slot, hashed_text(columns, dialect))


def _since(found: list[Behind]) -> list[tuple[datetime | None, list[str]]]:
    """From when on the lines of which kinds are wanted; None is from the beginning of the books."""
    earliest: dict[str, datetime | None] = {}
    for one in found:
        start = None if one.which.shape is Shape.STOCK else one.view.period.start_utc
        for kind in (*one.which.kinds, *one.which.minus):
            known = earliest.get(kind, start)
            earliest[kind] = None if known is None or start is None else min(known, start)
    return [(start, sorted(kind for kind in earliest if earliest[kind] == start)) for start in set(earliest.values())]


def _kind(found: list[Behind], dialect: str) -> Any:
    """SQLite would look up each kind in the index and sort; most of a book is read faster from its beginning to its end."""
    longest = max(one.view.period.end - one.view.period.first for one in found)
    in_order = dialect == "sqlite" and longest > timedelta(days=62)
    return sa.literal_column("+service_entries.kind", sa.String) if in_order else ServiceEntry.kind


def _slots(periods: list[Period]) -> Slots:
    """Where one figure's lines may end and another's begin: the ends of the periods, and the turns of months where they are not too many."""
    found: dict[datetime, str] = {}
    for period in set(periods):
        months = months_of(period)
        for part in months if len(months) <= MOST_MONTHS else [period]:
            label = f"{part.first:%Y-%m}" if len(months) <= MOST_MONTHS else ""
            found[part.start_utc] = label or found.get(part.start_utc, "")
            found.setdefault(part.end_utc, f"{part.end:%Y-%m}" if label else "")
    return sorted(found.items())


def _span(one: Behind, slots: Slots) -> range:
    """The slots of a figure."""
    starts = [start for start, _ in slots]
    first = 0 if one.which.shape is Shape.STOCK else bisect_right(starts, one.view.period.start_utc)
    return range(first, bisect_right(starts, one.view.period.end_utc))


def _from_facts(session: Session, one: Behind) -> None:
    """A snapshot is a handful of facts."""
    facts = sorted(rows(session, one.which, one.view), key=lambda row: row.id)
    for name in PARTS:
        one._parts[name] = dict(Counter(getattr(row, name) for row in facts))
    one.ids = ",".join(str(row.id) for row in facts)
    one.rows, one.sha256 = len(facts), digest_of(facts)
