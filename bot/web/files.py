"""Files and calendar entries that the desk gave a resident: opened with the resident's own cookie, or claimed once with a pick-up code."""

from __future__ import annotations

from datetime import datetime, timezone

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.files import send
from bot.errors import BadInput
from bot.inbox.appointments import calendar_of
from bot.inbox.attachments import claim_file, open_claimed, open_file
from bot.storage.threads import in_thread
from bot.web.chat import conversation_of, json_of, visitor

bp = Blueprint("resident_files", url_prefix="/api/chat")
NOT_THERE = "没有这个文件，或者不是给您的。请回到收到它的对话里打开。"
WRONG_CODE = "领取码不对、已过期，或已在别的手机上用过。请核对，或请工作人员再发一次。"


@bp.get("/files/<token:str>")
async def file(request: Request, token: str) -> HTTPResponse:
    """Send a file that was given in the conversation of this cookie; 404 for everybody else's."""
    try:
        conversation = conversation_of(request)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    given = await in_thread(request.app, lambda s: open_file(s, token, conversation))
    return send(given) if given else response.json({"error": NOT_THERE}, status=404)


@bp.get("/appointments/<token:str>")
async def appointment(request: Request, token: str) -> HTTPResponse:
    """Send the calendar file of an appointment that was agreed in the conversation of this cookie."""
    try:
        conversation = conversation_of(request)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    text = await in_thread(request.app, lambda s: calendar_of(s, token, conversation))
    if text is None:
        return response.json({"error": NOT_THERE}, status=404)
    headers = {"Content-Disposition": "attachment; filename=appointment.ics", "Cache-Control": "no-store"}
    return response.raw(text.encode(), content_type="text/calendar; charset=utf-8", headers=headers)


@bp.post("/claim")
async def claim(request: Request) -> HTTPResponse:
    """Bind the file behind a pick-up code to this browser; returns where it opens."""
    try:
        body = json_of(request)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    code = body.get("code") if isinstance(body, dict) else None
    if not isinstance(code, str):
        return response.json({"error": WRONG_CODE}, status=400)
    token = await in_thread(request.app, lambda s: claim_file(s, code[:40], visitor(request).id, datetime.now(timezone.utc)), writing=True)
    return response.json({"url": f"/api/chat/claimed/{token}"}) if token else response.json({"error": WRONG_CODE}, status=404)


@bp.get("/claimed/<token:str>")
async def claimed(request: Request, token: str) -> HTTPResponse:
    """Send a file that this browser claimed."""
    given = await in_thread(request.app, lambda s: open_claimed(s, token, visitor(request).id))
    return send(given) if given else response.json({"error": NOT_THERE}, status=404)
