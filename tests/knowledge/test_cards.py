"""Cards are whole, readable on a phone, and their citations hold; the page about them is current."""

from datetime import date, timedelta

import pytest
import yaml

from bot.errors import BadCard
from bot.knowledge.answers import FOLLOW_UPS, first_answer, follow_up
from bot.knowledge.cards import CARDS, SCREEN, read_cards
from bot.knowledge.conformance import check_against, page
from bot.legal.topics import Topic
from bot.settings import ROOT

STATUTES = ROOT.parent / "shared" / "statutes"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def cards():
    return read_cards()


def test_there_are_enough_cards_and_every_topic_has_some(cards):
    assert len(cards) >= 110
    assert {card.topic for card in cards.values()} == set(Topic)


def test_every_card_of_the_handbook_exists(cards):
    handbook = ROOT.parent / "shared" / "domain.md"
    if not handbook.exists():
        pytest.skip("../shared/domain.md is not here")
    import re

    ids = set(re.findall(r"^#### \d\d\. `(\w+)`", handbook.read_text(encoding="utf-8"), re.M))
    assert len(ids) == 58 and ids <= set(cards)


def test_every_part_of_every_answer_fits_a_screen(cards, office):
    for card in cards.values():
        parts = [*first_answer(card, office, DAY), *(follow_up(card, part, office) for part in FOLLOW_UPS)]
        assert all(len(part.text) <= SCREEN for part in parts), card.card_id


def test_every_answer_says_what_it_is_and_leads_to_a_person(cards, office):
    for card in cards.values():
        law, doing = first_answer(card, office, DAY)
        assert "智能助手自动回复" in law.text and "不是律师意见" in law.text and law.citations, card.card_id
        assert {"找社区法律顾问", "转人工"} <= {b.title for b in doing.buttons}


def test_no_card_promises_an_outcome(cards):
    import re

    for card in cards.values():
        words = " ".join((card.summary, *card.points, *card.steps))
        assert not re.search("一定(会|能)(赢|胜|判)|包赢|保证(胜|赢)|肯定能(赢|胜)", words), card.card_id


def test_mediation_is_not_offered_where_it_does_not_fit(cards, office):
    for card in cards.values():
        if card.mediation_fit == "no":
            assert "申请人民调解" not in {b.title for b in first_answer(card, office, DAY)[1].buttons}, card.card_id


def test_unsigned_and_expired_cards_say_so(cards):
    from dataclasses import replace

    card = next(iter(cards.values()))
    signed = replace(card, reviewed_by="示例律师", reviewed_on=DAY, valid_until=DAY)
    assert card.review_status(DAY) == "待律师审定"
    assert signed.review_status(DAY) == ""
    assert "过复核期" in signed.review_status(DAY + timedelta(days=1))


@pytest.mark.parametrize("change, named", [
    ({"colour": "red"}, "colour"),
    ({"title": None}, "title"),
    ({"law_citation": []}, "law_citation"),
    ({"dispute_type": "moon"}, "dispute_type"),
    ({"hotline": ["12393"]}, "12393"),
    ({"valid_until": "soon"}, "valid_until"),
    ({"reviewed_by": "x"}, "reviewed_on"),
    ({"points": ["字" * 700]}, "600"),
    ({"deadline": [{"what": "x", "value": 3, "unit": "moons", "start_event": "y", "hard": True}]}, "unit"),
    ({"mediation_fit": {"fit": "maybe"}}, "mediation_fit"),
])
def test_a_damaged_card_is_refused_with_file_line_and_field(tmp_path, change, named):
    raw = yaml.safe_load((CARDS / "neighbour.yml").read_text(encoding="utf-8"))
    raw["cards"] = [{**raw["cards"][0], **change}]
    (tmp_path / "neighbour.yml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadCard, match=r"neighbour\.yml:\d+: .*" + named):
        read_cards(tmp_path)


def test_a_wrong_topic_is_refused(tmp_path):
    text = (CARDS / "neighbour.yml").read_text(encoding="utf-8").replace("topic: neighbour", "topic: moon", 1)
    (tmp_path / "neighbour.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadCard, match="moon"):
        read_cards(tmp_path)


def test_the_page_about_the_cards_is_current(cards):
    if not STATUTES.exists():
        pytest.skip("../shared/statutes is not here")
    import re

    written = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    day = date.fromisoformat(re.search(r"in force on (\S+):", written)[1])
    assert written == page(cards, check_against(STATUTES, day), day), "run `make cards-page`"
