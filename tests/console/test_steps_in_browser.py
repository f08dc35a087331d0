"""The steps of a case in the browser: without scripts, on every screen, and two people at the same case."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from bot.inbox import store
from bot.ledger.cases import open_case
from bot.legal.cases import Channel
from bot.messages import Inbound
from bot.storage.tables import Case
from tests.builders import make_request
from tests.casework import HOURS
from tests.console.browser import PHONE, Screen, severe
from tests.console.steps import done, send, take_step

pytestmark = pytest.mark.browser


def now():
    return datetime.now(timezone.utc)


def a_request(desk):
    """What the resident's confirmation in the chat does: the message is stored, the case opened."""
    key = str(uuid.uuid4())
    asked_at = now().replace(microsecond=0) - timedelta(minutes=2)
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WEB, f"web:{key}", "m1", "楼上漏水，申请人民调解", asked_at))
        request = make_request(source_key=key, conversation=f"web:{key}", community="c01")
        return open_case(session, request, "GX", asked_at, HOURS).number


def test_the_steps_work_without_scripts(desk, chromium):
    number = a_request(desk)
    screen = Screen.of(desk, chromium, "mediator_c01", java_script_enabled=False)
    page = screen.open(f"/console/cases/{number}")
    take_step(page, "not_accepted", refusal="party_refused", advised_path="court")
    done(page, "未受理")
    page = screen.open(f"/console/cases/{number}")
    take_step(page, "archived")
    done(page, "已办结归档")


@pytest.mark.parametrize("size", [PHONE, (1280, 800)], ids=["phone", "office PC"])
def test_steps_and_mediation_fit_the_screen_and_everybody(desk, chromium, size):
    number = a_request(desk)
    screen = Screen.of(desk, chromium, "office", size)
    page = screen.open(f"/console/cases/{number}")
    page.locator("#act-accepted > summary").click()
    assert screen.overflow() <= 0 and severe(page) == []
    for path in (f"/console/cases/{number}/mediation", "/console/roster/", f"/console/cases/{number}/do/accepted"):
        page = screen.open(path)
        assert screen.overflow() <= 0, path
        assert severe(page) == [], path


@pytest.mark.parametrize("size", [PHONE, (1280, 800)], ids=["phone", "office PC"])
def test_the_form_of_a_party_fits_the_screen_and_says_what_is_wrong(desk, chromium, size):
    number = a_request(desk)
    screen = Screen.of(desk, chromium, "mediator_c01", size)
    page = screen.open(f"/console/cases/{number}")
    page.fill("#people [name=reason]", "制作文书")
    send(page, page.locator("#people").get_by_role("button", name="查看"))
    page.locator("#people").get_by_role("link", name=re.compile("：申请人")).click()
    expect(page.locator("h1")).to_contain_text("当事人信息")
    assert screen.overflow() <= 0 and severe(page) == []
    page.fill("[name=id_number]", "410000")
    send(page, page.get_by_role("button", name="保存"))
    expect(page.locator("#wrong-id_number")).to_contain_text("身份证为18位")
    assert screen.overflow() <= 0 and severe(page) == [] and screen.troubles == []
    page.context.close()


def test_two_who_grab_a_case_in_two_browsers(desk, chromium):
    number = a_request(desk)
    first, second = (Screen.of(desk, chromium, who).open(f"/console/cases/{number}") for who in ("mediator_c01", "advisor_c01"))
    take_step(first, "taken")
    expect(first.locator(".facts").first).to_contain_text("示例mediator_c01")
    take_step(second, "taken", refused=True)
    expect(second.locator("#act-taken .error")).to_contain_text(re.compile("mediator_c01.*我来承办"))


def test_two_posts_at_the_same_moment_leave_one_winner(desk):
    number = a_request(desk)
    answers = {}

    def grab(who):
        client = desk.login(who)
        proof = client.proof(f"/console/cases/{number}")
        gate.wait(60)
        answers[who] = client.post(f"/console/cases/{number}/do/taken", data={"csrf": proof, "version": "1"})

    gate = threading.Barrier(2)
    threads = [threading.Thread(target=grab, args=(who,)) for who in ("mediator_c01", "advisor_c01")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(answer.status_code for answer in answers.values()) == [303, 409]
    with desk.database.reading() as session:
        winner = session.get(Case, number).assignee
    (refused,) = [answer for answer in answers.values() if answer.status_code == 409]
    assert answers[winner].status_code == 303 and winner in refused.text
