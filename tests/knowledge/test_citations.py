"""Every citation of a card is checked, and a failure says where and why."""

from datetime import date

import pytest

from bot.knowledge.cards import CARDS, read_cards
from bot.knowledge.citations import broken_cards, check_citations, load_citations
from bot.knowledge.statutes import StatuteStore
from bot.knowledge.statutes_import import import_folder
from bot.settings import ROOT
from tests.knowledge.law_texts import card_file, law_text, write_laws

DAY = date(2026, 11, 23)
STATUTES = ROOT / ".." / "shared" / "statutes"


@pytest.fixture()
def check(tmp_path):
    def run(card, day=DAY, **laws):
        import_folder(tmp_path / "laws.db", write_laws(tmp_path / "texts", **(laws or {"a": law_text()})), on_top_of_package=False)
        (tmp_path / "cards").mkdir(exist_ok=True)
        (tmp_path / "cards" / "other.yml").write_text(card, encoding="utf-8")
        return check_citations(StatuteStore(tmp_path / "laws.db"), load_citations(tmp_path / "cards", day), day)

    return run


def test_a_citation_that_holds_shows_label_and_effective_day(check):
    (one,) = check(card_file())
    assert (one.problem, one.label, one.effective_date) == ("", "第二条", date(2020, 3, 1))
    assert one.place == "other.yml:7 deposit"


@pytest.mark.parametrize(
    "citation, problem",
    [
        ('{law: 旅店法, article: "2", keywords: [押金]}', "expected the exact title 中华人民共和国旅店法"),
        ('{law: 中华人民共和国驿站法, article: "2", keywords: [押金]}', "no law is titled"),
        ('{law: 中华人民共和国旅店法, article: "9", keywords: [押金]}', "has no 第九条"),
        ('{law: 中华人民共和国旅店法, article: "2-x", keywords: [押金]}', "cannot be read"),
        ('{law: 中华人民共和国旅店法, article: "2", keywords: [押金, 六十日]}', "六十日 not in the article in force since 2020-03-01"),
        ('{law: 中华人民共和国旅店法, article: "2", keywords: []}', "keywords are missing"),
        ('{law: 中华人民共和国旅店法, article: "2之一", keywords: [押金]}', "押金 not in the article"),
        ('{article: "2", keywords: [押金]}', "lacks law or article"),
    ],
)
def test_a_citation_that_does_not_hold_says_what_was_expected(check, citation, problem):
    (one,) = check(card_file(citation))
    assert problem in one.problem
    assert one.place == "other.yml:7 deposit"


def test_a_changed_article_names_the_card_it_breaks(check):
    newer = law_text(published="2026-10-01", effective="2026-11-01", body="\n- **第二条**　　旅店应当在十日内退还押金。\n")
    assert broken_cards(check(card_file(), date(2026, 10, 31), a=law_text(), b=newer)) == {}
    (failure,) = broken_cards(check(card_file(), DAY, a=law_text(), b=newer))["deposit"]
    assert "三十日 not in the article in force since 2026-11-01" in failure.problem


def test_a_repealed_law_names_the_card_it_breaks(check):
    code = law_text("中华人民共和国住宿法典", "2026-03-12", "2026-08-15", body="\n- **第九条**　　《中华人民共和国旅店法》同时废止。\n")
    assert "repealed on 2026-08-15" in broken_cards(check(card_file(), a=law_text(), b=code))["deposit"][0].problem


def test_a_card_past_its_day_and_a_card_without_citation_are_found(check):
    assert "valid_until is 2026-11-22" in check(card_file(until="2026-11-22"))[0].problem
    without = card_file().replace('  law_citation:\n  - {law: 中华人民共和国旅店法, article: "2", keywords: [三十日, 押金]}\n', "")
    (one,) = check(without)
    assert "law_citation is missing" in one.problem
    assert one.place == "other.yml:3 deposit"


def test_a_file_that_is_not_yaml_is_one_failure_with_its_line(check):
    (one,) = check("topic: other\ncards:\n- card_id: [\n")
    assert one.citation.file == "other.yml"
    assert "cannot be read" in one.problem


def test_both_readers_of_the_cards_see_the_same_citations():
    ours = [(one.card_id, one.law, one.article, one.keywords) for one in load_citations(CARDS)]
    cards = [(card.card_id, one.law, one.article, one.keywords) for card in read_cards().values() for one in card.law_citation]
    assert sorted(ours) == sorted(cards)


def test_every_citation_of_our_cards_holds_in_the_official_texts(tmp_path):
    if not STATUTES.is_dir():
        pytest.skip(f"NOT CHECKED: no law texts at {STATUTES.resolve()}; clone shared beside the repository")
    import_folder(tmp_path / "laws.db", STATUTES, on_top_of_package=False)
    checked = check_citations(StatuteStore(tmp_path / "laws.db"), load_citations(CARDS, DAY), DAY)
    assert len(checked) > 500
    assert {one.place: one.problem for one in checked if one.problem} == {}
