"""Counters and declarations: evidence for everything, a zero only where somebody declared it."""

from datetime import date

import pytest

from bot.errors import BadRecord
from bot.ledger.counters import Counter, Record, record_counter
from bot.ledger.declarations import NOT_APPLICABLE, ZERO, declare
from bot.statistics import metrics
from tests.storage.books import at, counted, done, known


def counter(kind=Counter.PUBLICITY, ref="A1", **changed):
    return Record(**{"counter": kind, "ref": ref, "held_at": at(3, 1), "title": "宣传", "evidence_ref": "照片", "by": "office", **changed})


@pytest.mark.parametrize("changed, named", [({"evidence_ref": " "}, "evidence"), ({"value": 20}, "cannot be typed"), ({"value": 0}, "cannot be typed"), ({"title": ""}, "title")])
def test_a_counter_needs_its_evidence_and_takes_no_total(database, changed, named):
    with pytest.raises(BadRecord, match=named):
        done(database, record_counter, counter(**changed))
    assert known(database, "publicity_activities") == ("missing", None)


def test_what_was_held_once_counts_under_one_name(database):
    done(database, record_counter, counter())
    done(database, record_counter, counter())
    with pytest.raises(BadRecord, match="counts once"):
        done(database, record_counter, counter(Counter.OFFICIAL_LECTURE))
    assert (counted(database, "publicity_activities"), counted(database, "legal_lectures_officials")) == (1, 0)


def test_what_another_system_shows_is_taken_with_its_value(database):
    done(database, record_counter, counter(Counter.PAGEVIEWS, "2026-03", value=88_123))
    assert counted(database, "site_pageviews") == 88_123


def test_every_counter_is_a_metric_of_scope_c(database):
    assert {m.code for m in metrics.METRICS if m.scope == "C"} == set(Counter.codes())


def test_nothing_is_missing_until_a_zero_is_declared_for_every_day(database):
    code = "reconsideration_cases"
    assert known(database, code) == ("missing", None)
    done(database, declare, code, date(2026, 1, 1), date(2026, 7, 1), ZERO, "office", "无案件")
    assert known(database, code) == ("missing", None)
    done(database, declare, code, date(2026, 7, 1), date(2027, 1, 1), ZERO, "office", "无案件")
    assert known(database, code) == ("zero", 0)
    done(database, record_counter, counter(Counter.RECONSIDERATION, "复议1"))
    assert known(database, code) == ("value", 1)


def test_a_zero_is_declared_for_days_that_are_over_and_with_a_reason(database):
    for first, end, reason, named in ((date(2027, 1, 1), date(2028, 1, 1), "无", "not over"), (date(2026, 2, 1), date(2026, 2, 1), "无", "empty"), (date(2026, 1, 1), date(2026, 2, 1), "", "reason")):
        with pytest.raises(BadRecord, match=named):
            done(database, declare, "repealed_documents", first, end, ZERO, "office", reason)


def test_not_applicable_is_neither_zero_nor_missing(database):
    done(database, declare, "site_pageviews", date(2026, 1, 1), date(2027, 1, 1), NOT_APPLICABLE, "office", "网站停用")
    assert known(database, "site_pageviews") == ("na", None)
