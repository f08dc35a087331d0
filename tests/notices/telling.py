"""Notices on their way: a sender for tests, and what is stored of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, time

from bot.inbox.staff_notice_sender import StaffNotices
from bot.ledger import cases
from bot.office import BEIJING
from bot.settings import NoticeSettings
from bot.storage.staff_notice_tables import StaffNotice, StaffNoticeSending
from tests.builders import make_request
from tests.conftest import NOON

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
