"""The steps of a case over HTTP: what is allowed is offered and done, what is not is refused in Chinese and writes nothing."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.inbox import store
from bot.inbox.notices import notices_of
from bot.ledger.audit import entries
from bot.ledger.cases import open_case
from bot.ledger.casework import events_of
from bot.legal.cases import CaseKind, Channel, Role
from bot.legal.notices import NoticeKind
from bot.messages import Inbound
from bot.office import BEIJING
from bot.storage.tables import Case
from tests.builders import make_request
from tests.casework import HOURS, LOOKED_AT


def now():
    return datetime.now(timezone.utc)


@pytest.fixture()
def a_case(desk):
    def make(community="c01", **changed):
        key = str(uuid.uuid4())
        with desk.database.transaction() as session:
            store.receive(session, Inbound(Channel.WEB, f"web:{key}", "m1", "楼上漏水", now()))
            request = make_request(**{"source_key": key, "conversation": f"web:{key}", "community": community, **changed})
            return open_case(session, request, "GX", now() - timedelta(minutes=5), HOURS).number

    return make


@pytest.fixture(scope="module")
def mediator(desk):
    return desk.login("mediator_c01")


def case_of(desk, number):
    with desk.database.reading() as session:
        return session.get(Case, number)


def do(client, number, step, version=None, **values):
    """Fill in a step's form as it stands on the page of the case."""
    page = client.get(f"/console/cases/{number}").text
    seen = re.search(r'name="version" value="(\d+)"', page)[1] if version is None else str(version)
    return client.post(f"/console/cases/{number}/do/{step}", data={"csrf": client.proof(f"/console/cases/{number}"), "version": seen, **values})


def offered(client, number):
    return re.findall(r'id="act-([a-z_]+)"', client.get(f"/console/cases/{number}").text)


def local(moment=None):
    return f"{(moment or now()).astimezone(BEIJING):%Y-%m-%dT%H:%M}"


ACCEPT = {"source": "application", "parties": "2", "to_me": "1"}
TERM = {"term_1": "对方支付修理费。", "amount_1": "3,000.50", "due_1": "2027-01-15", "payer_1": "other", "method_1": "转账"}


def held(**changed):
    said = {"applicant_said": "要求赔三千。", "other_said": "最多出三千，底价别说。", "shared_facts": "楼上水管破裂。"}
    return {"held_at": local(), "mode": "onsite", "mediators": "示例调解员", "rights_notified": "1", "result": "continue", **said, **changed}


def agreement(**changed):
    return {
        "agreement_no": "示调〔2026〕7号", "effective_at": local(), "facts": "水管破裂泡坏天花板。", "performance_mode": "转账", **TERM,
        **{f"check_{code}": "1" for code in LOOKED_AT}, **changed,
    }  # fmt: skip


def test_only_the_steps_of_this_state_and_person_are_offered(desk, a_case, mediator):
    number = a_case()
    assert {"received", "accepted", "not_accepted", "noted", "party"} <= set(offered(mediator, number))
    assert not {"agreed_written", "assigned", "archived", "withdrawn"} & set(offered(mediator, number))
    assert "assigned" in offered(desk.login("office"), number)


def test_a_step_is_taken_its_resident_is_told_and_the_page_shows_the_next(desk, a_case, mediator):
    number = a_case()
    answer = do(mediator, number, "accepted", **ACCEPT)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/cases/{number}")
    assert (case_of(desk, number).status, case_of(desk, number).assignee) == ("assigned", "mediator_c01")
    assert "session_held" in offered(mediator, number) and "accepted" not in offered(mediator, number)
    with desk.database.reading() as session:
        assert notices_of(session, number) == [NoticeKind.ACCEPTED]


def test_what_is_missing_is_said_at_the_field_and_what_was_typed_stays(desk, a_case, mediator):
    number = a_case()
    do(mediator, number, "accepted", **ACCEPT)
    before = case_of(desk, number).version
    answer = do(mediator, number, "session_held", **held(rights_notified="", proposals="先修水管。", held_at="昨天"))
    assert answer.status_code == 422 and "要写成" in answer.text and "先修水管。" in answer.text
    answer = do(mediator, number, "session_held", **held(rights_notified=""))
    assert answer.status_code == 422 and "权利义务" in answer.text
    assert case_of(desk, number).version == before


