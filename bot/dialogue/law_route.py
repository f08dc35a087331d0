"""Law search over HTTP inside a worker, where the sentence encoder is at home; the web process stays small.

Articles that may be related (可能相关的法条) are shown as such and never as an answer.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from datetime import datetime
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.office import BEIJING
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)
MOST = 10


def law_routes(settings: Settings) -> Blueprint:
    """Return the route /laws/search; the index is loaded at the first question, which is told to come again."""
    routes = Blueprint("law_search")
    held: dict[str, Any] = {}

    @routes.get("/laws/search")
    async def search(request: Request) -> HTTPResponse:
        if not hmac.compare_digest(request.headers.get("X-Worker-Token", ""), settings.worker_token):
            return response.json({"error": "the worker token is missing or wrong"}, status=403)
        finder: Any = await asyncio.get_running_loop().run_in_executor(None, _begin, settings, held)
        if finder.state == "nothing":
            return response.json({"state": finder.state}, status=503)
        text, day = request.args.get("text", ""), datetime.now(BEIJING).date()
        found = await asyncio.get_running_loop().run_in_executor(None, finder.related_articles, text, MOST, day)
        return response.json({"state": finder.state, "articles": [{"law": a.law, "article": a.article} for a in found]})

    return routes


def _begin(settings: Settings, held: dict[str, Any]) -> Any:
    from bot.knowledge.law_search import LawSearch
    from bot.knowledge.statutes_import import open_store

    if "finder" not in held:
        held["finder"] = LawSearch(open_store(settings.var), settings.var, data=ROOT / "data")
        # Waits for the index if another process is building it; costs nothing meanwhile.
        held["finder"].prepare_in_background()
    return held["finder"]
