"""What proves that WeChat calls, and what is refused: with the right status, and never with a 500."""

import base64
import logging
import time

import pytest

from bot.storage.wechat_tables import WeChatNonce
from tests.wechat.platform import TOKEN, signature

NEW_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
OLD_KEY = base64.b64encode(bytes(range(32, 64))).decode().rstrip("=")


def query(**changed):
    """A genuine query of the plain mode, changed where a scenario wants."""
    stamp = str(changed.pop("timestamp", int(time.time())))
    nonce = changed.pop("nonce", "n1")
    return {"timestamp": stamp, "nonce": nonce, "signature": signature(TOKEN, stamp, nonce), **changed}


def xml(**fields):
    body = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": "1700000000", "MsgType": "text", "Content": "你好", "MsgId": "1", **fields}
    return ("<xml>" + "".join(f"<{k}>{v}</{k}>" for k, v in body.items() if v is not None) + "</xml>").encode()


def test_the_address_is_verified_with_the_echo(running):
    assert running.platform.get(query(echostr="4711 <b>")) == (200, "4711 <b>")


@pytest.mark.parametrize("wrong", [{"signature": "0" * 40}, {"signature": ""}, {"signature": "中" * 40}, {"timestamp": 1}, {"timestamp": 99999999999}])
def test_a_wrong_verification_is_refused(running, wrong):
    assert running.platform.get(query(echostr="x", **wrong))[0] == 403


@pytest.mark.parametrize("bad", [{}, {"echostr": ""}, {"echostr": "x" * 1000}])
def test_a_verification_without_a_sensible_echo_is_a_bad_request(running, bad):
    assert running.platform.get(query(**bad))[0] == 400


def test_safe_mode_is_opened_and_answered_in_kind(world):
    world.platform.aes_key = NEW_KEY
    world.start(aes_keys=(NEW_KEY,))
    assert world.says("o1", "保密地问") == ["答：保密地问"]


def test_in_compatible_mode_only_the_encrypted_part_counts(world):
    world.platform.aes_key = NEW_KEY
    world.start(aes_keys=(NEW_KEY,))
    message = world.platform.text("o1", "真的")
    body, asked = world.platform.envelope(message, clear=True)
    world.platform.post(body.replace("真的".encode(), "假的".encode()), asked)
    assert world.product.stored() == ["真的"]


def test_compatible_mode_without_a_key_of_ours_reads_the_clear_part(world):
    world.start()
    world.platform.aes_key = NEW_KEY
    body, asked = world.platform.envelope(world.platform.text("o1", "明文"), clear=True)
    status, answer = world.platform.post(body, asked)
    assert status == 200 and "答：明文" in answer


def test_while_keys_change_the_old_one_still_opens_and_seals(world):
    world.platform.aes_key = OLD_KEY
    world.start(aes_keys=(NEW_KEY, OLD_KEY))
    assert world.says("o1", "旧钥匙") == ["答：旧钥匙"]
    world.platform.aes_key = NEW_KEY
    assert world.says("o2", "新钥匙") == ["答：新钥匙"]


def test_an_account_with_keys_takes_no_unencrypted_delivery(world):
    world.start(aes_keys=(NEW_KEY,))
    assert world.platform.post(*world.platform.envelope(world.platform.text("o1", "明文")))[0] == 403
    assert world.product.stored() == []


@pytest.mark.parametrize("spoil", ["signature of the envelope", "another key", "another AppID", "no envelope at all"])
def test_a_spoiled_envelope_is_refused(world, spoil):
    world.platform.aes_key = OLD_KEY if spoil == "another key" else NEW_KEY
    world.platform.crypto_app = "wx_another" if spoil == "another AppID" else world.platform.crypto_app
    world.start(aes_keys=(NEW_KEY,))
    body, asked = world.platform.envelope(world.platform.text("o1", "x"))
    if spoil == "signature of the envelope":
        asked["msg_signature"] = asked["signature"]
    if spoil == "no envelope at all":
        body = xml()
    assert world.platform.post(body, asked)[0] == (400 if spoil == "no envelope at all" else 403)
    assert world.product.stored() == []


@pytest.mark.parametrize("wrong", [
    lambda: {"signature": "0" * 40}, lambda: {"timestamp": int(time.time()) - 400}, lambda: {"timestamp": int(time.time()) + 400}, lambda: {"timestamp": "soon"},
])
def test_a_wrong_signature_or_time_is_refused_and_nothing_is_stored(running, wrong):
    assert running.platform.post(xml(), query(**wrong()))[0] == 403
    assert running.product.stored() == []


def test_a_delivery_without_a_query_is_refused(running):
    assert running.platform.post(xml(), {})[0] == 403


def test_a_nonce_that_comes_with_another_message_is_a_replay(running):
    same = query()
    assert running.platform.post(xml(), same)[0] == 200
    assert running.platform.post(xml(MsgId="2", Content="别的"), same)[0] == 403
    assert running.product.stored() == ["你好"]


def test_a_fourth_time_the_same_delivery_is_a_replay(running):
    same = query()
    assert [running.platform.post(xml(), same)[0] for _ in range(5)] == [200, 200, 200, 403, 403]
    assert running.product.stored() == ["你好"] and running.worker.asked == ["你好"]


