"""The resident's chat over HTTP: say something, listen, see what was said before."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.channels import web
from bot.errors import BadInput
from bot.inbox import person_guard, stages, store
from bot.inbox.dispatcher import describe, plain
from bot.ledger.privacy import copy_of_all
from bot.messages import Button, Inbound, Outbound
from bot.storage import database, personal_data
from bot.storage.threads import in_thread

log = logging.getLogger(__name__)
bp = Blueprint("chat", url_prefix="/api/chat")

HEARTBEAT_SECONDS = 15
RETRY_AFTER = "5"
NOTHING_READABLE = Outbound(
    text="没有看到文字。请打字告诉我您的问题，比如“房东不退押金怎么办”。", buttons=(Button("能办什么", "能办什么"),)
)
STORED = "消息已经收到，正在处理，请稍等；答复好了会自动显示在这里。"
MANY = "现在咨询的人比较多，您的消息已经收到，正在排队，答复好了会自动显示在这里；急事请拨打12348，有危险请拨打110。"
AWAY = "系统正在恢复，请稍后再发一次；急事请拨打12348，有危险请拨打110。"


class NotJson(SanicException):
    """A body that does not call itself JSON."""

    status_code = 415
    quiet = True


@bp.post("/messages")
async def say(request: Request) -> HTTPResponse:
    """Store what a resident said, and return the answer if it comes in time; otherwise `pending`."""
    app = request.app
    try:
        communities = [community.code for community in app.ctx.office.communities]
        inbound = web.parse(json_of(request), visitor(request), personal_data.keys(), datetime.now(timezone.utc), communities)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    app.ctx.rates.count_conversation(inbound.conversation)
    if not inbound.text:
        return response.json({"id": inbound.external_id, "row": None, "messages": [plain(NOTHING_READABLE)], "pending": False})
    app.ctx.dispatcher.announce(inbound.conversation, inbound.text)
    event = app.ctx.live.listen(inbound.conversation)
    began = time.perf_counter()
    try:
        stored = await app.ctx.incoming.write(partial(_store, inbound=inbound))
        stages.took("inbox", time.perf_counter() - began)
        if not stored.answered:
            app.ctx.dispatcher.wake(inbound.conversation, stored.first_waiting, stored.id)
            if app.ctx.dispatcher.is_full:
                return response.json({**_said(stored, None), "notice": MANY})
            app.ctx.dispatcher.expect(stored.id)
        replies = await _wait_for_answer(app, stored, event)
    except database.AWAY:
        log.exception("the database did not take a message")
        return response.json({"error": AWAY}, status=503, headers={"Retry-After": RETRY_AFTER})
    finally:
        app.ctx.live.leave(inbound.conversation, event)
    return response.json(_said(stored, replies))


def _store(session: Session, inbound: Inbound) -> store.Stored:
    return person_guard.watch(session, store.receive(session, inbound), inbound.at)


@bp.get("/events")
async def events(request: Request) -> HTTPResponse | None:
    """Stream what is said in a conversation (server-sent events); resumes after `Last-Event-ID` or `after`."""
    try:
        conversation = conversation_of(request)
        last = _reply_id(request.headers.get("last-event-id") or request.args.get("after") or "0")
    except (BadInput, ValueError):
        return response.json({"error": web.HINTS["conversation"]}, status=400)
    app = request.app
    stream = await request.respond(content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    await stream.send("retry: 2000\n\n")
    event = app.ctx.live.listen(conversation)
    try:
        while not app.ctx.stopping:
            event.clear()
            for reply in await in_thread(app, partial(store.replies_after, conversation=conversation, last_id=last)):
                last = reply.id
                await stream.send(f"id: {reply.id}\ndata: {json.dumps(describe(reply), ensure_ascii=False)}\n\n")
            try:
                await asyncio.wait_for(event.wait(), HEARTBEAT_SECONDS)
            except asyncio.TimeoutError:
                await stream.send(": still here\n\n")
    finally:
        app.ctx.live.leave(conversation, event)
    await stream.eof()
    return None


@bp.get("/mine")
async def mine(request: Request) -> HTTPResponse:
    """Return a copy of everything stored about this conversation, as a file (个保法 45)."""
    try:
        conversation = conversation_of(request)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)
    copy = await in_thread(request.app, lambda session: copy_of_all(session, conversation))
    headers = {"Content-Disposition": "attachment; filename=my-data.json", "Cache-Control": "no-store"}
    return response.json(copy, headers=headers, dumps=lambda value: json.dumps(value, ensure_ascii=False, indent=1))


@bp.get("/history")
async def history(request: Request) -> HTTPResponse:
    """Return the conversation so far, for a page that was loaded again: what was said by whom, in order."""
    try:
        conversation = conversation_of(request)
    except BadInput as refusal:
        return response.json({"error": refusal.hint}, status=400)

    def look(session: Session) -> dict[str, Any]:
        messages = store.messages_of(session, conversation)
        first = messages[0].id if messages else 0
        replies = [r for r in store.replies_after(session, conversation, 0) if r.message_id is None or r.message_id >= first]
        return {
            "said": [{"row": m.id, "id": m.external_id, "text": m.text, "at": m.received_at.isoformat(), "pending": not m.answered} for m in messages],
            "replies": [describe(r) for r in replies],
        }

    return response.json(await in_thread(request.app, look))


def _reply_id(text: str) -> int:
    """Return the id; ValueError for what is no number, or one that no reply can have."""
    if not 0 <= (number := int(text)) < 2**63:
        raise ValueError("no id of a reply")
    return number


def visitor(request: Request) -> web.Visitor:
    """Return whom the cookie means; nobody without a genuine one."""
    return web.read_visitor(request.cookies.get(web.COOKIE), personal_data.keys())


async def _wait_for_answer(app: Any, stored: store.Stored, event: asyncio.Event) -> list[dict[str, Any]] | None:
    """Return the answer to one message as the page gets it, or None if it takes longer than a request should."""
    loop = asyncio.get_running_loop()
    end = loop.time() + app.ctx.settings.answer_wait
    try:
        while True:
            if not stored.answered:
                # The dispatcher of this process hands the answer over itself; the database knows it from any process.
                await _set_before(event, end - loop.time())
                event.clear()
                fresh = app.ctx.dispatcher.take(stored.id)
                if fresh is not None:
                    return fresh
            replies = await in_thread(app, partial(store.stored_replies_to, message_id=stored.id))
            if replies is not None or loop.time() >= end:
                return None if replies is None else [describe(reply) for reply in replies]
    finally:
        app.ctx.dispatcher.take(stored.id, give_up=True)


async def _set_before(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, by whoever has news or by the clock; `asyncio.wait_for` would make a task of each waiting."""
    clock = asyncio.get_running_loop().call_later(max(0.0, seconds), event.set)
    try:
        await event.wait()
    finally:
        clock.cancel()


def _said(stored: store.Stored, replies: list[dict[str, Any]] | None) -> dict[str, Any]:
    """`row` and each reply's id let a page that also listens show every reply once."""
    pending = replies is None
    answer: dict[str, Any] = {"id": stored.external_id, "row": stored.id, "messages": replies or [], "pending": pending}
    return {**answer, "notice": STORED} if pending else answer


def json_of(request: Request) -> Any:
    """Return what a page sent.

    Raises:
        NotJson: it does not say that it is JSON; a form on another site cannot say so.
        BadInput: it is none.
    """
    if request.content_type.partition(";")[0].strip().casefold() != "application/json":
        raise NotJson("expected application/json")
    try:
        return request.json
    except Exception as error:
        raise BadInput(web.HINTS["body"]) from error


def conversation_of(request: Request) -> str:
    """Return the conversation that the cookie and the page's name for it mean.

    Raises:
        BadInput: no readable name.
    """
    name = web.read_name(request.args.get("conversation"))
    return web.conversation_id(visitor(request), name, personal_data.keys())
