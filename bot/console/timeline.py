"""What happened in a case, line by line: when, what, who, and what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.case_times import details_of
from bot.ledger.casework import events_of
from bot.ledger.casework_after import PERFORMANCE
from bot.ledger.casework_mediation import RESULTS, SIDES
from bot.ledger.casework_services import CONFIRMED_HOW
from bot.legal.advisor_services import ServiceKind
from bot.legal.appointments import time_words
from bot.legal.attachments import size_words
from bot.legal.cases import Tier
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import EVENT_LABELS, STATUS_LABELS, Body, Path, Refusal
from bot.legal.mediation import Prevention, Source, TerminationReason
from bot.storage.desk_tables import Appointment, Attachment

HIDDEN = "〔写明查看原因后显示〕"
NAMES = {
    "to": "承办或去向", "previous": "原承办", "on": "日期", "court": "法院", "evidence": "佐证", "amount": "金额（元）", "no": "编号", "body": "单位",
    "into": "并入", "merged_from": "并入本件的", "tier": "层级", "source": "来源", "referrer": "移送单位",
    "advised_path": "告知途径", "refusal": "原因", "termination": "原因",
    "what": "防止", "persons": "人数", "reasons": "理由", "performance": "履行", "result": "结果", "service": "方式", "category": "类别",
    "owner_unit": "责任单位", "how": "确认方式", "party": "当事人", "record": "登记",
}  # fmt: skip
# Codes of different details may be the same word; each detail is read in its own taxonomy.
_OF: dict[str, dict[str, str]] = {
    "body": {m.code: m.label for m in Body}, "referrer": {m.code: m.label for m in Body}, "advised_path": {m.code: m.label for m in Path},
    "refusal": {m.code: m.label for m in Refusal}, "source": {m.code: m.label for m in Source}, "tier": {m.code: m.label for m in Tier},
    "termination": {m.code: m.label for m in TerminationReason}, "what": {m.code: m.label for m in Prevention}, "performance": PERFORMANCE,
    "result": RESULTS, "service": {m.code: m.label for m in ServiceKind}, "category": {m.code: m.label for m in EnterpriseCategory}, "how": CONFIRMED_HOW,
    "party": SIDES, "record": {"party_details": "当事人信息", "inquiry": "调查笔录", "evidence": "证据", "evidence_returned": "退还证据"},
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One step; `status` is what it led to, "" where it stayed; `note` is in words and may name people."""

    at: datetime
    label: str
    actor: str
    status: str
    details: str
    note: str


def timeline(session: Session, number: str, opened: bool) -> list[Line]:
    """Return the steps of a case, files given and appointments in order; what is in words is hidden unless the case was opened with a reason."""
    lines = [*_steps(session, number, opened), *_files(session, number, opened), *_appointments(session, number)]
    return sorted(lines, key=lambda line: line.at)


def _steps(session: Session, number: str, opened: bool) -> list[Line]:
    return [
        Line(
            event.happened_at,
            EVENT_LABELS.get(event.event, event.event),
            event.actor,
            STATUS_LABELS.get(event.status_after, event.status_after) if event.status_after != event.status_before else "",
            "；".join(f"{NAMES[name]}：{_words(name, value)}" for name, value in details_of(event).items() if name in NAMES),
            (event.note if opened else HIDDEN) if event.note else "",
        )
        for event in events_of(session, number)
    ]


def _files(session: Session, number: str, opened: bool) -> list[Line]:
    found = session.execute(sa.select(Attachment).where(Attachment.case_number == number).order_by(Attachment.id)).scalars()
    return [Line(f.sent_at, "给居民发文件", f.sent_by, "", f"{f.kind.upper()}，{size_words(f.size)}", f.name if opened else HIDDEN) for f in found]


def _appointments(session: Session, number: str) -> list[Line]:
    lines = []
    for one in session.execute(sa.select(Appointment).where(Appointment.case_number == number).order_by(Appointment.id)).scalars():
        lines.append(Line(one.proposed_at, "提出约见时间", one.proposed_by, "", f"地点：{one.place}；{one.minutes}分钟", ""))
        if one.chosen:
            lines.append(Line(one.chosen_at or one.proposed_at, "约见时间定了", "resident", "", f"{time_words(one.chosen)}；地点：{one.place}", ""))
    return lines


def _words(name: str, value: Any) -> str:
    return _OF.get(name, {}).get(str(value), str(value))
