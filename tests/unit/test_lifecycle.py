"""The life of a case: each state × each action, for all four kinds; the expected table is written here a second time, from domain.md."""

from itertools import product

import pytest

from bot.legal.cases import CaseKind, Role, Tier
from bot.legal.lifecycle import EVENT_LABELS, RESIDENT, STATUS_LABELS, Action, Actor, Life, Status, allowed, missing, step_of, why_not
from bot.legal.lifecycle_fields import FIELD_LABELS
from bot.legal.lifecycle_page import lifecycle_page
from bot.legal.lifecycle_table import STEPS
from bot.legal.permissions import ROLE_PERMISSIONS
from bot.settings import ROOT

NEW = "requested screened_for_scope"
WORK = "accepted assigned in_mediation"
AGREED = "agreed_written agreed_oral"
OVER = "confirmed confirmation_rejected confirmation_withdrawn"
AFTER = f"{AGREED} confirmation_applied {OVER} performing performed breached"
CLOSED = "not_accepted failed terminated transferred_out"
# action: (states it may be taken in, state it leads to; "=" stays)
MEDIATION = {
    "received": ("requested", "screened_for_scope"),
    "accepted": (NEW, "accepted"),
    "not_accepted": (NEW, "not_accepted"),
    "assigned": (f"{NEW} {WORK} {AFTER}", "=, accepted→assigned"),
    "taken": (f"{NEW} {WORK} {AFTER}", "=, accepted→assigned"),
    "substituted": (f"{NEW} {WORK} {AFTER}", "="),
    "escalated": (f"{NEW} {WORK}", "="),
    "whistled": (f"{NEW} {WORK} {AFTER} {CLOSED}", "="),
    "noted": (f"{NEW} {WORK} {AFTER} {CLOSED}", "="),
    "session_held": ("assigned in_mediation", "in_mediation"),
    "agreed_written": ("in_mediation", "agreed_written"),
    "agreed_oral": ("in_mediation", "agreed_oral"),
    "written_down": ("agreed_oral", "agreed_written"),
    "failed": ("assigned in_mediation", "failed"),
    "terminated": (WORK, "terminated"),
    "transferred_out": (WORK, "transferred_out"),
    "confirmation_applied": ("agreed_written performing", "confirmation_applied"),
    "confirmation_accepted": ("confirmation_applied", "="),
    "confirmed": ("confirmation_applied", "confirmed"),
    "confirmation_rejected": ("confirmation_applied", "confirmation_rejected"),
    "confirmation_withdrawn": ("confirmation_applied", "confirmation_withdrawn"),
    "performing": (f"{AGREED} {OVER}", "performing"),
    "performed": (f"{AGREED} {OVER} performing breached", "performed"),
    "breached": (f"{AGREED} {OVER} performing", "breached"),
    "revisited": (AFTER, "="),
    "complex": (f"{WORK} {AFTER}", "="),
    "prevention": (f"{WORK} {AFTER}", "="),
    "merged": (f"{NEW} {WORK}", "merged"),
    "reopened": (f"{AGREED} failed terminated transferred_out", "in_mediation"),
    "withdrawn": (f"{NEW} {WORK}", "withdrawn"),
    "archived": (f"{CLOSED} performed breached", "archived"),
}


def helping(done: str, action: str) -> dict[str, tuple[str, str]]:
    """Advice and legal aid: the same but for their own end."""
    work, closed = "accepted assigned", "not_accepted terminated transferred_out"
    return {
        "received": ("requested", "screened_for_scope"),
        "accepted": (NEW, "accepted"),
        "not_accepted": (NEW, "not_accepted"),
        "assigned": (f"{NEW} {work} {done}", "=, accepted→assigned"),
        "taken": (f"{NEW} {work} {done}", "=, accepted→assigned"),
        "substituted": (f"{NEW} {work} {done}", "="),
        "escalated": (f"{NEW} {work}", "="),
        "whistled": (f"{NEW} {work} {done} {closed}", "="),
        "noted": (f"{NEW} {work} {done} {closed}", "="),
        action: ("assigned", done),
        "asked_again": (done, "assigned"),
        "terminated": (work, "terminated"),
        "transferred_out": (work, "transferred_out"),
        "merged": (f"{NEW} {work}", "merged"),
        "reopened": ("terminated transferred_out", "assigned"),
        "withdrawn": (f"{NEW} {work}", "withdrawn"),
        "archived": (f"{closed} {done}", "archived"),
    }


