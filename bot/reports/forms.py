"""The office's own tables: mediation statistics, monthly screening, the advisors' eight items, an advisor's year.

Every cell is a part of a metric; sums are checked against the metric itself before a table leaves.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import UnknownMetric
from bot.legal.advisor_services import EIGHT_ITEMS, ServiceKind
from bot.legal.disputes import DisputeType
from bot.office import Office
from bot.reports.sheets import Cell, Sheet
from bot.reports.tables import about_view
from bot.statistics import metrics
from bot.statistics.periods import months_of
from bot.statistics.views import View, line_conditions
from bot.storage.book_tables import BookFact, FactEntry
from bot.storage.tables import ServiceEntry

FORMS = ("mediation", "screening", "advisors")
ELSEWHERE = "（未注明社区）"
MEDIATION_COLUMNS = (
    "cases_total",
    "mediation_resolved",
    "agreements_written",
    "agreements_oral",
    "mediation_failed",
    "mediation_terminated",
    "parties_total",
    "agreement_amount",
)
SCREENING_COLUMNS = ("screening_findings", "findings_settled", "findings_to_mediation", "findings_to_police", "findings_open", "findings_group_risk")


def form_sheets(session: Session, name: str, view: View, office: Office) -> list[Sheet]:
    """Return the sheets of a form.

    Raises:
        UnknownMetric: there is no such form, or no such advisor in the office's file.
    """
    if name.startswith("advisor:"):
        return [_advisor_sheet(session, name.partition(":")[2], view, office)]
    makers = {"mediation": _mediation_sheets, "screening": _screening_sheets, "advisors": _advisor_items}
    if name not in makers:
        raise UnknownMetric(f"Unknown form {name!r}; expected one of: {', '.join(FORMS)}, advisor:CODE.")
    return makers[name](session, view, office)


def _mediation_sheets(session: Session, view: View, office: Office) -> list[Sheet]:
    """人民调解案件统计表: types down and measures across; and resolved cases, types down and communities across."""
    by_type = {code: _parts(session, code, view, "dispute_type") for code in MEDIATION_COLUMNS}
    rows = [(t.label, *(by_type[c].get(t.code, 0) for c in MEDIATION_COLUMNS)) for t in DisputeType]
    rows.append(("合计", *(_total(session, code, view) for code in MEDIATION_COLUMNS)))
    heads = [metrics.metric(code) for code in MEDIATION_COLUMNS]
    first = Sheet(
        "人民调解案件统计表", _about(view, office, MEDIATION_COLUMNS), ("纠纷类型", *(f"{m.label}（{m.unit}）" for m in heads)), tuple(rows), totals=1
    )
    return [first, *(_crossed(session, code, view, office) for code in ("cases_total", "mediation_resolved"))]


def _crossed(session: Session, code: str, view: View, office: Office) -> Sheet:
    which = metrics.metric(code)
    parts = dict(metrics.table(session, which, view, ["dispute_type", "community"]))
    places = _places(office, {c for _, c in parts})
    rows: list[tuple[Cell, ...]] = []
    for kind in DisputeType:
        cells = [parts.get((kind.code, place), 0) for place, _ in places]
        rows.append((kind.label, *cells, sum(cells)))
    sums = _parts(session, code, view, "community")
    rows.append(("合计", *(sums.get(place, 0) for place, _ in places), _total(session, code, view)))
    return Sheet(f"{which.label}（类型×社区）", _about(view, office, (code,)), ("纠纷类型", *(label for _, label in places), "合计"), tuple(rows), totals=1)


def _screening_sheets(session: Session, view: View, office: Office) -> list[Sheet]:
    """矛盾纠纷排查月报表: communities × types with something found or open, then communities' rounds."""
    found = {code: dict(metrics.table(session, metrics.metric(code), view, ["community", "dispute_type"])) for code in SCREENING_COLUMNS}
    carried = dict(metrics.table(session, metrics.metric("findings_open"), view.before(), ["community", "dispute_type"]))
    places = _places(office, {c for part in (*found.values(), carried) for c, _ in part})
    rows: list[tuple[Cell, ...]] = []
    for place, label in places:
        for kind in DisputeType:
            key = (place, kind.code)
            cells = (carried.get(key, 0), *(found[code].get(key, 0) for code in SCREENING_COLUMNS))
            if any(cells):
                rows.append((label, kind.label, *cells))
    rows.append(
        ("合计", "", metrics.count(session, metrics.metric("findings_open"), view.before()), *(_total(session, code, view) for code in SCREENING_COLUMNS))
    )
    heads = ("社区", "纠纷类型", "上期结转", *(metrics.metric(code).label for code in SCREENING_COLUMNS))
    return [Sheet("矛盾纠纷排查月报表", _about(view, office, SCREENING_COLUMNS), heads, tuple(rows), totals=1), _rounds(session, view, office)]


