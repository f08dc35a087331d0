"""Notices to staff: found, stored once, tried again, silent at night, without personal data."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot import doctor_notices
from bot.findings import BAD, CARE, GOOD
from bot.inbox import staff_notices
from bot.inbox.handover import ask_for_person
from bot.ledger import audit
from bot.ledger.risks import note_risk
from bot.ledger.screenings import Finding, submit_screening
from bot.legal.disputes import DisputeType
from bot.legal.handover import Reason
from bot.legal.lifecycle import Action
from bot.legal.staff_notices import PAUSES, QuietHours, StaffEvent
from bot.office import BEIJING
from tests.builders import make_inbound
from tests.casework import Office
from tests.conftest import NOON
from tests.notices.servers import Robot
from tests.notices.telling import NIGHT, NONE, events, open_one, states, told_by
from tests.storage.books import make_screening


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


def test_a_change_of_how_somebody_signs_in_is_told_at_once(database, office):
    with database.transaction() as session:
        for n, action in enumerate(("signed_in", "staff_reset", "code_reused", "opened")):
            audit.note(session, "admin", action, "a01", NOON + timedelta(seconds=n))
        audit.note(session, "a01", "password_changed", "a01", NOON - timedelta(days=2))

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            assert await notices.look_and_send(NOON + timedelta(minutes=1)) == 2
            return robot.said

    (said,) = asyncio.run(run())
    told = "【账号变动，不是本人操作请马上告诉管理员】a01"
    assert said.splitlines()[1:] == [f"{told} {what} https://desk.example.cn/console/account" for what in ("重置账号", "用过的验证码又被使用")]


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


def test_a_case_that_is_raised_a_tier_is_told_to_the_level_that_receives_it_once_each_time(database, office):
    desk = Office(database)
    number = desk.request(at=NOON - timedelta(days=2))
    desk.step(number, Action.RECEIVED, now=NOON - timedelta(days=2))

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            for hours in (0, 1):
                desk.step(number, Action.ESCALATED, now=NOON + timedelta(hours=hours))
                for minutes in (1, 2):
                    await notices.look_and_send(NOON + timedelta(hours=hours, minutes=minutes))
            return [line for said in robot.said for line in said.splitlines() if "提级" in line]

    assert asyncio.run(run()) == [
        f"【办件提级】{number} 人民调解，请{level}一级接办（示例社区三） https://desk.example.cn/console/cases/{number}" for level in ("街道", "区")
    ]


def test_at_night_a_raised_case_waits_for_the_morning(database, office):
    desk = Office(database)
    desk.step(desk.request(at=NIGHT), Action.ESCALATED, now=NIGHT)

    async def run():
        async with Robot() as robot, told_by(database, office, robot) as notices:
            await notices.look_and_send(NIGHT + timedelta(minutes=1))
            at_night = list(robot.said)
            await notices.look_and_send(datetime(2026, 3, 17, 7, 31, tzinfo=BEIJING))
            return at_night, robot.said

    at_night, said = asyncio.run(run())
    assert at_night == [] and any("办件提级" in text for text in said)


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


def test_old_notices_are_forgotten(database, office):
    open_one(database)
    with database.transaction() as session:
        staff_notices.store(session, staff_notices.look(session, office, NOON), ("mail",), NOON)
        staff_notices.tidy(session, NOON + timedelta(days=91))
    assert events(database) == [] == states(database)
