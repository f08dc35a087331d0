"""/console/people: residents who wait for a person or have one; taking a conversation, answering in it, giving it back."""

from __future__ import annotations

import asyncio
from typing import Any, Callable

from sanic import Blueprint
from sanic.request import Request, RequestParameters
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, cookie_name, go, needs, now
from bot.console.cases_of import staff_names
from bot.console.pages import page
from bot.console.people_waiting import places_of, theirs
from bot.console.queue import span
from bot.console.talks import Open, case_of, context_of, role_of, why_refused, with_talk
from bot.errors import BadInput, HandoverRefused
from bot.inbox import handover
from bot.inbox.appointments import propose
from bot.inbox.handover import Listed
from bot.ledger import audit, desk, staff_sessions
from bot.ledger.openings import open_people
from bot.ledger.risks import handle_risks
from bot.legal.appointments import read_times
from bot.legal.cases import Channel, Role
from bot.legal.permissions import Permission, Staff
from bot.storage.threads import in_thread

bp = Blueprint("people", url_prefix=f"{ROOT}/people")
LOOK_EVERY = 2.0


@bp.get("/")
@needs(Permission.TALK)
async def show_all(request: Request) -> HTTPResponse:
    """Who waits, emergencies first, and who is with a person; htmx gets the list alone."""
    who: Staff = request.ctx.staff

    def look(session: Session) -> dict[str, Any]:
        waiting, talking = (theirs(session, who, listed) for listed in (handover.waiting_list(session), handover.with_person(session)))
        places = places_of(session, [one.conversation for one in (*waiting, *talking)])
        return {"waiting": waiting, "talking": talking, "places": places, "names": staff_names(session)}

    found = await in_thread(request.app, look)
    office = request.app.ctx.office
    named = {c.code: c.name for c in office.communities}

    def place(one: Listed) -> str:
        return "、".join(sorted(named.get(code, code) for code in found["places"][one.conversation])) or "社区未知"

    name = "people_list.html" if request.headers.get("hx-request") else "people.html"
    staffed = office.is_staffed(now())
    channels = {channel.code: channel.label for channel in Channel}
    return page(request, name, place=place, at=now(), staffed=staffed, hours=office.hours_in_words(), channels=channels, waited=span, **found)


@bp.get("/<number:int>")
@needs(Permission.TALK)
async def show(request: Request, number: int) -> HTTPResponse:
    """One conversation: what was said, and the form to answer; htmx gets what was said alone."""
    return await _page(request, number)


@bp.post("/<number:int>/take")
@needs(Permission.TALK)
async def take(request: Request, number: int) -> HTTPResponse:
    """Take a conversation over; of two at the same moment one wins and the other is told who."""

    def work(session: Session, found: Open) -> None:
        handover.take(session, found.conversation.id, request.ctx.staff.code, role_of(request.ctx.staff), now())
        open_people(session, request.ctx.staff.code, found.subject, "接手居民对话", now())

    return await _done(request, number, work)


@bp.post("/<number:int>/say")
@needs(Permission.TALK)
async def say(request: Request, number: int) -> HTTPResponse:
    """Answer the resident."""
    text = (request.form.get("text") or "") if request.form else ""

    def work(session: Session, found: Open) -> None:
        if not text.strip():
            raise BadInput("还没有写内容。")
        handover.say(session, found.conversation.id, request.ctx.staff.code, role_of(request.ctx.staff), text, now())

    return await _done(request, number, work, kept=text)


@bp.post("/<number:int>/appointment")
@needs(Permission.TALK)
async def make_appointment(request: Request, number: int) -> HTTPResponse:
    """Propose times to the resident."""
    form = request.form or RequestParameters()
    minutes = form.get("minutes") or ""

    def work(session: Session, found: Open) -> None:
        times = read_times(form.getlist("time") or [], now())
        who = request.ctx.staff
        length = int(minutes) if minutes.isascii() and minutes.isdigit() else 0
        propose(session, found.conversation.id, who.code, role_of(who), times, length, form.get("place") or "", now(), case_of(session, found.conversation.id))

    return await _done(request, number, work)


@bp.post("/<number:int>/back")
@needs(Permission.TALK)
async def give_back(request: Request, number: int) -> HTTPResponse:
    """Give the conversation back to the assistant, with a note for colleagues."""
    note = (request.form.get("note") or "")[:500] if request.form else ""

    def work(session: Session, found: Open) -> None:
        who = request.ctx.staff
        role = Role.OFFICE if Role.OFFICE in who.roles else None
        handover.give_back(session, found.conversation.id, who.code, note, now(), role)
        audit.note(session, who.code, "given_back", found.subject, now())

    return await _done(request, number, work, after=f"{ROOT}/people")


@bp.post("/<number:int>/open")
@needs(Permission.OPEN_PERSONAL)
async def uncover(request: Request, number: int) -> HTTPResponse:
    """Show what was said in full, with a reason, for two hours."""
    reason = (request.form.get("reason") or "") if request.form else ""
    return await _done(request, number, lambda s, found: open_people(s, request.ctx.staff.code, found.subject, reason, now()))


@bp.post("/<number:int>/risk")
@needs(Permission.TALK)
async def risk_handled(request: Request, number: int) -> HTTPResponse:
    """Note that the emergencies of this conversation were dealt with, and how."""
    how = (request.form.get("how") or "") if request.form else ""
    return await _done(request, number, lambda s, found: handle_risks(s, found.conversation.id, request.ctx.staff.code, found.subject, how, now()))


@bp.get("/<number:int>/events")
@needs(Permission.TALK)
async def events(request: Request, number: int) -> HTTPResponse | None:
    """Say whenever something happened, so that an open page looks again (server-sent events); ends with the session. 0: the list."""
    if number:
        await with_talk(request, number, lambda session, found: None)
    token = request.cookies.get(cookie_name(request), "")
    stream = await request.respond(content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    await stream.send("retry: 3000\n\n")
    seen: tuple[int, ...] | None = None
    while not request.app.ctx.stopping:
        fresh = await in_thread(request.app, lambda s: desk.pulse(s) if staff_sessions.find(s, token, now()) else None)
        if fresh is None:
            await stream.send("event: over\ndata: {}\n\n")
            break
        # The first look counts as news: something may have happened since the page was drawn, or while the line was cut.
        await stream.send("data: {}\n\n" if fresh != seen else ": still here\n\n")
        seen = fresh
        await asyncio.sleep(LOOK_EVERY)
    await stream.eof()
    return None


async def _done(request: Request, number: int, work: Callable[[Session, Open], Any], after: str = "", kept: str = "") -> HTTPResponse:
    """Do it and go back to the conversation; what was refused is said there, and what was typed is kept."""
    try:
        await with_talk(request, number, work, writing=True)
    except BadInput as refusal:
        return await _page(request, number, error=refusal.hint, kept=kept, status=400)
    except HandoverRefused:
        return await _page(request, number, error=await with_talk(request, number, why_refused), kept=kept, status=409)
    return go(request, after or f"{ROOT}/people/{number}")


async def _page(request: Request, number: int, error: str = "", kept: str = "", status: int = 200) -> HTTPResponse:
    shown = await with_talk(request, number, lambda session, found: context_of(request, session, found))
    if request.headers.get("hx-request"):
        return page(request, "talk.html", **shown)
    return page(request, "conversation.html", status=status, error=error, kept=kept, **shown)
