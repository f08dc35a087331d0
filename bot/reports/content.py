"""What a report says: text, tables, charts, corrections, the appendix. No DOCX here, and no figure is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot.errors import ReportBlocked
from bot.legal.disputes import DisputeType
from bot.legal.reply_times import ReplyTime
from bot.office import BEIJING, Office
from bot.reports.charts import bars
from bot.reports.figures import Figures, ReportFigure, Shown, collect, last_day
from bot.reports.texts import Piece, Section, sections, span, used_metrics
from bot.statistics.behind import MOST_MONTHS
from bot.statistics.closings import Correction, corrections
from bot.statistics.metrics import label_of
from bot.statistics.periods import months_of
from bot.statistics.views import View
from bot.storage.book_tables import PeriodAction

TYPE_COLUMNS = ("cases_total", "mediation_resolved", "mediation_failed", "mediation_terminated")
PLACE_COLUMNS = ("cases_total", "mediation_resolved", "screening_rounds", "advisor_service_items")
APPENDIX_HEADS = ("编号", "数字", "数值", "定义", "期间", "截至", "数据来源", "明细行数", "哈希（前十二位）", "责任单位")
CORRECTION_HEADS = ("所属月份", "登记日", "类别", "数量", "编号", "登记人", "原因")


@dataclass(frozen=True)
class Table:
    """A table of the document."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Content:
    """A whole report, ready to be written."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    charts: tuple[bytes, ...]
    appendix: tuple[Table, ...]
    figures: Figures
    as_of: date
    corrections: tuple[Correction, ...]


def content(session: Session, view: View, as_of: date, office: Office, closed: list[PeriodAction], drawn: bool = True) -> Content:
    """Return the report of a view; `closed` are the closings that hold. Charts take time and are drawn only for a document."""
    keys = {*used_metrics(), *TYPE_COLUMNS, *PLACE_COLUMNS, "first_replies", *(f"first_{which.code}" for which in ReplyTime)}
    figures = collect(session, view, office, closed, keys)
    text = tuple(sections(figures))
    tables = (_by_type(figures), _by_community(figures, office), *_first_replies(figures))
    late = tuple(corrections(session, closed, view.period)) if not view.with_demo else ()
    notes = [f"填报单位：{office.name}", f"期间：{view.period.first}至{last_day(view)}（含首尾两日）；截至{as_of}登记的数据。"]
    if view.with_demo:
        notes.append("本件含演示数据，仅供查看，不得上报。")
    return Content(
        f"{span(view.period)}公共法律服务与矛盾纠纷化解情况", tuple(notes), text, tables, _charts(figures) if drawn else (),
        (_appendix(figures, view, as_of), *_corrected(late), *_closed(closed, view)), figures, as_of, late,
    )  # fmt: skip


def check_may_be_signed(said: Content) -> None:
    """Return if somebody may sign this report.

    Raises:
        ReportBlocked: it holds demonstration data, or a figure is missing; names each with the unit that answers for it.
    """
    if said.figures.view.with_demo:
        raise ReportBlocked("A report with demonstration data cannot be signed; leave --with-demo out.")
    missing = said.figures.missing
    if missing:
        listed = "；".join(f"{f.label}（{f.owner}）" for f in missing)
        raise ReportBlocked(f"The report cannot be signed: {len(missing)} figures are missing: {listed}. Record them, or declare a zero.")


def _by_type(figures: Figures) -> Table:
    rows: list[tuple[Piece, ...]] = []
    for kind in DisputeType:
        rows.append((kind.label, *(figures.part(code, "dispute_type", kind.code) for code in TYPE_COLUMNS)))
    rows.append(("合计", *(figures.use(code).shown("exact") for code in TYPE_COLUMNS)))
    return Table("附表：人民调解案件统计表（按纠纷类型）", ("纠纷类型", *(figures[c].label for c in TYPE_COLUMNS)), tuple(rows))


def _by_community(figures: Figures, office: Office) -> Table:
    seen = {place for code in PLACE_COLUMNS for place in figures.behind[code].codes("community")}
    places: list[str | None] = [c.code for c in office.communities]
    others = sorted(c for c in seen if c is not None and c not in places)
    rows: list[tuple[Piece, ...]] = []
    for place in [*places, *others, *([None] if None in seen else [])]:
        label = label_of("community", place, office) if place else "未注明社区"
        rows.append((label, *(figures.part(code, "community", place) for code in PLACE_COLUMNS)))
    rows.append(("合计", *(figures.use(code).shown("exact") if not figures[code].missing else "未报" for code in PLACE_COLUMNS)))
    return Table("附表：各社区情况", ("社区", *(f"{figures[c].label}（{figures[c].unit}）" for c in PLACE_COLUMNS)), tuple(rows))


def _first_replies(figures: Figures) -> list[Table]:
    """How long residents waited for a person; left out where nobody asked for one."""
    if not figures["first_replies"].value:
        return []
    rows = tuple((which.label, figures.use(f"first_{which.code}").shown("exact")) for which in ReplyTime)
    whole = ("合计", figures.use("first_replies").shown("exact"))
    return [Table("附表：首次人工答复用时（自然时间）", ("从请求到首次人工答复", "次数"), (*rows, whole))]


def _charts(figures: Figures) -> tuple[bytes, ...]:
    types = [(t.label.removesuffix("纠纷"), float(figures.behind["cases_total"].part("dispute_type", t.code))) for t in DisputeType]
    shown = sorted((t for t in types if t[1]), key=lambda t: -t[1])[:10]
    months = months_of(figures.view.period)
    by_month = 1 < len(months) <= MOST_MONTHS
    drawn = [bars("受理民间纠纷的类型（件，前十）", [name for name, _ in shown], [("受理", [n for _, n in shown])], lying=True)]
    if by_month:
        series = [(figures[code].label, [_in_month(figures, code, part.first) for part in months]) for code in ("cases_total", "mediation_resolved")]
        drawn.append(bars("各月受理与调解成功（件）", [f"{part.first.month}月" for part in months], series))
    return tuple(chart for chart in drawn if chart is not None)


def _in_month(figures: Figures, code: str, first: date) -> float:
    return float(figures.behind[code].part("month", f"{first:%Y-%m}"))


def _appendix(figures: Figures, view: View, as_of: date) -> Table:
    rows = tuple(_explained(f, view, as_of) for f in figures.shown_figures)
    return Table("附录：数字说明", APPENDIX_HEADS, rows)


def _explained(figure: ReportFigure, view: View, as_of: date) -> tuple[Piece, ...]:
    state = {"missing": "未报", "na": "不适用"}.get(figure.frozen["state"])
    value: Piece = state if state else Shown(figure.id, str(figure.value))
    period = f"{view.period.first}之前" if figure.opening else f"{view.period.first}至{last_day(view)}"
    return (
        figure.id, f"{figure.label}（{figure.unit}）", value, figure.definition, period, str(as_of), figure.source,
        str(figure.frozen["rows"]), figure.frozen["sha256"][:12], figure.owner,
    )  # fmt: skip


def _corrected(late: tuple[Correction, ...]) -> list[Table]:
    if not late:
        return []
    rows = tuple(
        (
            c.month,
            c.row.recorded_at.astimezone(BEIJING).strftime("%Y-%m-%d"),
            c.row.kind,
            f"{c.row.quantity:+d}",
            c.row.case_number or str(c.row.id),
            c.row.recorded_by,
            c.reason,
        )
        for c in late
    )
    return [Table("附录：更正（已关账月份之后登记的明细）", CORRECTION_HEADS, rows)]


def _closed(closed: list[PeriodAction], view: View) -> list[Table]:
    inside = [a for a in closed if view.period.first.strftime("%Y-%m") <= a.month < view.period.end.strftime("%Y-%m")]
    rows = tuple((a.month, a.done_at.astimezone(BEIJING).strftime("%Y-%m-%d"), a.done_by, a.digest[:12]) for a in inside)
    return [Table("附录：已关账月份", ("月份", "关账日", "经办", "哈希（前十二位）"), rows)] if rows else []
