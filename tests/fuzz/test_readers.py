"""Whatever comes in, each reader returns what it promises or refuses in its own words; none fails in any other way."""

import base64
import io
import string
import zipfile
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.channels import web, wechat, wechat_crypto, wechat_xml
from bot.channels.wechat_crypto import NotFromWeChat
from bot.channels.wechat_xml import Unreadable
from bot.console.spreadsheet import read_rows
from bot.errors import BadCard, BadInput, BadPeriod, LegalBotError
from bot.knowledge.cards import read_cards
from bot.knowledge.statute_text import parse_markdown
from bot.legal import intake
from bot.legal.calculator_answers import bare_number
from bot.messages import MAX_TEXT, clean_text
from bot.statistics.periods import read_day, read_month, read_period
from bot.storage.personal_data import KeyRing
from bot.understanding.entities import find_entities
from bot.understanding.normalise import normalise

RING = KeyRing({"k1": b"1" * 32})
NOW = datetime(2026, 3, 16, 4, 0, tzinfo=timezone.utc)
TODAY = date(2026, 3, 16)
KEY = wechat_crypto.read_key("a" * 43)
ACCOUNT = wechat.Account("token", "wx0123456789abcdef", (KEY,))
# What people type, what machines break, and what looks like something else.
SIGNS = "0123456789０１２三四〇壹贰百千万亿半元块角分年月日号周天个.,，。：:-—－−/／\\ \t\n\r\0\u200b\u202e\ufeffGXgxоОХ٠١٢٣²½Ⅷ㍿😀𠮷%+×*()（）[]{}\"'<>&;=#$@!|~`^?"
written = st.one_of(st.text(max_size=300), st.text(alphabet=SIGNS, max_size=80), st.text(alphabet=string.printable, max_size=120))
fields = st.dictionaries(st.sampled_from(["MsgType", "MsgId", "FromUserName", "ToUserName", "CreateTime", "Content", "Event", "EventKey", "Encrypt", "PicUrl",
                                          "Recognition", "Label", "Location_X", "Ticket", "MediaId"]), written, max_size=12)  # fmt: skip


@given(st.binary(max_size=2000))
def test_any_bytes_as_xml(body):
    try:
        assert all(isinstance(v, str) for v in wechat_xml.read(body).values())
    except Unreadable:
        pass


@given(fields, st.booleans())
def test_any_fields_as_a_delivery(found, known_kind):
    if known_kind:
        found = {**found, "MsgType": "event" if "Event" in found else "text", "FromUserName": "o1", "ToUserName": "gh", "CreateTime": "1", "MsgId": "1"}
    try:
        delivered = wechat.parse(found, lambda name: "", None, RING)
    except (Unreadable, NotFromWeChat):
        return
    assert delivered.conversation.startswith("wechat:") and len(delivered.external_id) <= 128
    assert wechat_xml.read(wechat.passive_reply(delivered, "答", ACCOUNT, NOW, "n").encode())


@given(st.one_of(st.binary(max_size=400).map(lambda b: base64.b64encode(b).decode()), written))
def test_any_envelope(encrypted):
    with pytest.raises((NotFromWeChat, Unreadable)):
        wechat_crypto.decrypt(encrypted, (KEY,), ACCOUNT.app_id)


@given(st.binary(max_size=1000))
def test_what_was_sealed_opens_and_any_change_of_it_does_not_crash(message):
    sealed = wechat_crypto.encrypt(message, KEY, ACCOUNT.app_id)
    assert wechat_crypto.decrypt(sealed, (KEY,), ACCOUNT.app_id)[0] == message
    broken = base64.b64decode(sealed)[:-1] + b"\0"
    try:
        wechat_crypto.decrypt(base64.b64encode(broken).decode(), (KEY,), ACCOUNT.app_id)
    except (NotFromWeChat, Unreadable):
        pass


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), written), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(["conversation", "id", "text", "community", "x"]), inner, max_size=5), max_leaves=12))  # fmt: skip
def test_any_body_on_the_page(body):
    try:
        inbound = web.parse(body, web.NOBODY, RING, NOW, ["c01"])
    except BadInput as refusal:
        assert refusal.hint
        return
    assert len(inbound.text) <= MAX_TEXT


