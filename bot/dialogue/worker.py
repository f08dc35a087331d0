"""A dialogue worker: Rasa with our input channel, our tracker store and the actions inside.

    python -m bot.dialogue.worker PORT

It answers /ready with 200 once the model has really answered a probe, and 503 before.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from bot.dialogue.light_imports import stand_in

if __name__ == "__main__":
    # Before the first import of Rasa and numpy. One thread for sums: workers share the machine, and for vectors of this
    # size a second thread only waits (a message took seven times as long).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    stand_in()

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.dialogue import patches, watchdog
from bot.dialogue.channel import InboxChannel
from bot.dialogue.in_process_actions import InProcessActions
from bot.dialogue.law_route import law_routes
from bot.dialogue.model import newest_model
from bot.dialogue.processor import load_agent
from bot.dialogue.short_way import ShortWay
from bot.dialogue.tracker_store import InboxTrackerStore
from bot.errors import BadSetting
from bot.inbox import announcements
from bot.settings import ROOT, Settings, read_settings
from bot.storage.database import Database, open_database, wait_for_database

log = logging.getLogger(__name__)
PROBE = "邻居家漏水怎么办"


def create_worker(settings: Settings, database: Database, port: int) -> Sanic:
    """Return the worker's application; the model is loaded when it starts, and it listens for announcements on the port that it will serve."""
    from rasa.core.channels.channel import register
    from rasa.shared.core.domain import Domain

    patches.apply()
    app = Sanic("dialogue_worker", configure_logging=False)
    app.config.ACCESS_LOG = False
    # A message may take this long, and Sanic takes a connection for idle while one is answered by the short way.
    app.config.RESPONSE_TIMEOUT = app.config.KEEP_ALIVE_TIMEOUT = int(settings.worker_timeout) + 5
    store = InboxTrackerStore(Domain.empty(), database=database)
    channel = InboxChannel(database, settings.worker_token)
    register([channel], app, route="/webhooks/")
    if settings.law_index:
        app.blueprint(law_routes(settings))
    app.ctx.ready, app.ctx.inbox = False, channel

    async def load_model(app: Sanic, _loop: object) -> None:
        model = newest_model(settings.var)
        app.ctx.agent = load_agent(model, store, InProcessActions())
        parsed = await app.ctx.agent.parse_message(PROBE)
        app.ctx.ready = bool(parsed.get("intent", {}).get("name"))
        log.info("model %s answered its probe: %s", Path(model).name, app.ctx.ready)
        watchdog.tell("READY=1")
        app.ctx.keeping_alive = asyncio.ensure_future(watchdog.keep_alive())

    async def hear_announcements(app: Sanic, _loop: object) -> None:
        try:
            app.ctx.announcements = await announcements.listen(_address(settings), port, settings.worker_token, channel.read_meanwhile)
        except OSError as error:
            log.warning("messages are not read ahead: port %s cannot be listened on for datagrams (%s)", port, error)

    app.register_listener(load_model, "before_server_start")
    app.register_listener(hear_announcements, "before_server_start")

    @app.get("/ready")
    async def ready(_request: Request) -> HTTPResponse:
        return response.json({"ready": app.ctx.ready, "restarts": int(os.environ.get("BOT_RESTARTS", "0"))}, status=200 if app.ctx.ready else 503)

    return app


def main() -> None:
    """Run one worker on the loopback port given as the first argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(name)s %(message)s")
    for noisy in ("rasa", "rasa_sdk", "apscheduler", "matplotlib", "sanic", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    _quiet_rasa()
    os.chdir(ROOT)
    settings = read_settings()
    database = open_database(settings)
    wait_for_database(database, seconds=60)
    port = int(sys.argv[1])
    app = create_worker(settings, database, port)
    app.run(host=_address(settings), port=port, access_log=False, protocol=ShortWay)


def _address(settings: Settings) -> str:
    """Return the address to listen on; beyond this machine only with a token, because a worker answers whoever has it.

    Raises:
        BadSetting: BOT_WORKER_HOST without BOT_WORKER_TOKEN.
    """
    if settings.worker_host != "127.0.0.1" and not settings.worker_token:
        raise BadSetting("BOT_WORKER_HOST is set without BOT_WORKER_TOKEN: anybody on that network could make the worker work. Set both.")
    return settings.worker_host


def _quiet_rasa() -> None:
    """Unless told otherwise Rasa prints every debug line, residents' words included, to stdout (rasa.md, hazard 10)."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)


if __name__ == "__main__":
    main()
