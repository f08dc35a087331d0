"""A resident's own data can be seen, copied, deleted and withdrawn; the figures stay."""

import sqlalchemy as sa

from bot.inbox import handover, store, wechat_outbox, wechat_store
from bot.ledger.cases import open_case
from bot.ledger.consents import give_consent
from bot.ledger.message_keys import message_key
from bot.ledger.privacy import copy_of_all, erase_conversation, what_we_hold, withdraw_consent
from bot.ledger.services import Service, record
from bot.legal.cases import CaseKind, Channel, Role
from bot.legal.handover import Reason
from bot.messages import Outbound
from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.desk_tables import Attachment, AttachmentPart
from bot.storage.handover_tables import Handover
from bot.storage.rotation import places
from bot.storage.tables import Case, CasePerson, Message, ServiceEntry
from tests.builders import make_inbound, make_request
from tests.conftest import NOON

DAY = read_period("2026-03-16", "2026-03-16")


def lived_in(database, office):
    with database.transaction() as session:
        message = store.receive(session, make_inbound("我叫张三"))
        store.answer(session, message, [Outbound("您好")], NOON)
        store.receive(session, make_inbound("别人的话", conversation="web:b"))
        give_consent(session, "web:a", office.privacy_notice, Channel.WEB, "c1", NOON)
        open_case(session, make_request(), "GX", NOON)
        open_case(session, make_request(source_key="b", kind=CaseKind.ADVICE), "GX", NOON)


def test_a_resident_sees_and_copies_what_is_held(database, office):
    lived_in(database, office)
    with database.reading() as session:
        held = what_we_hold(session, "web:a")
        copy = copy_of_all(session, "web:a")
    assert (held.messages, held.cases, held.consents) == (1, ("GX2026-00001", "GX2026-00002"), 1)
    assert copy["messages"][0]["text"] == "我叫张三" and copy["cases"][0]["people"][0]["phone"] == "13800138000"


def test_deleting_leaves_no_word_of_the_resident_and_changes_no_figure(database, office):
    lived_in(database, office)
    with database.transaction() as session:
        before = {m.code: metrics.count(session, m, DAY) for m in metrics.METRICS}
        erased = erase_conversation(session, "web:a", NOON)
    assert (erased.messages, erased.cases_kept, erased.cases_emptied) == (1, ("GX2026-00001",), ("GX2026-00002",))
    with database.reading() as session:
        assert session.execute(sa.select(Message.conversation_id)).scalars().all() == ["web:b"]
        assert set(session.execute(sa.select(CasePerson.case_number)).scalars()) == {"GX2026-00001"}
        assert {m.code: metrics.count(session, m, DAY) for m in metrics.METRICS} == before


def test_withdrawing_consent_stops_the_cases_and_keeps_the_record(database, office):
    lived_in(database, office)
    with database.transaction() as session:
        assert set(withdraw_consent(session, "web:a", NOON)) == {"GX2026-00001", "GX2026-00002"}
    with database.reading() as session:
        assert set(session.execute(sa.select(Case.status)).scalars()) == {"withdrawn"}
        assert what_we_hold(session, "web:a").consents == 0 and len(copy_of_all(session, "web:a")["consents"]) == 1


def test_deleting_takes_the_address_the_parts_and_the_files_too(database):
    with database.transaction() as session:
        message = store.receive(session, make_inbound("我叫张三", conversation="wechat:a"))
        store.answer(session, message, [Outbound("您好，张三")], NOON)
        wechat_store.note_resident(session, "wechat:a", "openid-of-a", NOON)
        wechat_store.note_delivery(session, "wechat:a", message.id, NOON, 1)
        wechat_outbox.take_passive(session, "wechat:a", message.id, NOON, can_push=False)
        file = Attachment(token="t", conversation_id="wechat:a", name="张三的材料", kind="pdf", size=1, sha256="0", sent_by="a", sent_at=NOON)
        session.add(file)
        session.flush()
        session.add(AttachmentPart(attachment_id=file.id, part=0, body="张三"))
    with database.transaction() as session:
        erase_conversation(session, "wechat:a", NOON)
    with database.reading() as session:
        left = [str(v) for place in places() if place.name != "trackers.body" for v in session.execute(sa.select(place.column)).scalars()]
    assert left == []


def test_who_asks_on_wechat_to_delete_everything_still_gets_the_answer(database):
    with database.transaction() as session:
        for n in ("m1", "m2"):
            message = store.receive(session, make_inbound("我叫张三", external_id=n, conversation="wechat:a"))
            wechat_store.note_resident(session, "wechat:a", "openid-of-a", NOON)
            wechat_store.note_delivery(session, "wechat:a", message.id, NOON, 1)
        erase_conversation(session, "wechat:a", NOON, keep_message="m2")
        store.answer(session, message, [Outbound("已删除")], NOON)
        assert wechat_outbox.take_passive(session, "wechat:a", message.id, NOON, can_push=False) == "已删除"


def test_after_erasure_nothing_in_the_books_leads_back_to_the_conversation(database):
    with database.transaction() as session:
        store.receive(session, make_inbound("楼上漏水怎么办", "m-7f3a", "web:a", NOON))
        key = message_key("bot_answer", "web:a", "m-7f3a")
        for _ in range(2):
            record(session, Service("bot_answer", NOON, key, Channel.WEB), NOON)
        asked = handover.ask_for_person(session, "web:a", Reason.ASKED, NOON, "handover:web:a:m-7f3a")
        handover.take(session, "web:a", "a01", Role.ADVISOR, NOON)
        handover.give_back(session, "web:a", "a01", "", NOON)
        open_case(session, make_request(kind=CaseKind.ADVICE, source_key="request:web:a:m-7f3b"), "GX", NOON)
    with database.transaction() as session:
        erase_conversation(session, "web:a", NOON)
    with database.reading() as session:
        lines = session.execute(sa.select(ServiceEntry)).scalars().all()
        # What the books name, and what those rows hold in turn.
        held = [*lines, *session.execute(sa.select(Case)).scalars(), *session.execute(sa.select(Handover)).scalars()]
        assert sum(line.kind == "bot_answer" for line in lines) == 1 and f"asked:handover:{asked.handover.id}" in {line.source_key for line in lines}
        for row in held:
            assert not any("web:a" in str(value) or "m-7f3" in str(value) for value in vars(row).values()), row.__tablename__
        # Who knows the conversation but not the erased id of the message finds no line.
        assert session.execute(sa.select(Message)).scalars().all() == []
