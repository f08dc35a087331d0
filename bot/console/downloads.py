"""Files that the desk hands out: never kept by a browser, always a download."""

from __future__ import annotations

from sanic import response
from sanic.response import HTTPResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"


def as_file(body: bytes, kind: str, name: str) -> HTTPResponse:
    """Return bytes as a download; the name is ASCII."""
    return response.raw(body, content_type=kind, headers={"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"})
