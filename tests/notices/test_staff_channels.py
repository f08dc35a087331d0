"""Notices to staff by DingTalk and e-mail: signed, over TLS, neither holds up the other."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.channels import dingtalk, mail
from bot.channels.mail import Mailbox
from bot.errors import NoticeNotSent
from bot.office import BEIJING
from tests.conftest import NOON
from tests.notices.servers import MailServer, Robot
from tests.notices.telling import open_one, states, told_by


def test_the_signature_is_that_of_dingtalks_documentation():
    at = datetime.fromtimestamp(1700000000, tz=BEIJING)
    address = dingtalk.signed("https://oapi.example.cn/robot/send?access_token=x", "this is secret", at)
    # Python of the platform's page: hmac.new(secret, f"{timestamp}\n{secret}", sha256), base64, quote_plus
    assert address == "https://oapi.example.cn/robot/send?access_token=x&timestamp=1700000000000&sign=" + _sign("1700000000000", "this is secret")
    assert dingtalk.signed("https://h/r", "", at) == "https://h/r"


def _sign(stamp, secret):
    import base64
    import hashlib
    import hmac
    import urllib.parse

    return urllib.parse.quote_plus(base64.b64encode(hmac.new(secret.encode("utf-8"), f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()))


def test_a_wrong_secret_and_an_unreachable_robot_are_said_without_the_address(caplog):
    async def run():
        async with Robot() as robot:
            with pytest.raises(NoticeNotSent, match="310000") as wrong:
                await dingtalk.send(robot.url, "SECwrong", "hello", NOON)
            url = robot.url
        with pytest.raises(NoticeNotSent, match="did not answer") as gone:
            await dingtalk.send(url, "SECtest", "hello", NOON)
        return str(wrong.value) + str(gone.value)

    caplog.set_level(logging.DEBUG)
    said = asyncio.run(run())
    assert "t0ken" not in said and "SEC" not in said and "t0ken" not in caplog.text


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_goes_out_over_tls_signed_in_and_in_chinese(tmp_path, security):
    with MailServer(tmp_path, security).running() as server:
        box = Mailbox("127.0.0.1", server.port, security, "desk", "geheim", "desk@example.cn", ("a@example.cn", "b@example.cn"), server.authority)
        mail.send(box, "示例区：1条提醒", "【新办件】GX2026-00001", NOON)
        (got,) = server.mails
        assert got["Subject"] == "示例区：1条提醒" and got.get_content().strip() == "【新办件】GX2026-00001"
        assert got["To"] == "a@example.cn, b@example.cn" and got["Auto-Submitted"] == "auto-generated"
        assert server.over_tls == [True] and server.signed_in == ["|desk|geheim"]


def test_nothing_is_said_to_a_mail_server_without_tls_or_with_a_foreign_certificate(tmp_path):
    with MailServer(tmp_path, "none").running() as server:
        box = Mailbox("127.0.0.1", server.port, "starttls", "desk", "geheim", "desk@example.cn", ("a@example.cn",))
        with pytest.raises(NoticeNotSent):
            mail.send(box, "x", "y", NOON)
        assert server.mails == [] and server.signed_in == []
    with MailServer(tmp_path, "tls").running() as server:
        with pytest.raises(NoticeNotSent, match="CertVerification"):
            mail.send(replace(box, port=server.port, security="tls"), "x", "y", NOON)
        assert server.mails == []


def test_both_channels_are_served_and_one_that_is_down_does_not_hold_the_other(database, office, tmp_path):
    open_one(database)

    async def run(server):
        async with Robot() as robot, told_by(database, office, robot, server) as notices:
            server.refuse = "550 no such box"
            assert await notices.look_and_send(NOON + timedelta(minutes=1)) == 1
            server.refuse = ""
            assert await notices.look_and_send(NOON + timedelta(minutes=3)) == 1
            return robot.said

    with MailServer(tmp_path, "tls").running() as server:
        said = asyncio.run(run(server))
        assert len(said) == 1 and len(server.mails) == 1
        assert "新办件" in server.mails[0].get_content() and "张三" not in server.mails[0].as_string()
    assert states(database) == [("dingtalk", "sent", 0), ("mail", "sent", 1)]
