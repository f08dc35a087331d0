"""The web process: one factory that joins the chat, the pages and the health checks. It never imports Rasa.

    python -m bot.web.app
"""

from __future__ import annotations

import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from sanic import Sanic, response
from sanic.exceptions import NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import console
from bot.channels import web
from bot.console import access, pages
from bot.inbox import staff_notice_sender
from bot.inbox.dispatcher import Dispatcher
from bot.office import read_office
from bot.settings import Settings, read_settings
from bot.storage import personal_data
from bot.storage.database import AWAY, Database, open_database, wait_for_database
from bot.storage.group_commit import GroupCommit
from bot.web import assets, chat, files, guard, headers, health, laws, wechat
from bot.web.live import Live
from bot.web.rates import TooMany
from bot.web.slowness import PatientProtocol

log = logging.getLogger(__name__)
YEAR = 365 * 24 * 3600
WORDS = {
    404: "没有这个页面。",
    405: "不能这样访问。",
    408: "网络太慢，请重试。",
    413: "内容太大了，请缩短后再发。",
    415: "请求的格式不对。",
    421: "这个网址不对，请从办公室公布的网址进入。",
    429: "操作太快了，请稍等一会儿再试；急事请拨打12348，有危险请拨打110。",
    503: chat.AWAY,
}
DESK_WORDS = {
    403: "没有权限，或页面已经过期。请退回刷新后再试。",
    404: "没有这一页，或不归您办理。",
    409: "别人刚刚改过，请刷新后再试。",
    500: "没有办成，已经记下。请稍后再试。",
    503: "系统正在恢复，刚才的操作没有保存。请过一会儿刷新，再办一次。",
}


def create_app(settings: Settings, database: Database) -> Sanic:
    """Return the application; the database must be open and migrated."""
    app = Sanic("web", configure_logging=False)
    app.config.REQUEST_TIMEOUT = settings.gate.request_time
    app.config.RESPONSE_TIMEOUT = int(settings.answer_wait) + settings.gate.request_time // 2
    app.config.ACCESS_LOG = False
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.settings, app.ctx.database, app.ctx.stopping = settings, database, False
    app.ctx.office = read_office(settings.office)
    app.ctx.page = assets.resident_page(app.ctx.office)
    app.ctx.threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database")
    # Messages have threads of their own: four people at the desk who look at something large must not hold them up.
    app.ctx.incoming = GroupCommit(database, ThreadPoolExecutor(max_workers=4, thread_name_prefix="incoming"), point="chat.store")
    app.blueprint([chat.bp, files.bp, health.bp, laws.bp, assets.bp])
    if settings.wechat:
        wechat.mount(app, settings.wechat)
    guard.mount(app)
    console.mount(app)
    app.add_route(resident_page, "/")
    app.register_middleware(headers.add, "response")
    app.error_handler.add(Exception, _say_error)
    app.register_listener(_start, "before_server_start")
    app.register_listener(_stop, "before_server_stop")
    return app


async def resident_page(request: Request) -> HTTPResponse:
    """The page residents chat on; gives a new visitor a signed cookie."""
    page = assets.send(request, request.app.ctx.page)
    if not chat.visitor(request).id:
        page.cookies[web.COOKIE] = web.new_visitor(personal_data.keys())
        page.cookies[web.COOKIE].update({"httponly": True, "samesite": "Lax", "max-age": YEAR, "path": "/"})
        if request.app.ctx.settings.cookie_secure:
            page.cookies[web.COOKIE]["secure"] = True
    return page


async def _start(app: Sanic, _loop: Any) -> None:
    settings: Settings = app.ctx.settings
    app.ctx.live = Live(app.ctx.database, app.ctx.threads)

    def answered(conversation: str, replies: list[int]) -> None:
        app.ctx.live.wake(conversation, replies)
        wechat.answered(app, conversation)

    app.ctx.dispatcher = Dispatcher(
        app.ctx.database, app.ctx.threads, settings.worker_urls, settings.worker_token, settings.worker_timeout, answered
    )
    app.ctx.live.start()
    await app.ctx.dispatcher.start()
    app.ctx.staff_notices = staff_notice_sender.of(app)
    if app.ctx.staff_notices:
        await app.ctx.staff_notices.start()


async def _stop(app: Sanic, _loop: Any) -> None:
    app.ctx.stopping = True
    # The answers in hand still reach those who wait for them.
    await app.ctx.dispatcher.stop()
    await app.ctx.live.stop()
    if app.ctx.staff_notices:
        await app.ctx.staff_notices.stop()


async def _say_error(request: Request, error: Exception) -> HTTPResponse:
    """One shape for every error; never a stack trace, never what somebody typed."""
    status = _status_of(error)
    if status >= 500 and not isinstance(error, SanicException):
        log.error("%s %s failed", request.method, request.path, exc_info=error)
    message = WORDS.get(404 if isinstance(error, NotFound) else status, "请求没有办成，请稍后再试；急事请拨打12348。")
    for_desk = access.is_ours(request)
    answer = pages.error_page(request, status, DESK_WORDS.get(status, message)) if for_desk else response.json({"error": message}, status=status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.wait)
    if isinstance(error, AWAY):
        answer.headers["Retry-After"] = chat.RETRY_AFTER
    return answer


def _status_of(error: Exception) -> int:
    """A value that no column can hold (a number of 20 digits, a NUL) was typed by somebody: that is their request, not our fault."""
    if isinstance(error, (OverflowError, sa.exc.DataError)) or (isinstance(error, ValueError) and "NUL (0x00)" in str(error)):
        return 400
    if isinstance(error, AWAY):
        return 503
    return error.status_code if isinstance(error, SanicException) else 500


def main() -> None:
    """Run the web process from the settings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s web %(levelname)s %(name)s %(message)s")
    logging.getLogger("sanic").setLevel(logging.WARNING)
    settings = read_settings()
    database = open_database(settings)
    wait_for_database(database, seconds=60)
    app = create_app(settings, database)
    # What the process is made of is nobody's garbage; looking through it again and again cost a table of figures sixty milliseconds.
    gc.collect()
    gc.freeze()
    app.run(host=settings.host, port=settings.port, access_log=False, protocol=PatientProtocol)


if __name__ == "__main__":
    main()
