"""The desk of advisors, mediators and the office: server-rendered pages under /console."""

from __future__ import annotations

import logging
from typing import Any

from sanic import Sanic
from sqlalchemy.exc import SQLAlchemyError

from bot.console import (
    access,
    account,
    api,
    api_docs,
    audit_pages,
    case,
    case_actions,
    enterprise,
    files,
    home,
    learning,
    mediation_view,
    office,
    office_exports,
    office_opendata,
    office_periods,
    office_report,
    office_tokens,
    papers,
    parties,
    people,
    queue,
    records,
    roster,
    screenings,
    services,
    signing_in,
    staff_pages,
)
from bot.console.canned import read_canned
from bot.knowledge.cards import read_cards
from bot.ledger.case_times import set_missing_due
from bot.storage.threads import in_thread

log = logging.getLogger(__name__)
BLUEPRINTS = (
    signing_in.bp,
    home.bp,
    account.bp,
    staff_pages.bp,
    audit_pages.bp,
    queue.bp,
    case.bp,
    case_actions.bp,
    parties.bp,
    mediation_view.bp,
    roster.bp,
    people.bp,
    files.bp,
    office.bp,
    office_exports.bp,
    office_opendata.bp,
    office_periods.bp,
    office_report.bp,
    office_tokens.bp,
    api.bp,
    api_docs.bp,
    services.bp,
    screenings.bp,
    enterprise.bp,
    papers.bp,
    records.bp,
    learning.bp,
)


def mount(app: Sanic) -> None:
    """Add the desk to the application.

    Raises:
        BadOfficeFile: the office's own replies cannot be used.
    """
    app.ctx.cards = read_cards()
    app.ctx.canned = read_canned(app.ctx.settings.office)
    app.blueprint(list(BLUEPRINTS))
    access.mount(app)
    app.register_listener(_set_missing_limits, "after_server_start")


async def _set_missing_limits(app: Sanic, _loop: Any) -> None:
    """Cases that an earlier release or a demonstration opened get the time limit that the queue sorts by."""
    try:
        while await in_thread(app, lambda session: set_missing_due(session, app.ctx.office.weekday_hours), writing=True):
            pass
    except SQLAlchemyError:
        # The pages work without; the next start tries again.
        log.exception("time limits of earlier cases were not set")
