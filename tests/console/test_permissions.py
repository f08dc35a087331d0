"""Role × page × community, generated from the application's own route table: a new page is in here without anybody adding it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import sqlalchemy as sa
from sanic import Sanic

from bot.console.access import ROOT
from bot.inbox import handover, store
from bot.ledger import cases
from bot.legal.cases import Role
from bot.legal.handover import Reason
from bot.legal.lifecycle import Action
from bot.legal.permissions import ROLE_PERMISSIONS, Permission
from bot.settings import ROOT as HERE
from bot.settings import read_settings
from bot.storage.database import open_database
from bot.storage.staff_tables import AuditEntry
from bot.storage.tables import CasePerson, Conversation
from bot.web.app import create_app
from tests.builders import make_inbound, make_request
from tests.conftest import NOON
from tests.console.desk import PEOPLE, Desk

PUBLIC = {("GET", "/console/login"), ("POST", "/console/login")}
# Pages for a session that is not whole yet: whoever has one may use them.
HALF = {f"{ROOT}/login/code", f"{ROOT}/account/password", f"{ROOT}/account/factor", f"{ROOT}/logout"}
FOREIGN = "advisor_c04"


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    parameters: tuple[str, ...]
    permission: Permission | None
    is_public: bool

    @property
    def area(self) -> str:
        return self.path.removeprefix(f"{ROOT}/").split("/")[0]

    def filled(self, values: dict[tuple[str, str], str]) -> str:
        path = self.path
        for name in self.parameters:
            assert (self.area, name) in values, f"{self}: say in `samples` what <{name}> is; where it stands for something of a community, of c01"
            path = path.replace(f"<{name}>", values[self.area, name])
        return path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def route_table() -> list[Route]:
    var = Path(mkdtemp())
    settings = replace(read_settings(env_file=var / "none"), var=var, database_url=f"sqlite:///{var / 'bot.db'}", office=HERE / "office.yml")
    before, Sanic.test_mode = Sanic.test_mode, True
    try:
        app = create_app(settings, open_database(settings))
        app.router.finalize()
    finally:
        Sanic.test_mode = before
    found = []
    for route in app.router.routes:
        path = "/" + "/".join(f"<{part.strip('<>').split(':')[0]}>" if part.startswith("<") else part for part in route.path.split("/"))
        if path != ROOT and not path.startswith(f"{ROOT}/"):
            continue
        names = tuple(part.strip("<>") for part in path.split("/") if part.startswith("<"))
        for method in route.methods - {"OPTIONS", "HEAD"}:
            marks = vars(route.handler)
            assert "permission" in marks, f"{method} {path} says neither @needs(…) nor @public; see bot/console/access.py"
            found.append(Route(method, path, names, marks["permission"], marks.get("is_public", False)))
    return sorted(found, key=str)


ROUTES = route_table()
CLOSED = [r for r in ROUTES if not r.is_public]
# Areas whose <number> belongs to a community: a case, and a conversation that waits for a person.
OF_A_COMMUNITY = {"cases": "{}", "people": "handover:{}"}
BY_NUMBER = [r for r in ROUTES if r.area in OF_A_COMMUNITY and "number" in r.parameters]


@pytest.fixture(scope="module")
def samples(desk: Desk) -> dict[tuple[str, str], str]:
    """(area, name in the path) → a value; what belongs to a community belongs to c01."""
    with desk.database.transaction() as session:
        store.receive(session, make_inbound("楼上漏水，我要找人"))
        session.get(Conversation, "web:a").community = "c01"
        case = cases.open_case(session, make_request(community="c01"), "GX", NOON)
        person = session.execute(sa.select(CasePerson.id).where(CasePerson.case_number == case.number).limit(1)).scalar_one()
        handed = handover.ask_for_person(session, "web:a", Reason.ASKED, NOON, "matrix").handover.id
    desk.add("somebody", PEOPLE["advisor_c01"][0], ("c01",))
    return {
        ("cases", "number"): case.number, ("cases", "step"): Action.TAKEN.code, ("cases", "file"): "registration.docx",
        ("cases", "person"): str(person),
        ("people", "number"): str(handed), ("people", "token"): "x" * 22, ("files", "token"): "x" * 22,
        ("office", "code"): "cases_opened", ("office", "file"): "figures.xlsx", ("office", "number"): "1", ("office", "word"): "reopen",
        ("records", "what"): "opinions", ("learning", "number"): "1", ("roster", "absence"): "1", ("staff", "code"): "somebody",
    }


def ask(desk: Desk, who: str | None, route: Route, samples: dict[tuple[str, str], str], proof: bool = True) -> int:
    client = desk.login(who) if who else desk.visitor()
    headers = {"X-CSRF": client.proof("/console/login" if who is None else "/console/account")} if proof and route.method != "GET" else {}
    with client.stream(route.method, route.filled(samples), headers=headers) as answer:
        return answer.status_code


def entries(desk: Desk, action: str, actor: str) -> list[Any]:
    with desk.database.reading() as session:
        return list(session.execute(sa.select(AuditEntry.subject).where(AuditEntry.action == action, AuditEntry.actor == actor)).scalars())


def test_the_only_public_pages_are_those_for_signing_in():
    assert {(r.method, r.path) for r in ROUTES if r.is_public} == PUBLIC
    assert {r.path for r in CLOSED if r.permission is None} == HALF


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_nobody_gets_in_without_signing_in(desk, samples, route):
    client = desk.visitor()
    headers = {} if route.method == "GET" else {"X-CSRF": client.proof("/console/login")}
    answer = client.request(route.method, route.filled(samples), headers=headers)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/console/login")


@pytest.mark.parametrize("who, route", itertools.product(PEOPLE, [r for r in CLOSED if r.permission]), ids=str)
def test_a_page_opens_only_to_roles_that_hold_its_permission(desk, samples, who, route):
    roles, _ = PEOPLE[who]
    allowed = any(route.permission in ROLE_PERMISSIONS[role] for role in roles)
    before = len(entries(desk, "denied", who))
    status = ask(desk, who, route, samples)
    assert status < 500
    assert (status != 403) == allowed
    assert len(entries(desk, "denied", who)) == before + (not allowed)


@pytest.mark.parametrize("route", [r for r in BY_NUMBER if r.permission in ROLE_PERMISSIONS[Role.ADVISOR]], ids=str)
def test_what_belongs_to_another_community_is_not_there_and_asking_for_it_is_written_down(desk, samples, route):
    before = len(entries(desk, "not_theirs", FOREIGN))
    assert ask(desk, FOREIGN, route, samples) == 404
    assert entries(desk, "not_theirs", FOREIGN)[before:] == [OF_A_COMMUNITY[route.area].format(samples[route.area, "number"])]
    if route.method == "GET" and route.parameters == ("number",):
        assert ask(desk, "advisor_c01", route, samples) == 200


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method != "GET"], ids=str)
def test_no_form_is_taken_without_its_proof(desk, samples, route):
    assert ask(desk, None if route.is_public else "admin", route, samples, proof=False) == 403