_ISSUE = "dispatched processing"
_ISSUE_ENDS = "resolved explained unresolved_with_reason confirmed_by_enterprise"
ENTERPRISE = {
    "received": ("requested", "screened_for_scope"),
    "not_accepted": (NEW, "not_accepted"),
    "dispatched": (NEW, "dispatched"),
    "processing": ("dispatched", "processing"),
    "resolved": (_ISSUE, "resolved"),
    "explained": (_ISSUE, "explained"),
    "unresolved_with_reason": (_ISSUE, "unresolved_with_reason"),
    "confirmed_by_enterprise": ("resolved", "confirmed_by_enterprise"),
    "contested": ("resolved", "processing"),
    "assigned": (f"{NEW} {_ISSUE} {_ISSUE_ENDS}", "="),
    "taken": (f"{NEW} {_ISSUE} {_ISSUE_ENDS}", "="),
    "substituted": (f"{NEW} {_ISSUE} {_ISSUE_ENDS}", "="),
    "escalated": (f"{NEW} {_ISSUE}", "="),
    "whistled": (f"{NEW} {_ISSUE} {_ISSUE_ENDS} not_accepted", "="),
    "noted": (f"{NEW} {_ISSUE} {_ISSUE_ENDS} not_accepted", "="),
    "merged": (f"{NEW} {_ISSUE}", "merged"),
    "withdrawn": (f"{NEW} {_ISSUE}", "withdrawn"),
    "archived": ("not_accepted explained unresolved_with_reason confirmed_by_enterprise", "archived"),
}
EXPECTED = {
    CaseKind.MEDIATION: MEDIATION,
    CaseKind.ADVICE: helping("answered", "answered"),
    CaseKind.LEGAL_AID: helping("guided", "guided"),
    CaseKind.ENTERPRISE: ENTERPRISE,
}
# Everything that some step asks to have happened before.
BEFORE = frozenset({"session_held", "agreed_written"})
EVERYBODY = frozenset().union(*ROLE_PERMISSIONS.values())


def actor(role: Role, code: str = "a01") -> Actor:
    return Actor(code, ROLE_PERMISSIONS[role])


@pytest.mark.parametrize("kind, status, action", product(CaseKind, Status, Action), ids=lambda c: c.code)
def test_each_action_in_each_state(kind, status, action):
    states, leads_to = EXPECTED[kind].get(action.code, ("", ""))
    life = Life(kind, status, BEFORE if action.code not in BEFORE else frozenset())
    who = RESIDENT if action is Action.WITHDRAWN else Actor("a01", EVERYBODY)
    step = step_of(life, action)
    if status.code not in states.split():
        assert step is None and "不能" in why_not(life, action, who)
        return
    assert why_not(life, action, who) is None
    after = step.after.code if step.after else "="
    assert after == ("assigned" if leads_to.startswith("=,") and status is Status.ACCEPTED else leads_to.split(",")[0])


def test_what_is_over_stays_over():
    for kind, status in product(CaseKind, (Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED)):
        assert allowed(Life(kind, status), Actor("a01", EVERYBODY)) == ()


def test_every_state_can_be_reached_from_a_request_and_every_one_leads_to_an_end():
    for kind in CaseKind:
        leads = {}
        for step in STEPS[kind]:
            for before in step.before:
                leads.setdefault(before, set()).add(step.after or before)
        reached = {Status.REQUESTED}
        while more := set().union(*(leads.get(s, set()) for s in reached)) - reached:
            reached |= more
        named = {s for step in STEPS[kind] for s in (*step.before, *([step.after] if step.after else []))}
        assert named == reached
        for status in reached - {Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED}:
            seen = {status}
            while more := set().union(*(leads.get(s, set()) for s in seen)) - seen:
                seen |= more
            assert Status.ARCHIVED in seen, f"{kind.code}: {status.code} never ends"


