from bot.understanding.normalise import normalise, sentences, with_numbers_alike, without_courtesies
from bot.understanding.terms import Vocabulary, terms_of


def test_width_case_and_script_make_no_difference() -> None:
    assert normalise("ＡＢＣ離婚　後") == normalise("abc离婚 后")


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    short = normalise("开头" + "中" + "间话" * 2000 + "结尾")
    assert short.startswith("开头") and short.endswith("结尾") and len(short) < 500


def test_courtesies_go_from_a_question_but_a_greeting_stays_a_greeting() -> None:
    assert without_courtesies("律师您好,请问一下房东不退押金我该怎么要回来,谢谢") == "房东不退押金我该怎么要回来"
    assert without_courtesies("你好") == "你好"


def test_amounts_read_alike() -> None:
    assert with_numbers_alike("欠了3万5千元") == with_numbers_alike("欠了二万元")


def test_terms_do_not_cross_punctuation_but_pairs_of_words_do() -> None:
    terms = terms_of("离婚,房子")
    assert "离婚" in terms and "婚房" not in terms and "=离婚=房子" in terms


def test_rows_have_length_one_and_unknown_texts_are_empty() -> None:
    vocabulary = Vocabulary.learn([["a", "b"], ["a", "c"], ["b"]], rarest=1)
    rows = vocabulary.matrix([["a", "b"], ["zzz"], ["c"]])
    assert rows.shape == (3, 3)
    assert [round(float(row.multiply(row).sum()), 5) for row in rows] == [1.0, 0.0, 1.0]


def test_sentences_are_cut_at_their_signs() -> None:
    assert sentences("他欠我钱。不还!怎么办?") == ["他欠我钱", "不还", "怎么办"]
