"""Pictures of the desk for the documents; drawn by tools/screenshots.py from the web process alone, with fictional cases."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from playwright.sync_api import Browser

from bench.web_process import WebProcess, web_process
from bot.inbox import store
from bot.inbox.handover import ask_for_person, say, take
from bot.ledger.case_deadlines import LIMITATION, set_deadline
from bot.ledger.cases import Request, open_case
from bot.ledger.openings import open_people
from bot.ledger.risks import note_risk
from bot.ledger.suggestions import keep_suggestion
from bot.legal.cases import CaseKind, Channel, Role
from bot.legal.handover import Reason
from bot.legal.topics import Topic
from bot.messages import Inbound
from bot.storage.tables import Case

PHONE, DESKTOP = (360, 740), (1280, 800)
WHO = "advisor_c01"
STORIES = (
    (Topic.NEIGHBOUR, CaseKind.MEDIATION, "楼上卫生间漏水，把我家天花板泡坏了，找了几次都不肯修。", "修好漏点，赔修天花板的钱", "张三", "李四", -5),
    (Topic.LABOUR, CaseKind.ADVICE, "在工地干了四个月，工资只发了一个月，老板说没钱。", "想知道怎样要回工资", "王五", None, 2),
    (Topic.TENANCY, CaseKind.MEDIATION, "退租以后房东一直不退押金，说墙弄脏了。", "退还押金", "赵六", "孙七", 3),
    (Topic.DEBT, CaseKind.MEDIATION, "2023年12月20日到期的借条，亲戚两万元一直不还。", "按月还清", "周八", "吴九", 30),
    (Topic.MARRIAGE_FAMILY, CaseKind.ADVICE, "想协议离婚，孩子抚养费谈不拢。", "弄清抚养费怎么算", "郑十", None, 50),
    (Topic.CONSUMER, CaseKind.MEDIATION, "健身房关门了，卡里还有钱。", "退还余额", "钱一", "示例健身", 60),
    (Topic.ELDER_GUARDIANSHIP, CaseKind.LEGAL_AID, "几个子女都不愿意出赡养费。", "申请法律援助", "冯二", None, 70),
)


def draw(browser: Browser, target: Path) -> None:
    """Write desk-*.png."""
    with tempfile.TemporaryDirectory() as folder, web_process(Path(folder)) as desk:
        numbers, conversations = _fill(desk)
        handed = _people(desk, conversations)
        _shoot(browser, target, desk.url, desk.signed_in(WHO, "示例顾问甲", Role.ADVISOR, ("c01",)), numbers[0], handed)


def _fill(desk: WebProcess) -> tuple[list[str], list[str]]:
    now = datetime.now(timezone.utc)
    numbers, conversations = [], []
    with desk.database.transaction() as session:
        for n, (topic, kind, story, wish, name, other, hours) in enumerate(STORIES):
            conversation = f"web:picture{n}"
            at = now - timedelta(hours=30 - n)
            store.receive(session, Inbound(Channel.WEB, conversation, "m1", story, at))
            request = Request(kind, f"picture:{n}", conversation, Channel.WEB, topic, "c01", story, wish, name, f"1380013800{n}", other)
            case: Case = open_case(session, request, "GX", at)
            case.due_at, case.due_code = now + timedelta(hours=hours), "receipt"
            card = {"neighbour": "water_leak", "debt": "iou_limitation"}.get(topic.code)
            keep_suggestion(session, case.number, {"topics": [[topic.code, 0.86], ["property_management", 0.09]], "card": card, "card_confidence": 0.8}, at)
            numbers.append(case.number)
            conversations.append(conversation)
        set_deadline(session, session.get(Case, numbers[3]), LIMITATION, (now - timedelta(days=3 * 365 - 10)).date(), WHO, now)
        session.get(Case, numbers[3]).kind = CaseKind.ADVICE.code
        set_deadline(session, session.get(Case, numbers[3]), LIMITATION, (now - timedelta(days=3 * 365 - 10)).date(), WHO, now)
        note_risk(session, conversations[4], "dv", "picture:risk", now)
        session.get(Case, numbers[2]).assignee = WHO
        open_people(session, WHO, numbers[0], "电话联系当事人", now)
        # The same leak, told a second time.
        told = ("楼上漏水，再说一次。", "修好", "张三", "13800138000", "李四")
        again = Request(CaseKind.MEDIATION, "picture:again", "", Channel.PHONE, Topic.NEIGHBOUR, "c01", *told)
        open_case(session, again, "GX", now - timedelta(minutes=40))
    return numbers, conversations


def _people(desk: WebProcess, conversations: list[str]) -> int:
    now = datetime.now(timezone.utc)
    with desk.database.transaction() as session:
        for n, reason in ((4, Reason.EMERGENCY), (1, Reason.ASKED), (5, Reason.UNSURE_TWICE)):
            ask_for_person(session, conversations[n], reason, now - timedelta(minutes=20 - n), f"picture:asked:{n}")
        handed = ask_for_person(session, conversations[0], Reason.NEEDS_LAWYER, now - timedelta(minutes=30), "picture:asked:0")
        assert handed is not None
        take(session, conversations[0], WHO, Role.ADVISOR, now - timedelta(minutes=9))
        say(session, conversations[0], WHO, Role.ADVISOR, "您好，我是社区法律顾问。漏水是哪天开始的？有没有照片？", now - timedelta(minutes=8))
        store.receive(session, Inbound(Channel.WEB, conversations[0], "m2", "上周六开始的，照片拍了，天花板湿了一大片。", now - timedelta(minutes=3)))
        return int(handed.handover.id)


def _shoot(browser: Browser, target: Path, url: str, cookie: str, number: str, handed: int) -> None:
    pages = (
        ("desk-1-queue", "/console/queue?tab=all", DESKTOP, False),
        ("desk-2-queue-phone", "/console/queue?tab=all", PHONE, False),
        ("desk-3-case", f"/console/cases/{number}", DESKTOP, True),
        ("desk-4-case-phone", f"/console/cases/{number}", PHONE, False),
        ("desk-5-people", "/console/people", DESKTOP, False),
        ("desk-6-conversation", f"/console/people/{handed}", DESKTOP, True),
        ("desk-7-conversation-phone", f"/console/people/{handed}", PHONE, False),
    )
    for name, path, (width, height), whole in pages:
        looks = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
        context = browser.new_context(viewport={"width": width, "height": height}, **looks)  # type: ignore[arg-type]
        context.add_cookies([{"name": "staff", "value": cookie, "url": url}])
        page = context.new_page()
        page.goto(f"{url}{path}")
        page.screenshot(path=target / f"{name}.png", full_page=whole)
        context.close()
