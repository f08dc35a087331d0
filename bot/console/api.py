"""/api/v1: the office's figures for other programs. Read only; a token opens the parts it names."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Callable

import sqlalchemy as sa
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console import asked
from bot.console.access import now
from bot.console.api_shapes import BASE, CASE_FIELDS, ROW_FIELDS, Route, routes
from bot.errors import BadQuery
from bot.ledger.api_tokens import caller_of
from bot.ledger.periods import broken_links, closed_months, period_actions
from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Status
from bot.office import Office
from bot.reports.tables import counts_sheet
from bot.statistics.metrics import METRICS
from bot.statistics.paging import rows_page
from bot.statistics.periods import today
from bot.statistics.registry import Shape
from bot.statistics.views import DAY, View
from bot.storage.tables import Case, CaseEvent
from bot.storage.threads import in_thread

bp = Blueprint("api_v1", url_prefix=BASE)
Work = Callable[[Session, Any, Office], dict[str, Any]]
NUMBER = re.compile(r"[A-Z0-9-]{1,16}")
MOST_DIMENSIONS, MOST_DAYS = 3, 366
WORDS = {
    401: ("请在 Authorization 头里带上有效的令牌：Bearer dla_…", "Send a token that holds in the Authorization header: Bearer dla_…"),
    403: ("这个令牌没有“{0}”范围。", "This token has no scope {1!r}."),
    404: ("没有这个编号。", "There is nothing with this number."),
}


class NotThere(Exception):
    """What was asked for by its number does not exist."""


def opened(name: str) -> Callable[[Work], Any]:
    """Serve what a function reads, to those whose token opens it; one shape for every refusal, in the caller's language."""

    def decorate(work: Work) -> Any:
        @functools.wraps(work)
        async def handler(request: Request, **parts: str) -> HTTPResponse:
            office = request.app.ctx.office
            route = _route(office, name)
            refused = await _refuse(request, route)
            if refused is not None:
                return refused
            args = {**{key: values[0] for key, values in request.args.items()}, **parts}
            try:
                _check_names(request, route)
                body = await in_thread(request.app, lambda session: work(session, args, office))
            except BadQuery as wrong:
                return _error(request, 400, (wrong.chinese, wrong.english), parameter=wrong.parameter)
            except NotThere:
                return _error(request, 404, WORDS[404])
            return _answer(request, body)

        handler.scope = name  # type: ignore[attr-defined]
        return handler

    return decorate


@bp.get("/metrics")
@opened("metrics")
def metric_list(_session: Session, _args: Any, _office: Office) -> dict[str, Any]:
    """Every metric with its definition."""
    names = ("code", "label", "unit", "scope", "definition", "source", "owner", "must_be_declared")
    return {"metrics": [{**{n: getattr(m, n) for n in names}, "shape": m.shape.value} for m in METRICS]}


@bp.get("/stats")
@opened("stats")
def stats(session: Session, args: Any, office: Office) -> dict[str, Any]:
    """Figures of a period, split by dimensions."""
    view, chosen, dimensions = _view(args, office), asked.asked_metrics(args), asked.asked_dimensions(args)
    if len(dimensions) > MOST_DIMENSIONS:
        got = len(dimensions)
        raise BadQuery("by", f"by 最多{MOST_DIMENSIONS}个维度，现在是{got}个。", f"by takes at most {MOST_DIMENSIONS} dimensions, got {got}.")
    if DAY in dimensions:
        chosen = _with_days(args, chosen, view)
    data = counts_sheet(session, chosen, view, dimensions, office).data
    assert data is not None
    return data


@bp.get("/rows")
@opened("rows")
def rows(session: Session, args: Any, office: Office) -> dict[str, Any]:
    """The rows behind one figure, a page at a time."""
    which = asked.asked_metric(str(args.get("metric", "")))
    size = asked.asked_number(args, "size", 50, asked.LARGEST_PAGE, smallest=1)
    found = rows_page(session, which, _view(args, office), asked.asked_number(args, "after", 0, 10**17), size)
    shown = [{name: value for name, value in asdict(row).items() if name in ROW_FIELDS} for row in found.rows]
    return {"metric": which.code, "total": found.total, "rows": shown, "next": found.following}


