"""/console/office: the figures of the office, each of which opens to the rows behind it."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from typing import Any, Callable

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console import asked
from bot.console.access import ROOT, needs, not_theirs, now
from bot.console.office_words import WEEKDAYS, Board, board, period_choices, row_cells
from bot.console.pages import page
from bot.errors import BadQuery
from bot.legal.permissions import Permission
from bot.reports.texts import span
from bot.statistics.dashboard import LISTS, SPLITS, headlines, heat, listing, split, trend
from bot.statistics.flags import KINDS, flags
from bot.statistics.hours import BY_THE_HOUR
from bot.statistics.paging import RowsPage, rows_page
from bot.statistics.periods import name_of, today
from bot.statistics.registry import metric
from bot.statistics.views import View
from bot.storage.threads import in_thread

bp = Blueprint("office", url_prefix=f"{ROOT}/office")
ROWS = 50


def told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a filter that cannot be used with a page (400) that says what was expected."""

    @functools.wraps(handler)
    async def telling(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse:
        try:
            answer: HTTPResponse = await handler(request, *args, **kwargs)
        except BadQuery as wrong:
            answer = page(request, "error.html", status=400, message=wrong.chinese, code=400)
        return answer

    return telling


@bp.get("/")
@needs(Permission.SEE_FIGURES)
@told
async def show(request: Request) -> HTTPResponse:
    """The dashboard of a period; every filter is in the address."""
    view = await view_of(request)
    day, hours = today(now()), asked.one_of("heat", request.args.get("heat") or "bot_answers", BY_THE_HOUR)
    seen = await in_thread(request.app, lambda session: _look(session, view, day, hours, request.app.ctx.office))
    choices = period_choices(day, view)
    return office_page(request, "office.html", view, board=seen, choices=choices, hours=BY_THE_HOUR)


@bp.get("/rows/<code:str>")
@needs(Permission.SEE_FIGURES)
@told
async def rows(request: Request, code: str) -> HTTPResponse:
    """The rows behind one figure, without personal data, a page at a time."""
    which, view = asked.asked_metric(code), await view_of(request)
    after = asked.asked_number(request.args, "after", 0, 10**17)
    moment = _moment(request)
    found: RowsPage = await in_thread(request.app, lambda session: rows_page(session, which, view, after, ROWS, moment))
    office = request.app.ctx.office
    following = asked.address_of(view, after=found.following, weekday=moment and moment[0], hour=moment and moment[1]) if found.following else None
    lines = [row_cells(row, office) for row in found.rows]
    words = asked.filters_in_words(view, office)
    return office_page(request, "office_rows.html", view, metric=which, lines=lines, total=found.total, following=following, words=words, moment=moment)


@bp.get("/flags")
@needs(Permission.SEE_FIGURES)
@told
async def flag_list(request: Request) -> HTTPResponse:
    """What somebody should look at: missing evidence, near duplicates, implausible rates, and the sample for visits."""
    view, seed = await view_of(request), asked.asked_number(request.args, "seed", 1, 10**9)
    found = await in_thread(request.app, lambda session: flags(session, view, seed))
    counts = {kind: sum(flag.kind == kind for flag in found) for kind in KINDS}
    part = "office_flags_part.html" if request.args.get("part") else "office_flags.html"
    return office_page(request, part, view, flags=found, counts=counts, kinds=KINDS, seed=seed)


def office_page(request: Request, name: str, view: View, **context: Any) -> HTTPResponse:
    """Return a page about a view: with its words, and addresses that keep it."""
    known = {
        "view": view,
        "span": in_words,
        "asked_period": lambda v: name_of(v.period),
        "address": functools.partial(asked.address_of, view),
        "metric_label": lambda code: metric(code).label,
        "taxonomy": asked.TAXONOMIES.__getitem__,
        "weekdays": WEEKDAYS,
    }
    return page(request, name, **{**known, **context})


def in_words(view: View) -> str:
    """Return the days of a view: "2026年", or its first and last day."""
    return span(view.period) if name_of(view.period) else f"{view.period.first}至{view.period.end - timedelta(days=1)}"


async def view_of(request: Request) -> View:
    """Return the view an address asks for, held to the communities the asker works for; one of others is not there (404)."""
    staff = request.ctx.staff
    view = asked.asked_view(request.args, request.app.ctx.office, today(now()), staff.communities)
    community = dict(view.where).get("community")
    if community is not None and not staff.may_see(community or None):
        await not_theirs(request, f"community {community or asked.WITHOUT}")
    return view


def _look(session: Session, view: View, day: date, hours: str, office: Any) -> Board:
    codes = tuple(c.code for c in office.communities)
    splits = [split(session, code, view, codes if code == "community" else ()) for code, *_ in SPLITS]
    lists = [listing(session, code, view) for code, *_ in LISTS]
    return board(headlines(session, view, day), trend(session, view, day), splits, lists, (hours, heat(session, hours, view)), view, office)


def _moment(request: Request) -> tuple[int, int] | None:
    if "weekday" not in request.args and "hour" not in request.args:
        return None
    return asked.asked_number(request.args, "weekday", 0, 6), asked.asked_number(request.args, "hour", 0, 23)


@bp.get("/rows")
@needs(Permission.SEE_FIGURES)
async def no_metric(_request: Request) -> HTTPResponse:
    """Rows without a figure are nowhere."""
    raise NotFound("rows of which figure?")
