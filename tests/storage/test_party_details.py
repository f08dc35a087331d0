"""What papers want to know of a party: each value encrypted by itself, gone when the person goes, changed with the keys, told to its owner alone."""

import pytest
import sqlalchemy as sa

from bot.errors import BadFields, BadInput, StaleCase
from bot.ledger.audit import entries
from bot.ledger.cases import find_case
from bot.ledger.party_details import as_words, describe_party, details_of_parties
from bot.ledger.people import name_hash, phone_hash
from bot.ledger.privacy import copy_of_all, erase_conversation
from bot.ledger.retention import KINDS, remove_some
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action
from bot.legal.party_details import DETAIL_LABELS
from bot.storage import personal_data
from bot.storage.casework_tables import PartyDetails
from bot.storage.personal_data import FILE
from bot.storage.rotation import add_key, count_by_key, places, reencrypt_all
from bot.storage.tables import CasePerson
from tests.casework import Office, later

KNOWN = {
    "gender": "男", "born": "1980-01-01", "ethnicity": "汉族", "occupation": "暗号职业", "workplace": "暗号单位", "address": "暗号路1号",
    "id_number": "41000019800101001X", "legal_rep": "暗号代表", "uscc": "91000000DEM0000006", "agent": "暗号代理",
}  # fmt: skip


@pytest.fixture()
def office(database):
    return Office(database)


def person(office, number, side="applicant"):
    with office.database.reading() as session:
        return session.execute(sa.select(CasePerson.id).where(CasePerson.case_number == number, CasePerson.side == side)).scalar_one()


def describe(office, number, side="applicant", id_agreed=True, version=None, **given):
    values = {"name": "张三" if side == "applicant" else "李四", "phone": "13800138000", **KNOWN, **given}
    return office.do(number, describe_party, person(office, number, side), values, id_agreed, version=version)


def kept(office, number, side="applicant"):
    with office.database.reading() as session:
        return as_words(details_of_parties(session, number).get(person(office, number, side)))


def test_what_is_known_of_a_party_is_kept_and_what_is_left_empty_is_forgotten(office):
    number = office.request()
    assert kept(office, number) == {}
    describe(office, number)
    assert kept(office, number) == KNOWN and kept(office, number, "other") == {}
    describe(office, number, **{**dict.fromkeys(DETAIL_LABELS, ""), "address": "示例路2号"})
    assert kept(office, number) == {"address": "示例路2号"}


def test_every_value_is_encrypted_by_itself(office):
    number = office.request()
    describe(office, number)
    with office.database.reading() as session:
        raw = session.execute(sa.text(f"SELECT {', '.join(KNOWN)} FROM party_details")).one()
    assert all(value.startswith("k1.") for value in raw) and len(set(raw)) == len(KNOWN)
    assert {p.name for p in places()} >= {f"party_details.{name}" for name in KNOWN}


def test_the_step_is_a_note_without_values_and_stands_in_the_audit_log(office):
    number = office.request()
    describe(office, number)
    assert office.events(number)[-1] == Action.NOTED.code
    with office.database.reading() as session:
        (entry,) = entries(session, action="party_described", subject=number)
        assert (entry.actor, entry.reason) == ("m01", "单独同意登记证件号码")
        stored = " ".join(session.execute(sa.text("SELECT details FROM case_events")).scalars())
        assert "暗号" not in stored and "4100" not in stored and '"party": "applicant"' in stored


def test_a_corrected_name_and_phone_are_found_by_their_hashes(office):
    number = office.request()
    describe(office, number, "other", name="李肆", phone="13900139000")
    with office.database.reading() as session:
        row = session.get(CasePerson, person(office, number, "other"))
        assert (row.name, row.phone, row.name_hash, row.phone_hash) == ("李肆", "13900139000", name_hash("李肆"), phone_hash("13900139000"))


@pytest.mark.parametrize("given, field", [({"name": " "}, "name"), ({"id_number": "1"}, "id_number"), ({"uscc": "1"}, "uscc"), ({"gender": "女"}, "id_number")])
def test_what_cannot_be_right_is_refused_and_nothing_is_written(office, given, field):
    number = office.request()
    with office.unchanged(number), pytest.raises(BadFields) as refused:
        describe(office, number, **given)
    assert field in refused.value.fields and kept(office, number) == {}


def test_a_document_number_needs_its_own_consent(office):
    number = office.request()
    with office.unchanged(number), pytest.raises(BadFields) as refused:
        describe(office, number, id_agreed=False)
    assert set(refused.value.fields) == {"id_agreed"}


def test_a_form_from_before_a_change_and_a_party_of_another_case_are_refused(office):
    number, other = office.request("a"), office.request("b")
    seen = office.case(number).version
    describe(office, number)
    with office.unchanged(number), pytest.raises(StaleCase):
        describe(office, number, version=seen, address="别处")
    with office.unchanged(number), pytest.raises(BadInput, match="没有这位当事人"):
        office.do(number, describe_party, person(office, other), {"name": "张三"}, False)


def test_residents_get_a_copy_of_their_own_details_and_not_of_the_other_side(office):
    number = office.request()
    describe(office, number)
    describe(office, number, "other", phone="13900139000", id_number="", address="暗号对方路", gender="")
    with office.database.reading() as session:
        own, other = copy_of_all(session, "web:a")["cases"][0]["people"]
    assert own == {"side": "applicant", "name": "张三", "phone": "13800138000", **KNOWN}
    assert other == {"side": "other", "name": "李四"}


def test_details_go_when_their_resident_is_deleted_and_stay_in_a_case_that_the_law_keeps(office):
    advice, mediation = office.request("a", CaseKind.ADVICE), office.request("b")
    for number in (advice, mediation):
        describe(office, number)
    with office.database.transaction() as session:
        for conversation in ("web:a", "web:b"):
            erase_conversation(session, conversation, later(days=1))
    with office.database.reading() as session:
        assert details_of_parties(session, advice) == {} and len(details_of_parties(session, mediation)) == 1
        assert session.execute(sa.select(sa.func.count()).select_from(PartyDetails)).scalar_one() == 1
        assert find_case(session, mediation, conversation="web:b", phone_tail="8000").number == mediation


def test_nothing_of_a_party_is_left_when_the_time_of_a_case_is_over(office):
    number = office.request()
    describe(office, number)
    office.step(number, Action.NOT_ACCEPTED)
    with office.database.transaction() as session:
        for kind in KINDS:
            while remove_some(session, kind, later(days=6 * 366), 2):
                pass
    with office.database.reading() as session:
        assert session.execute(sa.text(f"SELECT {', '.join(KNOWN)} FROM party_details")).one() == (None,) * len(KNOWN)


def test_details_are_brought_under_a_new_key(office, settings):
    personal_data.load("", settings.var)
    number = office.request()
    describe(office, number)
    name = add_key(settings.var / FILE)
    personal_data.load("", settings.var)
    reencrypt_all(office.database, settle=0)
    assert set(count_by_key(office.database)) == {name} and kept(office, number) == KNOWN
