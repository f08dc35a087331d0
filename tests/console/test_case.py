"""The page of a case: what the desk sees, masked until opened, and what it can do there."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from bot.inbox import store
from bot.inbox.notices import notices_of
from bot.ledger.audit import entries
from bot.ledger.cases import open_case
from bot.ledger.review import export_labelled
from bot.ledger.risks import note_risk
from bot.ledger.suggestions import keep_suggestion
from bot.legal.cases import Channel
from bot.legal.notices import NoticeKind
from bot.messages import Inbound, Outbound
from bot.office import BEIJING
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.desk_tables import Appointment
from bot.storage.tables import Case, Reply
from tests.builders import make_request
from tests.unit.test_attachments import PDF

STORY = "我叫张三，电话13800138000，楼上李四家漏水泡坏了我家天花板。"
ALWAYS = read_period("2020-01-01", "2099-12-31")


def now():
    return datetime.now(timezone.utc)


@pytest.fixture()
def a_case(desk):
    """Returns a maker of cases with a conversation and what the model made of them."""

    def make(community="c01", with_talk=True, meaning=None, **changed):
        key = str(uuid.uuid4())
        with desk.database.transaction() as session:
            if with_talk:
                store.receive(session, Inbound(Channel.WEB, f"web:{key}", "m1", STORY, now()))
            request = {"source_key": key, "conversation": f"web:{key}", "community": community, "what_happened": STORY, **changed}
            case = open_case(session, make_request(**request), "GX", now())
            keep_suggestion(session, case.number, meaning or {}, now())
            return case.number

    return make


def page_of(number):
    return f"/console/cases/{number}"


def test_people_and_words_are_masked_until_opened_with_a_reason_that_is_audited(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    before = client.get(page_of(number)).text
    assert "张*" in before and "138****8000" in before and "漏水泡坏" in before
    assert not any(word in before for word in ("张三", "李四", "13800138000"))
    assert client.fill(f"{page_of(number)}/open", {"reason": ""}, form_at=page_of(number)).status_code == 400
    assert client.fill(f"{page_of(number)}/open", {"reason": "电话联系当事人"}, form_at=page_of(number)).status_code == 303
    after = client.get(page_of(number)).text
    assert "张三" in after and "李四" in after and 'href="tel:13800138000"' in after
    assert "张三" not in desk.login("mediator_c01").get(page_of(number)).text
    with desk.database.reading() as session:
        assert entries(session, actor="advisor_c01", action="opened", subject=number)[0].reason == "电话联系当事人"


def test_the_office_puts_a_case_of_no_community_where_it_belongs(desk, a_case):
    number, advisor, office = a_case(None), desk.login("advisor_c01"), desk.login("office")
    assert advisor.get(page_of(number)).status_code == 404
    assert "定社区" in office.get(page_of(number)).text
    assert office.fill(f"{page_of(number)}/community", {"community": "c99"}, form_at=page_of(number)).status_code == 400
    assert office.fill(f"{page_of(number)}/community", {"community": "c01"}, form_at=page_of(number)).status_code == 303
    assert "更正社区" in advisor.get(page_of(number)).text
    assert advisor.fill(f"{page_of(number)}/community", {"community": "c04"}, form_at=page_of(number)).status_code == 403


ACTS = ("", "/open", "/matter", "/deadline", "/risk", "/link", "/reply", "/follow-up")


@pytest.mark.parametrize("act", ACTS)
def test_a_case_of_another_community_is_not_there_and_that_is_audited(desk, a_case, act):
    number, client = a_case("c04"), desk.login("advisor_c01")
    form = {"reason": "好奇", "how": "看看", "text": "您好", "topic": "debt", "other": number, "start": "2026-01-01", "code": "limitation"}
    answer = client.fill(page_of(number) + act, form) if act else client.get(page_of(number))
    assert answer.status_code == 404 and "漏水" not in answer.text
    with desk.database.reading() as session:
        assert entries(session, actor="advisor_c01", action="not_theirs", subject=number)
        assert session.get(Case, number).topic == "neighbour"


@pytest.mark.parametrize("number", ["GX2026-99999", "x", "%27", "GX2026-00001" + "0" * 300])
def test_a_forged_number_is_not_there(desk, number):
    assert desk.login("office").get(page_of(number)).status_code in (404, 400)


def test_a_suggestion_is_taken_with_one_tap_and_books_and_training_follow(desk, a_case):
    meaning = {"topics": [["property_management", 0.62], ["neighbour", 0.31]], "card": None, "card_confidence": 0.0, "entities": []}
    number, client = a_case(meaning=meaning), desk.login("advisor_c01")
    shown = client.get(page_of(number)).text
    assert "物业管理" in shown and "62%" in shown
    with desk.database.reading() as session:
        before = metrics.count(session, metrics.metric("mediation_requests"), ALWAYS)
    assert client.fill(f"{page_of(number)}/matter", {"topic": "property_management"}, form_at=page_of(number)).status_code == 303
    with desk.database.transaction() as session:
        case = session.get(Case, number)
        assert (case.topic, case.dispute_type) == ("property_management", "property_mgmt")
        assert metrics.count(session, metrics.metric("mediation_requests"), ALWAYS) == before, "a correction counts nothing"
        rows = session.execute(sa.text("SELECT dispute_type, sum(quantity) FROM service_entries WHERE case_number = :n GROUP BY dispute_type"), {"n": number})
        assert dict(rows.all()) == {"neighbour": 0, "property_mgmt": 1}
        taught = export_labelled(session)
        assert "property_management" in taught and "漏水泡坏了我家天花板" in taught and "13800138000" not in taught and "张三" not in taught
    assert "更正类别" in client.get(page_of(number)).text
    assert client.fill(f"{page_of(number)}/matter", {"topic": "no such"}, form_at=page_of(number)).status_code == 400


def test_a_legal_period_is_computed_shown_and_dropped(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    deadline = f"{page_of(number)}/deadline"
    soon = (datetime.now() - timedelta(days=50)).date().isoformat()
    assert client.fill(deadline, {"code": "bequest", "start": soon}, form_at=page_of(number)).status_code == 303
    assert "受遗赠人表示接受遗赠" in client.get(page_of(number)).text
    assert "法定期限剩" in client.get("/console/queue?tab=all&search=" + number).text
    for wrong in ({"code": "bequest", "start": "2099-01-01"}, {"code": "bequest", "start": "昨天"}, {"code": "invented", "start": soon}):
        assert client.fill(deadline, wrong, form_at=page_of(number)).status_code == 400
    client.fill(deadline, {"drop": "bequest"}, form_at=page_of(number))
    assert "受遗赠人表示接受遗赠</" not in client.get(page_of(number)).text


def test_the_same_parties_and_matter_are_found_and_linked_and_other_communities_only_counted(desk, a_case):
    phone = f"139{uuid.uuid4().int % 10**8:08d}"
    first, second = a_case(phone=phone, name="王五"), a_case(phone=phone, name="王小五")
    a_case("c04", phone=phone, name="王五")
    unlike = a_case(phone=phone, name="王五", topic=make_request().topic.__class__.from_code("debt"))
    client = desk.login("advisor_c01")
    shown = client.get(page_of(first)).text
    assert "申请人电话相同，纠纷类型相同" in shown and page_of(second) in shown and page_of(unlike) not in shown
    assert "其他社区还有1件可能相同的事项" in shown
    assert client.fill(f"{page_of(first)}/link", {"other": second}, form_at=page_of(first)).status_code == 303
    assert f'<dt>关联</dt><dd><a href="{page_of(first)}">' in client.get(page_of(second)).text
    assert client.fill(f"{page_of(first)}/link", {"other": "GX2026-99999"}, form_at=page_of(first)).status_code == 400


def test_a_duplicate_is_merged_from_the_page_and_both_count_as_one(desk, a_case):
    phone = f"137{uuid.uuid4().int % 10**8:08d}"
    first, second = a_case(phone=phone), a_case(phone=phone)
    client = desk.login("advisor_c01")
    form_at = f"{page_of(second)}/do/merged?into={first}"
    assert form_at in client.get(page_of(second)).text and f'value="{first}"' in client.get(form_at).text
    with desk.database.reading() as session:
        version = session.get(Case, second).version
    answer = client.fill(f"{page_of(second)}/do/merged", {"into": first, "reason": "同一次漏水", "version": str(version)}, form_at=form_at)
    assert answer.status_code == 303, answer.text
    assert f'已并入 <a href="{page_of(first)}">' in client.get(page_of(second)).text
    listed = client.get(f"/console/queue?tab=all&search={phone}").text
    assert first in listed and second not in listed


def test_of_earlier_cases_only_the_end_is_shown(desk, a_case):
    past, number = a_case("c01", what_happened="秘密的让步内容"), a_case("c01")
    with desk.database.transaction() as session:
        case = session.get(Case, past)
        case.status, case.ended_at = "agreed_written", now() + timedelta(days=4)
    shown = desk.login("advisor_c01").get(page_of(number)).text
    assert past in shown and "已达成书面协议1件" in shown and "秘密的让步内容" not in shown


def test_a_reply_from_the_case_reaches_the_resident_and_takes_the_conversation_over(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    answer = client.fill(f"{page_of(number)}/reply", {"text": "您好，我是承办人，明天上午给您打电话。"}, form_at=page_of(number))
    assert answer.status_code == 303 and answer.headers["location"].startswith("/console/people/")
    with desk.database.reading() as session:
        conversation = session.get(Case, number).conversation_id
        said = [Outbound.from_json(b) for b in session.execute(sa.select(Reply.body).where(Reply.conversation_id == conversation).order_by(Reply.id)).scalars()]
    assert said[-1].text.startswith("您好，我是承办人") and said[-1].data["role"] == "社区法律顾问"
    assert "承办人联系居民" in client.get(answer.headers["location"]).text
    other = desk.login("mediator_c01").fill(f"{page_of(number)}/reply", {"text": "我也说一句"}, form_at=page_of(number))
    assert other.status_code == 409 and "正在和这位居民对话" in other.text and "我也说一句" in other.text


def test_the_first_reply_from_the_case_is_counted_by_how_long_the_resident_waited_and_later_ones_are_not(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    with desk.database.reading() as session:
        before = metrics.count(session, metrics.metric("first_reply_15m"), ALWAYS)
    for text in ("您好，我来办理。", "明天上午给您打电话。"):
        assert client.fill(f"{page_of(number)}/reply", {"text": text}, form_at=page_of(number)).status_code == 303
    with desk.database.reading() as session:
        assert metrics.count(session, metrics.metric("first_reply_15m"), ALWAYS) == before + 1
        line = session.execute(sa.text("SELECT case_number, community, recorded_by FROM service_entries WHERE source_key = :key"), {"key": f"first_reply:case:{number}"})
        assert line.all() == [(number, "c01", "advisor_c01")]


def test_files_and_appointments_stand_in_what_happened_their_names_only_where_opened(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    talk = client.fill(f"{page_of(number)}/reply", {"text": "您好"}, form_at=page_of(number)).headers["location"]
    headers = {"X-CSRF": client.proof(talk), "X-File-Name": quote("张三的告知书.pdf")}
    assert client.post(f"{talk}/attachments", content=PDF, headers=headers).status_code == 201
    soon = f"{datetime.now(BEIJING) + timedelta(days=2):%Y-%m-%d}T09:30"
    assert client.fill(f"{talk}/appointment", {"time": soon, "minutes": "60", "place": "示例大厅"}, form_at=talk).status_code == 303
    with desk.database.transaction() as session:
        conversation = session.get(Case, number).conversation_id
        session.execute(sa.update(Appointment).where(Appointment.conversation_id == conversation).values(chosen=now(), chosen_at=now()))
    shown = client.get(page_of(number)).text.split('id="events-title"')[1].split("</section>")[0]
    assert all(words in shown for words in ("给居民发文件", "PDF，1 KB", "提出约见时间", "约见时间定了", "示例大厅")) and "张三的告知书" not in shown
    client.fill(f"{page_of(number)}/open", {"reason": "核对文件"}, form_at=page_of(number))
    shown = client.get(page_of(number)).text.split('id="events-title"')[1].split("</section>")[0]
    assert "张三的告知书.pdf" in shown and shown.index("约见时间定了") < shown.index("给居民发文件") < shown.index("居民提出申请")


def test_a_case_without_a_conversation_says_so(desk, a_case):
    number, client = a_case(with_talk=False, channel=Channel.PHONE), desk.login("advisor_c01")
    assert "没有网上对话" in client.get(page_of(number)).text
    assert client.fill(f"{page_of(number)}/reply", {"text": "您好"}, form_at=page_of(number)).status_code == 400


def test_a_visit_is_announced_as_a_notice(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    client.fill(f"{page_of(number)}/follow-up", form_at=page_of(number))
    with desk.database.reading() as session:
        assert notices_of(session, number) == [NoticeKind.FOLLOW_UP]
    assert "已通知居民：回访" in client.get(page_of(number)).text


def test_an_emergency_stands_on_the_case_until_somebody_says_how_it_was_dealt_with(desk, a_case):
    number, client = a_case(), desk.login("advisor_c01")
    with desk.database.transaction() as session:
        note_risk(session, session.get(Case, number).conversation_id, "dv", f"risk:{number}", now())
    assert "家庭暴力" in client.get(page_of(number)).text
    assert number in client.get("/console/queue?tab=risk").text
    assert client.fill(f"{page_of(number)}/risk", {"how": "x"}, form_at=page_of(number)).status_code == 400
    assert client.fill(f"{page_of(number)}/risk", {"how": "已报110，人安全"}, form_at=page_of(number)).status_code == 303
    assert number not in client.get("/console/queue?tab=risk").text


def test_cards_and_articles_of_the_topic_stand_beside_the_case(desk, a_case):
    shown = desk.login("advisor_c01").get(page_of(a_case())).text
    assert "适用的知识卡和法条" in shown and 'data-law="中华人民共和国民法典"' in shown


def test_the_web_process_loads_neither_rasa_nor_the_model(desk):
    import subprocess
    import sys

    code = "import bot.web.app, sys; print([m for m in ('rasa', 'tensorflow', 'sklearn', 'bot.understanding.understander') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
