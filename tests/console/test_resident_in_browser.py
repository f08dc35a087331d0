"""What the desk gives reaches the resident's page: a file that opens with the own cookie, times to tap, a file claimed with a code."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from bot.inbox import store
from bot.inbox.appointments import propose
from bot.inbox.attachments import give_file
from bot.inbox.handover import take_up
from bot.legal.appointments import time_words
from bot.legal.attachments import check_file
from bot.legal.cases import Channel, Role
from bot.messages import Inbound, Outbound
from bot.storage.tables import Message
from tests.console.browser import DESKTOP, PHONE, Screen, severe
from tests.unit.test_attachments import PDF

pytestmark = pytest.mark.browser


def now():
    return datetime.now(timezone.utc)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_resident_opens_a_file_and_taps_a_time(desk, chromium, size):
    screen = Screen.of(desk, chromium, "", size, accept_downloads=True)
    page = screen.open("/")
    words = f"楼上漏水{uuid.uuid4()}"
    page.fill("#say", words)
    page.keyboard.press("Enter")
    expect(page.locator(".said .bubble").last).to_contain_text(words)

    def conversation():
        with desk.database.reading() as session:
            rows = session.execute(sa.select(Message.conversation_id, Message.id).order_by(Message.id.desc()).limit(5)).all()
            return next((c for c, i in rows if session.get(Message, i).text == words), None)

    expect(page.locator(".said .state").last).not_to_have_text("正在发送")
    where = conversation()
    soon = (now() + timedelta(days=2)).replace(minute=30, second=0, microsecond=0)
    with desk.database.transaction() as session:
        take_up(session, where, "advisor_c01", Role.ADVISOR, now(), words)
        give_file(session, where, "advisor_c01", Role.ADVISOR, check_file("告知书.pdf", PDF), now())
        propose(session, where, "advisor_c01", Role.ADVISOR, [soon], 60, "示例社区一便民大厅", now())
    link = page.get_by_role("link", name=re.compile("告知书.pdf"))
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "告知书.pdf" and Path(download.value.path()).read_bytes() == PDF
    assert severe(page) == [] and screen.overflow() <= 0
    page.get_by_role("button", name=f"选{time_words(soon)}").click()
    expect(page.locator(".kind-appointment .bubble").last).to_contain_text("约好了")
    with page.expect_download() as download:
        page.get_by_role("link", name="加入手机日历").click()
    assert Path(download.value.path()).read_bytes().startswith(b"BEGIN:VCALENDAR")
    expect(page.locator("#speaker")).to_contain_text("智能助手")
    screen.page.context.close()
    assert screen.troubles == []


def test_a_file_from_wechat_is_claimed_with_its_code_in_one_browser_only(desk, chromium):
    conversation = f"wechat:{uuid.uuid4()}"
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WECHAT, conversation, "m1", "转人工", now()))
        take_up(session, conversation, "advisor_c01", Role.ADVISOR, now(), conversation)
        said = Outbound.from_json(give_file(session, conversation, "advisor_c01", Role.ADVISOR, check_file("告知书.pdf", PDF), now()).body)
    code = said.text.split("领取码 ")[1][:10]
    first, second = (Screen.of(desk, chromium, "", PHONE, accept_downloads=True) for _ in range(2))
    for screen, works in ((first, True), (second, False)):
        page = screen.open("/")
        page.click("#more")
        page.get_by_role("button", name="领取文件").click()
        page.get_by_label("领取码").fill(code.lower())
        assert severe(page) == []
        page.get_by_role("button", name="打开文件").click()
        if works:
            with page.expect_download() as download:
                page.get_by_role("link", name="可以了，点这里打开文件").click()
            assert Path(download.value.path()).read_bytes() == PDF
        else:
            expect(page.locator("#sheet-body [role=status]")).to_contain_text("领取码不对")
        page.context.close()
        assert screen.troubles == []
