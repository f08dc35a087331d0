"""Signature and envelope, against wechatpy in both directions."""

import base64
import secrets
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import check_signature as their_check

from bot.channels import wechat_crypto as ours
from bot.channels.wechat_crypto import NotFromWeChat
from bot.errors import BadSetting

APP_ID = "wx0123456789abcdef"
KEYS = tuple(secrets.token_bytes(32) for _ in range(3))
NOW = datetime(2026, 3, 16, 4, 0, tzinfo=timezone.utc)
MESSAGES = st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))


@given(MESSAGES)
def test_what_wechatpy_seals_we_open(message):
    sealed = PrpCrypto(KEYS[0]).encrypt(message, APP_ID).decode()
    assert ours.decrypt(sealed, KEYS, APP_ID) == (message, KEYS[0])


@given(MESSAGES)
def test_what_we_seal_wechatpy_opens(message):
    sealed = ours.encrypt(message, KEYS[1], APP_ID)
    assert PrpCrypto(KEYS[1]).decrypt(sealed, APP_ID) == message.decode()


def test_the_envelope_wechatpy_makes_carries_the_signature_we_make():
    import xmltodict

    key = base64.b64encode(KEYS[0]).decode().rstrip("=")
    found = xmltodict.parse(WeChatCrypto("tok", key, APP_ID).encrypt_message("<xml/>", "nonce", "1700000000"))["xml"]
    assert found["MsgSignature"] == ours.sign("tok", "1700000000", "nonce", found["Encrypt"])
    assert ours.read_key(key) == KEYS[0]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_both_sign_alike(token, timestamp, nonce):
    try:
        "".join((token, timestamp, nonce)).encode()
    except UnicodeEncodeError:
        return
    their_check(token, ours.sign(token, timestamp, nonce), timestamp, nonce)
    ours.check_signature(ours.sign(token, timestamp, nonce), token, timestamp, nonce)


@pytest.mark.parametrize("given_signature", ["", "0" * 40, "中文", "\ud800", "0" * 5000])
def test_a_wrong_signature_is_refused(given_signature):
    with pytest.raises(NotFromWeChat) as refusal:
        ours.check_signature(given_signature, "t", "1", "n")
    assert refusal.value.reason == "signature"


@pytest.mark.parametrize("away", [-300, -1, 0, 299, 300])
def test_five_minutes_either_way_are_near_enough(away):
    ours.check_time(str(int((NOW + timedelta(seconds=away)).timestamp())), NOW)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "１７", "9" * 400, str(int(NOW.timestamp()) - 301), str(int(NOW.timestamp()) + 301)])
def test_another_time_is_refused(timestamp):
    with pytest.raises(NotFromWeChat):
        ours.check_time(timestamp, NOW)


def test_while_keys_change_both_open_and_the_one_that_opened_is_named():
    for key in KEYS[:2]:
        assert ours.decrypt(ours.encrypt(b"m", key, APP_ID), KEYS[:2], APP_ID)[1] == key
    with pytest.raises(NotFromWeChat):
        ours.decrypt(ours.encrypt(b"m", KEYS[2], APP_ID), KEYS[:2], APP_ID)


def test_an_envelope_for_another_account_is_refused():
    for other in ("wx_another", "", APP_ID + "x", APP_ID[:-1]):
        with pytest.raises(NotFromWeChat):
            ours.decrypt(ours.encrypt(b"m", KEYS[0], other), KEYS, APP_ID)


@given(st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()) | st.text(max_size=50))
def test_any_rubbish_is_refused_and_nothing_else_happens(rubbish):
    with pytest.raises(NotFromWeChat):
        ours.decrypt(rubbish, KEYS, APP_ID)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_an_altered_envelope_is_refused_or_does_not_open_as_it_was(place, change):
    body = bytearray(base64.b64decode(ours.encrypt(b"<xml>hello</xml>", KEYS[0], APP_ID)))
    body[place % len(body)] ^= change
    try:
        message, _ = ours.decrypt(base64.b64encode(bytes(body)).decode(), KEYS, APP_ID)
    except NotFromWeChat:
        return
    # CBC alone notices no change in the random bytes; the signature over the envelope does.
    assert place % len(body) < 32 or message != b"<xml>hello</xml>"


@pytest.mark.parametrize("bad", ["", "a" * 42, "a" * 44, "!" * 43, "a" * 42 + "\n"])
def test_a_wrong_key_is_named_at_start(bad):
    with pytest.raises(BadSetting, match="43"):
        ours.read_key(bad)
