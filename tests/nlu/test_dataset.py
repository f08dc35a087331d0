# ruff: noqa: E501 (sentences, two columns a character)
import re
from pathlib import Path

import pytest

from bot.understanding import BadTrainingData, Example, read_examples
from bot.understanding.dataset_check import check_dataset, groups_of_near
from bot.understanding.evaluation import parts_of, renewed
from bot.understanding.measures import calibration_error, macro_f1, measure
from bot.understanding.understood import ANSWER, Understood
from tests.nlu.small import EXAMPLES


def test_metadata_of_a_block_goes_to_each_of_its_examples(tmp_path: Path) -> None:
    (tmp_path / "labour").mkdir()
    (tmp_path / "labour" / "nlu.yml").write_text(
        "nlu:\n- intent: ask_law\n  metadata: {topic: labour, card: unpaid_wages}\n  examples: |\n    - 欠薪\n    - 讨薪找谁\n- synonym: x\n  examples: |\n    - y\n",
        encoding="utf-8")
    assert read_examples(tmp_path) == [Example("欠薪", "ask_law", "labour", "unpaid_wages"), Example("讨薪找谁", "ask_law", "labour", "unpaid_wages")]


def test_files_without_examples_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text("rules:\n- rule: x\n  steps: []\n", encoding="utf-8")
    assert read_examples(tmp_path) == []


def test_a_line_that_is_no_example_is_named(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - 你好\n    早\n", encoding="utf-8")
    with pytest.raises(BadTrainingData, match="早"):
        read_examples(tmp_path)


def test_near_duplicates_thin_labels_and_contradictions_are_complained_of() -> None:
    complaints = check_dataset([Example("工地上欠我两万块钱工资不给", "ask_law", "labour", "unpaid_wages"),
                                Example("工地上欠我两万块钱工资不给呀", "ask_law", "labour", "unpaid_wages"), Example("你好", "greet"), Example("你好", "thank")]).complaints
    assert any("near-duplicates" in complaint for complaint in complaints)
    assert any("expected 60" in complaint for complaint in complaints)
    assert any("'你好' stands under" in complaint for complaint in complaints)


def test_the_small_set_has_no_near_duplicates() -> None:
    assert [c for c in check_dataset(EXAMPLES, fewest=1).complaints if "near-duplicates" in c] == []


def test_near_sentences_stay_in_one_part() -> None:
    texts = ["房东不退我押金怎么办", "房东不退我押金怎么办呢", "今天天气怎么样"]
    groups = groups_of_near(texts, 0.4)
    assert groups[0] == groups[1] != groups[2]


def test_parts_hold_every_example_once() -> None:
    parts = parts_of(EXAMPLES, 4)
    assert sorted(index for part in parts for index in part) == list(range(len(EXAMPLES)))


def test_calibration_error_is_the_gap_between_saying_and_being_right() -> None:
    assert calibration_error([(0.85, True)] * 8 + [(0.85, False)] * 2) == pytest.approx(0.05)
    assert calibration_error([]) is None


def test_macro_f1_counts_every_label_alike() -> None:
    assert macro_f1([("a", "a"), ("a", "a"), ("b", "a")]) == pytest.approx(0.4)


def test_the_page_keeps_what_was_written_by_hand() -> None:
    page = renewed("# Understanding\n\nBy hand.\n", "one")
    again = renewed(page, "two")
    assert "By hand." in again and "two" in again and "one" not in re.sub("By hand", "", again).split("measured")[1]


def test_a_set_that_names_no_cards_says_nothing_of_cards() -> None:
    said = Understood("房东不退押金", "ask_law", 0.9, "tenancy", [("tenancy", 0.9)], "rental_deposit", 0.8, [], ANSWER)
    wanted = Example(said.text, "ask_law", "tenancy")
    nothing_of_cards = measure([(wanted, said)])
    assert nothing_of_cards.topic_top1 == 1.0 and "card_right_of_shown" not in nothing_of_cards.shares()
    with_a_card = measure([(wanted, said), (Example(said.text, "ask_law", "tenancy", "rental_deposit"), said)])
    assert with_a_card.card_right_of_shown == 0.5
