"""/console/roster: who is on duty, who is away, and whose cases need somebody else meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Callable

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.fields import CHOICE, DAY, Field, read_fields
from bot.console.pages import page
from bot.errors import BadFields, BadInput, CaseRefused
from bot.inbox.case_notices import tell_resident
from bot.ledger import duty, staff
from bot.ledger.casework import case_of
from bot.ledger.casework_people import cases_of_absent, substitute_all
from bot.legal.calendar import is_working_day
from bot.legal.permissions import Permission, Staff
from bot.office import Office
from bot.storage.casework_tables import StaffAbsence
from bot.storage.threads import in_thread

bp = Blueprint("roster", url_prefix=f"{ROOT}/roster")
WEEKS = 2
LONGEST = 62
WEEKDAYS = "一二三四五六日"


@bp.get("/")
@needs(Permission.SEE_CASES)
async def show(request: Request) -> HTTPResponse:
    """Two weeks of duty, absences from today on, and the cases of who is away."""
    return await _show(request)


@bp.post("/duty")
@needs(Permission.ASSIGN)
async def set_duty(request: Request) -> HTTPResponse:
    """Put somebody on duty on a day, for a community or for all; nobody empties the place."""
    who: Staff = request.ctx.staff

    def work(session: Session, at: datetime) -> None:
        fields = (
            Field("day", "日期", DAY, required=True, past=False),
            Field("until", "到哪天（含）", DAY, past=False),
            Field("community", "社区", CHOICE, choices=_places(request)),
            Field("staff", "值班人", CHOICE, choices=_people(session)),
        )
        v = read_fields(fields, _given(request), at)
        for day in _days(v["day"], v["until"]):
            duty.put_on_duty(session, day, v["community"], v["staff"], who.code, at)

    return await _change(request, work)


@bp.post("/absence")
@needs(Permission.SEE_CASES)
async def note_absence(request: Request) -> HTTPResponse:
    """Note an absence: one's own, or anybody's for who may assign."""
    who: Staff = request.ctx.staff

    def work(session: Session, at: datetime) -> None:
        fields = (
            Field("staff", "谁离岗", CHOICE, choices=_people(session)), Field("first_day", "离岗日", DAY, required=True, past=False),
            Field("back_on", "返岗日", DAY, required=True, past=False), Field("reason", "原因", required=True, longest=40),
        )  # fmt: skip
        v = read_fields(fields, _given(request), at)
        away = v["staff"] or who.code
        _refuse_others(who, away)
        duty.note_absence(session, away, v["first_day"], v["back_on"], v["reason"], who.code, at)

    return await _change(request, work)


@bp.post("/absence/<absence:int>/cancel")
@needs(Permission.SEE_CASES)
async def cancel_absence(request: Request, absence: int) -> HTTPResponse:
    """Take an absence back."""
    who: Staff = request.ctx.staff

    def work(session: Session, at: datetime) -> None:
        noted = session.get(StaffAbsence, absence) if absence < 2**62 else None
        _refuse_others(who, noted.staff if noted else who.code)
        duty.cancel_absence(session, absence, who.code, at)

    return await _change(request, work)


@bp.post("/substitute")
@needs(Permission.WORK_CASES)
async def substitute(request: Request) -> HTTPResponse:
    """Hand all cases of somebody who is away to those on duty; what cannot be handed on is listed with the reason."""
    holder, hours = _given(request).get("staff", ""), request.app.ctx.office.weekday_hours
    at = now()

    def work(session: Session) -> tuple[list[str], dict[str, str]]:
        moved, left = substitute_all(session, holder, request.ctx.staff, hours, at)
        for number in moved:
            tell_resident(session, case_of(session, number), "substituted", at)
        return moved, left

    moved, left = await in_thread(request.app, work, writing=True)
    if left or not moved:
        return await _show(request, errors=[f"{number}：{why}" for number, why in left.items()] or ["没有可以转的事项。"], status=409)
    return go(request, f"{ROOT}/roster")


def _refuse_others(who: Staff, away: str) -> None:
    if away != who.code and not who.may(Permission.ASSIGN):
        raise CaseRefused("只能登记或撤销自己的离岗；别人的请区法制办登记。")


async def _change(request: Request, work: Callable[[Session, datetime], None]) -> HTTPResponse:
    try:
        await in_thread(request.app, lambda s: work(s, now()), writing=True)
    except BadFields as wrong:
        return await _show(request, errors=list(wrong.fields.values()), status=422)
    except BadInput as refused:
        return await _show(request, errors=[refused.hint], status=409)
    return go(request, f"{ROOT}/roster")


async def _show(request: Request, errors: list[str] | None = None, status: int = 200) -> HTTPResponse:
    at, who = now(), request.ctx.staff
    today = duty.today(at)
    first = today - timedelta(days=today.weekday())
    days = [first + timedelta(days=n) for n in range(7 * WEEKS)]

    def look(session: Session) -> dict[str, Any]:
        away = duty.absences_from(session, today)
        return {
            "roster": duty.shifts_between(session, days[0], days[-1] + timedelta(days=1)),
            "absences": away,
            "waiting": [(a.staff, [c for c in cases_of_absent(session, a.staff) if who.may_see(c.community)]) for a in away if a.first_day <= today],
            "people": _people(session),
        }

    shown = await in_thread(request.app, look)
    names = dict(shown["people"])
    weeks = [[_day(day, today) for day in days[n : n + 7]] for n in range(0, len(days), 7)]
    places = [("", "全区"), *_places(request)]
    return page(request, "roster.html", status=status, weeks=weeks, places=places, names=names, today=today, errors=errors or [], **shown)


def _days(first: date, last: date | None) -> list[date]:
    """The day itself; with a last day the working days up to it."""
    if last is None:
        return [first]
    if not first <= last <= first + timedelta(days=LONGEST):
        raise BadFields({"until": f"“到哪天”要在开始那天之后{LONGEST}天以内。"})
    return [day for n in range((last - first).days + 1) if is_working_day(day := first + timedelta(days=n))]


def _day(day: date, today: date) -> dict[str, Any]:
    return {"date": day, "words": f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}", "is_today": day == today, "works": is_working_day(day)}


def _people(session: Session) -> tuple[tuple[str, str], ...]:
    found = (one.staff for one in staff.listed(session) if one.disabled_at is None)
    return tuple((one.code, one.name) for one in found if one.may(Permission.WORK_CASES))


def _places(request: Request) -> tuple[tuple[str, str], ...]:
    office: Office = request.app.ctx.office
    return tuple((c.code, c.name) for c in office.communities if request.ctx.staff.may_see(c.code))


def _given(request: Request) -> dict[str, str]:
    return {name: str(values[0]) for name, values in (request.form or {}).items()}
