"""/console/queue: which cases want somebody, what hurts first on top; stays current by itself."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, cookie_name, needs, now
from bot.console.cases_of import staff_names
from bot.console.pages import page
from bot.console.people_waiting import how_many_wait
from bot.ledger import desk, staff_sessions
from bot.ledger.desk import Filters, Line, Queue, Tab
from bot.legal.cases import CaseKind, Channel, Tier
from bot.legal.deadlines import NEAR
from bot.legal.disputes import DisputeType
from bot.legal.lifecycle import STATUS_LABELS
from bot.legal.permissions import Permission
from bot.legal.time_limits import Limit
from bot.legal.topics import Topic
from bot.office import BEIJING, Office
from bot.storage.threads import in_thread

bp = Blueprint("queue", url_prefix=f"{ROOT}/queue")
LOOK_EVERY = 2.0
HEARTBEAT = 15.0


@dataclass(frozen=True)
class Shown:
    """A line of the queue in words; `marks` are (look, words), worst first."""

    number: str
    kind: str
    matter: str
    community: str
    channel: str
    requested_at: datetime
    status: str
    assignee: str
    marks: tuple[tuple[str, str], ...]


@bp.get("/")
@needs(Permission.SEE_CASES)
async def show(request: Request) -> HTTPResponse:
    """The queue under the filters in the URL; htmx gets the list alone."""
    filters, number, who = _filters(request), _page(request), request.ctx.staff
    at = now()

    def look(session: Session) -> tuple[Queue, dict[str, str], int]:
        return desk.queue(session, who.communities, who.code, filters, at, number), staff_names(session), how_many_wait(session, who)

    found, names, waiting = await in_thread(request.app, look)
    office: Office = request.app.ctx.office
    lines = [in_words(line, names, office, at) for line in found.lines]
    context: dict[str, Any] = {"lines": lines, "queue": found, "filters": filters, "tabs": list(Tab), "waiting": waiting}
    context["link"] = lambda **change: _link(filters, **change)
    if request.headers.get("hx-request"):
        return page(request, "queue_list.html", **context)
    choices = {
        "communities": [c for c in office.communities if who.may_see(c.code)],
        "kinds": list(CaseKind),
        "types": list(DisputeType),
        "names": names,
    }
    return page(request, "queue.html", choices=choices, **context)


@bp.get("/events")
@needs(Permission.SEE_CASES)
async def events(request: Request) -> HTTPResponse | None:
    """Stream the tabs' counts whenever something happened (server-sent events); ends with the session of whoever listens."""
    app, who, filters = request.app, request.ctx.staff, _filters(request)
    token = request.cookies.get(cookie_name(request), "")
    stream = await request.respond(content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    await stream.send("retry: 3000\n\n")

    def look(session: Session, seen: tuple[int, ...] | None, overdue: bool) -> tuple[tuple[int, ...], dict[str, int] | None] | None:
        if staff_sessions.find(session, token, now()) is None:
            return None
        pulse = desk.pulse(session)
        if pulse == seen and not overdue:
            return pulse, None
        return pulse, {**desk.counts(session, who.communities, who.code, filters, now()), "waiting": how_many_wait(session, who)}

    seen: tuple[int, ...] | None = None
    quiet = 0.0
    while not app.ctx.stopping:
        found = await in_thread(app, lambda s: look(s, seen, quiet >= HEARTBEAT))  # noqa: B023 (awaited before they change)
        if found is None:
            await stream.send("event: over\ndata: {}\n\n")
            break
        changed, counts = found
        if counts is not None:
            # Time alone makes cases overdue, so the counts go out now and then even when nothing happened.
            await stream.send(f"data: {json.dumps({'counts': counts, 'changed': seen is not None and changed != seen})}\n\n")
            quiet = 0.0
        seen, quiet = changed, quiet + LOOK_EVERY
        await asyncio.sleep(LOOK_EVERY)
    await stream.eof()
    return None


def in_words(line: Line, names: dict[str, str], office: Office, at: datetime) -> Shown:
    """Return a line of the queue as people read it."""
    place = office.community(line.community) if line.community else None
    return Shown(
        number=line.number,
        kind=CaseKind.from_code(line.kind).label,
        matter=f"{Topic.from_code(line.topic).label} · {DisputeType.from_code(line.dispute_type).label}",
        community=place.name if place else "社区未定",
        channel=Channel.from_code(line.channel).label,
        requested_at=line.requested_at,
        status=_short(STATUS_LABELS.get(line.status, line.status)),
        assignee=names.get(line.assignee or "", line.assignee or ""),
        marks=tuple(_marks(line, at)),
    )


def _short(status: str) -> str:
    """What residents read goes on after the first words; a list needs only those."""
    return re.split("[，（]", status)[0]


def _marks(line: Line, at: datetime) -> Any:
    if line.has_risk:
        yield "bad", "风险"
    if line.limit_on is not None:
        left = (line.limit_on - at.astimezone(BEIJING).date()).days
        if left <= NEAR:
            yield "bad", f"法定期限剩{left}天" if left >= 0 else f"法定期限已过{-left}天"
    if line.due_at is not None:
        what = Limit.from_code(line.due_code).label if line.due_code in Limit.codes() else "办理"
        yield ("bad", f"{what}超时{span(line.due_at, at)}") if line.due_at < at else ("warm", f"{what}剩{span(at, line.due_at)}")
    if line.talk in ("waiting", "person"):
        yield ("warm", "居民在等人") if line.talk == "waiting" else ("good", "人工对话中")
    if line.tier != Tier.COMMUNITY.code:
        yield "", f"已提级到{Tier.from_code(line.tier).label}"
    if line.is_demo:
        yield "", "演示"


def span(start: datetime, end: datetime) -> str:
    """Return a length of time in one unit: 25分钟, 3小时, 2天."""
    minutes = int((end - start).total_seconds() // 60)
    return f"{max(1, minutes)}分钟" if minutes < 60 else f"{minutes // 60}小时" if minutes < 48 * 60 else f"{minutes // (24 * 60)}天"


def _filters(request: Request) -> Filters:
    given = {name: (request.args.get(name) or "")[:60] for name in ("community", "kind", "dispute_type", "assignee", "search")}
    tab = request.args.get("tab") or Tab.NEW.code
    return Filters(tab=Tab.from_code(tab) if tab in Tab.codes() else Tab.NEW, with_demo=request.args.get("demo") == "1", **given)


def _page(request: Request) -> int:
    text = request.args.get("page") or "1"
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _link(filters: Filters, **change: str) -> str:
    values = {
        "tab": filters.tab.code, "community": filters.community, "kind": filters.kind, "dispute_type": filters.dispute_type,
        "assignee": filters.assignee, "search": filters.search, "demo": "1" if filters.with_demo else "", **change,
    }  # fmt: skip
    return f"{ROOT}/queue?{urlencode({name: value for name, value in values.items() if value})}"