@pytest.mark.parametrize(
    "role, action, status, may",
    [
        (Role.ADVISOR, Action.ACCEPTED, Status.REQUESTED, True),
        (Role.MEDIATOR, Action.SESSION_HELD, Status.ASSIGNED, True),
        (Role.ADVISOR, Action.ASSIGNED, Status.ACCEPTED, False),
        (Role.OFFICE, Action.ASSIGNED, Status.ACCEPTED, True),
        (Role.MEDIATOR, Action.REOPENED, Status.AGREED_WRITTEN, False),
        (Role.OFFICE, Action.REOPENED, Status.AGREED_WRITTEN, True),
        (Role.ADMIN, Action.ACCEPTED, Status.REQUESTED, False),
        (Role.ADMIN, Action.NOTED, Status.ACCEPTED, False),
    ],
)
def test_who_may(role, action, status, may):
    said = why_not(Life(CaseKind.MEDIATION, status, BEFORE - {action.code}, "a01"), action, actor(role))
    assert (said is None) == may
    assert may or "权限" in said


def test_only_whoever_has_a_case_works_on_it_unless_they_may_assign_or_stand_in():
    life = Life(CaseKind.MEDIATION, Status.IN_MEDIATION, BEFORE, in_charge="m01")
    assert why_not(life, Action.AGREED_ORAL, Actor("m01", ROLE_PERMISSIONS[Role.MEDIATOR])) is None
    assert "m01" in why_not(life, Action.AGREED_ORAL, Actor("m02", ROLE_PERMISSIONS[Role.MEDIATOR]))
    assert why_not(life, Action.AGREED_ORAL, Actor("m02", ROLE_PERMISSIONS[Role.MEDIATOR], frozenset({"m01"}))) is None
    assert why_not(life, Action.AGREED_ORAL, actor(Role.OFFICE)) is None
    assert why_not(life, Action.TAKEN, Actor("m02", ROLE_PERMISSIONS[Role.MEDIATOR])) is None
    assert "已经由您" in why_not(life, Action.TAKEN, Actor("m01", ROLE_PERMISSIONS[Role.MEDIATOR]))


def test_only_the_resident_withdraws():
    life = Life(CaseKind.MEDIATION, Status.REQUESTED)
    assert why_not(life, Action.WITHDRAWN, RESIDENT) is None
    assert "居民本人" in why_not(life, Action.WITHDRAWN, Actor("a01", EVERYBODY))


@pytest.mark.parametrize(
    "status, done, action, word",
    [
        (Status.AGREED_ORAL, {"agreed_oral"}, Action.CONFIRMATION_APPLIED, "不能"),
        (Status.PERFORMING, {"agreed_oral", "performing"}, Action.CONFIRMATION_APPLIED, "之前要先有"),
        (Status.PERFORMING, {"agreed_written", "confirmation_applied"}, Action.CONFIRMATION_APPLIED, "只登记一次"),
        (Status.ASSIGNED, set(), Action.FAILED, "之前要先有"),
        (Status.IN_MEDIATION, {"session_held", "complex"}, Action.COMPLEX, "只登记一次"),
    ],
)
def test_order_and_once(status, done, action, word):
    assert word in why_not(Life(CaseKind.MEDIATION, status, frozenset(done)), action, actor(Role.OFFICE))


def test_a_case_rises_from_community_to_subdistrict_to_district_and_no_higher():
    for tier in (Tier.COMMUNITY, Tier.SUBDISTRICT):
        assert why_not(Life(CaseKind.ADVICE, Status.ACCEPTED, tier=tier), Action.ESCALATED, actor(Role.OFFICE)) is None
    assert "区一级" in why_not(Life(CaseKind.ADVICE, Status.ACCEPTED, tier=Tier.DISTRICT), Action.ESCALATED, actor(Role.OFFICE))


def test_a_step_names_what_it_needs_and_every_need_has_words():
    step = step_of(Life(CaseKind.MEDIATION, Status.REQUESTED), Action.NOT_ACCEPTED)
    assert missing(step, {"refusal": "out_of_area", "advised_path": "  "}) == ("advised_path",)
    assert {name for steps in STEPS.values() for s in steps for name in s.needs} <= set(FIELD_LABELS)


def test_states_and_events_have_labels_and_fit_their_columns():
    assert set(STATUS_LABELS) == set(Status.codes()) and set(Action.codes()) <= set(EVENT_LABELS)
    assert max(map(len, Status.codes())) <= 24 and max(map(len, EVENT_LABELS)) <= 32


def test_the_page_of_states_says_what_the_machine_does():
    page = ROOT / "docs" / "lifecycle.md"
    assert page.read_text(encoding="utf-8") == lifecycle_page(), "run: python -m bot.legal.lifecycle_page > docs/lifecycle.md"
