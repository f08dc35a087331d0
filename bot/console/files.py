"""Files for residents: taken in from the desk by their content, given out again to the desk. Bodies are streamed, so that one that is
too large is answered with words instead of a closed connection."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote, unquote

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.channels import clamd
from bot.console.access import ROOT, needs, not_theirs, now
from bot.console.people_waiting import places_of
from bot.console.talks import Open, case_of, role_of, why_refused, with_talk
from bot.errors import BadInput, HandoverRefused
from bot.inbox.appointments import appointments_of, calendar_of_appointment
from bot.inbox.attachments import Given, find_file, give_file, read_file
from bot.ledger.audit import note
from bot.legal.attachments import MAX_BYTES, TOO_BIG, check_file
from bot.legal.permissions import Permission, Staff
from bot.storage.threads import in_thread

log = logging.getLogger(__name__)
bp = Blueprint("files", url_prefix=ROOT)
INFECTED = "这个文件里查出病毒（{}），没有发出。请先在本机杀毒，并告诉管理员。"
NOT_SCANNED = "病毒检查暂时用不了，文件没有发出。请过几分钟再试，一直不行请告诉管理员。"
READ_AT_MOST = 64 * 1024 * 1024  # what is read and thrown away, so that the refusal reaches the browser


@bp.post("/people/<number:int>/attachments", stream=True)
@needs(Permission.TALK)
async def upload(request: Request, number: int) -> HTTPResponse:
    """Give a file to the resident of a conversation; the body is the file, its name comes percent-encoded in X-File-Name."""
    body = await read_body(request, MAX_BYTES)
    if body is None:
        return response.json({"error": TOO_BIG}, status=413)
    who: Staff = request.ctx.staff
    name = unquote(request.headers.get("x-file-name", ""))[:300]
    if (refused := await _scanned(request, number, body)) is not None:
        return refused

    def work(session: Session, found: Open) -> None:
        file = check_file(name, body)
        give_file(session, found.conversation.id, who.code, role_of(who), file, now(), case_of(session, found.conversation.id))
        note(session, who.code, "file_given", found.subject, now())

    try:
        await with_talk(request, number, work, writing=True)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    except HandoverRefused:
        return response.json({"error": await with_talk(request, number, why_refused)}, status=409)
    return response.json({"ok": True}, status=201)


async def _scanned(request: Request, number: int, body: bytes) -> HTTPResponse | None:
    """Ask the scanner where one is set up; a file that nobody could look at is held back."""
    if not (scanner := request.app.ctx.settings.gate.clamd):
        return None
    try:
        malware = await clamd.scan(scanner, body)
    except clamd.ScannerAway:
        log.exception("a file was held back")
        return response.json({"error": NOT_SCANNED}, status=503)
    if not malware:
        return None
    await with_talk(request, number, lambda s, found: note(s, request.ctx.staff.code, "file_infected", found.subject, now(), malware), writing=True)
    return response.json({"error": INFECTED.format(malware[:60])}, status=400)


@bp.get("/files/<token:str>")
@needs(Permission.TALK)
async def download(request: Request, token: str) -> HTTPResponse:
    """Send a file that was given to a resident, to those who may see the conversation; written down."""
    who: Staff = request.ctx.staff

    def work(session: Session) -> Given | None:
        found = find_file(session, token)
        places = places_of(session, [found.conversation_id])[found.conversation_id] if found else set()
        if found is None or (who.communities is not None and places and not places & who.communities):
            return None
        note(session, who.code, "file_opened", f"file:{found.id}", now())
        return read_file(session, found)

    given = await in_thread(request.app, work, writing=True)
    if given is None:
        await not_theirs(request, "file")
    assert given is not None
    return send(given)


@bp.get("/people/<number:int>/calendar/<token:str>")
@needs(Permission.TALK)
async def calendar(request: Request, number: int, token: str) -> HTTPResponse:
    """Send the calendar file of an agreed appointment."""

    def work(session: Session, found: Open) -> str | None:
        mine = appointments_of(session, found.conversation.id)
        return next((calendar_of_appointment(a) for a in mine if a.token == token and a.chosen), None)

    text = await with_talk(request, number, work)
    if text is None:
        await not_theirs(request, f"handover:{number}")
    headers = {"Content-Disposition": "attachment; filename=appointment.ics"}
    return response.raw((text or "").encode(), content_type="text/calendar; charset=utf-8", headers=headers)


async def read_body(request: Request, most: int) -> bytes | None:
    """Return the body of a streamed request; None when it is larger than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    stream: Any = request.stream
    while size <= READ_AT_MOST:
        part = await stream.read()
        if not part:
            break
        size += len(part)
        if size <= most:
            parts.append(part)
    return b"".join(parts) if size <= most else None


def send(given: Given) -> HTTPResponse:
    """Return a file as a download: never shown inside a page, whatever is in it."""
    headers = {
        "Content-Disposition": f"attachment; filename=file.{given.kind.code}; filename*=UTF-8''{quote(given.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return response.raw(given.body, headers=headers, content_type=given.kind.label)
