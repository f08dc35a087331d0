"""Pre-checks: legal aid, people's mediation, the competent office."""

from dataclasses import dataclass

import pytest

from bot.legal.cases import Tier
from bot.legal.eligibility import (
    AidGround,
    AidMatter,
    MediationFit,
    Obstacle,
    Verdict,
    competent_points,
    legal_aid,
    mediation_fit,
    obstacles_in,
)
from bot.legal.sums import CLOSING
from bot.legal.topics import Topic


@pytest.mark.parametrize("matter, grounds, verdict", [
    (AidMatter.LABOUR_RELATION_OR_PAY, (AidGround.MIGRANT_WORKER,), Verdict.LIKELY),
    (AidMatter.INJURY, (AidGround.MIGRANT_WORKER,), Verdict.LIKELY),
    (AidMatter.SUPPORT_MAINTENANCE, (AidGround.MIGRANT_WORKER,), Verdict.VERIFY),  # only for pay and injury
    (AidMatter.SUPPORT_MAINTENANCE, (AidGround.NO_INCOME,), Verdict.LIKELY),
    (AidMatter.SUPPORT_MAINTENANCE, (AidGround.ON_RELIEF,), Verdict.LIKELY),
    (AidMatter.SUPPORT_MAINTENANCE, (), Verdict.VERIFY),
    (AidMatter.OTHER, (AidGround.ABUSE_VICTIM,), Verdict.LIKELY),
    (AidMatter.OTHER, (AidGround.GOOD_SAMARITAN,), Verdict.LIKELY),
    (AidMatter.OTHER, (AidGround.ON_RELIEF,), Verdict.VERIFY),
    (AidMatter.CRIMINAL, (), Verdict.VERIFY),
    (AidMatter.STATE_COMPENSATION, (AidGround.RETRIAL_ACQUITTAL,), Verdict.LIKELY),
])  # fmt: skip
def test_legal_aid_is_likely_only_without_the_question_of_means(matter, grounds, verdict):
    assert legal_aid(matter, grounds).verdict is verdict


def test_every_matter_and_ground_gives_reasons_sources_and_one_screen():
    for matter in AidMatter:
        for ground in (None, *AidGround):
            checked = legal_aid(matter, (ground,) if ground else (), days_left=3)
            assert checked.reasons and checked.sources and len(checked.text) <= 600 and checked.text.endswith(CLOSING)
            assert "不是决定" in checked.text and not any(word in checked.text for word in ("您符合", "批准了", "一定能"))


def test_the_line_of_poverty_is_never_guessed():
    assert "标准由省政府定，这里判断不了" in legal_aid(AidMatter.INJURY).text


@pytest.mark.parametrize("days_left, urgent", [(0, True), (6, True), (7, False), (30, False), (None, False)])
def test_a_period_ending_within_a_week_allows_aid_first(days_left, urgent):
    checked = legal_aid(AidMatter.INJURY, (), days_left)
    assert ("先提供援助" in checked.text) is urgent
    assert ("44" in [source.article for source in checked.sources]) is urgent


def test_migrant_workers_pay_is_not_checked_for_means():
    assert "42" in [source.article for source in legal_aid(AidMatter.LABOUR_RELATION_OR_PAY, (AidGround.MIGRANT_WORKER,)).sources]


@pytest.mark.parametrize("topic, card_fit, obstacles, fit", [
    (Topic.NEIGHBOUR, "yes", (), MediationFit.FITS),
    (Topic.NEIGHBOUR, None, (), MediationFit.FITS),
    (Topic.MARRIAGE_FAMILY, "partly", (), MediationFit.PARTLY),
    (Topic.FRAUD, "no", (), MediationFit.UNFIT),
    (Topic.FRAUD, None, (), MediationFit.UNFIT),
    (Topic.NEIGHBOUR, "yes", (Obstacle.REFUSED,), MediationFit.UNFIT),
    (Topic.NEIGHBOUR, "yes", (Obstacle.IN_COURT,), MediationFit.UNFIT),
    (Topic.LABOUR, "yes", (Obstacle.IN_ARBITRATION,), MediationFit.UNFIT),
    (Topic.CONSUMER, "yes", (Obstacle.WITH_AUTHORITY,), MediationFit.UNFIT),
    (Topic.WORK_INJURY, "yes", (Obstacle.SPECIAL_AUTHORITY,), MediationFit.PARTLY),
    (Topic.INJURY, "yes", (Obstacle.CRIMINAL,), MediationFit.PARTLY),
    (Topic.CRIMINAL, None, (Obstacle.CRIMINAL,), MediationFit.UNFIT),
])  # fmt: skip
def test_mediation_fits_by_card_and_by_what_already_happened(topic, card_fit, obstacles, fit):
    checked = mediation_fit(topic, card_fit, obstacles=obstacles)
    assert checked.verdict is fit and len(checked.text) <= 600 and checked.text.endswith(CLOSING)


def test_a_refusal_names_its_reason_and_its_law():
    checked = mediation_fit(Topic.NEIGHBOUR, "yes", obstacles=(Obstacle.REFUSED,))
    assert "明确拒绝" in checked.text and "人民调解法第17" in checked.text and "申请人民调解”登记" not in checked.text


def test_the_cards_own_words_are_the_reason():
    assert "离婚意愿本身不撮合" in mediation_fit(Topic.MARRIAGE_FAMILY, "partly", "离婚意愿本身不撮合").text


@pytest.mark.parametrize("text, expected", [
    ("我已经起诉了,还能调解吗", {Obstacle.IN_COURT}),
    ("法院已经立案了", {Obstacle.IN_COURT}),
    ("法院判决书下来了他不给钱", {Obstacle.IN_COURT}),
    ("收到法院传票了怎么办", {Obstacle.IN_COURT}),
    ("已经申请仲裁了", {Obstacle.IN_ARBITRATION}),
    ("对方明确说不同意调解", {Obstacle.REFUSED}),
    ("派出所正在处理这件事", {Obstacle.WITH_AUTHORITY}),
    ("楼上漏水不肯修", set()),
    ("还没起诉,想先调解", set()),
    ("法院会怎么判", set()),
    ("我想去法院起诉他", set()),
    ("要不要申请仲裁", set()),
    ("房东不肯退押金", set()),
])  # fmt: skip
def test_what_already_happened_is_read_from_plain_words(text, expected):
    assert obstacles_in(text) == expected


@dataclass(frozen=True)
class Place:
    name: str
    tier: Tier
    community: str | None = None


DISTRICT, ONE, TWO, STREET = Place("中心", Tier.DISTRICT), Place("一", Tier.COMMUNITY, "c01"), Place("一乙", Tier.COMMUNITY, "c01"), Place("街道", Tier.SUBDISTRICT)


@pytest.mark.parametrize("community, expected", [("c01", (ONE, TWO)), ("c02", (DISTRICT,)), (None, (DISTRICT,)), ("c99", (DISTRICT,))])
def test_the_community_comes_before_the_district(community, expected):
    assert competent_points(community, (DISTRICT, STREET, ONE, TWO)) == expected


def test_an_office_without_points_has_none():
    assert competent_points("c01", ()) == ()


def test_the_sample_office_answers_for_each_of_its_communities(office):
    assert competent_points("c01", office.service_points)[0].community == "c01"
    assert competent_points("c05", office.service_points)[0].tier is Tier.DISTRICT
