"""Talking to residents from the desk: who takes whom, what reaches the resident, what is refused."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.channels import web
from bot.inbox import handover, store
from bot.ledger.audit import entries
from bot.ledger.cases import open_case
from bot.legal.cases import Channel
from bot.legal.handover import Reason
from bot.messages import Inbound
from bot.office import BEIJING
from bot.storage.desk_tables import Attachment
from bot.storage.tables import Conversation
from tests.builders import make_request
from tests.console.desk import Client
from tests.unit.test_attachments import PDF


class Resident:
    """A resident with a browser of their own, whose conversation waits for a person."""

    def __init__(self, desk, community=None, reason=Reason.ASKED, words="我叫张三，电话13800138000，楼上漏水"):
        self.desk, self.name = desk, f"talk-{uuid.uuid4()}"
        self.client: Client = desk.visitor()
        self.client.get("/")
        from bot.storage.personal_data import keys

        who = web.read_visitor(self.client.cookies[web.COOKIE], keys())
        self.conversation = web.conversation_id(who, self.name, keys())
        now = datetime.now(timezone.utc)
        with desk.database.transaction() as session:
            store.receive(session, Inbound(Channel.WEB, self.conversation, "m1", words, now))
            session.get(Conversation, self.conversation).community = community
            self.number = handover.ask_for_person(session, self.conversation, reason, now, f"h:{self.name}").handover.id
        self.page = f"/console/people/{self.number}"

    def hears(self):
        return self.client.get("/api/chat/history", params={"conversation": self.name}).json()["replies"]


@pytest.fixture()
def resident(desk):
    return lambda **more: Resident(desk, **more)


def test_a_conversation_goes_from_waiting_to_a_person_and_back(desk, resident):
    who, client = resident(community="c01"), desk.login("advisor_c01")
    assert who.page in client.get("/console/people").text
    assert client.fill(f"{who.page}/take", form_at=who.page).status_code == 303
    assert client.fill(f"{who.page}/say", {"text": "您好，请说说漏水是哪天开始的。"}, form_at=who.page).status_code == 303
    heard = who.hears()
    assert heard[-1]["said_by"] == "advisor" and "哪天开始" in heard[-1]["text"] and heard[-1]["data"]["role"] == "社区法律顾问"
    assert "示例advisor_c01" not in str(heard)
    assert client.fill(f"{who.page}/back", {"note": "已约见面"}, form_at=who.page).headers["location"] == "/console/people"
    assert who.hears()[-1]["kind"] == "rating"
    assert "已约见面" in client.get(who.page).text


def test_of_two_advisors_who_grab_the_same_resident_one_wins_and_the_other_is_told_who(desk, resident):
    who = resident()
    clients = [desk.login("advisor_c01"), desk.login("advisor_c04")]
    proofs = [client.proof(who.page) for client in clients]
    answers = [None, None]

    def grab(n):
        answers[n] = clients[n].post(f"{who.page}/take", data={"csrf": proofs[n]})

    threads = [threading.Thread(target=grab, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [303, 409]
    loser = next(n for n in range(2) if answers[n].status_code == 409)
    winner = ["示例advisor_c01", "示例advisor_c04"][1 - loser]
    assert f"已经由{winner}接手" in answers[loser].text
    assert len([r for r in who.hears() if r["kind"] == "handover"]) == 1


def test_what_was_typed_is_kept_when_it_could_not_be_said(desk, resident):
    who, client = resident(), desk.login("advisor_c01")
    answer = client.fill(f"{who.page}/say", {"text": "这句话很长，不能丢"}, form_at=who.page)
    assert answer.status_code == 409 and "先点“接手”" in answer.text
    client.fill(f"{who.page}/take", form_at=who.page)
    assert client.fill(f"{who.page}/say", {"text": "   "}, form_at=who.page).status_code == 400


def test_words_are_masked_until_opened_with_a_reason_that_is_audited(desk, resident):
    who, client = resident(community="c01"), desk.login("advisor_c01")
    before = client.get(who.page).text
    assert "13800138000" not in before and "张三" not in before and "〔电话〕" in before
    assert client.fill(f"{who.page}/open", {"reason": " "}, form_at=who.page).status_code == 400
    assert client.fill(f"{who.page}/open", {"reason": "电话联系居民"}, form_at=who.page).status_code == 303
    assert "13800138000" in client.get(who.page).text
    assert "13800138000" not in desk.login("office").get(who.page).text
    with desk.database.reading() as session:
        assert entries(session, actor="advisor_c01", action="opened", subject=f"handover:{who.number}")[0].reason == "电话联系居民"


@pytest.mark.parametrize("act", ["", "/take", "/say", "/appointment", "/back", "/open", "/risk", "/attachments", "/calendar/x", "/events"])
def test_a_conversation_of_another_community_is_not_there_and_that_is_audited(desk, resident, act):
    who, client = resident(community="c01"), desk.login("advisor_c04")
    proof = {"X-CSRF": client.proof()}
    get = act in ("", "/events") or act.startswith("/calendar")
    answer = client.get(who.page + act) if get else client.post(who.page + act, headers=proof, content=PDF if act == "/attachments" else b"", data=None if act == "/attachments" else {"reason": "好奇", "text": "x"})
    assert answer.status_code == 404
    with desk.database.reading() as session:
        assert entries(session, actor="advisor_c04", action="not_theirs", subject=f"handover:{who.number}")
    assert who.page not in client.get("/console/people").text


@pytest.mark.parametrize("number", ["999999", "0", "99999999999999999999999"])
def test_a_forged_number_is_not_there(desk, number):
    assert desk.login("office").get(f"/console/people/{number}").status_code == 404


def test_a_resident_of_unknown_place_is_for_everybody_who_talks(desk, resident):
    who = resident()
    assert who.page in desk.login("advisor_c04").get("/console/people").text
    with desk.database.transaction() as session:
        open_case(session, make_request(source_key=who.name, conversation=who.conversation, community="c01"), "GX", datetime.now(timezone.utc))
    assert who.page not in desk.login("advisor_c04").get("/console/people").text


def give(client, who, name, body):
    return client.post(f"{who.page}/attachments", content=body, headers={"X-CSRF": client.proof(who.page), "X-File-Name": name})


def test_a_file_reaches_its_resident_and_nobody_else(desk, resident):
    who, other, client = resident(), resident(), desk.login("advisor_c01")
    client.fill(f"{who.page}/take", form_at=who.page)
    assert give(client, who, "%E5%91%8A%E7%9F%A5%E4%B9%A6.pdf", PDF).status_code == 201
    file = who.hears()[-1]["data"]["file"]
    path = f"/api/chat/files/{file['token']}"
    got = who.client.get(path, params={"conversation": who.name})
    assert got.content == PDF and file["name"] == "告知书.pdf" and got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]
    assert other.client.get(path, params={"conversation": who.name}).status_code == 404
    assert other.client.get(path, params={"conversation": other.name}).status_code == 404
    assert desk.visitor().get(path).status_code == 400
    assert client.get(f"/console/files/{file['token']}").content == PDF
    assert desk.login("advisor_c04").get("/console/files/forged").status_code == 404


@pytest.mark.parametrize(
    "name, body, status, words",
    [("a.exe", b"MZ\x90\0" + b"\0" * 100, 400, "不能发"), ("a.pdf", b"MZ\x90\0" + b"\0" * 100, 400, "不能发"), ("a.pdf", b"%PDF-" + b"\0" * 20 * 1024 * 1024, 413, "超过10MB"), ("a.pdf", b"", 400, "空的")],
    ids=["executable", "executable that says it is a PDF", "20 MB", "empty"],
)
def test_what_must_not_be_given_is_refused_with_clear_words_and_nothing_is_stored(desk, resident, name, body, status, words):
    who, client = resident(), desk.login("advisor_c01")
    client.fill(f"{who.page}/take", form_at=who.page)
    said = len(who.hears())
    answer = give(client, who, name, body)
    assert answer.status_code == status and words in answer.json()["error"]
    assert len(who.hears()) == said
    with desk.database.reading() as session:
        assert session.execute(sa.select(Attachment.id).where(Attachment.conversation_id == who.conversation)).first() is None


def test_a_file_without_the_form_proof_is_refused(desk, resident):
    who, client = resident(), desk.login("advisor_c01")
    client.fill(f"{who.page}/take", form_at=who.page)
    assert client.post(f"{who.page}/attachments", content=PDF, headers={"X-File-Name": "a.pdf"}).status_code == 403


def test_a_resident_chooses_a_time_and_the_desk_sees_it(desk, resident):
    who, client = resident(), desk.login("advisor_c01")
    client.fill(f"{who.page}/take", form_at=who.page)
    soon = (datetime.now(BEIJING) + timedelta(days=2)).replace(hour=9, minute=30)
    form = {"time": [soon.strftime("%Y-%m-%dT%H:%M"), ""], "minutes": "60", "place": "示例社区一便民大厅"}
    assert client.fill(f"{who.page}/appointment", {**form, "time": ["2020-01-01T09:00"]}, form_at=who.page).status_code == 400
    assert client.fill(f"{who.page}/appointment", form, form_at=who.page).status_code == 303
    proposed = who.hears()[-1]
    words = proposed["buttons"][0]["payload"]
    who.client.post("/api/chat/messages", json={"conversation": who.name, "id": "choice", "text": words})
    agreed = who.hears()[-1]
    assert "约好了" in agreed["text"] and words in agreed["text"]
    calendar = who.client.get(f"/api/chat/appointments/{agreed['data']['calendar']}", params={"conversation": who.name})
    assert calendar.text.startswith("BEGIN:VCALENDAR") and "漏水" not in calendar.text
    assert f"约定 <b>{words}</b>" in client.get(who.page).text
    assert client.get(f"{who.page}/calendar/{agreed['data']['calendar']}").text == calendar.text


def test_the_office_gives_back_what_a_colleague_left(desk, resident):
    who, client, office = resident(), desk.login("advisor_c01"), desk.login("office")
    client.fill(f"{who.page}/take", form_at=who.page)
    assert desk.login("advisor_c04").fill(f"{who.page}/back", form_at=who.page).status_code == 409
    assert office.fill(f"{who.page}/back", form_at=who.page).status_code == 303


def test_an_emergency_is_on_top_and_stays_until_somebody_says_how_it_was_dealt_with(desk, resident):
    from bot.ledger.risks import note_risk

    resident()
    who, client = resident(reason=Reason.EMERGENCY), desk.login("advisor_c01")
    with desk.database.transaction() as session:
        note_risk(session, who.conversation, "violence_now", who.name, datetime.now(timezone.utc))
    listed = re.findall(r"/console/people/(\d+)\"", client.get("/console/people").text)
    assert listed[0] == str(who.number)
    assert "正在发生的暴力" in client.get(who.page).text
    assert client.fill(f"{who.page}/risk", {"how": ""}, form_at=who.page).status_code == 400
    assert client.fill(f"{who.page}/risk", {"how": "已电话联系，人安全"}, form_at=who.page).status_code == 303
    assert "正在发生的暴力" not in client.get(who.page).text
