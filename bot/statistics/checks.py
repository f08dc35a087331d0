"""What became of frozen figures: the books as they were then, and as they are now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.statistics.batches import Batch, Batches, digest_of_batches, read_batches
from bot.statistics.behind import Behind, behind
from bot.statistics.figures import digest_of
from bot.statistics.frozen import figures_of, rows_by_id, value_by_kind
from bot.statistics.lines import from_ranges
from bot.statistics.metrics import Row, metric, rows
from bot.statistics.month_figures import MonthFigure, days_in, kinds_of, lines_in_books, part_of, spans_of
from bot.statistics.old_checks import check_whole
from bot.statistics.periods import Period, read_span, span_name
from bot.statistics.registry import Metric
from bot.statistics.verdicts import Check, is_same
from bot.statistics.views import View
from bot.storage.book_tables import PeriodAction

NOTHING: Batch = {"rows": 0, "sum": 0, "ids": "", "sha256": hashlib.sha256(b"").hexdigest(), "recorded": ""}
Shelf = dict[str, Batches]  # digest of a closing → its batches; "" for those that stand beside the records


def check_all(session: Session, records: list[dict[str, Any]], views: list[View], shelf: Shelf | None = None) -> list[Check]:
    """Compare frozen figures with the books: as they were then, and as they are now.

    Args:
        views: of each figure, the view of then without its `as_of`.
        shelf: batches of then; what other closings hold is looked up.
    """
    asked = [(n, record, (metric(record["code"]), view)) for n, (record, view) in enumerate(zip(records, views))]
    found = {n: check_facts(session, record, *one) for n, record, one in asked if record["table"] == "fact"}
    of_lines = [one for one in asked if one[0] not in found]
    for of_batches in (True, False):
        some = [one for one in of_lines if ("ids" not in one[1]) is of_batches]
        if some:
            numbers, mine, wanted = (list(column) for column in zip(*some))
            checked = _Months(session, mine, wanted, shelf or {}).checks() if of_batches else check_whole(session, mine, wanted)
            found.update(zip(numbers, checked))
    return [found[n] for n in range(len(records))]


def check_facts(session: Session, record: dict[str, Any], which: Metric, view: View) -> Check:
    """Compare a frozen snapshot with the facts of the books."""
    [today] = behind(session, [(which, view)])
    [now] = figures_of(session, [today])
    ids = from_ranges(record["ids"])
    then, found = rows_by_id(session, "fact", ids), rows(session, which, view)
    known, still = set(ids), {row.id for row in found}
    intact = len(then) == len(ids) == record["rows"] and digest_of(then) == record["sha256"] and record["value"] in (None, str(len(then)))
    later = tuple(row for row in found if row.id not in known)
    gone = tuple(row for row in then if row.id not in still)
    return Check(which.code, intact, later, gone, now, not later and not gone and is_same(record, now), today)


@dataclass
class _Months:
    """Records made of months and batches, and all their batches as they are now, read once."""

    session: Session
    records: list[dict[str, Any]]
    wanted: list[tuple[Metric, View]]
    shelf: Shelf

    def checks(self) -> list[Check]:
        """Return what became of each record."""
        in_books = lines_in_books(self.session, max(view.period.end for _, view in self.wanted), self.wanted[0][1].with_demo)
        spans = [{span_name(days): days for days in spans_of(which, view, in_books)} for which, view in self.wanted]
        needed: dict[Period, set[str]] = {}
        for record, (which, _), mine in zip(self.records, self.wanted, spans):
            mine.update((name, read_span(name)) for name in record["months"])
            for days in mine.values():
                needed.setdefault(days, set()).update(kinds_of(which))
        self.now = read_batches(self.session, self.wanted[0][1], needed)
        self.looked_at: dict[tuple[str, str, str], tuple[bool, tuple[int, ...]]] = {}
        self._look_up_closings()
        held = [self._held(record, *one, names) for record, one, names in zip(self.records, self.wanted, spans)]
        by_id = {row.id: row for row in rows_by_id(self.session, "entry", sorted({number for _, later in held for number in later}))}
        today = [self._today(which, view, names) for (which, view), names in zip(self.wanted, spans)]
        figures = figures_of(self.session, today)
        return [self._check(record, one, now, *of, by_id) for record, one, now, of in zip(self.records, today, figures, held)]

    def _check(self, record: dict[str, Any], today: MonthFigure, now: Any, intact: bool, later: list[int], by_id: dict[int, Row]) -> Check:
        came = tuple(by_id[number] for number in sorted(later))
        return Check(record["code"], intact, came, (), now, not came and is_same(record, now), today)

    def _today(self, which: Metric, view: View, names: dict[str, Period]) -> MonthFigure:
        return MonthFigure(self.session, which, view, {name: part_of(which, self.now[name]) for name in sorted(names)})

    def _look_up_closings(self) -> None:
        missing = {part["at"] for record in self.records for part in record["months"].values()} - {"", *self.shelf}
        for digest, body in self.session.execute(sa.select(PeriodAction.digest, PeriodAction.body).where(PeriodAction.digest.in_(sorted(missing)))):
            self.shelf[digest] = json.loads(body).get("batches", {})

    def _held(self, record: dict[str, Any], which: Metric, view: View, names: dict[str, Period]) -> tuple[bool, list[int]]:
        """Whether the lines of then still give the record, and the ids of those that came since."""
        holds, later, by_kind = True, list[int](), dict[str, int]()
        for name, days in names.items():
            part = record["months"].get(name)
            then = {} if part is None else self.shelf.get(part["at"], {}).get(name, {})
            again = part_of(which, then)
            holds &= part is None or (days == days_in(which, view, days.first) and all(part[what] == again[what] for what in ("rows", "sum", "sha256")))
            for kind in kinds_of(which):
                batch = then.get(kind, NOTHING)
                same, came = self._since(days, kind, batch)
                holds &= same
                later += came
                by_kind[kind] = by_kind.get(kind, 0) + batch["sum"]
        whole = record["rows"] == sum(part["rows"] for part in record["months"].values()) and record["sha256"] == digest_of_batches(record["months"].items())
        return holds and whole and record["value"] in (None, str(value_by_kind(which, by_kind))), later

    def _since(self, days: Period, kind: str, then: Batch) -> tuple[bool, tuple[int, ...]]:
        """Whether the lines of then are as they were, and the ids of those that came since."""
        name = span_name(days)
        now = self.now[name].get(kind, NOTHING)
        if all(now[what] == then[what] for what in ("rows", "sum", "ids", "sha256")):
            return True, ()
        key = (name, kind, f"{then['sha256']} {then['ids']}")
        if key not in self.looked_at:
            which = replace(metric("bot_answers"), kinds=(kind,))
            [found] = behind(self.session, [(which, self.wanted[0][1].during(days))], [then["ids"]])
            self.looked_at[key] = (_as_then(self.session, found, then), found.later)
        return self.looked_at[key]


def _as_then(session: Session, found: Behind, then: Batch) -> bool:
    came = sum(row.quantity for row in rows_by_id(session, "entry", list(found.later)))
    return (found.rows, found.sum - came, found.sha256) == (then["rows"], then["sum"], then["sha256"])
