"""Notices to staff: found, stored once, sent by DingTalk and e-mail, tried again, silent at night, without personal data."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot import doctor_notices
from bot.channels import dingtalk, mail
from bot.channels.mail import Mailbox
from bot.errors import BadSetting, NoticeNotSent
from bot.findings import BAD, CARE, GOOD
from bot.inbox import staff_notices
from bot.inbox.handover import ask_for_person
from bot.inbox.staff_notice_sender import StaffNotices
from bot.ledger import cases
from bot.ledger.risks import note_risk
from bot.ledger.screenings import Finding, submit_screening
from bot.legal.disputes import DisputeType
from bot.legal.handover import Reason
from bot.legal.staff_notices import PAUSES, QuietHours, StaffEvent, Told, message_of, pause_after
from bot.office import BEIJING
from bot.settings import NoticeSettings, read_settings
from bot.storage.staff_notice_tables import StaffNotice, StaffNoticeSending
from tests.builders import make_inbound, make_request
from tests.conftest import NOON
from tests.notices.servers import MailServer, Robot
from tests.storage.books import make_screening

HOURS = ((time(9), time(12)), (time(14), time(17)))
NIGHT = datetime(2026, 3, 16, 23, 0, tzinfo=BEIJING)
NONE = NoticeSettings("https://desk.example.cn", (time(21, 30), time(7, 30)), "", "", "", 0, "tls", "", "", "", (), "")


@asynccontextmanager
async def told_by(database, office, robot=None, box=None, **changed):
    settings = replace(NONE, dingtalk_webhook=robot.url if robot else "", dingtalk_secret="SECtest", **changed)
    if box:
        settings = replace(
            settings, mail_host="127.0.0.1", mail_port=box.port, mail_security=box.security, mail_user="desk", mail_password="geheim",
            mail_from="desk@example.cn", mail_to=("a@example.cn", "b@example.cn"), mail_authority=box.authority,
        )  # fmt: skip
    with ThreadPoolExecutor(2) as threads:
        yield StaffNotices(database, threads, settings, office)


def open_one(database, key="a", at=NOON, **changed):
    with database.transaction() as session:
        return cases.open_case(session, make_request(source_key=key, **changed), "GX", at, HOURS).number


def events(database):
    with database.reading() as session:
        return sorted(n.event for n in session.query(StaffNotice))


def states(database):
    with database.reading() as session:
        return sorted((s.channel, s.state, s.tries) for s in session.query(StaffNoticeSending))


def test_a_new_case_is_told_once_with_number_kind_community_and_link_and_nobodys_name(database, office):
    number = open_one(database)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            assert await notices.look_and_send(NOON + timedelta(minutes=1)) == 1
            assert await notices.look_and_send(NOON + timedelta(minutes=2)) == 0
            return robot.said

    (said,) = asyncio.run(run())
    assert said == f"{office.name}：1条提醒\n【新办件】{number} 人民调解（示例社区三） https://desk.example.cn/console/cases/{number}"
    for secret in ("张三", "李四", "13800138000", "天花板", "漏水"):
        assert secret not in said


def test_every_kind_of_event_is_found_and_the_gravest_stands_first(database, office):
    with database.transaction() as session:
        from bot.inbox import store

        store.receive(session, make_inbound(at=NOON))
        note_risk(session, "web:a", "domestic_violence", "m1", NOON)
        ask_for_person(session, "web:a", Reason.ASKED, NOON, "k")
        submit_screening(session, make_screening(findings=(Finding("F1", DisputeType.NEIGHBOUR, "critical"),), submitted_at=NOON), NOON)
    open_one(database)
    later = datetime(2026, 3, 16, 18, 0, tzinfo=BEIJING)
    open_one(database, "b", later - timedelta(hours=2))

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            await notices.look_and_send(later)
            return robot.said

    (said,) = asyncio.run(run())
    assert set(events(database)) == {"critical_finding", "new_case", "overdue", "person_waiting", "risk"}
    assert said.splitlines()[1].startswith("【风险提示，请立即查看】") and "家暴" not in said and "domestic" not in said


def test_communities_that_have_not_handed_in_are_named_on_reminder_days_only(database, office):
    with database.transaction() as session:
        for n in range(1, 9):
            report = make_screening(community=f"c0{n}", submitted_at=datetime(2026, 3, 10, 10, tzinfo=BEIJING))
            submit_screening(session, report, datetime(2026, 3, 10, 11, tzinfo=BEIJING))

    def found(day, hour=10, month=3):
        with database.reading() as session:
            return [f.told.subject for f in staff_notices.look(session, office, datetime(2026, month, day, hour, tzinfo=BEIJING)) if f.told.event is StaffEvent.SCREENING_MISSING]

    assert found(25) == ["2026-03：示例社区九"] == found(3, month=4)
    assert found(25, hour=8) == [] == found(12) == found(26)


def test_a_channel_that_fails_is_tried_again_later_and_later_and_given_up(database, office):
    open_one(database)

    async def run():
        async with Robot() as robot, told_by(database, office, robot, quiet=(time(0), time(0))) as notices:
            robot.answers = [(500, 0), (200, 130101), (200, 300001)]
            at, tries = NOON + timedelta(minutes=1), []
            for pause in (*PAUSES, timedelta(0)):
                assert await notices.look_and_send(at) == 0
                tries.append(robot.asked)
                assert await notices.look_and_send(at + pause / 2) == 0
                assert robot.asked == tries[-1] or pause == timedelta(0)
                at += pause
            assert await notices.look_and_send(at + timedelta(days=3)) == 0
            return tries, robot.said

    tries, said = asyncio.run(run())
    assert tries == list(range(1, len(PAUSES) + 2)) and said == []
    assert ("dingtalk", "given_up", len(PAUSES) + 1) in states(database)


def test_what_failed_goes_out_when_the_channel_is_back_and_only_once(database, office):
    open_one(database)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            robot.answers = [(500, 0), (200, 0)]
            assert await notices.look_and_send(NOON + timedelta(minutes=1)) == 0
            assert await notices.look_and_send(NOON + timedelta(minutes=3)) == 1
            assert await notices.look_and_send(NOON + timedelta(minutes=30)) == 0
            return robot.said

    assert len(asyncio.run(run())) == 1


def test_a_stop_between_claim_and_answer_is_made_good_after_some_minutes(database, office):
    open_one(database)
    with database.transaction() as session:
        staff_notices.store(session, staff_notices.look(session, office, NOON), ("dingtalk",), NOON)
    quiet = QuietHours(time(0), time(0))
    with database.transaction() as session:
        assert len(staff_notices.claim(session, "dingtalk", office, quiet, NOON)) == 1
    with database.transaction() as session:
        assert staff_notices.claim(session, "dingtalk", office, quiet, NOON + timedelta(minutes=1)) == []
        assert len(staff_notices.claim(session, "dingtalk", office, quiet, NOON + timedelta(minutes=4))) == 1


def test_at_night_only_dangers_are_told_and_the_rest_in_the_morning(database, office):
    open_one(database, at=NIGHT)
    with database.transaction() as session:
        note_risk(session, "web:a", "self_harm", "m1", NIGHT)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            await notices.look_and_send(NIGHT + timedelta(minutes=1))
            await notices.look_and_send(NIGHT + timedelta(hours=7))
            at_night = list(robot.said)
            await notices.look_and_send(datetime(2026, 3, 17, 7, 31, tzinfo=BEIJING))
            return at_night, robot.said[len(at_night) :]

    at_night, morning = asyncio.run(run())
    assert len(at_night) == 1 and "风险提示" in at_night[0] and "新办件" not in at_night[0]
    assert len(morning) == 1 and "新办件" in morning[0]


def test_what_happened_long_before_a_channel_was_switched_on_is_not_told(database, office):
    open_one(database, at=NOON)
    with database.reading() as session:
        assert [f.told.event for f in staff_notices.look(session, office, NOON + timedelta(days=3))] == []


def test_two_processes_store_one_notice(database, office):
    open_one(database)
    with database.reading() as session:
        found = staff_notices.look(session, office, NOON)
    with database.transaction() as session:
        assert staff_notices.store(session, found, ("dingtalk", "mail"), NOON) == 1
    with database.transaction() as session:
        assert staff_notices.store(session, found, ("dingtalk", "mail"), NOON) == 0
    assert len(states(database)) == 2


def test_demonstration_cases_are_not_told(database, office):
    open_one(database, is_demo=True)
    with database.reading() as session:
        assert staff_notices.look(session, office, NOON) == []


def test_many_notices_make_one_message_of_twenty(database, office):
    for n in range(25):
        open_one(database, f"k{n}", NOON)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            assert await notices.look_and_send(NOON + timedelta(minutes=1)) == 20
            assert await notices.look_and_send(NOON + timedelta(minutes=2)) == 5
            return robot.said

    said = asyncio.run(run())
    assert [s.count("【新办件】") for s in said] == [20, 5]


def test_doctor_names_what_did_not_get_out(database, office, settings):
    open_one(database)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            robot.answers = [(200, 300001)]
            await notices.look_and_send(NOON + timedelta(minutes=1))

    asyncio.run(run())
    told = replace(settings, notices=replace(NONE, dingtalk_webhook="https://robot", dingtalk_secret="s", mail_host="mail.example.cn", mail_security="none"))
    seen = [f.seen for f in doctor_notices.notices(told, database, NOON + timedelta(hours=1))]
    assert any("errcode 300001" in words for words in seen) and any("without TLS" in words for words in seen)
    found = {f.state: f.seen for f in doctor_notices.notices(told, database, NOON + timedelta(hours=1))}
    assert GOOD not in found and BAD in found
    assert [f.state for f in doctor_notices.notices(replace(settings, notices=None), database, NOON)] == [CARE]


# --- DingTalk


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


# --- e-mail


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


def test_old_notices_are_forgotten(database, office):
    open_one(database)
    with database.transaction() as session:
        staff_notices.store(session, staff_notices.look(session, office, NOON), ("mail",), NOON)
        staff_notices.tidy(session, NOON + timedelta(days=91))
    assert events(database) == [] == states(database)


# --- rules and settings


@pytest.mark.parametrize("at, quiet, over", [("22:00", True, "07:30"), ("07:29", True, "07:30"), ("07:30", False, None), ("21:29", False, None), ("21:30", True, "07:30")])
def test_quiet_hours_go_over_midnight(at, quiet, over):
    hours, moment = QuietHours(time(21, 30), time(7, 30)), datetime.combine(date(2026, 3, 16), time.fromisoformat(at), tzinfo=BEIJING)
    assert hours.covers(moment) is quiet
    if over:
        assert f"{hours.over_at(moment):%H:%M}" == over and timedelta(0) < hours.over_at(moment) - moment <= timedelta(hours=10)


def test_the_same_hour_twice_is_never_quiet():
    assert not any(QuietHours(time(0), time(0)).covers(datetime(2026, 3, 16, h, tzinfo=BEIJING)) for h in range(24))


def test_pauses_grow_and_end():
    assert [pause_after(n) for n in range(1, 7)] == sorted(PAUSES) and pause_after(7) is None


def test_a_message_has_one_line_a_notice():
    said = message_of([Told(StaffEvent.NEW_CASE, "GX1", "", "/a"), Told(StaffEvent.RISK, "第1号", "示例社区一", "/b")], "示例区", "https://d/")
    assert said.splitlines() == ["示例区：2条提醒", "【风险提示，请立即查看】第1号（示例社区一） https://d/b", "【新办件】GX1 https://d/a"]


def test_channels_are_off_until_they_are_set(monkeypatch, tmp_path):
    assert read_settings(env_file=tmp_path / "none").notices is None
    monkeypatch.setenv("STAFF_DINGTALK_WEBHOOK", "https://oapi.dingtalk.com/robot/send?access_token=x")
    known = read_settings(env_file=tmp_path / "none").notices
    assert known.quiet == (time(21, 30), time(7, 30)) and "access_token" not in repr(known)


@pytest.mark.parametrize(
    "wrong",
    [
        {"STAFF_DINGTALK_WEBHOOK": "http://oapi.dingtalk.com/robot/send"}, {"STAFF_QUIET_HOURS": "25:00-26:00"}, {"STAFF_MAIL_HOST": "smtp.example.cn"},
        {"STAFF_MAIL_HOST": "smtp.example.cn", "STAFF_MAIL_FROM": "a@example.cn", "STAFF_MAIL_TO": "nobody"}, {"STAFF_MAIL_SECURITY": "ssl"},
    ],
)  # fmt: skip
def test_wrong_settings_of_a_channel_stop_the_start(monkeypatch, tmp_path, wrong):
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match="STAFF_"):
        read_settings(env_file=tmp_path / "none")
