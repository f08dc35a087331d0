"""Enterprise issues at the desk: registered, dispatched, resolved only when the enterprise agrees or 15 days pass."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.ledger import casework_services as services
from bot.ledger.cases import open_case
from bot.ledger.casework import Act, case_of
from bot.ledger.casework_people import actor_of
from bot.ledger.enterprise_desk import IssueTab, counts, issues
from bot.ledger.staff import account_of
from bot.legal.cases import CaseKind, Role
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action
from bot.legal.permissions import Staff, permissions_of
from bot.storage.tables import Case, ServiceEntry
from tests.builders import make_request
from tests.casework import Office
from tests.storage.books import USCC, counted

HOURS = ()
FORM = {
    "enterprise": "示例商贸公司", "uscc": USCC, "category": "payment", "channel": "window", "community": "c01", "owner_unit": "示例单位", "what": "货款拖欠半年，请协调。",
    "wish": "付清货款", "name": "张三", "phone": "13800138000", "agreed": "1", "token": "t1",
}  # fmt: skip


def send(client, **changed):
    return client.fill("/console/enterprise/new", {**FORM, **changed})


def cases(desk):
    with desk.database.reading() as session:
        return list(session.execute(sa.select(Case).where(Case.kind == "enterprise")).scalars())


def lines(desk, kind):
    with desk.database.reading() as session:
        return sum(row.quantity for row in session.execute(sa.select(ServiceEntry).where(ServiceEntry.kind == kind)).scalars())


def act(desk, number, action, day):
    """One step as the office takes it at a moment."""
    with desk.database.transaction() as session:
        who = Staff(account_of(session, "office").id, "office", "示例office", frozenset({Role.OFFICE}), None, permissions_of(frozenset({Role.OFFICE})))
        case = case_of(session, number)
        at = Act(number, case.version, actor_of(session, who, case.community, day), HOURS)
        local = (day + timedelta(hours=8)).date()
        if action is Action.ENTERPRISE_CONFIRMED:
            return services.confirm_enterprise(session, at, local, "silent", day)
        return services.end_enterprise(session, at, action, local, "已协调付款。", day)


def test_an_issue_brought_to_a_window_is_registered_dispatched_and_counted_once(desk):
    client = desk.login("advisor_c01")
    answer = send(client)
    assert answer.status_code == 303 and "tab=work" in answer.headers["location"]
    assert send(client).headers["location"] == answer.headers["location"]
    (case,) = cases(desk)
    assert case.status == "dispatched" and case.conversation_id is None and case.channel == "window"
    assert (lines(desk, "enterprise_registered"), lines(desk, "enterprise_issue")) == (1, 0)
    page = client.get(answer.headers["location"]).text
    assert case.number in page and "账款" in page and "示例单位" in page
    assert "示例商贸公司" not in page and "13800138000" not in page and "张三" not in page


def test_the_same_words_of_the_same_enterprise_hang_on_the_first(desk):
    answer = send(desk.login("advisor_c01"), token="t2", what="货款 拖欠半年，请协调!")
    assert "tab=all" in answer.headers["location"]
    assert "已并入原来那一件" in desk.login("advisor_c01").get(answer.headers["location"]).text
    assert lines(desk, "enterprise_registered") == 1


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"uscc": "91000000DEM0000000"}, "校验码"),
        ({"uscc": "91000000dem000000"}, "校验码"),
        ({"agreed": ""}, "得到同意"),
        ({"phone": "12"}, "11位手机号"),
        ({"category": "weather"}, "没有“weather”"),
        ({"community": "c04"}, "社区"),
        ({"owner_unit": ""}, "责任单位"),
        ({"what": ""}, "问题"),
    ],
)
def test_a_form_that_lacks_something_opens_nothing(desk, changed, said):
    before = len(cases(desk))
    answer = send(desk.login("advisor_c01"), token="bad", **changed)
    assert answer.status_code == 400 and said in answer.text
    assert len(cases(desk)) == before


def test_resolved_is_counted_only_after_15_days_of_silence_and_explained_apart(desk):
    """The steps are those of the case page; the list says from when on silence counts."""
    client = desk.login("office")
    number = send(client, token="t3", what="电力增容办不下来。", category="utility").headers["location"].split("saved=")[1]
    start = datetime.now(timezone.utc)
    act(desk, number, Action.RESOLVED, start + timedelta(minutes=1))
    page = client.get("/console/enterprise?tab=done").text
    assert number in page and "起可按“企业未异议”确认" in page
    assert lines(desk, "enterprise_resolved") == 0
    from bot.errors import BadFields

    with pytest.raises(BadFields, match="不满15日"):
        act(desk, number, Action.ENTERPRISE_CONFIRMED, start + timedelta(days=14))
    act(desk, number, Action.ENTERPRISE_CONFIRMED, start + timedelta(days=16))
    assert lines(desk, "enterprise_resolved") + lines(desk, "enterprise_resolved_carried") == 1
    other = send(client, token="t4", what="想了解补贴政策。", category="policy_fulfil").headers["location"].split("saved=")[1]
    act(desk, other, Action.EXPLAINED, start + timedelta(minutes=2))
    assert other in client.get("/console/enterprise?tab=other").text
    assert lines(desk, "enterprise_explained") == 1 and lines(desk, "enterprise_resolved") + lines(desk, "enterprise_resolved_carried") == 1


def test_issues_of_other_communities_are_not_in_the_list_and_mediators_have_none(desk):
    number = cases(desk)[0].number
    assert number not in desk.login("advisor_c04").get("/console/enterprise?tab=all").text
    assert desk.login("mediator_c01").get("/console/enterprise").status_code == 403
    assert re.search(rf"/console/cases/{number}", desk.login("office").get("/console/enterprise?tab=all").text)


def test_the_category_an_enterprise_chose_stands_in_the_form_of_the_desk(desk):
    request = make_request(source_key="chose", kind=CaseKind.ENTERPRISE, community="c01", category=EnterpriseCategory.UTILITY, conversation=None)
    with desk.database.transaction() as session:
        number = open_case(session, request, "GX", datetime.now(timezone.utc)).number
    page = desk.login("advisor_c01").get(f"/console/cases/{number}/do/dispatched").text
    assert re.search(r'<option value="utility" selected', page), page[:2000]


# --- the list, on both databases


def test_each_tab_holds_the_issues_of_its_states(database):
    office = Office(database)
    numbers = [office.request(str(n), kind=CaseKind.ENTERPRISE, community="c03", what_happened=f"问题{n}，请协调处理。") for n in range(4)]
    for number, steps in zip(numbers, ((), (Action.DISPATCHED,), (Action.DISPATCHED, Action.PROCESSING, Action.RESOLVED), (Action.DISPATCHED, Action.EXPLAINED))):
        office.walk(number, *steps, who="office")
    with database.reading() as session:
        assert [[line.number for line in issues(session, None, tab)] for tab in (IssueTab.NEW, IssueTab.WORK, IssueTab.DONE, IssueTab.OTHER)] == [[n] for n in numbers]
        assert counts(session, None) == {"new": 1, "work": 1, "done": 1, "confirmed": 0, "other": 1, "all": 4}
        assert counts(session, frozenset({"c01"}))["all"] == 0
        (done,) = issues(session, None, IssueTab.DONE)
    assert done.category is EnterpriseCategory.PAYMENT and done.owner_unit == "示例单位" and done.silent_from == done.done_at + timedelta(days=15)
    assert counted(database, "enterprise_issues_collected") == 4 and counted(database, "enterprise_explained") == 1
