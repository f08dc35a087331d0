"""Every table of the office as a file: XLSX, CSV with a mark for Excel, JSON. The filters are those of the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console import asked
from bot.console.access import ROOT, needs, now
from bot.console.downloads import CSV, XLSX, as_file
from bot.console.office import office_page, told, view_of
from bot.console.office_words import WEEKDAYS, period_choices
from bot.errors import BadQuery
from bot.legal.permissions import Permission
from bot.office import Office
from bot.reports.forms import FORMS, form_sheets
from bot.reports.sheets import Cell, Sheet, as_bytes
from bot.reports.tables import about_view, counts_sheet, flags_sheet, rows_sheet, split_sheet
from bot.statistics.dashboard import LISTS, SPLITS, heat, listing, split, trend
from bot.statistics.hours import BY_THE_HOUR
from bot.statistics.metrics import METRICS, metric
from bot.statistics.paging import rows_page
from bot.statistics.periods import today
from bot.statistics.views import View
from bot.storage.threads import in_thread

bp = Blueprint("office_exports", url_prefix=f"{ROOT}/office")
KINDS = {"xlsx": XLSX, "csv": CSV, "json": "application/json; charset=utf-8"}
MOST_ROWS = 50_000
FORM_TITLES = {"mediation": "人民调解案件统计表", "screening": "矛盾纠纷排查月报表", "advisors": "村居法律顾问服务统计表（八项）"}


@bp.get("/exports")
@needs(Permission.SEE_FIGURES)
@told
async def listed(request: Request) -> HTTPResponse:
    """All tables that can be saved, for one period."""
    view = await view_of(request)
    tables = [("all", "全部指标"), *((f"form-{name}", FORM_TITLES[name]) for name in FORMS)]
    tables += [(f"form-advisor:{a.code}", f"法律顾问{a.name}（{a.code}）服务统计") for a in request.app.ctx.office.advisors]
    tables += [("trend", "走势"), *((code, title) for code, title, *_ in (*SPLITS, *LISTS)), ("heat", "一周里的钟点"), ("flags", "提示清单")]
    return office_page(request, "office_exports.html", view, tables=tables, metrics=METRICS, choices=period_choices(today(now()), view))


@bp.get("/export/<file:str>")
@needs(Permission.SEE_FIGURES)
@told
async def export(request: Request, file: str) -> HTTPResponse:
    """One table as a file: "community.xlsx"."""
    name, _, form = unquote(file).rpartition(".")
    if form not in KINDS:
        raise NotFound(f"no such kind of file: {form}")
    view = await view_of(request)
    office: Office = request.app.ctx.office
    seed, dimensions = asked.asked_number(request.args, "seed", 1, 10**9), asked.asked_dimensions(request.args)
    hours, day = asked.one_of("heat", request.args.get("heat") or "bot_answers", BY_THE_HOUR), today(now())
    body = await in_thread(request.app, lambda session: as_bytes(_sheets(session, name, view, office, seed, dimensions, hours, day), form))
    return as_file(body, KINDS[form], f"{name.replace(':', '-')}-{view.period.first}.{form}")


def _sheets(session: Session, name: str, view: View, office: Office, seed: int, dimensions: list[str], hours: str, day: Any) -> list[Sheet]:
    if name == "all":
        return [counts_sheet(session, list(METRICS), view, [d for d in dimensions if d != "day"], office)]
    if name == "trend":
        return [split_sheet(trend(session, view, day), view, office)]
    if name == "flags":
        return [flags_sheet(session, view, seed, office)]
    if name == "heat":
        return [_heat_sheet(session, hours, view, office)]
    if name.startswith("form-"):
        return form_sheets(session, asked.one_of("form", name[5:], (*FORMS, *(f"advisor:{a.code}" for a in office.advisors))), view, office)
    if name.startswith("rows-"):
        return [_rows(session, name[5:], view, office)]
    if name in {code for code, *_ in SPLITS}:
        codes = tuple(c.code for c in office.communities) if name == "community" else ()
        return [split_sheet(split(session, name, view, codes), view, office)]
    if name in {code for code, *_ in LISTS}:
        return [split_sheet(listing(session, name, view), view, office)]
    raise NotFound(f"no table {name}")


def _rows(session: Session, code: str, view: View, office: Office) -> Sheet:
    which = asked.asked_metric(code)
    total = rows_page(session, which, view, size=1).total
    if total > MOST_ROWS:
        chinese = f"共{total}行，一次最多导出{MOST_ROWS}行；请缩短期间或加筛选。"
        raise BadQuery("period", chinese, f"{total} rows, at most {MOST_ROWS} at once; narrow the period.")
    return rows_sheet(session, which, view, office)


def _heat_sheet(session: Session, code: str, view: View, office: Office) -> Sheet:
    found = heat(session, code, view) or [[0] * 24 for _ in WEEKDAYS]
    rows: list[tuple[Cell, ...]] = [(day, *hours, sum(hours)) for day, hours in zip(WEEKDAYS, found)]
    sums = [sum(day[h] for day in found) for h in range(24)]
    about = (*about_view(view, office), (metric(code).label, metric(code).definition))
    return Sheet("一周里的钟点", about, ("星期", *(f"{h}时" for h in range(24)), "合计"), (*rows, ("合计", *sums, sum(sums))), totals=1)