def _rounds(session: Session, view: View, office: Office) -> Sheet:
    done, homes = _parts(session, "screening_rounds", view, "community"), _parts(session, "households_visited", view, "community")
    found, due = _parts(session, "screening_findings", view, "community"), len(months_of(view.period))
    rows: list[tuple[Cell, ...]] = []
    for place, label in _places(office, set(done)):
        n = done.get(place, 0)
        said = "缺报" if int(n) < due else "无纠纷" if not found.get(place) else ""
        rows.append((label, due, n, homes.get(place, 0), said))
    rows.append(("合计", due * len(office.communities), *(_total(session, code, view) for code in ("screening_rounds", "households_visited")), ""))
    return Sheet(
        "排查报送情况", _about(view, office, ("screening_rounds",)), ("社区", "应报（轮）", "实报（轮）", "走访（户次）", "说明"), tuple(rows), totals=1
    )


def _advisor_items(session: Session, view: View, office: Office) -> list[Sheet]:
    """村（居）法律顾问: the eight published items by community; together they are the 法律服务事项."""
    by_kind = {kind: _parts(session, kind.book, view, "community") for kind in ServiceKind}
    rows: list[tuple[Cell, ...]] = []
    for place, label in _places(office, {c for part in by_kind.values() for c in part}):
        cells = [sum(int(by_kind[kind].get(place, 0)) for kind in kinds) for _, kinds in EIGHT_ITEMS]
        rows.append((label, *cells, sum(cells)))
    items = [sum(int(_total(session, kind.book, view)) for kind in kinds) for _, kinds in EIGHT_ITEMS]
    rows.append(("合计", *items, _total(session, "advisor_service_items", view)))
    return [
        Sheet(
            "村居法律顾问服务统计表",
            _about(view, office, ("advisor_service_items",)),
            ("社区", *(label for label, _ in EIGHT_ITEMS), "法律服务事项"),
            tuple(rows),
            totals=1,
        )
    ]


def _advisor_sheet(session: Session, code: str, view: View, office: Office) -> Sheet:
    """One advisor's year: kinds down, months across, from the lines tied to this advisor's records."""
    known = next((a for a in office.advisors if a.code == code), None)
    if known is None:
        raise UnknownMetric(f"Unknown advisor {code!r}; expected one of: {', '.join(a.code for a in office.advisors)}.")
    months = months_of(view.period)
    counted = [_advisor_counts(session, code, view.during(part)) for part in months]
    rows: list[tuple[Cell, ...]] = [(kind.label, *(n.get(kind.book, 0) for n in counted), sum(n.get(kind.book, 0) for n in counted)) for kind in ServiceKind]
    sums = [sum(n.values()) for n in counted]
    rows.append(("合计", *sums, sum(sums)))
    about = (("顾问", f"{known.name}（{code}）"), *_about(view, office, ("advisor_service_items",)))
    return Sheet(f"法律顾问{code}服务统计", about, ("服务类型", *(part.first.strftime("%Y-%m") for part in months), "合计"), tuple(rows), totals=1)


def _advisor_counts(session: Session, advisor: str, view: View) -> dict[str, int]:
    which = metrics.metric("advisor_service_items")
    query = (
        sa.select(ServiceEntry.kind, sa.func.sum(ServiceEntry.quantity))
        .join(FactEntry, FactEntry.entry_id == ServiceEntry.id)
        .join(BookFact, BookFact.id == FactEntry.fact_id)
        .where(BookFact.advisor == advisor, *line_conditions(view, which.kinds, cumulative=False))
        .group_by(ServiceEntry.kind)
    )
    return {kind: int(n) for kind, n in session.execute(query).all()}


def _places(office: Office, seen: set[str | None]) -> list[tuple[str | None, str]]:
    """The office's communities, those it no longer lists, and none, so that no count is lost between the columns."""
    listed: list[tuple[str | None, str]] = [(c.code, c.name) for c in office.communities]
    gone = sorted(c for c in seen if c is not None and office.community(c) is None)
    return [*listed, *((c, c) for c in gone), *([(None, ELSEWHERE)] if None in seen else [])]


def _parts(session: Session, code: str, view: View, dimension: str) -> dict[str | None, metrics.Number]:
    return {codes[0]: n for codes, n in metrics.table(session, metrics.metric(code), view, [dimension])}


def _total(session: Session, code: str, view: View) -> metrics.Number:
    return metrics.count(session, metrics.metric(code), view)


def _about(view: View, office: Office, codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return (*about_view(view, office), *((metrics.metric(code).label, metrics.metric(code).definition) for code in codes))