@given(written)
def test_any_words_are_cleaned_once(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned and not cleaned.startswith("/") and len(cleaned) <= MAX_TEXT


@given(written)
def test_any_words_as_numbers_days_and_names(text):
    for entity in find_entities(text, TODAY, ["示例社区一"]):
        assert text[entity.start:entity.end] == entity.text
    assert isinstance(normalise(text), str)
    number = bare_number(clean_text(text))
    assert number is None or (isinstance(number, Decimal) and number.is_finite())
    for read in (intake.read_name, intake.read_phone, intake.read_party, intake.read_story, intake.read_wish, intake.read_phone_tail, intake.read_yes,
                 lambda t: intake.read_case_number(t, "GX")):  # fmt: skip
        try:
            read(text)
        except BadInput:
            pass
    for read in (read_day, read_month, lambda t: read_period(t, t)):
        try:
            read(text)
        except BadPeriod:
            pass


@given(st.text(alphabet=SIGNS, min_size=1, max_size=30))
def test_a_case_number_that_is_read_is_one_that_can_exist(text):
    try:
        number = intake.read_case_number("GX" + text, "GX")
    except BadInput:
        return
    assert number.isascii() and number[:4] == "GX20" and number[6] == "-" and number[7:].isdigit() and len(number) == 12


@given(written)
def test_any_file_of_cards(tmp_path, text):
    folder = tmp_path / "cards"
    folder.mkdir(exist_ok=True)
    (folder / "labour.yml").write_text(text.encode("utf-8", "replace").decode(), encoding="utf-8", newline="")
    try:
        read_cards(folder)
    except BadCard:
        pass


CARD = yaml.safe_load("- {card: a, title: 甲, summary: 乙, steps: [一], citations: [民法典:1], keywords: [丙]}")[0]


@given(st.dictionaries(st.sampled_from([*CARD, "deadlines", "reviewed_on", "reviewed_by", "hotlines", "evidence"]),
                       st.one_of(written, st.integers(), st.none(), st.lists(written, max_size=2), st.dictionaries(written, written, max_size=2)), max_size=8))  # fmt: skip
def test_any_card_of_the_right_shape_with_wrong_values(tmp_path, changed):
    folder = tmp_path / "cards"
    folder.mkdir(exist_ok=True)
    (folder / "labour.yml").write_text(yaml.safe_dump([{**CARD, **changed}], allow_unicode=True))
    try:
        read_cards(folder)
    except BadCard:
        pass


@given(written)
def test_any_text_as_a_statute(text):
    try:
        parse_markdown(text, "x.md")
    except LegalBotError:
        pass


def workbook(rows) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates(), st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=20)), max_size=4), max_size=4))
def test_any_workbook(rows):
    try:
        read_rows(workbook([["日期", "事项"], *rows]), ("日期", "事项"))
    except BadInput as refusal:
        assert refusal.hint


WHOLE = workbook([["日期", "事项"], ["2026-03-02", "漏水"]])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
def test_any_broken_workbook(at, noise):
    for body in (WHOLE[:at] + noise + WHOLE[at + len(noise):], WHOLE[:at], noise):
        try:
            read_rows(body, ("日期", "事项"))
        except BadInput as refusal:
            assert refusal.hint


@given(st.binary(max_size=600))
def test_any_sheet_inside_a_workbook(xml):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, xml if name.endswith("sheet1.xml") else old.read(name))
    try:
        read_rows(out.getvalue(), ("日期", "事项"))
    except BadInput as refusal:
        assert refusal.hint
