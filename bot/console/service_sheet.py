"""The service log as a spreadsheet and as the paper that advisor and community sign (domain.md 5.12)."""

from __future__ import annotations

from datetime import datetime

from bot.console.months import Month
from bot.ledger.service_log import Logged
from bot.legal.advisor_services import ServiceKind
from bot.legal.disputes import DisputeType
from bot.office import BEIJING, Office
from bot.papers.filling import fill
from bot.reports.sheets import Cell, Sheet

COLUMNS = (
    "记录编号", "服务时间", "社区", "方式", "服务类型", "对象", "类别", "时长（分钟）", "人数", "结果", "计入法律服务事项", "凭证", "简述", "顾问",
    "登记人", "撤销原因",
)  # fmt: skip
ONSITE = frozenset({ServiceKind.CONSULT_ONSITE, ServiceKind.SCREENING, ServiceKind.EMERGENCY_SUPPORT, ServiceKind.LECTURE, ServiceKind.MEDIATION_SUPPORT})


def log_sheet(rows: list[Logged], month: Month, office: Office) -> Sheet:
    """Return the log of a month, records that were taken back included and marked."""
    about = (("单位", office.name), ("月份", month.label), ("说明", "同一顾问、同一对象、同一件事、同一日计一次；撤销的保留可查，不计"))
    return Sheet("法律顾问工作日志", about, COLUMNS, tuple(_cells(row, office) for row in rows))


def log_paper(rows: list[Logged], month: Month, advisor: str, office: Office, now: datetime) -> bytes:
    """Return the log of a month as DOCX, oldest first, without what was taken back."""
    standing = [row for row in reversed(rows) if row.taken_back is None]
    known = next((a.name for a in office.advisors if a.code == advisor), advisor)
    minutes = sum(row.minutes for row in standing if row.kind in ONSITE)
    fields = {
        "period": month.label, "advisor": known, "demo": " ", "rows": [_line(row, office) for row in standing] or [{"record_no": "无"}],
        "total": str(len(standing)), "counted": str(sum(row.counted for row in standing)), "onsite_hours": f"{minutes / 60:.1f}",
        "lectures": str(sum(row.kind is ServiceKind.LECTURE for row in standing)),
    }  # fmt: skip
    return fill("service_log", fields, now)


def _cells(row: Logged, office: Office) -> tuple[Cell, ...]:
    return (
        row.record_no, row.served_at, _place(row, office), row.channel.label, row.kind.label, row.subject_type.label, _type(row), row.minutes, row.attendance,
        row.result.label, "是" if row.counted else "否", row.evidence_ref, row.brief, row.advisor, row.recorded_by, row.taken_back,
    )  # fmt: skip


def _line(row: Logged, office: Office) -> dict[str, str]:
    return {
        "record_no": row.record_no, "day": f"{row.served_at.astimezone(BEIJING):%Y-%m-%d}", "community": _place(row, office), "channel": row.channel.label,
        "kind": row.kind.label, "subject": row.subject_type.label, "topic": _type(row) or "—", "minutes": str(row.minutes) if row.minutes else "—",
        "result": row.result.label, "counted": "是" if row.counted else "否", "evidence": row.evidence_ref or "—",
    }  # fmt: skip


def _place(row: Logged, office: Office) -> str:
    known = office.community(row.community) if row.community else None
    return known.name if known else row.community or "全区"


def _type(row: Logged) -> str:
    return DisputeType.from_code(row.dispute_type).label if row.dispute_type else ""