def test_the_same_delivery_a_minute_later_is_a_replay(running):
    same = query()
    running.platform.post(xml(), same)
    running.product.write(lambda s: [setattr(n, "seen_at", n.seen_at.replace(year=2020)) for n in s.query(WeChatNonce)])
    assert running.platform.post(xml(), same)[0] == 403


def test_a_second_process_knows_the_nonces_of_the_first(running):
    same = query()
    running.platform.post(xml(), same)
    running.platform.address = running.another().url
    assert running.platform.post(xml(MsgId="2"), same)[0] == 403


BOMB = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = b'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>'


@pytest.mark.parametrize("body", [
    b"", b"not xml", b"<xml>", b"<html></html>", b"\xff\xfe\x00", BOMB, OUTSIDE, "<!DOCTYPE a><xml/>".encode("utf-16"),
    b"<xml><MsgType>text</MsgType>&undefined;</xml>", b"<xml>" + b"<a>" * 5000,
    xml(FromUserName=None), xml(ToUserName=None), xml(MsgType=None), xml(CreateTime=None), xml(FromUserName=""),
    xml(MsgType="event"), xml().replace(b"</xml>", b"<FromUserName>o2</FromUserName></xml>"),
])
def test_what_is_not_wechats_xml_is_a_bad_request(running, body):
    assert running.platform.post(body, query())[0] == 400
    assert running.product.stored() == []


def test_a_megabyte_is_refused_before_it_is_read(running):
    status, _ = running.platform.post(xml(Content="字" * 350_000), query())
    assert status in (0, 413)
    assert running.product.stored() == [] and running.says("o1", "还在吗") == ["答：还在吗"]


@pytest.mark.parametrize("unknown", [xml(MsgType="hologram"), xml(MsgType="event", Event="TEMPLATESENDJOBFINISH"), xml(MsgType="event", Event="VIEW", EventKey="http://x"), xml(MsgType="event", Event="LOCATION")])
def test_an_unknown_kind_is_politely_taken_and_nothing_is_said(running, unknown):
    assert running.platform.post(unknown, query()) == (200, "success")
    assert running.product.stored() == []


@pytest.mark.parametrize("odd", ["a]]>b", "]]>]]>", "<script>alert(1)</script>", "&lt;xml&gt;", "😀👨‍👩‍👧", "𠮷野家𡈽", "ＡＢＣ", "/转人工", "\u202e反", "ﷺ", "０", "'; DROP TABLE messages; --"])
def test_odd_characters_come_in_and_go_out_whole(running, odd):
    running.platform.deliver(running.platform.text("o1", f"问{odd}"))
    [stored] = running.product.stored()
    assert running.platform.texts("o1") == [f"答：{stored}"] and stored.startswith("问")


@pytest.mark.parametrize("content", [b"\x00\x01\x08abc", b"\xed\xa0\x80abc", b"\xff\xffabc", b"a\x0bb\x0cc", b"&#8;", b"&#x1F600;"])
def test_bytes_that_no_xml_may_hold_never_break_the_endpoint(running, content):
    status, _ = running.platform.post(xml().replace("你好".encode(), content), query())
    assert status in (200, 400)


def test_an_empty_text_is_answered_politely(running):
    [said] = running.says("o1", "\u200b")
    assert "没有看到文字" in said and running.worker.asked == []


def test_very_long_ids_and_words_are_stored_or_refused_but_never_a_500(running):
    bodies = [xml(MsgId="9" * 5000), xml(FromUserName="o" * 3000, MsgId="2"), xml(Content="字" * 12_000, MsgId="3"), xml(MsgType="event", Event="x" * 3000)]
    assert all(running.platform.post(body, query(nonce=str(n)))[0] == 200 for n, body in enumerate(bodies))


def test_a_database_that_takes_nothing_is_said_so_that_the_platform_comes_again(running, monkeypatch):
    import sqlalchemy as sa

    from bot.inbox import wechat_intake

    def locked(*_):
        raise sa.exc.OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(wechat_intake, "admit", locked)
    assert running.platform.post(xml(), query())[0] == 503


def test_logs_name_no_resident_and_no_words(running, caplog):
    with caplog.at_level(logging.DEBUG):
        running.says("oSECRETopenid", "我被丈夫打了")
        running.platform.post(xml(FromUserName="oSECRETopenid"), query(signature="0" * 40))
    assert "oSECRETopenid" not in caplog.text and "丈夫" not in caplog.text
    assert "refused: signature" in caplog.text


def test_the_openid_is_nowhere_in_the_database_in_the_clear(running):
    running.says("oSECRETopenid", "你好")
    running.product.stop()
    files = list(running.settings.var.glob("bot.db*"))
    assert files and all(b"oSECRETopenid" not in file.read_bytes() for file in files)


def test_without_a_token_there_is_no_such_address(world):
    from dataclasses import replace

    from sanic import Sanic

    from bot.web.app import create_app

    Sanic.test_mode = True
    app = create_app(replace(world.settings, wechat=None), world.product.database)
    assert not any("wechat" in route.path for route in app.router.routes_all.values())