def test_a_step_that_is_not_allowed_is_refused_in_chinese(desk, a_case, mediator):
    number = a_case()
    answer = do(mediator, number, "archived")
    assert answer.status_code == 409 and "不能“归档”" in answer.text and case_of(desk, number).status == "requested"
    assert do(mediator, number, "assigned", to="mediator_c01", version=1).status_code == 409
    assert do(mediator, number, "nonsense", version=1).status_code == 404


def test_a_stale_form_is_told_who_was_first(desk, a_case, mediator):
    number = a_case()
    assert do(desk.login("advisor_c01"), number, "noted", note="打过电话。").status_code == 303
    answer = do(mediator, number, "accepted", version=1, **ACCEPT)
    assert answer.status_code == 409 and "advisor_c01" in answer.text and "办理备注" in answer.text
    assert case_of(desk, number).status == "requested"
    assert do(mediator, number, "accepted", version="-1; DROP TABLE cases", **ACCEPT).status_code == 409


def test_of_two_advisors_who_grab_a_case_the_second_is_told(desk, a_case, mediator):
    number = a_case()
    do(mediator, number, "accepted", source="application", parties="2")
    version = case_of(desk, number).version
    assert do(mediator, number, "taken", version=version).status_code == 303
    second = do(desk.login("advisor_c01"), number, "taken", version=version)
    assert second.status_code == 409 and "mediator_c01" in second.text and case_of(desk, number).assignee == "mediator_c01"


def test_a_case_of_another_community_is_not_there_and_that_is_audited(desk, a_case):
    number, stranger = a_case(), desk.login("advisor_c04")
    answer = stranger.post(f"/console/cases/{number}/do/noted", data={"csrf": stranger.proof(), "version": "1", "note": "看看"})
    assert answer.status_code == 404 and case_of(desk, number).version == 1
    with desk.database.reading() as session:
        assert any(e.action == "not_theirs" and e.subject == number and e.actor == "advisor_c04" for e in entries(session, subject=number))


def test_a_conflict_is_shown_and_decided_on_the_same_form(desk, a_case):
    advisor = desk.login("advisor_c01")
    earlier = a_case(kind=CaseKind.ADVICE, name="冲突甲", phone="13700000001", other_party=None)
    do(advisor, earlier, "accepted", to_me="1")
    number = a_case(kind=CaseKind.ADVICE, name="冲突乙", phone="13700000002", other_party="冲突甲")
    do(advisor, number, "accepted")
    answer = do(advisor, number, "taken")
    assert answer.status_code == 409 and "曾为对方当事人" in answer.text and earlier in answer.text and "conflict_reason" in answer.text
    assert case_of(desk, number).assignee is None
    assert do(advisor, number, "taken", conflict_reason="核实是同名。").status_code == 303
    assert case_of(desk, number).assignee == "advisor_c01"


def test_htmx_gets_the_form_alone_and_a_way_on(desk, a_case, mediator):
    number = a_case()
    proof = mediator.proof(f"/console/cases/{number}")
    part = mediator.post(f"/console/cases/{number}/do/noted", data={"version": "1"}, headers={"HX-Request": "true", "X-CSRF": proof})
    assert part.status_code == 422 and "<html" not in part.text and "请填写" in part.text and part.headers["x-form"] == "refused"
    done = mediator.post(f"/console/cases/{number}/do/noted", data={"version": "1", "note": "好"}, headers={"HX-Request": "true", "X-CSRF": proof})
    assert done.headers["hx-redirect"] == f"/console/cases/{number}"