@bp.get("/cases")
@opened("cases")
def cases(session: Session, args: Any, office: Office) -> dict[str, Any]:
    """Cases in the order of their numbers."""
    view = _view({name: args[name] for name in ("community", "with_demo") if name in args}, office)
    query = sa.select(Case).where(*(Case.community == (code or None) for _, code in view.where))
    for name, taxonomy in (("kind", CaseKind), ("status", Status)):
        if args.get(name):
            query = query.where(getattr(Case, name) == asked.one_of(name, args[name], taxonomy.codes()))
    if not view.with_demo:
        query = query.where(Case.is_demo.is_(False))
    if args.get("after"):
        query = query.where(Case.number > _number(args["after"]))
    size = asked.asked_number(args, "size", 50, asked.LARGEST_PAGE, smallest=1)
    found = session.execute(query.order_by(Case.number).limit(size + 1)).scalars().all()
    return {"cases": [_case(case) for case in found[:size]], "next": found[size - 1].number if len(found) > size else None}


@bp.get("/cases/<number:str>")
@opened("case")
def case(session: Session, args: Any, _office: Office) -> dict[str, Any]:
    """One case and its steps, without a word of anybody."""
    found = session.get(Case, args["number"]) if NUMBER.fullmatch(args["number"]) else None
    if found is None:
        raise NotThere
    steps = session.execute(sa.select(CaseEvent).where(CaseEvent.case_number == found.number).order_by(CaseEvent.id)).scalars()
    names = ("happened_at", "event", "status_before", "status_after")
    return {**_case(found), "events": [{n: getattr(step, n) for n in names} for step in steps]}


@bp.get("/periods")
@opened("periods")
def periods(session: Session, _args: Any, _office: Office) -> dict[str, Any]:
    """Closed months and the chain of closings."""
    chain = period_actions(session)
    names = ("month", "action", "done_at", "done_by", "approved_by", "reason", "digest", "previous_digest")
    closed = [action.month for action in closed_months(chain)]
    return {"actions": [{n: getattr(a, n) for n in names} for a in chain], "closed": closed, "holds": not broken_links(chain)}


def _route(office: Office, name: str) -> Route:
    return next(route for route in routes(office) if route.name == name)


async def _refuse(request: Request, route: Route) -> HTTPResponse | None:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    caller = await in_thread(request.app, lambda s: caller_of(s, text.strip(), now())) if kind.lower() == "bearer" and text else None
    if caller is None:
        return _error(request, 401, WORDS[401], headers={"WWW-Authenticate": 'Bearer realm="api"'})
    if route.scope not in caller.scopes:
        chinese, english = (words.format(route.scope.label, route.scope.code) for words in WORDS[403])
        return _error(request, 403, (chinese, english))
    return None


def _check_names(request: Request, route: Route) -> None:
    for name in request.args:
        asked.one_of("parameter", name, sorted(route.known) or ["(none)"])


def _view(args: Any, office: Office) -> View:
    return asked.asked_view(args, office, today(now()))


def _with_days(args: Any, chosen: list[Any], view: View) -> list[Any]:
    if (view.period.end - view.period.first).days > MOST_DAYS:
        raise BadQuery("by", f"按日拆分时期间最多{MOST_DAYS}天。", f"By day a period has at most {MOST_DAYS} days.")
    sums = [m for m in chosen if m.shape is Shape.SUM]
    if args.get("metric") and len(sums) < len(chosen):
        others = ", ".join(m.code for m in chosen if m.shape is not Shape.SUM)
        raise BadQuery("by", f"这些指标不能按日拆分：{others}。", f"These metrics have no figure by day: {others}.")
    return sums


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text):
        chinese = f"after 要写上一页最后的编号，如 GX2026-00001，现在是“{text[:40]}”。"
        raise BadQuery("after", chinese, f"after must be the last number of the page before, such as GX2026-00001, got {text[:40]!r}.")
    return text


def _case(found: Case) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CASE_FIELDS}


def _answer(request: Request, body: dict[str, Any]) -> HTTPResponse:
    text = json.dumps(body, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if tag in request.headers.get("if-none-match", ""):
        return HTTPResponse(status=304, headers=headers)
    return response.raw(text, headers=headers, content_type="application/json; charset=utf-8")


def _error(request: Request, status: int, words: tuple[str, str], headers: dict[str, str] | None = None, parameter: str | None = None) -> HTTPResponse:
    """The caller's language decides: Chinese unless English is asked for first."""
    english = request.headers.get("accept-language", "").strip().lower().startswith("en")
    body = {"error": words[1] if english else words[0], **({"parameter": parameter} if parameter else {})}
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    told = {"Content-Language": "en" if english else "zh-CN", "Cache-Control": "no-store", **(headers or {})}
    return response.raw(text, status=status, headers=told, content_type="application/json; charset=utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
