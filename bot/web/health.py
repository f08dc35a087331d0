"""Is it up, and can residents chat? For supervisors, load balancers and people."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.storage.threads import in_thread

bp = Blueprint("health")
PATIENCE = aiohttp.ClientTimeout(total=2)
WAITING = Gauge("inbox_conversations_waiting", "conversations that are being served or wait for a worker")
LISTENING = Gauge("pages_listening", "requests and open pages that wait for something new")


@bp.get("/healthz")
async def alive(_request: Request) -> HTTPResponse:
    """200 while the process serves requests."""
    return response.json({"ok": True})


@bp.get("/readyz")
async def ready(request: Request) -> HTTPResponse:
    """200 when database, a worker and its model answer; 503 with what does not."""
    app = request.app
    workers = await asyncio.gather(*(_worker_ready(url) for url in app.ctx.settings.worker_urls))
    parts = {"database": await _database_answers(app), "worker": any(workers), "workers_ready": sum(workers)}
    good = bool(parts["database"] and parts["worker"])
    return response.json({"ready": good, **parts}, status=200 if good else 503)


@bp.get("/metrics")
async def metrics(request: Request) -> HTTPResponse:
    """Return what is counted, for Prometheus: numbers only, never a word of anybody."""
    WAITING.set(request.app.ctx.dispatcher.waiting)
    LISTENING.set(request.app.ctx.live.listeners)
    return response.raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _database_answers(app: Any) -> bool:
    try:
        await in_thread(app, lambda session: session.execute(sa.text("SELECT 1")).scalar_one())
        return True
    except sa.exc.SQLAlchemyError:
        return False


async def _worker_ready(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http, http.get(f"{url}/ready") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False
