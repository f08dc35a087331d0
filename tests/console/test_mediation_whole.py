"""A mediation in the browser, in one run: from a resident's request to the archive, confirmed by the court; the figures follow."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from bot.inbox import store
from bot.inbox.notices import notices_of
from bot.ledger.cases import open_case
from bot.legal.cases import Channel
from bot.legal.notices import NoticeKind
from bot.messages import Inbound
from bot.office import BEIJING
from bot.settings import ROOT
from bot.storage.tables import Case
from tests.builders import make_request
from tests.casework import HOURS, LOOKED_AT
from tests.console.browser import PHONE, Screen, chromium_here, severe
from tests.console.desk import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    with chromium_here() as browser:
        yield browser


def now():
    return datetime.now(timezone.utc)


def a_request(desk):
    """What the resident's confirmation in the chat does: the message is stored, the case opened."""
    key = str(uuid.uuid4())
    asked_at = now().replace(microsecond=0) - timedelta(minutes=2)
    with desk.database.transaction() as session:
        store.receive(session, Inbound(Channel.WEB, f"web:{key}", "m1", "楼上漏水，申请人民调解", asked_at))
        request = make_request(source_key=key, conversation=f"web:{key}", community="c01")
        return open_case(session, request, "GX", asked_at, HOURS).number, asked_at


def stats(desk, *metrics):
    day = f"{now().astimezone(BEIJING):%Y-%m-%d}"
    environment = {**os.environ, "BOT_VAR": str(desk.settings.var), "DATABASE_URL": "", "BOT_OFFICE": str(ROOT / "office.yml")}
    command = [sys.executable, "-m", "bot.cli", "stats", "--from", day, "--to", day, "--metric", ",".join(metrics), "--format", "json"]
    printed = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {m["metric"]: m["shown"] for m in json.loads(printed)["metrics"]}


def take_step(page, step, refused=False, **values):
    """Open a step's form on the page of the case, fill it in and send it; what is not refused leads to the page anew."""
    page.locator(f"#act-{step} > summary").click()
    form = page.locator(f"#act-{step} form")
    for name, value in values.items():
        place = form.locator(f"[name={name}]")
        kind = place.evaluate("e => e.type || e.tagName")
        if kind == "checkbox":
            place.check()
        elif kind == "select-one":
            place.select_option(value)
        else:
            place.fill(value)
    send(page, form.get_by_role("button"), refused)


def send(page, button, refused=False):
    if refused:
        button.click()
        return
    with page.expect_navigation():
        button.click()


def done(page, status):
    expect(page.locator(".facts").first).to_contain_text(status)


def test_from_a_request_to_an_archived_confirmed_mediation(desk, chromium):
    number, asked_at = a_request(desk)
    screen = Screen.of(desk, chromium, "")
    page = screen.open("/console/queue")
    page.fill("[name=code]", "mediator_c01")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name=number).click()

    take_step(page, "accepted", source="application", parties="2", to_me="yes")
    done(page, "已指派承办人")
    held = {"place": "社区调解室", "applicant_said": "要求赔三千。", "other_said": "最多出三千。", "shared_facts": "楼上水管破裂。", "result": "agreed"}
    take_step(page, "session_held", refused=True, **held)
    # Rights and duties first: said at the field, and what was typed is still there.
    expect(page.locator("#act-session_held .error")).to_contain_text("权利义务")
    expect(page.locator("#act-session_held [name=other_said]")).to_have_value("最多出三千。")
    page.locator("#act-session_held [name=rights_notified]").check()
    send(page, page.locator("#act-session_held form button"))
    done(page, "正在调解")
    day = now().astimezone(BEIJING).date()
    looked_at = {f"check_{code}": "yes" for code in LOOKED_AT}
    term = {"term_1": "对方赔偿天花板修复费用。", "amount_1": "3000.50", "due_1": str(day + timedelta(days=10)), "payer_1": "other", "method_1": "转账"}
    agreed = {"agreement_no": "示调〔2026〕1号", "facts": "水管破裂泡坏天花板。", "performance_mode": "转账", **term, **looked_at, "confirmation_wanted": "yes"}
    take_step(page, "agreed_written", **agreed)
    done(page, "已达成书面协议")
    expect(page.locator("#limits")).to_contain_text("共同申请司法确认")
    for step, values, status in (
        ("confirmation_applied", {"court": "示例区人民法院"}, "已申请司法确认"),
        ("confirmed", {"evidence": "（2026）示司确1号"}, "协议已获司法确认"),
        ("performed", {"evidence": "转账凭证"}, "协议已履行"),
        ("revisited", {"mode": "phone", "performance": "full", "satisfaction": "5"}, "协议已履行"),
        ("archived", {}, "已办结归档"),
    ):
        take_step(page, step, **values)
        done(page, status)
    expect(page.locator("#steps")).to_contain_text("没有您可以办的步骤")

    figures = ("mediation_requests", "cases_total", "mediation_resolved", "agreements_written", "judicial_confirmations", "agreements_performed", "revisits")
    assert stats(desk, *figures, "mediation_open", "agreement_amount") == {**dict.fromkeys(figures, "1"), "mediation_open": "0", "agreement_amount": "3000.50"}
    with desk.database.reading() as session:
        case = session.get(Case, number)
        assert (case.status, case.requested_at) == ("archived", asked_at)
        assert set(notices_of(session, number)) == {NoticeKind.ACCEPTED, NoticeKind.RESULT}
    page.goto(f"{desk.url}/console/cases/{number}/mediation")
    expect(page.locator(".timeline li")).to_have_count(10)
    assert severe(page) == [] and screen.troubles == []


def test_the_steps_work_without_scripts(desk, chromium):
    number, _ = a_request(desk)
    screen = Screen.of(desk, chromium, "mediator_c01", java_script_enabled=False)
    page = screen.open(f"/console/cases/{number}")
    take_step(page, "not_accepted", refusal="party_refused", advised_path="court")
    done(page, "未受理")
    assert stats(desk, "mediation_requests")["mediation_requests"] != "0"
    page = screen.open(f"/console/cases/{number}")
    take_step(page, "archived")
    done(page, "已办结归档")


@pytest.mark.parametrize("size", [PHONE, (1280, 800)], ids=["phone", "office PC"])
def test_steps_and_mediation_fit_the_screen_and_everybody(desk, chromium, size):
    number, _ = a_request(desk)
    screen = Screen.of(desk, chromium, "office", size)
    page = screen.open(f"/console/cases/{number}")
    page.locator("#act-accepted > summary").click()
    assert screen.overflow() <= 0 and severe(page) == []
    for path in (f"/console/cases/{number}/mediation", "/console/roster/", f"/console/cases/{number}/do/accepted"):
        page = screen.open(path)
        assert screen.overflow() <= 0, path
        assert severe(page) == [], path


def test_two_who_grab_a_case_in_two_browsers(desk, chromium):
    number, _ = a_request(desk)
    first, second = (Screen.of(desk, chromium, who).open(f"/console/cases/{number}") for who in ("mediator_c01", "advisor_c01"))
    take_step(first, "taken")
    expect(first.locator(".facts").first).to_contain_text("示例mediator_c01")
    take_step(second, "taken", refused=True)
    expect(second.locator("#act-taken .error")).to_contain_text(re.compile("mediator_c01.*我来承办"))


def test_two_posts_at_the_same_moment_leave_one_winner(desk):
    number, _ = a_request(desk)
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