def test_what_one_side_said_is_not_in_the_other_side_s_print(desk, a_case, mediator):
    number = a_case()
    for step, values in (("accepted", ACCEPT), ("session_held", held()), ("agreed_written", agreement())):
        assert do(mediator, number, step, **values).status_code == 303, step
    view = f"/console/cases/{number}/mediation"
    masked = mediator.get(view).text
    assert "要求赔三千" not in masked and "水管破裂泡坏" not in masked and "已遮盖" in masked and "3,000.50 元" in masked
    mediator.fill(f"/console/cases/{number}/open", {"reason": "制作文书"}, form_at=f"/console/cases/{number}")
    desk_copy, one, other, both = (mediator.get(view, params={"for": reader}).text for reader in ("desk", "applicant", "other", "both"))
    assert "要求赔三千" in desk_copy and "底价别说" in desk_copy and "共同申请司法确认" in desk_copy
    assert "要求赔三千" in one and "底价别说" not in one
    assert "底价别说" in other and "要求赔三千" not in other
    assert "要求赔三千" not in both and "底价别说" not in both and "楼上水管破裂" in both
    assert mediator.get(view, params={"for": "everybody"}).status_code == 404
    assert mediator.get(f"/console/cases/{a_case(kind=CaseKind.ADVICE)}/mediation").status_code == 404


def test_money_that_is_none_is_refused(desk, a_case, mediator):
    number = a_case()
    for step, values in (("accepted", ACCEPT), ("session_held", held())):
        do(mediator, number, step, **values)
    for wrong in ("三千", "-5", "0", "1.234", "1e9"):
        answer = do(mediator, number, "agreed_written", **agreement(amount_1=wrong))
        assert answer.status_code == 422 and "金额" in answer.text
    assert case_of(desk, number).status == "in_mediation"


def test_script_in_a_note_is_text(desk, a_case, mediator):
    number = a_case()
    do(mediator, number, "noted", note="<script>alert(1)</script>")
    mediator.fill(f"/console/cases/{number}/open", {"reason": "核对"}, form_at=f"/console/cases/{number}")
    assert "<script>alert" not in mediator.get(f"/console/cases/{number}/mediation").text


def test_the_roster_shows_who_is_on_duty_and_whose_cases_wait(desk, a_case, mediator):
    desk.add("mediator_two", (Role.MEDIATOR,), ("c01",))
    office, number = desk.login("office"), a_case()
    do(mediator, number, "accepted", **ACCEPT)
    today = now().astimezone(BEIJING).date()
    assert office.fill("/console/roster/duty", {"day": str(today), "community": "c01", "staff": "mediator_two"}, form_at="/console/roster").status_code == 303
    ten = {"day": str(today), "until": str(today + timedelta(days=9)), "community": "c02", "staff": "mediator_two"}
    assert office.fill("/console/roster/duty", ten, form_at="/console/roster").status_code == 303
    assert office.fill("/console/roster/duty", {**ten, "until": str(today - timedelta(days=1))}, form_at="/console/roster").status_code == 422
    with desk.database.reading() as session:
        assert 4 <= session.execute(sa.text("SELECT count(*) FROM duty_shifts WHERE community = 'c02'")).scalar_one() <= 9
    away = {"first_day": str(today), "back_on": str(today + timedelta(days=2)), "reason": "培训"}
    assert mediator.fill("/console/roster/absence", away, form_at="/console/roster").status_code == 303
    page = mediator.get("/console/roster/").text
    assert "示例mediator_two" in page and "今天离岗" in page and number in page
    assert mediator.fill("/console/roster/absence", {**away, "staff": "mediator_two"}, form_at="/console/roster").status_code == 409
    assert mediator.fill("/console/roster/duty", {"day": str(today)}, form_at="/console/roster").status_code == 403
    assert mediator.fill("/console/roster/absence", {**away, "back_on": str(today)}, form_at="/console/roster").status_code == 422
    second = desk.login("mediator_two")
    assert "substituted" in offered(second, number)
    assert second.fill("/console/roster/substitute", {"staff": "mediator_c01"}, form_at="/console/roster").status_code == 303
    assert case_of(desk, number).assignee == "mediator_two"
    with desk.database.reading() as session:
        assert events_of(session, number)[-1].event == "substituted"
    assert second.fill("/console/roster/substitute", {"staff": "mediator_c01"}, form_at="/console/roster").status_code == 409
    with desk.database.reading() as session:
        absence = session.execute(sa.text("SELECT max(id) FROM staff_absences")).scalar_one()
    assert mediator.fill(f"/console/roster/absence/{absence}/cancel", form_at="/console/roster").status_code == 303
