"""WeChat's XML is read without document types and entities, and what we write can be read back whole."""

import re
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from bot.channels import wechat_xml
from bot.channels.wechat_xml import Unreadable

NOW = datetime(2026, 3, 16, 4, 0, tzinfo=timezone.utc)


def test_fields_are_read_with_or_without_cdata_and_deeper_ones_left_out():
    body = "<xml><A><![CDATA[甲]]></A><B>乙&amp;丙</B><C><D>深</D></C><E/></xml>".encode()
    assert wechat_xml.read(body) == {"A": "甲", "B": "乙&丙", "C": "", "E": ""}


@given(st.text(max_size=400))
def test_any_text_survives_being_written_and_read(text):
    kept = re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text).replace("\x7f", "")
    written = wechat_xml.text_reply("o1", "gh", text.replace("\r", ""), NOW)
    found = wechat_xml.read(written.encode())
    assert found["Content"] == kept and found["MsgType"] == "text" and found["CreateTime"] == str(int(NOW.timestamp()))


@pytest.mark.parametrize("text", ["a]]>b", "]]>", "]]]]>>", "<Content>x</Content>", "]]></Content><Content>"])
def test_no_text_breaks_out_of_its_field(text):
    written = wechat_xml.text_reply("o1", "gh", text, NOW)
    assert wechat_xml.read(written.encode())["Content"] == text
    assert parse_message(written).content == text


@pytest.mark.parametrize("body", [
    b"", b"x", b"<xml>", b"</xml>", b"<html/>", b"<xml/><xml/>", b"<xml><a></b></xml>", b"<xml>&x;</xml>", b"<xml><a>1</a><a>2</a></xml>",
    b'<!DOCTYPE xml><xml/>', b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>', b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
    '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE xml [<!ENTITY a "b">]><xml/>'.encode("utf-16"),
    b"<xml>" + b"".join(b"<f%d/>" % n for n in range(65)) + b"</xml>",
    b"<xml><a>" + b"x" * 65_536 + b"</a></xml>",
])
def test_what_wechat_never_sends_is_refused(body):
    with pytest.raises(Unreadable):
        wechat_xml.read(body)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    try:
        wechat_xml.read(body)
        wechat_xml.read(b"<xml><a>" + body + b"</a></xml>")
    except Unreadable:
        pass


def test_missing_and_empty_fields_are_named():
    with pytest.raises(Unreadable, match="B, C"):
        wechat_xml.needed({"A": "1", "B": ""}, "A", "B", "C")
    assert wechat_xml.needed({"A": "1", "B": "2"}, "B", "A") == ["2", "1"]
