"""Opening a citation: the article's text, with the day it took effect and where it comes from."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import aiohttp
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.knowledge.law_names import UnreadableArticleNumber, short_title
from bot.knowledge.statutes import LawNotFound, StoreUnusable
from bot.knowledge.statutes_import import open_store
from bot.messages import clean_text
from bot.office import BEIJING

bp = Blueprint("laws", url_prefix="/api/laws")
DAY = 24 * 3600
LONGEST_QUESTION = 300
PATIENCE = aiohttp.ClientTimeout(total=5)


@bp.get("/article")
async def article(request: Request) -> HTTPResponse:
    """Return {"law", "title", "article", "text", "effective_date", "source"}; 404 when it is not in force or not there."""
    law, number = request.args.get("law", ""), request.args.get("article", "")
    try:
        found = await asyncio.get_running_loop().run_in_executor(request.app.ctx.threads, _look_up, request.app, law, number)
    except (LawNotFound, UnreadableArticleNumber):
        return response.json({"error": "法条库里还没有这一条的全文。条文名称和条号没有变，可以请社区法律顾问或拨打12348核实。"}, status=404)
    except StoreUnusable:
        return response.json({"error": "法条库还没有准备好，请稍后再看。"}, status=503, headers={"Retry-After": "30"})
    return response.json(found, headers={"Cache-Control": f"max-age={DAY}"})


@bp.get("/search")
async def search(request: Request) -> HTTPResponse:
    """Return {"articles": [{law, article, label}], "note"}: what may be related to a question, never an answer. 503 while it is being prepared."""
    text = clean_text(request.args.get("text", ""))[:LONGEST_QUESTION]
    settings = request.app.ctx.settings
    if not text:
        return response.json({"error": "请写出要找的内容。"}, status=400)
    try:
        address, proof = f"{settings.worker_urls[0]}/laws/search", {"X-Worker-Token": settings.worker_token}
        async with aiohttp.ClientSession(timeout=PATIENCE, headers=proof) as http, http.get(address, params={"text": text}) as answer:
            found = await answer.json() if answer.status == 200 else None
    except (aiohttp.ClientError, asyncio.TimeoutError, IndexError):
        found = None
    if found is None:
        return response.json({"error": "法条检索正在准备，请过几分钟再试。"}, status=503, headers={"Retry-After": "60"})
    articles = [{**a, "label": f"{short_title(a['law'])} {a['article']}"} for a in found["articles"]]
    return response.json({"articles": articles, "note": "可能相关的法条，只供参考，不是答复。"})


def _look_up(app: Any, law: str, number: str) -> dict[str, str]:
    if not hasattr(app.ctx, "statutes"):
        app.ctx.statutes = open_store(app.ctx.settings.var)
    found = app.ctx.statutes.article(law, number, datetime.now(BEIJING).date())
    return {
        "law": found.law.title,
        "title": short_title(found.law.title),
        "article": found.label,
        "text": found.text,
        "effective_date": found.law.effective_date.isoformat(),
        "source": found.law.url or found.law.source,
    }
