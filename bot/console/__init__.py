"""The desk of advisors, mediators and the office: server-rendered pages under /console."""

from __future__ import annotations

from sanic import Sanic

from bot.console import access, account, audit_pages, home, queue, signing_in, staff_pages

BLUEPRINTS = (
    signing_in.bp,
    home.bp,
    account.bp,
    staff_pages.bp,
    audit_pages.bp,
    queue.bp,
)


def mount(app: Sanic) -> None:
    """Add the desk to the application."""
    app.blueprint(list(BLUEPRINTS))
    access.mount(app)
