"""Figures: a metric's value with its state. Zero, missing and not applicable are three different things (domain.md 1.4)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.metrics import Number, Row, count, counts, percent
from bot.statistics.registry import Metric, Shape, metric
from bot.statistics.totals import from_totals, total
from bot.statistics.views import View, day_conditions, fact_conditions, line_conditions
from bot.storage.book_tables import BookFact, DailyCount
from bot.storage.tables import ServiceEntry

NOT_REPORTED, NOT_APPLICABLE_LABEL = "未报", "不适用"


class State(Enum):
    """What stands behind a figure: (code, what people read for it)."""

    VALUE = "value"
    ZERO = "zero"
    MISSING = "missing"
    NA = "na"


@dataclass(frozen=True)
class Figure:
    """A metric in a view. `value` is None where it is missing or does not apply."""

    metric: Metric
    state: State
    value: Number | None

    @property
    def shown(self) -> str:
        """The value as people read it, without unit."""
        if self.value is None:
            return NOT_REPORTED if self.state is State.MISSING else NOT_APPLICABLE_LABEL
        return str(self.value)


@dataclass(frozen=True)
class Balance:
    """Stock and flow of one book in a period; `opening + received - done = closing`."""

    opening: int
    received: int
    done: int
    closing: int


class Declarations:
    """What was declared of the figures of a view: read once, and only where a figure is zero."""

    def __init__(self, session: Session, view: View) -> None:
        self._session, self._view = session, view
        self._spans: dict[tuple[str, str], list[tuple[date, date]]] | None = None

    def cover(self, code: str, event: str) -> bool:
        """Whether declarations cover every day of the period that is known."""
        spans = sorted(self._read().get((code, event), []))
        reached = self._view.period.first
        for first, end in spans:
            if first <= reached:
                reached = max(reached, end)
        # The day of asking is not over and cannot be declared yet.
        needed = self._view.period.end if self._view.as_of is None else min(self._view.period.end, self._view.as_of)
        return bool(spans) and reached >= needed

    def _read(self) -> dict[tuple[str, str], list[tuple[date, date]]]:
        if self._spans is None:
            self._spans = {}
            query = sa.select(BookFact.subject, BookFact.event, BookFact.details).where(BookFact.book == "declaration", *fact_conditions(self._view))
            for code, event, details in self._session.execute(query):
                self._spans.setdefault((code, event), []).append(_span(details))
        return self._spans


def figures(session: Session, chosen: Sequence[Metric], view: View, counted: Mapping[str, Number] | None = None) -> list[Figure]:
    """Return many metrics of one view with their states, from few looks.

    Args:
        counted: sums of metrics in this view, where the caller has looked at their rows already.
    """
    sums, declared = counts(session, chosen, view) if counted is None else counted, Declarations(session, view)
    return [figure(session, which, view, sums, declared) for which in chosen]


def figure(session: Session, which: Metric, view: View, counted: Mapping[str, Number] | None = None, declared: Declarations | None = None) -> Figure:
    """Return a metric with its state: a zero was counted or declared, otherwise it is missing."""
    declared = declared or Declarations(session, view)
    if which.shape is Shape.RATIO:
        return _ratio(session, which, view, counted, declared)
    value = (counted or {}).get(which.code)
    if value is None:
        value = count(session, which, view)
    if value:
        return Figure(which, State.VALUE, value)
    if declared.cover(which.code, "not_applicable"):
        return Figure(which, State.NA, None)
    if which.known_by and not _somebody_looked(session, which, view):
        return Figure(which, State.MISSING, None)
    if which.must_be_declared and not declared.cover(which.code, "zero"):
        return Figure(which, State.MISSING, None)
    return Figure(which, State.ZERO, value)


def balance(session: Session, stock: Metric, received: tuple[str, ...], done: tuple[str, ...], view: View) -> Balance:
    """Return what was carried over, came in, was done and is open, each counted by itself."""
    come, gone = (sum(int(count(session, metric(code), view)) for code in codes) for codes in (received, done))
    return Balance(int(count(session, stock, view.before())), come, gone, int(count(session, stock, view)))


def digest_of(found: list[Row]) -> str:
    """Return the SHA-256 over the rows behind a figure, all their values, in the order of their ids (64 hex digits)."""
    digest = hashlib.sha256()
    for row in sorted(found, key=lambda r: (r.table, r.id)):
        values = [
            row.table, row.id, row.kind, row.quantity, row.happened_at.isoformat(), row.recorded_at.isoformat(), row.recorded_by, row.case_number,
            row.community, row.tier, row.channel, row.topic, row.dispute_type, row.source_key, row.reverses_id,
        ]  # fmt: skip
        digest.update(json.dumps(values, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def _ratio(session: Session, which: Metric, view: View, counted: Mapping[str, Number] | None, declared: Declarations) -> Figure:
    parts = [figure(session, metric(code), view, counted, declared) for code in which.of or ()]
    if any(part.state is State.MISSING for part in parts):
        return Figure(which, State.MISSING, None)
    over, under = (part.value for part in parts)
    if under is None or over is None or under < which.smallest:
        return Figure(which, State.NA, None)
    return Figure(which, State.VALUE, percent(over, under))


def _somebody_looked(session: Session, which: Metric, view: View) -> bool:
    if from_totals(view):
        return bool(total(session, view, which.known_by))
    if view.as_of is None:
        query = sa.select(sa.func.sum(DailyCount.quantity)).where(*day_conditions(view, which.known_by, cumulative=False))
    else:
        query = sa.select(sa.func.sum(ServiceEntry.quantity)).where(*line_conditions(view, which.known_by, cumulative=False))
    return bool(session.execute(query).scalar_one())


def _span(details: str) -> tuple[date, date]:
    values = json.loads(details)
    return date.fromisoformat(values["first"]), date.fromisoformat(values["end"])
