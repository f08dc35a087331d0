"""/console/cases/<number>/parties/<person>: what papers want to know of a party. Only for who opened the case with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Mapping

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.case_actions import version_in
from bot.console.cases_of import with_case
from bot.console.fields import CHECK, CHOICE, DAY, Field, read_fields
from bot.console.pages import page
from bot.errors import BadFields, BadInput
from bot.ledger.casework import Act
from bot.ledger.casework_mediation import SIDES
from bot.ledger.casework_people import actor_of
from bot.ledger.openings import is_open
from bot.ledger.party_details import as_words, describe_party, details_of_parties
from bot.legal.party_details import DETAIL_LABELS, GENDERS, tidy_number
from bot.legal.permissions import Permission
from bot.storage.tables import Case, CasePerson

bp = Blueprint("parties", url_prefix=f"{ROOT}/cases")
LIFETIME = 130 * 366  # days; a birth lies further back than anything else that is entered
_D = DETAIL_LABELS
FIELDS = (
    Field("name", "姓名或单位名称", required=True, longest=60),
    Field("phone", "电话", longest=20),
    Field("gender", _D["gender"], CHOICE, choices=tuple((one, one) for one in GENDERS)),
    Field("born", _D["born"], DAY, oldest=LIFETIME),
    Field("ethnicity", _D["ethnicity"], longest=30),
    Field("occupation", _D["occupation"], longest=40),
    Field("workplace", _D["workplace"], longest=80),
    Field("address", _D["address"], longest=120),
    Field("id_number", _D["id_number"], longest=30, hint="可以不填。只有法院、法律援助机构的文书用得到；属于敏感信息，本人单独同意后才登记。"),
    Field("id_agreed", "本人已单独同意登记证件号码", CHECK),
    Field("legal_rep", _D["legal_rep"], longest=60, hint="当事人是单位的填写。"),
    Field("uscc", _D["uscc"], longest=18, hint="当事人是单位的填写。"),
    Field("agent", _D["agent"], longest=60, hint="没有委托代理人的不填；不满14周岁的写监护人。"),
)


@dataclass(frozen=True)
class Seen:
    """The form of one party as it was found: who, what the form begins with, the version it is made from."""

    side: str
    values: dict[str, str]
    version: int
    opened: bool


@bp.get("/<number:str>/parties/<person:int>")
@needs(Permission.OPEN_PERSONAL)
async def show(request: Request, number: str, person: int) -> HTTPResponse:
    """What is kept of a party, to read and to fill in; nothing of it before the case was opened with a reason."""
    return await _page(request, number, person)


@bp.post("/<number:str>/parties/<person:int>")
@needs(Permission.OPEN_PERSONAL)
async def keep(request: Request, number: str, person: int) -> HTTPResponse:
    """Keep it; what is refused comes back with what was typed, and nothing is written."""
    given = {name: str(values[0]) for name, values in (request.form or {}).items()}
    try:
        await with_case(request, number, lambda s, case: _keep(s, case, request, person, given), writing=True)
    except BadFields as wrong:
        return await _page(request, number, person, given, wrong.fields, status=422)
    except BadInput as refused:
        return await _page(request, number, person, given, refusal=refused.hint, status=409)
    return go(request, f"{ROOT}/cases/{number}#people")


def _keep(session: Session, case: Case, request: Request, person: int, given: Mapping[str, str]) -> None:
    at, staff = now(), request.ctx.staff
    _party(session, case, person)
    if not is_open(session, staff.code, case.number, at):
        raise BadInput("请先在办件页写明原因、打开查看，再登记；没有写入。")
    act = Act(case.number, version_in(given), actor_of(session, staff, case.community, at), request.app.ctx.office.weekday_hours)
    tidied = {**given, **{name: tidy_number(given.get(name, "")) for name in ("id_number", "uscc")}}
    values = read_fields(FIELDS, tidied, at)
    words = {name: "" if value is None else value.isoformat() if isinstance(value, date) else str(value) for name, value in values.items()}
    describe_party(session, act, person, words, bool(values["id_agreed"]), at)


async def _page(
    request: Request,
    number: str,
    person: int,
    given: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HTTPResponse:
    seen = await with_case(request, number, lambda session, case: _look(session, case, request, person))
    # Whoever comes late starts from the case as it is.
    version = (given or {}).get("version") if errors else seen.version
    shown: dict[str, Any] = {"side": SIDES.get(seen.side, seen.side), "opened": seen.opened, "version": version, "values": {**seen.values, **(given or {})}}
    return page(request, "party.html", status=status, number=number, person=person, fields=FIELDS, errors=errors or {}, refusal=refusal, **shown)


def _look(session: Session, case: Case, request: Request, person: int) -> Seen:
    row = _party(session, case, person)
    opened = is_open(session, request.ctx.staff.code, case.number, now())
    if not opened:
        return Seen(row.side, {}, case.version, False)
    kept = as_words(details_of_parties(session, case.number).get(row.id))
    agreed = {"id_agreed": "1"} if "id_number" in kept else {}
    return Seen(row.side, {"name": row.name or "", "phone": row.phone or "", **kept, **agreed}, case.version, True)


def _party(session: Session, case: Case, person: int) -> CasePerson:
    row = session.get(CasePerson, person) if person < 2**62 else None
    if row is None or row.case_number != case.number:
        raise NotFound(f"no party {person} in {case.number}")
    return row
