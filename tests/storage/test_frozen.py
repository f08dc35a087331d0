"""Frozen figures: the same as their slow definition, whatever was taken over from closings; and every change of line or record is told."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bot.ledger.periods import close_month, closed_months, period_actions, reopen_month
from bot.office import BEIJING
from bot.statistics.batches import digest_of_batches
from bot.statistics.checks import check_all
from bot.statistics.closings import checks, corrections, known_parts, later_lines, month_body
from bot.statistics.figures import digest_of
from bot.statistics.frozen import freeze, freeze_all, line_ids
from bot.statistics.lines import as_ranges
from bot.statistics.metrics import METRICS, count, metric, rows
from bot.statistics.month_figures import kinds_of
from bot.statistics.periods import Period, month, read_month, read_span, span_name, year
from bot.statistics.registry import Shape
from bot.statistics.views import View
from bot.storage.tables import ServiceEntry
from tests.conftest import NOON
from tests.storage.history import START, steps, written
from tests.storage.old_records import stock_records, whole_records
from tests.storage.test_behind import line
from tests.storage.test_books_properties import undone

few = how(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
LINES = tuple(m for m in METRICS if m.shape is not Shape.SNAPSHOT)


def slow(session, which, view):
    """Number of rows and hash, told from the rows themselves: batches by kind, months by batches, the figure by months."""
    found = sorted(rows(session, which, view), key=lambda row: row.happened_at)
    months = {}
    for first, some in groupby(found, key=lambda row: row.happened_at.astimezone(BEIJING).date().replace(day=1)):
        of_month, whole = list(some), month(first.month, first.year)
        cut = Period(whole.first if which.shape is Shape.STOCK else max(whole.first, view.period.first), min(whole.end, view.period.end))
        months[span_name(cut)] = part(of_month, which)
    return len(found), digest_of_batches(months.items())


def part(found, which):
    kinds = {kind: [row for row in found if row.kind == kind] for kind in kinds_of(which)}
    batches = {kind: {"rows": len(of), "sum": sum(row.quantity for row in of), "sha256": digest_of(of)} for kind, of in kinds.items() if of}
    total = sum((-1 if kind in which.minus else 1) * one["sum"] for kind, one in batches.items())
    return {"rows": len(found), "sum": total, "sha256": digest_of_batches(batches.items())}


def is_slow(session, view, known):
    frozen = freeze(session, [(which, view) for which in LINES], known)
    for which, record, found in zip(LINES, frozen.figures, frozen.found):
        assert (record["rows"], record["sha256"]) == slow(session, which, view), which.code
        assert which.shape is Shape.RATIO or found.total == count(session, which, view), which.code
        if which.shape is Shape.SUM and which.scale == 1:
            for dimension in ("community", "dispute_type"):
                assert sum(found.part(dimension, code) for code in found.codes(dimension)) == found.total, which.code
            assert sum(found.parts("month").values()) == found.total


def closed(session, names, at):
    for name in names:
        close_month(session, name, month_body(session, name), "a", at)
    return closed_months(period_actions(session))


@few
@given(before=steps, late=steps, first=st.integers(0, 80), length=st.integers(1, 300))
def test_taken_over_from_closings_or_not_a_figure_is_what_its_rows_say(database, before, late, first, length):
    days = Period(date(2026, 1, 1) + timedelta(days=first), date(2026, 1, 1) + timedelta(days=first + length))
    with undone(database) as session:
        so_far = written(session, before)
        session.flush()
        so_far.now = max(so_far.now, START + timedelta(days=95))
        of_months = closed(session, ["2026-01", "2026-02", "2026-03"], so_far.now)
        known_then = so_far.now.astimezone(BEIJING).date()
        so_far.now += timedelta(days=1)
        for step in late:
            so_far.take(step)
        session.flush()
        for view in (View(year(2026)), View(days), View(month(3, 2026), as_of=known_then), View(days, as_of=known_then), View(days, with_demo=True)):
            is_slow(session, view, known_parts(of_months, view.period))
            is_slow(session, view.before(), known_parts(of_months, view.period))
        assert all(check.intact for found in checks(session, of_months) for check in found)
        for action in of_months:
            known, now = {row.id for row in later_lines(session, action)}, View(read_month(action.month))
            assert known == {row.id for which in LINES if which.shape is Shape.SUM for row in rows(session, which, now) if row.recorded_at > action.done_at}


@few
@given(before=steps, after=steps)
def test_what_came_later_is_told_apart_from_the_rows_of_then(database, before, after):
    view = View(year(2026))
    with undone(database) as session:
        so_far = written(session, before)
        session.flush()
        then, old = freeze_all(session, view), whole_records(session, view)
        known = {which.code: {row.id for row in rows(session, which, view)} for which in METRICS}
        for step in after:
            so_far.take(step)
        session.flush()
        found, of_old = check_all(session, then.figures, [view] * len(then.figures), {"": then.batches}), check_all(session, old, [view] * len(old))
        for one, earlier in zip(found, of_old):
            now = {row.id for row in rows(session, metric(one.code), view)}
            assert one.intact and earlier.intact, one.code
            assert {row.id for row in one.later} == now - known[one.code] and {row.id for row in one.gone} == known[one.code] - now
            assert (one.later, one.now, one.same) == (earlier.later, earlier.now, earlier.same), one.code


@few
@given(first=steps, late=steps, last=steps)
def test_frozen_upon_the_months_before_is_frozen_from_the_beginning(database, first, late, last):
    march = View(month(3, 2026))
    with undone(database) as session:
        so_far = written(session, first)
        session.flush()
        so_far.now = max(so_far.now, START + timedelta(days=95))
        of_months = closed(session, ["2026-01", "2026-02"], so_far.now)
        for step in late:
            so_far.take(step)
        session.flush()
        alone, upon = freeze_all(session, march), freeze_all(session, march, known_parts(of_months, march.period))
        assert [without_places(record) for record in upon.figures] == [without_places(record) for record in alone.figures]
        old = stock_records(session, march, 1, 3)
        assert {one["code"]: (one["state"], one["value"], one["rows"]) for one in old}.items() <= {
            one["code"]: (one["state"], one["value"], one["rows"]) for one in alone.figures
        }.items()  # fmt: skip
        for step in last:
            so_far.take(step)
        session.flush()
        for some, shelf in ((alone.figures, {"": alone.batches}), (upon.figures, {"": upon.batches}), (old, {})):
            assert all(found.intact for found in check_all(session, some, [march] * len(some), shelf))


def without_places(record):
    return {**record, "months": {name: {**one, "at": ""} for name, one in record.get("months", {}).items()}}


def three_months_of_cases(database):
    with database.transaction() as session:
        lines = [line(n, kind="mediation_accepted", happened_at=NOON - timedelta(days=30 * (n % 3))) for n in range(9)]
        session.execute(sa.insert(ServiceEntry), lines)


def is_intact(database, record, batches, view=View(month(3, 2026))):
    with database.reading() as session:
        [found] = check_all(session, [record], [view], {"": batches})
        return found.intact


@pytest.mark.parametrize("code", ["mediation_open", "cases_total"])
def test_a_record_that_was_altered_anywhere_is_told(database, code):
    three_months_of_cases(database)
    view = View(month(3, 2026) if code == "mediation_open" else year(2026))
    with database.reading() as session:
        frozen = freeze_all(session, view)
    record = next(one for one in frozen.figures if one["code"] == code)
    assert record["value"] == "9" and sorted(record["months"]) == ["2026-01", "2026-02", "2026-03"]
    assert is_intact(database, record, frozen.batches, view)
    for forged in ({"value": "8"}, {"rows": 8}, {"sha256": "0" * 64}, {"months": {"2026-01": record["months"]["2026-01"]}}, {"months": {}}):
        assert not is_intact(database, {**record, **forged}, frozen.batches, view), forged
    for forged in ({"rows": 2}, {"sum": 4}, {"sha256": "0" * 64}, {"at": "f" * 64}):
        months = {**record["months"], "2026-01": {**record["months"]["2026-01"], **forged}}
        assert not is_intact(database, {**record, "months": months}, frozen.batches, view), forged
    january = frozen.batches["2026-01"]["mediation_accepted"]
    for forged in ({"rows": 2}, {"sum": 4}, {"sha256": "0" * 64}, {"ids": "3,6"}, {"ids": "3,6,10"}):
        batches = {**frozen.batches, "2026-01": {"mediation_accepted": {**january, **forged}}}
        assert not is_intact(database, record, batches, view), forged
    assert not is_intact(database, record, {}, view)
    for other in (View(month(2, 2026)), View(Period(date(2026, 3, 2), date(2026, 3, 20)))):
        assert not is_intact(database, record, frozen.batches, other)


def test_old_records_that_were_altered_are_told(database):
    three_months_of_cases(database)
    march = View(month(3, 2026))
    with database.reading() as session:
        [stock] = [one for one in stock_records(session, march, 1, 3) if one["code"] == "mediation_open"]
        [whole] = [one for one in whole_records(session, View(year(2026))) if one["code"] == "cases_total"]
    assert is_intact(database, stock, {}) and is_intact(database, whole, {}, View(year(2026)))
    for forged in ({"rows": 2}, {"sum": 4}, {"ids": "1-3"}, {"sha256": "0" * 64}):
        assert not is_intact(database, {**stock, "months": {**stock["months"], "2026-01": {**stock["months"]["2026-01"], **forged}}}, {}), forged
    for forged in ({"value": "8"}, {"rows": 8}, {"sha256": "0" * 64}, {"months": {}}):
        assert not is_intact(database, {**stock, **forged}, {}), forged
    for forged in ({"rows": 8}, {"ids": "1-8"}, {"ids": "1-8,10"}, {"sha256": "0" * 64}, {"value": "8"}):
        assert not is_intact(database, {**whole, **forged}, {}, View(year(2026))), forged


def test_a_line_altered_under_its_old_number_is_told(database):
    three_months_of_cases(database)
    with database.transaction() as session:
        closed(session, ["2026-01", "2026-02"], NOON)
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER service_entries_no_update")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE service_entries SET community = 'c02' WHERE id = 2")
    with database.reading() as session:
        told = [[check.code for check in found if not check.intact] for found in checks(session, closed_months(period_actions(session)))]
    assert "cases_total" in told[1] and "mediation_open" in told[1] and told[0] == []


def test_a_closing_holds_its_own_month_and_names_the_closings_of_those_before(database):
    three_months_of_cases(database)
    with database.transaction() as session:
        first, second = closed(session, ["2026-01", "2026-02"], NOON)
        body = month_body(session, "2026-03")
        assert sorted(body["batches"]) == ["2026-03"] and body["lines"] == "1,4,7"
        [record] = [one for one in body["figures"] if one["code"] == "mediation_open"]
        assert {name: one["at"] for name, one in record["months"].items()} == {"2026-01": first.digest, "2026-02": second.digest, "2026-03": ""}
        reopen_month(session, "2026-02", "a", "b", "漏记一件", NOON)
        session.execute(sa.insert(ServiceEntry), [line(20, kind="mediation_accepted", happened_at=NOON - timedelta(days=30))])
        body = month_body(session, "2026-03")
        assert sorted(body["batches"]) == ["2026-02", "2026-03"]


def test_closings_of_an_earlier_release_hold_and_nothing_is_taken_over_from_them(database):
    three_months_of_cases(database)
    with database.transaction() as session:
        for name in ("2026-01", "2026-02"):
            view, of = View(read_month(name)), int(name[-2:])
            old = [one for one in whole_records(session, view) if metric(one["code"]).shape is not Shape.STOCK] + stock_records(session, view, 1, of)
            close_month(session, name, {"month": name, "figures": old, "lines": as_ranges(line_ids(session, view))}, "a", NOON)
        of_months = closed(session, ["2026-03"], NOON + timedelta(days=30))
        session.execute(sa.insert(ServiceEntry), [line(20, kind="mediation_accepted", happened_at=NOON - timedelta(days=60))])
        found = checks(session, of_months)
        assert all(check.intact for some in found for check in some)
        assert [[len(check.later) for check in some if check.code == "mediation_open"] for some in found] == [[1], [1], [1]]
        assert sorted(json.loads(of_months[2].body)["batches"]) == ["2026-01", "2026-02", "2026-03"]
        assert [found.month for found in corrections(session, of_months, year(2026))] == ["2026-01"]


def test_only_lines_that_came_later_are_corrections(database):
    three_months_of_cases(database)
    with database.transaction() as session:
        of_months = closed(session, ["2026-01", "2026-02"], NOON)
        assert corrections(session, of_months, year(2026)) == []
        kind = {"kind": "mediation_accepted", "happened_at": NOON - timedelta(days=60)}
        session.execute(sa.insert(ServiceEntry), [line(30, **kind), {**line(31, **kind), "is_demo": True}])
        assert [(found.month, found.row.source_key) for found in corrections(session, of_months, year(2026))] == [("2026-01", "k30")]


def test_days_are_named_and_read_again():
    for days in (month(2, 2026), Period(date(2026, 2, 3), date(2026, 3, 1)), Period(date(2026, 2, 1), date(2026, 2, 20))):
        assert read_span(span_name(days)) == days
    assert span_name(month(2, 2026)) == "2026-02" and span_name(replace(month(2, 2026), end=date(2026, 2, 20))) == "2026-02-01/2026-02-20"
