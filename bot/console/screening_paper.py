"""矛盾纠纷排查月报表 as the paper that is signed (domain.md 5.13); its figures are those of the office's table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.console.months import Month
from bot.ledger.screening_log import findings
from bot.office import Office
from bot.papers.filling import fill
from bot.reports.forms import form_sheets
from bot.statistics.views import View

ROW = ("community", "type", "carried", "found", "settled", "to_mediation", "to_police", "open", "group_risk")
ROUND = ("community", "due", "done", "households", "note")
NOTHING = "无"


def report_paper(session: Session, view: View, month: Month, office: Office, communities: frozenset[str] | None, now: datetime) -> bytes:
    """Return the month's report as DOCX: figures of all communities, and the open disputes of those named, without people."""
    table, rounds = form_sheets(session, "screening", view, office)
    names = {c.code: c.name for c in office.communities}
    unresolved = [
        {
            "community": names.get(f.community, f.community), "type": f.dispute_type.label, "risk": f.risk.label, "responsible": f.responsible,
            "measures": f.measures, "due": f.due,
        }
        for f in findings(session, communities, view.with_demo)
    ]  # fmt: skip
    fields = {
        "period": month.label, "office": office.name, "demo": "（含演示数据，不得上报）" if view.with_demo else " ",
        "rows": [_named(ROW, row) for row in table.rows], "rounds": [_named(ROUND, row) for row in rounds.rows],
        "unresolved": unresolved or [dict.fromkeys(("community", "type", "risk", "responsible", "measures", "due"), NOTHING)],
    }  # fmt: skip
    return fill("screening_report", fields, now)


def _named(names: tuple[str, ...], row: tuple[object, ...]) -> dict[str, str]:
    return {name: str(cell) if cell != "" else " " for name, cell in zip(names, row)}
