"""A year for everybody: counts by month, community and dispute type, small numbers hidden so that they stay hidden.

Published are only counts whose sums are all listed in `SUMS_IN_WORDS`: no stocks, rates or amounts, from which hidden counts
could be worked out another way. Every table is linked to the others by its sums, and all are hidden together.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Any, Optional

from sqlalchemy.orm import Session

from bot.errors import BadPeriod
from bot.legal.advisor_services import ServiceKind
from bot.legal.disputes import DisputeType
from bot.legal.suppression import SMALLEST, Sum, hide
from bot.office import Office
from bot.reports.sheets import BOM, Sheet, as_csv
from bot.statistics.figures import figure
from bot.statistics.metrics import label_of, table
from bot.statistics.periods import months_of, year
from bot.statistics.registry import metric
from bot.statistics.views import View

SERVICES = tuple(kind.book for kind in ServiceKind)
BY_MONTH = (
    "bot_answers", "handovers", "mediation_requests", "advice_requests", "legal_aid_requests", "enterprise_issues_collected", "cases_total",
    "mediation_resolved", "agreements_written", "agreements_oral", "mediation_failed", "mediation_terminated", "judicial_confirmations", "prevented_total",
    "screening_findings", "findings_settled", "advisor_service_items", *SERVICES,
)  # fmt: skip
BY_PLACE = ("cases_total", "mediation_resolved", "advisor_service_items", "screening_findings")
CROSSED = ("cases_total", "mediation_resolved")
PLACE_BY_MONTH = ("cases_total",)
# What the office and its offices did, not what happened to people: nothing to hide, once a year, with its state.
OFFICE_WORK = (
    "screening_rounds", "advisor_coverage", "service_points_by_tier", "litigation_cases", "legal_opinions", "advisor_discussions", "publicity_activities",
    "legal_lectures_officials", "premeeting_study", "thematic_study", "pre_appointment_reports", "repealed_documents", "enforcers_certified",
    "site_pageviews", "document_cleanup_rounds",
)  # fmt: skip
PARTS_OF = {"mediation_resolved": ("agreements_written", "agreements_oral"), "advisor_service_items": SERVICES}
HIDDEN = "*"
ALL = "合计"
NOWHERE = "未注明"
Cell = tuple[str, Optional[str], Optional[str], Optional[str]]  # metric, community, dispute type, month; None is the sum over all


@dataclass(frozen=True)
class OpenData:
    """All tables of a year, ready to be written; `hidden` of `cells` cells are not shown."""

    year: int
    sheets: dict[str, Sheet]
    hidden: int
    cells: int


def open_data(session: Session, of_year: int, office: Office, today: date) -> OpenData:
    """Return the tables of a year that is over.

    Raises:
        BadPeriod: the year is not over; a later publication would give away what changed since.
    """
    view = View(year(of_year))
    if view.period.end > today:
        raise BadPeriod(f"{of_year} is not over; open data is published once, for a whole year.")
    values = _values(session, view, office)
    hidden = hide(values, _sums(values))
    shown = {cell: HIDDEN if cell in hidden else n for cell, n in values.items()}
    return OpenData(of_year, _sheets(session, shown, view, office), len(hidden), len(values))


def files_of(data: OpenData) -> dict[str, bytes]:
    """Return each file by its name: a CSV with a mark for Excel for each table, and one JSON with all of them."""
    files = {f"{name}.csv": (BOM + as_csv(sheet)).encode() for name, sheet in data.sheets.items()}
    tables = {name: {"title": s.title, "columns": s.columns, "rows": [dict(zip(s.columns, row)) for row in s.rows]} for name, s in data.sheets.items()}
    about = {"year": data.year, "hidden_mark": HIDDEN, "hidden_below": SMALLEST, "hidden_cells": data.hidden, "cells": data.cells}
    files["open_data.json"] = json.dumps({**about, "tables": tables}, ensure_ascii=False, indent=1).encode() + b"\n"
    return files


def as_zip(files: dict[str, bytes]) -> bytes:
    """Return files in one archive; the same files make the same archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), body)
    return out.getvalue()


def _values(session: Session, view: View, office: Office) -> dict[Cell, int]:
    """Every cell of every table, noughts included."""
    months = [f"{part.first:%Y-%m}" for part in months_of(view.period)]
    values: dict[Cell, int] = {}
    for code in BY_MONTH:
        counted = dict(table(session, metric(code), view, ["month"]))
        values.update({(code, None, None, m): int(counted.get((m,), 0)) for m in months})
        values[(code, None, None, None)] = sum(int(n) for n in counted.values())
    by_place = {code: {c: int(n) for (c,), n in table(session, metric(code), view, ["community"])} for code in BY_PLACE}
    # Every table has the same places, also where only one of its figures knows something of one.
    places = _places(office, {c for parts in by_place.values() for c in parts})
    for code, parts in by_place.items():
        values.update({(code, place, None, None): parts.get(place or None, 0) for place in places})
    for code in CROSSED:
        found = {key: int(n) for key, n in table(session, metric(code), view, ["community", "dispute_type"])}
        for kind in DisputeType.codes():
            values.update({(code, p, kind, None): found.get((p or None, kind), 0) for p in places})
            values[(code, None, kind, None)] = sum(found.get((p or None, kind), 0) for p in places)
    for code in PLACE_BY_MONTH:
        found = {key: int(n) for key, n in table(session, metric(code), view, ["community", "month"])}
        values.update({(code, p, None, m): found.get((p or None, m), 0) for p in places for m in months})
    return values


