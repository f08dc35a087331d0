"""What the desk does with a case beside its life: corrections that the books follow, likely duplicates, openings."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import BadInput
from bot.ledger.audit import entries
from bot.ledger.case_corrections import correct_community, correct_matter
from bot.ledger.case_likeness import duplicates, link_cases, linked_to, past_of
from bot.ledger.cases import open_case
from bot.ledger.mediation import Accepted, accept_case
from bot.ledger.openings import STAYS_OPEN, is_open, open_people
from bot.ledger.review import open_questions
from bot.ledger.risks import handle_risks, note_risk, open_risks
from bot.ledger.suggestions import keep_suggestion, suggestion_of
from bot.legal.cases import CaseKind
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.statistics.rollups import recount
from bot.storage.tables import ReviewQuestion, ServiceEntry
from tests.builders import make_request
from tests.conftest import NOON

YEAR = read_period("2026-01-01", "2026-12-31")
MEANING = {"topics": [["neighbour", 0.7], ["nonsense", 0.2], ["debt", 0.1]], "card": "water_leak", "card_confidence": 0.6}


def open_one(session, key="a", at=NOON, **changed):
    return open_case(session, make_request(source_key=key, conversation=f"web:{key}", **changed), "GX", at)


def test_what_the_model_made_of_a_case_is_kept_once(database):
    with database.transaction() as session:
        case = open_one(session)
        entities = [{"kind": "date", "unit": "day", "value": "2026-03-01"}, {"kind": "date", "unit": "month", "value": "2026-02"}, {"kind": "money", "value": "1"}]
        keep_suggestion(session, case.number, {**MEANING, "entities": entities}, NOON)
        keep_suggestion(session, case.number, {"topics": [["debt", 0.9]]}, NOON)
        keep_suggestion(session, "GX2026-00001", {}, NOON)
        kept = suggestion_of(session, case.number)
        assert [topic.code for topic, _ in kept.topics] == ["neighbour", "debt"]
        assert kept.card == "water_leak" and [str(day) for day in kept.days] == ["2026-03-01"]


def test_a_correction_moves_the_case_in_every_book_and_counts_nothing(database):
    with database.transaction() as session:
        case = open_one(session)
        keep_suggestion(session, case.number, MEANING, NOON)
        accept_case(session, Accepted(case.number, NOON, "c03", DisputeType.NEIGHBOUR, 2, "a01"), NOON)
        wanted = [metrics.metric(name) for name in ("mediation_requests", "cases_total")]
        before = [metrics.count(session, metric, YEAR) for metric in wanted]
        assert correct_matter(session, case, Topic.PROPERTY_MANAGEMENT, DisputeType.PROPERTY_MGMT, "a01", NOON + timedelta(hours=1))
        assert not correct_matter(session, case, Topic.PROPERTY_MANAGEMENT, DisputeType.PROPERTY_MGMT, "a01", NOON)
        assert correct_matter(session, case, Topic.NEIGHBOUR, DisputeType.NEIGHBOUR, "a01", NOON + timedelta(hours=2))
        assert correct_matter(session, case, Topic.PROPERTY_MANAGEMENT, DisputeType.PROPERTY_MGMT, "a01", NOON + timedelta(hours=3))
        assert [metrics.count(session, metric, YEAR) for metric in wanted] == before
        for kind in ("mediation_request", "mediation_accepted"):
            by_type = sa.select(ServiceEntry.dispute_type, sa.func.sum(ServiceEntry.quantity)).where(ServiceEntry.kind == kind).group_by(ServiceEntry.dispute_type)
            assert {k: v for k, v in session.execute(by_type) if v} == {"property_mgmt": 1}
        assert recount(session) == []


def test_a_case_of_no_community_is_put_into_one_with_all_its_lines(database):
    with database.transaction() as session:
        case = open_one(session, community=None)
        accept_case(session, Accepted(case.number, NOON, None, DisputeType.NEIGHBOUR, 2, "office"), NOON)
        assert correct_community(session, case, "c05", "office", NOON)
        assert not correct_community(session, case, "c05", "office", NOON)
        for kind in ("mediation_request", "mediation_accepted", "mediation_parties"):
            by_place = sa.select(ServiceEntry.community, sa.func.sum(ServiceEntry.quantity)).where(ServiceEntry.kind == kind).group_by(ServiceEntry.community)
            assert [k for k, v in session.execute(by_place) if v] == ["c05"], kind
        assert recount(session) == []


def test_a_corrected_question_goes_to_the_training_review_without_personal_data(database):
    with database.transaction() as session:
        case = open_one(session, what_happened="我叫张三，电话13800138000，物业不修电梯")
        correct_matter(session, case, Topic.PROPERTY_MANAGEMENT, DisputeType.PROPERTY_MGMT, "a01", NOON)
        [question] = session.query(ReviewQuestion).all()
        assert (question.label_topic, question.labelled_by) == ("property_management", "a01")
        assert "张三" not in question.text and "13800138000" not in question.text and "物业不修电梯" in question.text
        assert open_questions(session) == []


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"name": "别人", "other_party": None}, "申请人电话相同，纠纷类型相同"),
        ({"phone": "13900139000"}, "双方姓名都相同，纠纷类型相同"),
        ({"phone": "13900139000", "name": "李四先生", "other_party": "张 三"}, "双方互为申请人和对方，纠纷类型相同"),
        ({"phone": "13900139000", "other_party": "王五"}, None),
        ({"topic": Topic.DEBT}, None),
        ({"at": NOON - timedelta(days=400)}, None),
    ],
)
def test_the_same_matter_is_recognised_and_namesakes_are_not(database, changed, why):
    with database.transaction() as session:
        other = open_one(session, "earlier", **{"at": NOON - timedelta(days=3), **changed})
        case = open_one(session)
        assert [(one.number, one.why) for one in duplicates(session, case)] == ([(other.number, why)] if why else [])
        other.merged_into = case.number
        session.flush()
        assert duplicates(session, case) == []


def test_two_cases_are_linked_once_whichever_way(database):
    with database.transaction() as session:
        first, second = open_one(session, "a"), open_one(session, "b")
        assert link_cases(session, first, second.number, "a01", NOON)
        assert not link_cases(session, second, first.number, "a01", NOON)
        assert not link_cases(session, first, first.number, "a01", NOON)
        assert linked_to(session, first.number) == [second.number] and linked_to(session, second.number) == [first.number]


def test_of_earlier_cases_ends_and_days_are_told_of_the_same_community_and_type_only(database):
    with database.transaction() as session:
        for key, days, status, more in (("a", 4, "agreed_written", {}), ("b", 10, "agreed_written", {}), ("c", 8, "failed", {}), ("d", 9, "failed", {"community": "c01"}),
                                        ("e", 9, "failed", {"kind": CaseKind.ADVICE}), ("f", 9, "withdrawn", {}), ("g", 9, "failed", {"topic": Topic.DEBT})):  # fmt: skip
            past = open_one(session, key, **more)
            past.status, past.ended_at = status, NOON + timedelta(days=days)
        found = past_of(session, open_one(session, "now"))
        assert found.ends == (("已达成书面协议", 2), ("调解未成（工作人员会说明其他途径）", 1))
        assert found.median_days == 8 and len(found.newest) == 3


def test_people_stay_open_for_two_hours_for_one_member_of_staff(database):
    with database.transaction() as session:
        with pytest.raises(BadInput):
            open_people(session, "a01", "GX2026-00001", " ", NOON)
        open_people(session, "a01", "GX2026-00001", "电话13800138000联系", NOON)
        assert is_open(session, "a01", "GX2026-00001", NOON + STAYS_OPEN - timedelta(seconds=1))
        assert not is_open(session, "a01", "GX2026-00001", NOON + STAYS_OPEN)
        assert not is_open(session, "a02", "GX2026-00001", NOON) and not is_open(session, "a01", "GX2026-00002", NOON)
        assert entries(session, action="opened")[0].reason == "电话〔电话〕联系"


def test_an_emergency_is_dealt_with_once_and_how_stands_in_the_log(database):
    with database.transaction() as session:
        note_risk(session, "web:a", "dv", "a", NOON)
        with pytest.raises(BadInput):
            handle_risks(session, "web:a", "a01", "GX2026-00001", "", NOON)
        assert handle_risks(session, "web:a", "a01", "GX2026-00001", "已电话联系，人安全", NOON) == 1
        assert open_risks(session, "web:a") == [] and handle_risks(session, "web:a", "a01", "GX2026-00001", "再看一次", NOON) == 0
        assert len(entries(session, action="risk_handled")) == 1
