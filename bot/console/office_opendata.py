"""/console/office/opendata: a year's tables for everybody, as one archive."""

from __future__ import annotations

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console import asked
from bot.console.access import ROOT, needs, now, write_down
from bot.console.downloads import as_file
from bot.console.office import told
from bot.console.pages import page
from bot.errors import BadPeriod, BadQuery
from bot.ledger.periods import closed_months, period_actions
from bot.legal.permissions import Permission
from bot.legal.suppression import SMALLEST, SPAN
from bot.reports.open_data import as_zip, files_of, open_data
from bot.statistics.periods import FIRST_YEAR, LAST_YEAR, today
from bot.storage.threads import in_thread

bp = Blueprint("office_opendata", url_prefix=f"{ROOT}/office/opendata")


@bp.get("/")
@needs(Permission.MAKE_REPORTS)
async def show(request: Request) -> HTTPResponse:
    """What is published, and which years are closed."""
    chain = await in_thread(request.app, lambda session: closed_months(period_actions(session)))
    last = today(now()).year - 1
    closed = {year: sum(str(action.month).startswith(f"{year}-") for action in chain) for year in range(last, last - 3, -1)}
    return page(request, "office_opendata.html", closed=closed, smallest=SMALLEST, span=SPAN)


@bp.get("/file")
@needs(Permission.MAKE_REPORTS)
@told
async def file(request: Request) -> HTTPResponse:
    """The archive of a year that is over."""
    year, day, office = asked.asked_number(request.args, "year", today(now()).year - 1, LAST_YEAR, FIRST_YEAR), today(now()), request.app.ctx.office
    try:
        body = await in_thread(request.app, lambda session: as_zip(files_of(open_data(session, year, office, day))))
    except BadPeriod as error:
        raise BadQuery("year", f"{year}年还没有过完；开放数据一年只公布一次。", str(error)) from error
    await write_down(request, "open_data", f"year {year}", None)
    return as_file(body, "application/zip", f"open-data-{year}.zip")
