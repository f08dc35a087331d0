"""/console/cases/<number>/do/<step>: the steps of a case. Which are offered comes from the state machine; each is a form that works without a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.case_forms import EVIDENCE, EVIDENCE_RETURNED, FORMS, INQUIRY, NOTES, PARTY, Form, form_of
from bot.console.case_steps import run_step
from bot.console.cases_of import with_case
from bot.console.fields import read_fields
from bot.console.pages import page
from bot.errors import BadFields, BadInput, BadRecord, CaseRefused
from bot.inbox.case_notices import tell_resident
from bot.ledger import duty
from bot.ledger.casework import Act, check, life_of
from bot.ledger.casework_evidence import evidence_of
from bot.ledger.casework_people import actor_of, colleagues
from bot.ledger.casework_start import parties_of
from bot.ledger.conflicts import ConflictFound
from bot.ledger.enterprise_desk import chosen_category
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Action, allowed, step_of, why_not
from bot.legal.permissions import Permission, Staff
from bot.office import BEIJING
from bot.storage.tables import Case

bp = Blueprint("case_actions", url_prefix=f"{ROOT}/cases")
GROUPS = (("next", "下一步"), ("people", "承办人和当事人"), ("more", "其他"))
NOT_TAKEN = "台账没有收下这一步，没有写入：它和这件事以前登记的不相符。请刷新核对；需要更正的，请区法制办退回办理。"


@dataclass(frozen=True)
class Panel:
    """The steps that somebody may take now, in groups, with what each form begins with."""

    number: str
    version: int
    groups: tuple[tuple[str, tuple[Form, ...]], ...]
    values: dict[str, str]
    held_by: str | None


def panel_of(session: Session, case: Case, staff: Staff, at: datetime) -> Panel:
    """Return the panel of steps for the page of a case (template actions/panel.html)."""
    forms = {form.code: form for form in allowed_forms(session, case, staff, at)}
    groups = tuple((title, tuple(f for f in forms.values() if f.group == code)) for code, title in GROUPS)
    held_by = case.assignee if case.assignee not in (None, staff.code) else None
    return Panel(case.number, case.version, tuple(g for g in groups if g[1]), _begin_with(session, case, staff, at), held_by)


def allowed_forms(session: Session, case: Case, staff: Staff, at: datetime) -> list[Form]:
    """Return the forms of the steps that somebody may take now, in the order of a case's life."""
    actions = allowed(life_of(session, case), actor_of(session, staff, case.community, at))
    is_away = case.assignee is not None and duty.is_away(session, case.assignee, duty.today(at))
    codes = [action.code for action in actions if action.code in FORMS and (action is not Action.SUBSTITUTED or is_away)]
    return [_form(session, case, code) for code in codes + (_notes(session, case) if Action.NOTED in actions else [])]


def _notes(session: Session, case: Case) -> list[str]:
    """The notes that have a form of their own and a use in this case."""
    if case.kind != CaseKind.MEDIATION.code or case.accepted_at is None:
        return [PARTY]
    return [PARTY, INQUIRY, EVIDENCE, *([EVIDENCE_RETURNED] if _still_here(session, case.number) else [])]


@bp.get("/<number:str>/do/<step:str>")
@needs(Permission.WORK_CASES)
async def show(request: Request, number: str, step: str) -> HTTPResponse:
    """One step's form by itself; the address may begin it (?into=… of a likely duplicate)."""
    return await _show(request, number, step, {name: str(values[0])[:300] for name, values in request.args.items()})


@bp.post("/<number:str>/do/<step:str>")
@needs(Permission.WORK_CASES)
async def take(request: Request, number: str, step: str) -> HTTPResponse:
    """Take a step; what is refused comes back with what was typed, and nothing is written."""
    given = {name: str(values[0]) for name, values in (request.form or {}).items()}
    try:
        await with_case(request, number, lambda s, case: _take(s, case, request, step, given), writing=True)
    except BadFields as wrong:
        return await _show(request, number, step, given, wrong.fields, status=422)
    except BadInput as refused:
        return await _show(request, number, step, given, refusal=refused, status=409)
    except BadRecord:
        return await _show(request, number, step, given, refusal=CaseRefused(NOT_TAKEN), status=409)
    return go(request, f"{ROOT}/cases/{number}")


