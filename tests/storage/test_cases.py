"""Cases: one number, one case, one count; whoever asks must belong to it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import CaseNotFound, UnknownMetric
from bot.ledger.cases import add_statement, find_case, open_case, own_cases
from bot.ledger.casework_ends import withdraw
from bot.legal.cases import CaseKind
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.tables import CaseEvent, CaseStatement
from tests.builders import make_request
from tests.conftest import NOON

DAY = read_period("2026-03-16", "2026-03-16")


def opened(database, **changed):
    with database.transaction() as session:
        return open_case(session, make_request(**changed), "GX", NOON)


def test_numbers_follow_each_other_in_a_year(database):
    assert [opened(database, source_key=key).number for key in "ab"] == ["GX2026-00001", "GX2026-00002"]


def test_numbers_begin_anew_with_the_beijing_year(database):
    opened(database)
    with database.transaction() as session:
        late = open_case(session, make_request(source_key="b"), "GX", NOON.replace(month=12, day=31, hour=16))
    assert late.number == "GX2027-00001"


def test_the_same_request_again_is_the_same_case_and_one_count(database):
    assert opened(database).number == opened(database).number
    with database.reading() as session:
        assert metrics.count(session, metrics.metric("mediation_requests"), DAY) == 1


def test_a_rolled_back_case_leaves_no_gap(database):
    with pytest.raises(RuntimeError), database.transaction() as session:
        open_case(session, make_request(), "GX", NOON)
        raise RuntimeError("the worker was killed here")
    assert opened(database).number == "GX2026-00001"


def test_the_phone_tail_or_the_own_conversation_opens_a_case(database):
    number = opened(database).number
    with database.reading() as session:
        assert find_case(session, number, conversation="web:b", phone_tail="8000").number == number
        assert find_case(session, number, conversation="web:a", phone_tail=None).number == number


@pytest.mark.parametrize("number, tail", [("GX2026-00001", "1234"), ("GX2026-00001", None), ("GX2026-00001", ""), ("GX2026-00099", "8000")])
def test_a_wrong_tail_and_a_wrong_number_look_the_same(database, number, tail):
    opened(database)
    with database.reading() as session, pytest.raises(CaseNotFound):
        find_case(session, number, conversation="web:b", phone_tail=tail)


def test_withdrawing_keeps_the_request_and_its_day(database):
    number = opened(database).number
    with database.transaction() as session:
        withdraw(session, find_case(session, number, conversation="web:a", phone_tail=None), NOON + timedelta(days=1))
    with database.reading() as session:
        case = find_case(session, number, conversation="web:a", phone_tail=None)
        assert (case.status, case.requested_at) == ("withdrawn", NOON)
        assert own_cases(session, "web:a") == []
        assert session.execute(sa.select(CaseEvent.event).order_by(CaseEvent.id)).scalars().all() == ["requested", "withdrawn"]


def test_a_supplement_is_added_once_and_nothing_is_overwritten(database):
    number = opened(database).number
    for _ in range(2):
        with database.transaction() as session:
            case = find_case(session, number, conversation="web:a", phone_tail=None)
            add_statement(session, case, "又漏了一次。", "m9", NOON)
    with database.reading() as session:
        texts = session.execute(sa.select(CaseStatement.about, CaseStatement.text).order_by(CaseStatement.id)).all()
    assert [tuple(t) for t in texts] == [("what_happened", "楼上漏水泡坏了天花板。"), ("wish", "修好并赔偿。"), ("supplement", "又漏了一次。")]


def test_each_kind_of_case_is_counted_in_its_own_metric(database):
    for kind in CaseKind:
        opened(database, kind=kind, source_key=kind.code)
    with database.reading() as session:
        counts = {m.code: metrics.count(session, m, DAY) for m in metrics.METRICS}
    expected = {"mediation_requests": 1, "advice_requests": 1, "legal_aid_requests": 1, "enterprise_issues_collected": 1, "requests": 4, "enterprise_open": 1}
    assert {code: n for code, n in counts.items() if n} == expected


def test_parts_sum_to_the_total_and_rows_to_the_figure(database):
    for n, community in enumerate(("c01", "c01", "c02", None)):
        opened(database, source_key=str(n), community=community)
    which = metrics.metric("mediation_requests")
    with database.reading() as session:
        parts = metrics.table(session, which, DAY, ["community", "dispute_type"])
        assert sum(n for _, n in parts) == metrics.count(session, which, DAY) == len(metrics.rows(session, which, DAY)) == 4
        assert parts[0] == (("c01", "neighbour"), 2)


def test_demonstration_data_is_left_out_unless_asked_for(database):
    opened(database, is_demo=True)
    with database.reading() as session:
        assert metrics.count(session, metrics.metric("requests"), DAY) == 0
        assert metrics.count(session, metrics.metric("requests"), DAY, with_demo=True) == 1


def test_an_unknown_metric_or_dimension_names_those_that_exist(database):
    with pytest.raises(UnknownMetric, match="mediation_requests"):
        metrics.metric("resolved")
    with database.reading() as session, pytest.raises(UnknownMetric, match="community"):
        metrics.table(session, metrics.metric("requests"), DAY, ["moon"])
