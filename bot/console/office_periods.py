"""/console/office/periods: closing months, and reopening one with two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.pages import page
from bot.errors import BadPeriod, PeriodRefused
from bot.ledger import audit
from bot.ledger.period_requests import agree, ask_reopening, decline, waiting_requests
from bot.ledger.periods import broken_links, close_month, closed_months, period_actions
from bot.legal.permissions import Permission
from bot.statistics.closings import checks, later_lines, month_body
from bot.statistics.frozen import one_snapshot
from bot.statistics.periods import read_month, today
from bot.storage.book_tables import PeriodAction
from bot.storage.threads import in_thread

bp = Blueprint("office_periods", url_prefix=f"{ROOT}/office/periods")
HERE = f"{ROOT}/office/periods"
CHECKED = 12  # months whose rows are looked at again when the page opens; `bot period list` looks at all
DONE = {"closed": "已关账。", "asked": "已提出重开，等另一位同事同意。", "agreed": "已重开。", "declined": "没有重开。"}
WHY_NOT = (
    ("is not over", "这个月还没有过完，月末之后才能关账。"),
    ("closed already", "这个月已经关账。"),
    ("closed in order", "要按月份顺序关账：先关上一个月。"),
    ("two people", "重开要两个人：提出的人不能自己同意。"),
    ("needs a reason", "请写明重开的原因。"),
    ("is not closed", "这个月没有关账。"),
    ("No request", "这条申请已经处理过了。"),
)


@dataclass(frozen=True)
class Listed:
    """A closing or reopening as the page shows it."""

    action: PeriodAction
    state: str
    holds: bool


@bp.get("/")
@needs(Permission.CLOSE_PERIODS)
async def show(request: Request) -> HTTPResponse:
    """The chain of closings, what waits for a second person, and the next month to close."""
    return await _page(request)


@bp.post("/close")
@needs(Permission.CLOSE_PERIODS)
async def close(request: Request) -> HTTPResponse:
    """Freeze a month."""
    month, staff, at = _field(request, "month"), request.ctx.staff, now()

    def work(session: Session) -> None:
        one_snapshot(session)
        asked = read_month(month)
        if asked.end > today(at):
            raise PeriodRefused(f"{month} is not over")
        name = f"{asked.first:%Y-%m}"
        close_month(session, name, month_body(session, name), staff.code, at)
        audit.note(session, staff.code, "period_closed", f"month {name}", at)

    return await _do(request, work, "closed")


@bp.post("/ask")
@needs(Permission.CLOSE_PERIODS)
async def ask(request: Request) -> HTTPResponse:
    """Ask that a closed month be opened again."""
    month, reason, staff, at = _field(request, "month"), _field(request, "reason"), request.ctx.staff, now()

    def work(session: Session) -> None:
        ask_reopening(session, f"{read_month(month).first:%Y-%m}", staff.code, reason, at)
        audit.note(session, staff.code, "reopening_asked", f"month {month}", at, reason)

    return await _do(request, work, "asked")


@bp.post("/<number:int>/<word:str>")
@needs(Permission.CLOSE_PERIODS)
async def settle(request: Request, number: int, word: str) -> HTTPResponse:
    """Agree to a reopening, or decline it."""
    staff, at = request.ctx.staff, now()
    answer: Callable[..., Any] = agree if word == "agree" else decline

    def work(session: Session) -> None:
        settled = answer(session, number, staff.code, at)
        audit.note(session, staff.code, f"reopening_{'agreed' if answer is agree else 'declined'}", f"month {settled.month}", at)

    return await _do(request, work, "agreed" if answer is agree else "declined")


async def _do(request: Request, work: Callable[[Session], None], done: str) -> HTTPResponse:
    try:
        await in_thread(request.app, work, writing=True)
    except BadPeriod:
        return await _page(request, "月份要写成 2026-03 这样。", 400)
    except PeriodRefused as refused:
        words = next((chinese for english, chinese in WHY_NOT if english in str(refused)), str(refused))
        return await _page(request, words, 409)
    return go(request, f"{HERE}?done={done}")


async def _page(request: Request, error: str = "", status: int = 200) -> HTTPResponse:
    listed, waiting, following = await in_thread(request.app, _look)
    done = DONE.get(request.args.get("done", ""), "")
    return page(request, "office_periods.html", status=status, listed=listed, waiting=waiting, following=following, error=error, done=done)


def _look(session: Session) -> tuple[list[Listed], list[Any], str]:
    one_snapshot(session)
    chain = period_actions(session)
    broken = {action.id for action in broken_links(chain)}
    standing = closed_months(chain)
    looked_at = standing[-CHECKED:]
    holding = {action.id: all(c.intact for c in found) for action, found in zip(looked_at, checks(session, looked_at))}
    listed = [_listed(session, action, action.id in broken, action in standing, holding.get(action.id)) for action in reversed(chain)]
    return listed, waiting_requests(session), _following(standing, today(now()).strftime("%Y-%m"))


def _listed(session: Session, action: PeriodAction, is_broken: bool, stands: bool, holds: bool | None) -> Listed:
    """`holds` is None for closings that were not looked at."""
    if is_broken:
        return Listed(action, "链条断裂：记录被改动", False)
    if not stands:
        return Listed(action, f"{action.reason}（{action.approved_by}同意）" if action.action == "reopen" else "已被后来的关账取代", True)
    if holds is None:
        return Listed(action, "有效（明细用 bot period list 核对）", True)
    if not holds:
        return Listed(action, "明细被改动", False)
    later = len(later_lines(session, action))
    return Listed(action, f"有效，之后补录{later}行" if later else "有效", True)


def _following(standing: list[PeriodAction], this_month: str) -> str:
    """The month to close next, "" where the last one that is over is closed."""
    if not standing:
        return ""
    year, number = (int(part) for part in str(standing[-1].month).split("-"))
    following = f"{year + number // 12}-{number % 12 + 1:02d}"
    return following if following < this_month else ""


def _field(request: Request, name: str) -> str:
    return str((request.form.get(name) if request.form else "") or "").strip()
