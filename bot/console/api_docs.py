"""/docs: what /api/v1 offers, as OpenAPI 3 and as a page. Both are made from the table of routes, nothing comes from elsewhere."""

from __future__ import annotations

import json
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.api_shapes import BASE, TEXT, Parameter, Route, routes
from bot.console.pages import plain_page
from bot.office import Office

bp = Blueprint("api_docs", url_prefix="/docs")
VERSION = "1.0"
REFUSALS = {"400": "参数不能用；说明收到什么、应写什么", "401": "没有令牌，或令牌已失效", "403": "令牌没有这个范围"}


@bp.get("/")
async def show(request: Request) -> HTTPResponse:
    """The page for people."""
    return plain_page(request, "api_docs.html", routes=routes(request.app.ctx.office), base=BASE, refusals=REFUSALS)


@bp.get("/openapi.json")
async def document(request: Request) -> HTTPResponse:
    """The document for programs."""
    text = json.dumps(openapi(request.app.ctx.office), ensure_ascii=False, indent=1)
    return response.raw(text.encode(), content_type="application/json; charset=utf-8", headers={"Cache-Control": "no-cache"})


def openapi(office: Office) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document of the interface."""
    return {
        "openapi": "3.0.3",
        "info": {"title": f"{office.name} 统计接口", "version": VERSION, "description": "只读。令牌由办公室发放，限范围、有期限。数字的含义见 /metrics。"},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {f"{BASE}{route.path}": {"get": _operation(route)} for route in routes(office)},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": {"type": "object", "properties": {"error": TEXT, "parameter": TEXT}, "required": ["error"]}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    refusals = {**REFUSALS, **({"404": "没有这个编号"} if any(p.in_path for p in route.parameters) else {})}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    tag = {"ETag": {"schema": TEXT, "description": "带回 If-None-Match，没有变化时得到304"}}
    return {
        "operationId": route.name,
        "summary": route.about,
        "description": f"需要令牌范围：{route.scope.code}（{route.scope.label}）。",
        "tags": [route.scope.code],
        "parameters": [_parameter(p) for p in route.parameters],
        "responses": {
            "200": {"description": "结果", "headers": tag, "content": {"application/json": {"schema": route.answer}}},
            "304": {"description": "与上次相同"},
            **{code: {"description": words, "content": error} for code, words in refusals.items()},
        },
    }


def _parameter(p: Parameter) -> dict[str, Any]:
    return {"name": p.name, "in": "path" if p.in_path else "query", "required": p.required, "description": p.about, "schema": p.schema}
