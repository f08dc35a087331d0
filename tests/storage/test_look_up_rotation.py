"""The key of look-up hashes changes while residents and staff look things up: everybody is found before, meanwhile and afterwards."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import doctor_proofs
from bot.channels import web, wechat
from bot.inbox import attachments, store, wechat_names
from bot.ledger import audit, sign_in_failures
from bot.ledger.advisor_services import record_service
from bot.ledger.case_likeness import duplicates
from bot.ledger.cases import open_case, own_cases
from bot.ledger.casework_start import parties_of
from bot.ledger.conflicts import find_conflicts
from bot.ledger.desk import Filters, Tab, queue
from bot.ledger.facts import lines_of
from bot.ledger.message_keys import message_key
from bot.ledger.people import hashes_of
from bot.ledger.periods import close_month
from bot.ledger.privacy import erase_talk
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from bot.reports import proof
from bot.statistics.closings import month_body
from bot.storage import look_up_rotation, personal_data
from bot.storage.desk_tables import Attachment
from bot.storage.look_up_keys import key_of
from bot.storage.look_up_rotation import count_by_look_up_key, drop_unused, hash_anew, rotate_look_up
from bot.storage.personal_data import FILE, KeyRing
from bot.storage.rotation import add_key, drop_old_keys, reencrypt_all
from bot.storage.tables import Case, CasePerson
from tests.builders import make_inbound, make_request
from tests.casework import Office
from tests.conftest import NOON
from tests.storage.books import at, make_service

PLAIN, FIRST, SECOND = (bytes([n]) * 32 for n in (1, 2, 3))
BEFORE = KeyRing({"k1": PLAIN, "look-up": FIRST})
KNOWN = KeyRing({"k1": PLAIN, "look-up": FIRST, "look-up-2": SECOND})
AFTER = KeyRing({"k1": PLAIN, "look-up-2": SECOND, "look-up": FIRST})
ALONE = KeyRing({"k1": PLAIN, "look-up-2": SECOND})


@pytest.fixture(autouse=True)
def own_ring():
    kept = personal_data._ring, personal_data._file
    personal_data.use(BEFORE)
    yield
    personal_data.use(*kept)


@pytest.fixture()
def database(database):
    personal_data.use(BEFORE)  # opening it has read the file of its folder
    return database


def delivery(openid="o1", ring=None, message="7"):
    fields = {"FromUserName": openid, "ToUserName": "gh_1", "MsgType": "text", "CreateTime": "1", "Content": "你好", "MsgId": message}
    return wechat.parse(fields, lambda name: "", None, ring or personal_data.keys())


def settled(database, openid="o1", ring=None):
    """The delivery as the endpoint goes on with it."""
    arrived = delivery(openid, ring)
    if not arrived.formerly:
        return arrived
    with database.transaction() as session:
        return arrived.called(wechat_names.give_name(session, arrived, NOON))


def numbers(database, conversation):
    with database.reading() as session:
        return [case.number for case in own_cases(session, conversation)]


@pytest.mark.parametrize("ring", [BEFORE, KNOWN, AFTER])
def test_a_resident_on_the_page_finds_the_case_with_the_cookie_of_before(database, ring):
    cookie = web.new_visitor(BEFORE)
    mine = web.conversation_id(web.read_visitor(cookie, BEFORE), "page", BEFORE)
    with database.transaction() as session:
        number = open_case(session, make_request(conversation=mine), "GX", NOON).number
    assert numbers(database, web.conversation_id(web.read_visitor(cookie, ring), "page", ring)) == [number]
    assert web.conversation_id(web.NOBODY, "program", ring) == web.conversation_id(web.NOBODY, "program", BEFORE)


def test_a_new_cookie_is_of_the_new_key_and_the_old_one_ends_with_its_key():
    cookie = web.new_visitor(AFTER)
    assert key_of(web.conversation_id(web.read_visitor(cookie, KNOWN), "page", KNOWN)) == "look-up-2"
    assert web.read_visitor(cookie, BEFORE) == web.NOBODY and web.read_visitor(web.new_visitor(BEFORE), ALONE) == web.NOBODY


@pytest.mark.parametrize("ring", [BEFORE, KNOWN, AFTER])
def test_a_resident_on_wechat_keeps_the_conversation_and_its_cases(database, ring):
    first = settled(database)
    with database.transaction() as session:
        wechat_names.give_name(session, first, NOON)
        number = open_case(session, make_request(conversation=first.conversation), "GX", NOON).number
    again = settled(database, ring=ring)
    assert numbers(database, again.conversation) == [number]
    assert again.external_id == first.external_id, "a second delivery of the same message is known as one"


def test_processes_that_do_not_agree_on_the_key_give_a_newcomer_one_name(database):
    with ThreadPoolExecutor(4) as pool:
        for n in range(10):
            names = {found.conversation for found in pool.map(lambda ring: settled(database, f"o{n}", ring), (KNOWN, AFTER, KNOWN, AFTER))}
            assert len(names) == 1


@pytest.mark.parametrize("ring", [BEFORE, KNOWN, AFTER])
def test_staff_find_parties_likenesses_and_conflicts_in_the_middle_of_it(database, ring):
    office = Office(database)
    earlier = office.request("earlier", kind=CaseKind.ADVICE, name="李四", phone="13900139000", other_party=None)
    office.walk(earlier, Action.ACCEPTED, Action.TAKEN, who="a01")
    personal_data.use(ring)
    now = office.request("now", kind=CaseKind.ADVICE, name="张三", phone="13800138000", other_party="李四")
    twin = office.request("twin", kind=CaseKind.ADVICE, name="张三", phone="138 0013 8000", other_party="李四")
    with database.reading() as session:
        for said in ("13900139000", "李四"):
            assert earlier in [line.number for line in queue(session, None, "a01", Filters(tab=Tab.ALL, search=said), NOON).lines]
        assert [(c.other, c.by_phone) for c in find_conflicts(session, session.get(Case, now), "a01", "示例")] == [(earlier, False)]
        assert now in [found.number for found in duplicates(session, session.get(Case, twin))]
        assert parties_of(session, now) == 2


def test_names_and_phones_are_hashed_anew_and_then_the_old_key_finds_nothing(database, monkeypatch):
    monkeypatch.setattr(look_up_rotation, "BATCH", 2)
    with database.transaction() as session:
        for n in range(5):
            open_case(session, make_request(source_key=str(n), phone=f"1380013800{n}"), "GX", NOON)
    personal_data.use(AFTER)
    assert hash_anew(database, hashes_of) == 10 and hash_anew(database, hashes_of) == 0
    with database.reading() as session:
        stored = session.execute(sa.select(CasePerson.name_hash, CasePerson.phone_hash)).all()
    assert {key_of(value) for row in stored for value in row if value} == {"look-up-2"} and len(stored) == 10
    assert BEFORE.look_up_hash("张三", "party name") not in {row.name_hash for row in stored}


def test_a_message_counts_once_though_the_key_changes_between_two_tries():
    mine = web.conversation_id(web.read_visitor(web.new_visitor(BEFORE), BEFORE), "page", BEFORE)
    keys = set()
    for ring in (BEFORE, KNOWN, AFTER):
        personal_data.use(ring)
        keys.add(message_key("answer", mine, "m1"))
    assert len(keys) == 1


def test_one_matter_of_one_person_counts_once_a_day_under_whichever_key(database):
    def service(number, ring):
        now, *formerly = (found[:32] for found in ring.look_up_hashes("张三", "service subject"))
        return make_service(number, subject_ref=now, former_refs=tuple(formerly))

    with database.transaction() as session:
        rows = [record_service(session, service(f"S{n}", ring), at(3, 2)) for n, ring in enumerate((BEFORE, KNOWN, AFTER))]
        counted = [bool(lines_of(session, row)) for row in rows]
        other = record_service(session, replace(service("S9", AFTER), matter="押金"), at(3, 2))
        assert counted == [True, False, False] and lines_of(session, other)
        assert key_of(other.subject) == "look-up-2" and {key_of(row.subject) for row in rows} == {"look-up"}


def test_the_same_row_of_a_spreadsheet_is_known_under_its_former_number(database):
    with database.transaction() as session:
        first = record_service(session, make_service("FW1"), at(3, 2))
        assert record_service(session, make_service("FW2", former_nos=("FW1",)), at(3, 2)).id == first.id


def test_failed_sign_ins_and_pick_up_codes_go_on_counting(database):
    with database.transaction() as session:
        store.receive(session, make_inbound())
        for _ in range(sign_in_failures.PER_ACCOUNT):
            sign_in_failures.write(session, "a01", "192.0.2.1", NOON)
        given = {"conversation_id": "web:a", "name": "x.pdf", "kind": "pdf", "size": 1, "sha256": "0" * 64, "sent_by": "a01", "sent_at": NOON}
        session.add(Attachment(token="t1", claim_key=attachments._claim_keys("ABCDEFGHJK")[0], **given))
    personal_data.use(AFTER)
    with database.transaction() as session:
        assert sign_in_failures.minutes_to_wait(session, "a01", "192.0.2.2", NOON) > 0
        assert attachments.claim_file(session, "ABCDEFGHJK", "visitor", NOON) == "t1"
        assert attachments.claim_file(session, "ABCDEFGHJK", "somebody else", NOON) is None
        sign_in_failures.forgive(session, "a01")
        assert sign_in_failures.minutes_to_wait(session, "a01", "192.0.2.2", NOON) == 0


def test_reports_sealed_before_are_still_ours_as_long_as_the_key_is_kept():
    sealed = proof.seal({"title": "三月"})
    for ring, ours in ((KNOWN, True), (AFTER, True), (ALONE, False)):
        personal_data.use(ring)
        assert proof.is_ours(sealed) is ours
    assert not proof.is_ours({**sealed, "title": "四月"})


def test_the_file_takes_three_steps_and_a_rotation_that_was_cut_off_goes_on(database, settings):
    personal_data.load("", settings.var)
    path = settings.var / FILE

    def order():
        return re.findall(r"^(look-up[\d-]*):", path.read_text(), re.M)

    def again():
        personal_data.load("", settings.var)

    old = personal_data.keys().look_up_hash("138", "x")
    assert rotate_look_up(path, again, settle=0) == "look-up-2" and order() == ["look-up-2", "look-up"]
    assert personal_data.keys().look_up_hashes("138", "x")[1] == old, "the first key is what hashes were made with while it had no line of its own"
    lines = path.read_text().splitlines()
    personal_data.write_ring(path, [*lines, personal_data.new_key("look-up-3")])  # killed after the first step
    assert rotate_look_up(path, again, settle=0) == "look-up-3" and order() == ["look-up-3", "look-up-2", "look-up"]
    assert add_key(path) == "k2" and order() == ["look-up-3", "look-up-2", "look-up"]
    again()
    reencrypt_all(database, settle=0)
    assert drop_old_keys(path, database) == ("k1",) and order() == ["look-up-3", "look-up-2", "look-up"]


def test_a_former_key_is_kept_as_long_as_something_it_made_is_there(database, settings):
    personal_data.load("", settings.var)
    with database.transaction() as session:
        store.receive(session, make_inbound(conversation="web:" + "a" * 40))
        number = open_case(session, make_request(conversation=None), "GX", NOON).number
    path = settings.var / FILE
    rotate_look_up(path, lambda: personal_data.load("", settings.var), settle=0)
    assert count_by_look_up_key(database, NOON) == {"look-up-2": 0, "look-up": 4} and drop_unused(path, database, NOON) == ()
    hash_anew(database, hashes_of)
    assert count_by_look_up_key(database, NOON) == {"look-up-2": 3, "look-up": 1} and drop_unused(path, database, NOON) == ()
    with database.transaction() as session:
        erase_talk(session, "web:" + "a" * 40)
    assert drop_unused(path, database, NOON) == ("look-up",) and "look-up:" not in path.read_text()
    personal_data.load("", settings.var)
    with database.reading() as session:
        found = queue(session, None, "a01", Filters(tab=Tab.ALL, search="13800138000"), NOON).lines
    assert [line.number for line in found] == [number]


def test_what_was_closed_and_written_down_before_holds_afterwards(database):
    with database.transaction() as session:
        open_case(session, make_request(), "GX", NOON)
        record_service(session, make_service(subject_ref=BEFORE.look_up_hash("张三", "service subject")[:32]), NOON)
        close_month(session, "2026-03", month_body(session, "2026-03"), "a", NOON + timedelta(days=30))
        audit.note(session, "a01", "opened", "GX2026-00001", NOON)
    before = [found.seen for found in doctor_proofs.books(database)]
    personal_data.use(AFTER)
    assert hash_anew(database, hashes_of) == 2
    personal_data.use(ALONE)
    assert [(found.state, found.seen) for found in doctor_proofs.books(database)] == [("ok", seen) for seen in before]


def test_services_keep_their_key_for_three_years(database):
    with database.transaction() as session:
        record_service(session, make_service(subject_ref=BEFORE.look_up_hash("张三", "service subject")[:32]), NOON)
    personal_data.use(AFTER)
    counts = [count_by_look_up_key(database, at(3, 2) + timedelta(days=days))["look-up"] for days in (1, 1097, 1099)]
    assert counts == [1, 1, 0]
