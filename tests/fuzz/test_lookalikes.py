"""What looks right is read as what it looks like, or refused in clear words; nobody gets in by a look-alike."""

import pytest

from bot.errors import BadInput
from bot.legal import intake
from bot.messages import clean_text


@pytest.mark.parametrize("typed", [
    "GX2026-00001", "gx2026-00001", "ＧＸ２０２６－００００１", "GХ2026-00001", "gх2026−00001", "GX2026–1", "GX 2026 — 00001", "GX2O26-OOOOl", "GX٢٠٢٦-٠٠٠٠١", "编号是GX2026ー00001。", "GX2026一00001", "G\u200bX2026-00001",
])
def test_a_case_number_is_read_however_it_is_written(typed):
    assert intake.read_case_number(clean_text(typed), "GX") == "GX2026-00001"


@pytest.mark.parametrize("typed", ["GX20260-000001", "GX2026-000001x", "XG2026-00001", "GX1999-00001", "GX2026-ⅧⅧ", "GX二〇二六-1", "GX2026-", ""])
def test_what_is_no_case_number_is_refused(typed):
    with pytest.raises(BadInput, match="utter_bad_case_number"):
        intake.read_case_number(clean_text(typed), "GX")


@pytest.mark.parametrize("typed", ["１３８００１３８０００", "138 0013 8000", "+86 138-0013-8000", "١٣٨٠٠١٣٨٠٠٠", "138\u200b00138000"])
def test_a_phone_is_read_in_any_digits(typed):
    assert intake.read_phone(clean_text(typed)) == "13800138000" and intake.read_phone_tail(clean_text(typed)) == "8000"


@pytest.mark.parametrize("typed", ["Аlеx", "张\u0301", "张三<script>", "张三\u202e四", "１２", "ᴀʙ", "张3"])
def test_a_name_with_look_alike_letters_is_refused_or_loses_the_invisible(typed):
    try:
        assert intake.read_name(clean_text(typed)) == "张三四"
    except BadInput as refusal:
        assert refusal.hint == "utter_bad_name"


@pytest.mark.parametrize("typed", ["/restart", "／restart", "//session_start", " /greet{\"name\":\"x\"}", "\u200b/restart", "⁄restart", "\n/restart", "﹨restart"])
def test_a_command_of_the_engine_is_only_words(typed):
    assert not clean_text(typed).startswith("/")
