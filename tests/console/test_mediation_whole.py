"""A mediation in one run on the running product: a resident asks for it in the chat, the desk takes it to the archive, confirmed by the
court; the papers made on the way are opened again and read back, and the figures follow."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from docx import Document
from playwright.sync_api import expect

from bot.inbox.notices import notices_of
from bot.legal.cases import Role
from bot.legal.notices import NoticeKind
from bot.office import BEIJING
from bot.papers.words import BLANK
from bot.settings import ROOT, read_settings
from bot.storage.database import open_database
from bot.storage.tables import Case
from tests.browser.conftest import PHONE, Visitor, watch
from tests.browser.test_resident_journey import STORY, fill_in
from tests.casework import LOOKED_AT
from tests.console.browser import Screen, severe
from tests.console.desk import PASSWORD, Desk
from tests.console.steps import done, send, take_step
from tests.console.steps import fill_in as fill

pytestmark = pytest.mark.browser
WHO = "whole_mediator"
FIGURES = ("mediation_requests", "cases_total", "mediation_resolved", "agreements_written", "judicial_confirmations", "agreements_performed", "revisits")
AMOUNT = "agreement_amount"
APPLICANT = {"gender": "男", "born": "1980-01-01", "ethnicity": "汉族", "occupation": "木工", "workplace": "示例木器厂", "address": "示例路1号",
             "id_number": "41000019800101001X", "id_agreed": "yes"}  # fmt: skip
OTHER = {"name": "李四", "phone": "13700137000", "gender": "女", "born": "1982-02-02", "ethnicity": "回族", "occupation": "教师", "workplace": "示例小学",
         "address": "示例路2号", "id_number": "41000019820202002X", "id_agreed": "yes"}  # fmt: skip
HELD = {
    "place": "社区调解室", "attendees": "张三、李四", "applicant_said": "要求赔三千。", "other_said": "最多出三千。", "shared_facts": "楼上水管破裂。",
    "proposals": "赔三千元，修好水管。", "agreed_points": "赔偿数额和日期。", "disputed_points": "无。", "result": "agreed",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(served):
    """The desk of the running product, with a mediator."""
    settings = replace(read_settings(env_file=served.var / "none"), var=served.var, database_url=f"sqlite:///{served.var / 'bot.db'}", office=ROOT / "office.yml")
    database = open_database(settings)
    made = Desk(served.url, database, settings, served.process)
    made.add(WHO, (Role.MEDIATOR,), ("c03",))
    yield made
    database.close()


@pytest.fixture()
def resident(served, chromium):
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
    visitor = Visitor(served.url, context, context.new_page())
    watch(visitor, visitor.page)
    yield visitor.opens()
    context.close()
    assert visitor.troubles == [] and visitor.foreign == []


def stats(served):
    day = f"{datetime.now(BEIJING):%Y-%m-%d}"
    printed = served.bot("stats", "--from", day, "--to", day, "--metric", ",".join((*FIGURES, "mediation_open", AMOUNT)), "--format", "json")
    return {m["metric"]: float(m["total"] or 0) for m in json.loads(printed)["metrics"]}


def describe(page, side, values):
    """Fill in what the papers want to know of a party, on its own form."""
    page.locator("#people").get_by_role("link", name=re.compile(f"：{side}")).click()
    form = page.locator("form.fields")
    fill(form, values)
    send(page, form.get_by_role("button", name="保存"))


def paper(page, number, code, blanks=()):
    """Download a paper as somebody at the desk does, open it again, and return its words; `blanks` are the only ones that wait for a pen."""
    page.goto(page.url.split("/console")[0] + f"/console/cases/{number}/papers")
    with page.expect_download() as download:
        page.locator(f'a[href$="/papers/{code}.docx"]').click()
    body = Document(str(download.value.path())).element.body
    words = "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))
    left = words
    for blank in blanks:
        assert blank in left, f"{code}: {blank} is filled in; say so in the test"
        left = left.replace(blank, "")
    assert BLANK not in left, f"{code}: …{words[max(0, words.find(BLANK) - 60):words.find(BLANK) + 8]}"
    page.goto(page.url.split("/console")[0] + f"/console/cases/{number}")
    return words


def signed_in(desk, chromium, number):
    """The mediator signs in, finds the new case in the queue and opens its people with a reason."""
    screen = Screen.of(desk, chromium, "", accept_downloads=True)
    page = screen.open("/console/queue")
    page.fill("[name=code]", WHO)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name=number).click()
    assert "张*" in page.locator("#people").inner_text() and "13800138000" not in page.content()
    page.fill("#people [name=reason]", "制作文书")
    send(page, page.locator("#people").get_by_role("button", name="查看"))
    return screen


def test_from_a_request_in_the_chat_to_an_archived_confirmed_mediation(served, desk, chromium, resident):
    before = stats(served)
    fill_in(resident)
    asked_from = datetime.now(timezone.utc).replace(microsecond=0)
    number = re.search(r"[A-Z]+\d{4}-\d{5}", resident.taps("确认提交"))[0]
    asked_until = datetime.now(timezone.utc)

    screen = signed_in(desk, chromium, number)
    page = screen.page
    describe(page, "申请人", APPLICANT)
    describe(page, "对方", OTHER)
    take_step(page, "accepted", source="application", parties="2", to_me="yes")
    done(page, "已指派承办人")
    answers = "问：什么时候开始漏水？\n答：三月初。"
    take_step(page, "inquiry", side="third", asked_person="王五", relation="楼下住户", place="社区会议室", words=answers)
    take_step(page, "evidence", item="天花板照片", form="copy", brought_by="张三")
    begun = {code: paper(page, number, code) for code in ("mediation_application", "mediation_registration", "rights_notice", "mediation_investigation")}
    application = begun["mediation_application"]
    for words in ("张三", "13800138000", "男", "汉族", "1980年1月1日", "木工", "示例路1号、示例木器厂", "李四", "13700137000", STORY, "修好漏水点", "1. 天花板照片"):
        assert words in application, words
    assert "☑ 受理" in begun["mediation_registration"] and "☑ 依申请调解" in begun["mediation_registration"] and "示例路2号" in begun["mediation_registration"]
    assert "张三、李四" in begun["rights_notice"] and "示例社区三" in begun["mediation_application"]
    investigation = begun["mediation_investigation"]
    assert all(words in investigation for words in ("王五", "楼下住户", "社区会议室", "答：三月初。", "天花板照片", "复印件"))

    take_step(page, "session_held", refused=True, **HELD)
    # Rights and duties first: said at the field, and what was typed is still there.
    expect(page.locator("#act-session_held .error")).to_contain_text("权利义务")
    expect(page.locator("#act-session_held [name=other_said]")).to_have_value("最多出三千。")
    page.locator("#act-session_held [name=rights_notified]").check()
    send(page, page.locator("#act-session_held form button"))
    done(page, "正在调解")
    record = paper(page, number, "mediation_record")
    assert all(words in record for words in ("第1次", "社区调解室", "要求赔三千。", "最多出三千。", "楼上水管破裂。", "☑ 达成协议", "☑ 是"))

    due = datetime.now(BEIJING).date() + timedelta(days=10)
    looked_at = {f"check_{code}": "yes" for code in LOOKED_AT}
    term = {"term_1": "对方赔偿天花板修复费用。", "amount_1": "3000.50", "due_1": str(due), "payer_1": "other", "method_1": "转账"}
    told = {"facts": "水管破裂泡坏天花板。", "disputed_items": "赔偿数额", "liabilities": "对方负责修理。", "breach_clause": "逾期每日加付十元。"}
    agreed = {"agreement_no": "示调〔2026〕1号", "performance_mode": "一次付清", **told, **term, **looked_at, "confirmation_wanted": "yes"}
    take_step(page, "agreed_written", **agreed)
    done(page, "已达成书面协议")
    expect(page.locator("#limits")).to_contain_text("共同申请司法确认")
    agreement = paper(page, number, "mediation_agreement")
    for words in ("示调〔2026〕1号", "对方赔偿天花板修复费用。", "3,000.50元", "李四", "张三", f"{due.year}年{due.month}月{due.day}日", "一式3份", "赔偿数额", "逾期每日加付十元。", "回族"):
        assert words in agreement, words
    assert "☑ 共同申请司法确认" in agreement

    take_step(page, "confirmation_applied", court="示例区人民法院")
    done(page, "已申请司法确认")
    asked = paper(page, number, "judicial_confirmation_application")
    for words in ("示例区人民法院", "41000019800101001X", "41000019820202002X", "示例路2号", "示例小学", "示例社区三人民调解委员会", "示调〔2026〕1号"):
        assert words in asked, words
    assert "示例区人民法院人民法院" not in asked
    for step, values, status in (
        ("confirmed", {"evidence": "（2026）示司确1号"}, "协议已获司法确认"),
        ("performed", {"evidence": "转账凭证"}, "协议已履行"),
        ("revisited", {"mode": "phone", "performance": "full", "satisfaction": "5"}, "协议已履行"),
    ):
        take_step(page, step, **values)
        done(page, status)
    visit, report = paper(page, number, "revisit"), paper(page, number, "closing_report")
    assert "☑ 电话" in visit and "☑ 全部履行" in visit and "☑ 5" in visit and "张三" in visit
    assert all(words in report for words in ("达成书面协议", "3,000.50元", "对方赔偿天花板修复费用。", "全部履行", f"示例{WHO}", "13700137000"))
    take_step(page, "evidence_returned", evidence_no="1")
    take_step(page, "archived")
    done(page, "已办结归档")
    expect(page.locator("#steps")).to_contain_text("没有您可以办的步骤")

    after = stats(served)
    assert {name: after[name] - before[name] for name in after} == {**dict.fromkeys(FIGURES, 1), "mediation_open": 0, AMOUNT: pytest.approx(3000.50)}
    with desk.database.reading() as session:
        case = session.get(Case, number)
        assert case.status == "archived" and asked_from <= case.requested_at <= asked_until
        assert set(notices_of(session, number)) == {NoticeKind.ACCEPTED, NoticeKind.RESULT}
    expect(resident.page.locator("#log")).to_contain_text("调解")
    page.goto(f"{desk.url}/console/cases/{number}/mediation")
    expect(page.locator(".timeline li").last).to_contain_text("归档")
    assert severe(page) == [] and screen.troubles == []
