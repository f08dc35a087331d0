"""Time limits: only office hours count, holidays and moved working days included (calendar of 2026)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.legal.calendar import BEIJING, is_working_day
from bot.legal.cases import CaseKind
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import Status
from bot.legal.time_limits import OURS, SOURCES, Limit, Times, next_of_ours, running
from bot.legal.working_hours import after_working_time, end_of_working_day, is_open, working_minutes_between

HOURS = ((time(9), time(12)), (time(14), time(17)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    "start, minutes, end",
    [
        ("2026-03-16 09:00", 240, "2026-03-16 15:00"),
        ("2026-03-16 11:30", 240, "2026-03-17 09:30"),
        ("2026-03-16 12:30", 15, "2026-03-16 14:15"),
        ("2026-03-16 16:50", 15, "2026-03-17 09:05"),
        ("2026-03-20 16:00", 240, "2026-03-23 12:00"),  # Friday → Monday
        ("2026-03-21 10:00", 15, "2026-03-23 09:15"),  # Saturday
        ("2026-02-14 16:00", 120, "2026-02-24 10:00"),  # a Saturday that is worked, before Spring Festival (15-23 February)
        ("2026-09-30 16:30", 60, "2026-10-08 09:30"),  # National Day
        ("2026-03-16 02:00", 0, "2026-03-16 09:00"),
        ("2026-03-16 10:00", 120, "2026-03-16 12:00"),
    ],
)
def test_a_limit_runs_in_office_hours_only(start, minutes, end):
    assert after_working_time(at(start), minutes, HOURS) == at(end)


@pytest.mark.parametrize("start, days, end", [("2026-03-16 20:00", 3, "2026-03-19 17:00"), ("2026-02-13 10:00", 3, "2026-02-25 17:00"), ("2026-09-29 09:00", 3, "2026-10-09 17:00")])
def test_a_limit_in_working_days_ends_at_closing_time(start, days, end):
    assert end_of_working_day(at(start), days, HOURS) == at(end)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 3000))
def test_minutes_there_and_back(start, minutes):
    start = start.replace(tzinfo=BEIJING)
    end = after_working_time(start, minutes, HOURS)
    assert is_working_day(end.date()) and any(opens <= end.time() <= closes for opens, closes in HOURS)
    assert working_minutes_between(start, end, HOURS) == minutes


def test_no_hours_is_an_error_and_not_for_ever():
    with pytest.raises(ValueError, match=r"office\.yml"):
        after_working_time(at("2026-03-16 10:00"), 15, ())


def test_open_means_open():
    assert is_open(at("2026-03-16 09:00"), HOURS) and not is_open(at("2026-03-16 12:00"), HOURS) and is_open(at("2026-02-14 10:00"), HOURS)
    assert not is_open(at("2026-10-01 10:00"), HOURS)


REQUESTED = Times(CaseKind.MEDIATION, Status.REQUESTED, DisputeType.NEIGHBOUR, at("2026-03-16 09:00"))
ACCEPTED = replace(REQUESTED, status=Status.ACCEPTED, accepted_at=at("2026-03-17 10:00"))
AGREED = replace(ACCEPTED, status=Status.AGREED_WRITTEN, effective_at=at("2026-04-01 16:00"), ended_at=at("2026-04-01 16:00"))


def limits(times: Times) -> dict[Limit, str]:
    return {due.limit: due.at.strftime("%Y-%m-%d %H:%M") for due in running(times, HOURS)}


def test_a_new_request_has_to_be_confirmed_and_decided():
    assert limits(REQUESTED) == {Limit.RECEIPT: "2026-03-16 15:00", Limit.ACCEPTANCE: "2026-03-19 17:00"}
    assert limits(replace(REQUESTED, risk_at=at("2026-03-15 22:00")))[Limit.RISK] == "2026-03-16 09:15"
    assert limits(replace(REQUESTED, status=Status.SCREENED)) == {Limit.ACCEPTANCE: "2026-03-19 17:00"}


@pytest.mark.parametrize(
    "kind, expected",
    [
        (DisputeType.NEIGHBOUR, {Limit.SETTLEMENT: "2026-04-17 23:59"}),
        (DisputeType.OTHER_LABOUR, {Limit.SETTLEMENT: "2026-04-17 23:59", Limit.ARBITRATION: "2026-03-31 23:59"}),
        (DisputeType.MEDICAL, {Limit.SETTLEMENT: "2026-04-29 17:00"}),  # 30 working days, Qingming off
    ],
)
def test_how_long_a_mediation_may_take_depends_on_the_dispute(kind, expected):
    assert limits(replace(ACCEPTED, dispute_type=kind)) == expected


def test_after_an_agreement_confirmation_and_visits_count_down():
    assert limits(AGREED) == {Limit.FIRST_VISIT: "2026-04-08 23:59", Limit.CONFIRMATION: "2026-05-06 23:59"}  # 1 May and the days off
    assert limits(replace(AGREED, performance_due=date(2026, 5, 10)))[Limit.FIRST_VISIT] == "2026-05-13 23:59"
    applied = replace(AGREED, status=Status.CONFIRMATION_APPLIED, applied_on=date(2026, 4, 10), visits=1)
    assert limits(applied) == {Limit.COURT_DECIDES: "2026-04-13 23:59", Limit.SECOND_VISIT: "2026-05-08 23:59"}
    assert Limit.COURT_REVIEWS in limits(replace(applied, court_accepted_on=date(2026, 4, 13)))
    assert limits(replace(AGREED, status=Status.ARCHIVED)) == {}


def test_an_emergency_wants_an_answer_within_fifteen_minutes_at_any_time_of_an_open_case():
    assert limits(replace(AGREED, risk_at=at("2026-04-02 16:50")))[Limit.RISK] == "2026-04-03 09:05"
    assert Limit.RISK not in limits(replace(AGREED, status=Status.ARCHIVED, risk_at=at("2026-04-02 16:50")))


def test_a_failed_traffic_case_may_go_to_the_police_within_three_days():
    failed = replace(ACCEPTED, status=Status.FAILED, dispute_type=DisputeType.ROAD_TRAFFIC, ended_at=at("2026-04-01 10:00"))
    assert limits(failed) == {Limit.POLICE_MEDIATION: "2026-04-04 23:59"}


def test_an_office_without_hours_promises_nothing_within_hours():
    assert running(replace(REQUESTED, risk_at=REQUESTED.requested_at), ()) == ()
    (due,) = running(replace(ACCEPTED, dispute_type=DisputeType.MEDICAL), ())
    assert due.at.strftime("%Y-%m-%d") == "2026-04-29"


def test_silence_of_an_enterprise_counts_after_fifteen_days():
    done = Times(CaseKind.ENTERPRISE, Status.RESOLVED, DisputeType.OTHER, at("2026-03-01 09:00"), done_at=at("2026-03-10 10:00"))
    (due,) = running(done, HOURS)
    assert due.at == at("2026-03-25 10:00") and not due.is_over(due.at) and due.is_over(due.at + timedelta(seconds=1)) and due.days_left(at("2026-03-24 23:00")) == 1


def test_the_queue_sorts_by_the_nearest_limit_of_ours_and_every_limit_names_its_ground():
    assert next_of_ours(AGREED, HOURS).limit is Limit.FIRST_VISIT
    assert next_of_ours(replace(REQUESTED, risk_at=REQUESTED.requested_at), HOURS).limit is Limit.RISK
    assert set(SOURCES) == set(Limit) and set(Limit) > OURS
    assert next_of_ours(replace(AGREED, status=Status.WITHDRAWN, effective_at=None), HOURS) is None
