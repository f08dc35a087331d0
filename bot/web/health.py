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
READY = Gauge("workers_ready", "dialogue workers that answer with a loaded model")
RESTARTS = Gauge("worker_restarts", "how often a worker had to be started again since `bot serve` began", ["worker"])
LISTENING = Gauge("pages_listening", "requests and open pages that wait for something new")


@bp.get("/healthz")
async def alive(_request: Request) -> HTTPResponse:
    """200 while the process serves requests."""
    return response.json({"ok": True})


@bp.get("/readyz")
async def ready(request: Request) -> HTTPResponse:
    """200 when database, a worker and its model answer; 503 with what does not."""
    app = request.app
    workers = [state["ready"] for state in await _workers(app)]
    parts = {"database": await _database_answers(app), "worker": any(workers), "workers_ready": sum(workers)}
    good = bool(parts["database"] and parts["worker"])
    return response.json({"ready": good, **parts}, status=200 if good else 503)


@bp.get("/metrics")
async def metrics(request: Request) -> HTTPResponse:
    """Return what is counted, for Prometheus: numbers only, never a word of anybody."""
    WAITING.set(request.app.ctx.dispatcher.waiting)
    LISTENING.set(request.app.ctx.live.listeners)
    workers = await _workers(request.app)
    READY.set(sum(state["ready"] for state in workers))
    for number, state in enumerate(workers, 1):
        RESTARTS.labels(str(number)).set(state["restarts"])
    return response.raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _database_answers(app: Any) -> bool:
    try:
        await in_thread(app, lambda session: session.execute(sa.text("SELECT 1")).scalar_one())
        return True
    except sa.exc.SQLAlchemyError:
        return False


async def _workers(app: Any) -> list[dict[str, Any]]:
    """Ask every worker how it is; one that does not say is not ready."""
    return list(await asyncio.gather(*(_worker(url) for url in app.ctx.settings.worker_urls)))


async def _worker(url: str) -> dict[str, Any]:
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http, http.get(f"{url}/ready") as answer:
            said = await answer.json()
            return {"ready": answer.status == 200, "restarts": int(said.get("restarts", 0))}
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
        return {"ready": False, "restarts": 0}