def _take(session: Session, case: Case, request: Request, code: str, given: Mapping[str, str]) -> None:
    at, staff = now(), request.ctx.staff
    if code not in FORMS:
        raise NotFound(code)
    act = Act(case.number, version_in(given), actor_of(session, staff, case.community, at), request.app.ctx.office.weekday_hours)
    # What cannot be done at all, or was changed meanwhile, comes first: then no field is to blame.
    check(session, act, action_of(code))
    run_step(code, session, act, read_fields(_form(session, case, code).fields, given, at), at)
    tell_resident(session, case, code, at)


def action_of(code: str) -> Action:
    """Return the action that a form's step is to the state machine; what has a form of its own besides is a note."""
    return Action.NOTED if code in NOTES else Action.from_code(code)


def _form(session: Session, case: Case, code: str) -> Form:
    life = life_of(session, case)
    step = step_of(life, action_of(code))
    if step is None:
        raise CaseRefused(f"事项现在是“{life.status.label}”，不能“{FORMS[code].label}”。")
    people = [(one.code, f"{one.name}（{one.code}）") for one in colleagues(session, case.community)]
    here = _still_here(session, case.number) if code == EVIDENCE_RETURNED else []
    return form_of(code, CaseKind.from_code(case.kind), step, people, here)


def _still_here(session: Session, number: str) -> list[tuple[str, str]]:
    """Evidence that was not given back, by number alone: what it is may name people."""
    return [(str(one.evidence_no), f"第{one.evidence_no}份，{one.received_on}收到") for one in evidence_of(session, number) if one.returned_on is None]


def version_in(given: Mapping[str, str]) -> int:
    """Return the version of the case that a form was made from; -1, which no case has, where it is missing or no number."""
    text = given.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


async def _show(
    request: Request,
    number: str,
    code: str,
    given: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    refusal: BadInput | None = None,
    status: int = 200,
) -> HTTPResponse:
    staff, at = request.ctx.staff, now()
    if code not in FORMS:
        raise NotFound(code)

    def look(session: Session, case: Case) -> dict[str, Any]:
        try:
            form: Form | None = _form(session, case, code)
        except CaseRefused:
            form = None
        life = life_of(session, case)
        begun = {**_begin_with(session, case, staff, at), **(given or {})}
        # A conflict is decided on the same form; whoever comes late starts from the case as it is.
        version = (given or {}).get("version") if errors or isinstance(refusal, ConflictFound) else case.version
        plain = why_not(life, action_of(code), actor_of(session, staff, case.community, at))
        said = refusal.hint if refusal else None if errors else plain
        return {"form": form, "values": begun, "version": version, "refusal": said, "label": FORMS[code].label, "status_label": life.status.label}

    shown = await with_case(request, number, look)
    conflicts = refusal.conflicts if isinstance(refusal, ConflictFound) else ()
    name = "actions/form.html" if request.headers.get("hx-request") else "actions/page.html"
    answer = page(request, name, status=status, number=number, code=code, errors=errors or {}, conflicts=conflicts, **shown)
    answer.headers["X-Form"] = "refused" if status != 200 else "new"
    return answer


def _begin_with(session: Session, case: Case, staff: Staff, at: datetime) -> dict[str, str]:
    local = at.astimezone(BEIJING)
    moment, day = f"{local:%Y-%m-%dT%H:%M}", f"{local:%Y-%m-%d}"
    chosen = chosen_category(session, case.number)
    return {
        "category": chosen.code if chosen else "",
        "held_at": moment, "visited_at": moment, "effective_at": moment, "happened_on": day, "mediators": staff.name, "mode": "onsite",
        "asked_at": moment, "asked_by": staff.name, "received_on": day, "returned_on": day, "form": "copy",
        "result": "continue", "source": "application", "side": "applicant", "parties": str(max(2, parties_of(session, case.number))),
    }  # fmt: skip