def _sums(values: dict[Cell, int]) -> list[Sum]:
    """All equations between printed cells: over months, communities and types, and of metrics made of others."""
    found = []
    for total in values:
        for axis in (1, 2, 3):
            if total[axis] is None:
                same = [i for i in (1, 2, 3) if i != axis]
                parts = tuple(c for c in values if c[0] == total[0] and c[axis] is not None and all(c[i] == total[i] for i in same))
                if parts:
                    found.append(Sum(total, parts))
    for whole, codes in PARTS_OF.items():
        for cell in values:
            parts = tuple((code, *cell[1:]) for code in codes)
            if cell[0] == whole and all(part in values for part in parts):
                found.append(Sum(cell, parts))
    return found


def _sheets(session: Session, shown: dict[Cell, Any], view: View, office: Office) -> dict[str, Sheet]:
    months = [f"{part.first:%Y-%m}" for part in months_of(view.period)]
    places = [p for code, p, kind, month in shown if code == "cases_total" and p is not None and kind is None and month is None]

    def name_of(place: str) -> str:
        return label_of("community", place, office) if place else NOWHERE

    by_month = [(c, metric(c).label, metric(c).unit, *(shown[(c, None, None, m)] for m in months), shown[(c, None, None, None)]) for c in BY_MONTH]
    by_place = [(name_of(p), *(shown.get((c, p, None, None), 0) for c in BY_PLACE)) for p in places]
    by_place.append((ALL, *(shown[(c, None, None, None)] for c in BY_PLACE)))
    crossed = []
    for code in CROSSED:
        for kind in DisputeType:
            parts = (shown[(code, p, kind.code, None)] for p in places)
            crossed.append((code, metric(code).label, kind.code, kind.label, *parts, shown[(code, None, kind.code, None)]))
        crossed.append((code, metric(code).label, ALL, ALL, *(shown[(code, p, None, None)] for p in places), shown[(code, None, None, None)]))
    monthly = [(name_of(p), *(shown[("cases_total", p, None, m)] for m in months), shown[("cases_total", p, None, None)]) for p in places]
    monthly.append((ALL, *(shown[("cases_total", None, None, m)] for m in months), shown[("cases_total", None, None, None)]))
    office_work = [(c, metric(c).label, metric(c).unit, figure(session, metric(c), view).shown) for c in OFFICE_WORK]
    names = tuple(name_of(p) for p in places)
    return {
        "months": Sheet("各月", (), ("metric", "label", "unit", *months, "total"), tuple(by_month)),
        "communities": Sheet("各社区", (), ("community", *BY_PLACE), tuple(by_place)),
        "dispute_types": Sheet("纠纷类型×社区", (), ("metric", "label", "dispute_type", "type_label", *names, "total"), tuple(crossed)),
        "community_months": Sheet("各社区各月受理民间纠纷", (), ("community", *months, "total"), tuple(monthly)),
        "office_work": Sheet("机关法治工作", (), ("metric", "label", "unit", "value"), tuple(office_work)),
        "dictionary": _dictionary(),
    }


def _dictionary() -> Sheet:
    rows = [(c, metric(c).label, metric(c).unit, metric(c).definition, metric(c).source) for c in (*BY_MONTH, *OFFICE_WORK)]
    rows += [
        (HIDDEN, "未公布", "", f"数值为1或2，或为使这样的数值推算不出而一并不公布；任何人用全部表格推算，范围不窄于{SMALLEST + 1}个数。", ""),
        ("total", "合计", "", "该行各列之和；各表同名的数相同。", ""),
        *((whole, "合计关系", "", f"等于 {'＋'.join(parts)}", "") for whole, parts in PARTS_OF.items()),
        ("未报", "未报", "", "没有登记，也没有申报为零。", ""),
        ("period", "期间", "", "按事情发生的北京时间日期；不含演示数据；不含个人信息。", ""),
    ]
    return Sheet("数据字典", (), ("name", "label", "unit", "meaning", "source"), tuple(rows))


def _places(office: Office, seen: set[Optional[str]]) -> list[str]:
    """The office's communities, those it no longer lists, and "" for none where something has none."""
    listed = [c.code for c in office.communities]
    gone = sorted(c for c in seen if c and c not in listed)
    return [*listed, *gone, *([""] if seen & {None, ""} else [])]
