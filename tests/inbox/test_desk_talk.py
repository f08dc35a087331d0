"""What the desk gives residents in a conversation: files that only they open, times to choose from."""

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.errors import HandoverRefused
from bot.inbox import handover, person_guard, store
from bot.inbox.appointments import appointments_of, calendar_of, propose
from bot.inbox.attachments import claim_file, give_file, open_claimed, open_file
from bot.inbox.handover import give_back, say, take_up
from bot.legal.appointments import time_words
from bot.legal.attachments import check_file
from bot.legal.cases import Channel, Role
from bot.legal.handover import Reason
from bot.messages import Outbound
from bot.storage.desk_tables import Attachment, AttachmentPart
from bot.storage.tables import Conversation, ServiceEntry
from tests.builders import make_inbound
from tests.conftest import NOON
from tests.unit.test_attachments import PDF

TIME = datetime(2026, 3, 18, 1, 30, tzinfo=timezone.utc)
FILE = check_file("告知书.pdf", PDF + b"x" * 1_000_000)


@pytest.fixture()
def talking(database):
    """A web conversation that a01 is in charge of."""
    with database.transaction() as session:
        store.receive(session, make_inbound())
        take_up(session, "web:a", "a01", Role.ADVISOR, NOON, "case:1")
    return database


def test_the_desk_begins_a_conversation_because_of_a_case_and_that_counts_as_no_request(talking):
    with talking.transaction() as session:
        assert take_up(session, "web:a", "a01", Role.ADVISOR, NOON, "case:2").reason == Reason.CASE.code
        say(session, "web:a", "a01", Role.ADVISOR, "您好，我是承办人。", NOON)
        assert session.execute(sa.select(ServiceEntry.kind)).scalars().all() == []
        with pytest.raises(HandoverRefused):
            take_up(session, "web:a", "a02", Role.ADVISOR, NOON, "case:3")


def test_whoever_waits_already_is_taken_and_that_still_counts(database):
    with database.transaction() as session:
        store.receive(session, make_inbound())
        handover.ask_for_person(session, "web:a", Reason.ASKED, NOON, "k")
        assert take_up(session, "web:a", "a01", Role.ADVISOR, NOON, "case:1").reason == Reason.ASKED.code
        say(session, "web:a", "a01", Role.ADVISOR, "您好", NOON)
        assert sorted(session.execute(sa.select(ServiceEntry.kind)).scalars()) == ["handover", "reply_15m"]


def test_a_file_opens_in_its_own_conversation_only_and_is_encrypted_where_it_lies(talking):
    with talking.transaction() as session:
        said = Outbound.from_json(give_file(session, "web:a", "a01", Role.ADVISOR, FILE, NOON).body)
        token = said.data["file"]["token"]
        assert "领取码" not in said.text
        assert open_file(session, token, "web:a").body == FILE.body
        assert open_file(session, token, "web:b") is None
        assert open_file(session, "guessed", "web:a") is None
        raw = session.execute(sa.text("SELECT body FROM attachment_parts")).scalars().all()
        assert len(raw) == 3 and all("%PDF" not in part for part in raw)
        session.execute(sa.delete(AttachmentPart).where(AttachmentPart.part == 1))
        with pytest.raises(ValueError, match="not what was stored"):
            open_file(session, token, "web:a")


def test_a_pick_up_code_opens_a_file_for_the_first_browser_within_a_week(talking):
    with talking.transaction() as session:
        session.get(Conversation, "web:a").channel = Channel.WECHAT.code
        session.flush()
        said = Outbound.from_json(give_file(session, "web:a", "a01", Role.ADVISOR, FILE, NOON).body)
        code = said.text.split("领取码 ")[1][:10]
        assert FILE.name not in said.text
        assert claim_file(session, "WRONGCODE2", "visitor", NOON) is None
        assert claim_file(session, code, "", NOON) is None
        assert claim_file(session, code, "visitor", NOON + timedelta(days=8)) is None
        token = claim_file(session, code.lower(), "visitor", NOON)
        assert claim_file(session, code, "somebody else", NOON) is None
        assert claim_file(session, code, "visitor", NOON + timedelta(days=1)) == token
        assert open_claimed(session, token, "visitor").body == FILE.body
        assert open_claimed(session, token, "somebody else") is None and open_claimed(session, token, "") is None


def test_nobody_gives_files_or_times_without_being_in_charge(talking):
    with talking.transaction() as session:
        for refused in (lambda: give_file(session, "web:a", "a02", Role.ADVISOR, FILE, NOON), lambda: propose(session, "web:a", "a02", Role.ADVISOR, [TIME], 60, "大厅", NOON)):
            with pytest.raises(HandoverRefused):
                refused()
        assert session.execute(sa.select(Attachment.id)).first() is None


def hear(session, text, external_id, at=NOON):
    return person_guard.watch(session, store.receive(session, make_inbound(text, external_id, at=at)), at)


def test_a_resident_taps_a_time_and_gets_the_calendar_file_once(talking):
    with talking.transaction() as session:
        propose(session, "web:a", "a01", Role.ADVISOR, [TIME, TIME + timedelta(days=1)], 60, "示例社区一便民大厅", NOON)
        assert hear(session, "3月18日(周三)上午9:30", "m2").answered
        hear(session, "3月18日(周三)上午9:30", "m2")
        answer = [r.body for r in store.replies_after(session, "web:a", 0) if r.body.kind == "appointment"]
        assert len(answer) == 2 and "约好了" in answer[1].text
        agreed = appointments_of(session, "web:a")[0]
        assert agreed.chosen == TIME
        assert "DTSTART:20260318T013000Z" in calendar_of(session, answer[1].data["calendar"], "web:a")
        assert calendar_of(session, agreed.token, "web:b") is None


def test_a_time_is_taken_also_after_the_conversation_was_given_back(talking):
    with talking.transaction() as session:
        propose(session, "web:a", "a01", Role.ADVISOR, [TIME], 60, "大厅", NOON)
        give_back(session, "web:a", "a01", "等居民选时间", NOON)
        assert hear(session, time_words(TIME), "m2").answered
        assert not hear(session, "都不方便", "m3").answered
        assert not hear(session, time_words(TIME + timedelta(days=5)), "m4").answered


def test_a_time_that_has_passed_is_said_to_have_passed(talking):
    with talking.transaction() as session:
        propose(session, "web:a", "a01", Role.ADVISOR, [TIME], 60, "大厅", NOON)
        hear(session, time_words(TIME), "m2", at=TIME + timedelta(hours=1))
        assert "已经过了" in store.replies_after(session, "web:a", 0)[-1].body.text
        assert appointments_of(session, "web:a")[0].chosen is None
