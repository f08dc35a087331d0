"""What the office counts by hand (scope C): one record with its evidence each, never a typed total (domain.md 1.2 #9, #11-#19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import BadRecord
from bot.ledger.facts import Fact, known_fact, required, write_fact
from bot.legal.cases import Channel, Tier
from bot.legal.coded import Coded
from bot.storage.book_tables import BookFact

BOOK = "counter"


class Counter(Coded):
    """What is counted by hand."""

    PUBLICITY = ("publicity_activities", "专项普法工作")
    OFFICIAL_LECTURE = ("legal_lectures_officials", "机关法治专题讲座")
    PREMEETING_STUDY = ("premeeting_study", "会前学法")
    THEMATIC_STUDY = ("thematic_study", "专题学法活动")
    PRE_APPOINTMENT = ("pre_appointment_reports", "任前法律知识报告")
    REPEALED = ("repealed_documents", "废止失效文件")
    ENFORCERS = ("enforcers_certified", "行政执法人员资格认证备案")
    PAGEVIEWS = ("site_pageviews", "官方网站阅读量")
    CLEANUP = ("document_cleanup_rounds", "规范性文件清理")
    RECONSIDERATION = ("reconsideration_cases", "行政复议案件")
    RECONSIDERATION_CLOSED = ("reconsideration_closed", "办结行政复议案件")


# A lecture for officials is no publicity and no study: what is held once is counted under one of these.
EXCLUSIVE = frozenset({Counter.PUBLICITY, Counter.OFFICIAL_LECTURE, Counter.PREMEETING_STUDY, Counter.THEMATIC_STUDY})
# Read off another system or a roster; everything else is one record, one count.
MEASURED = frozenset({Counter.ENFORCERS, Counter.PAGEVIEWS})


@dataclass(frozen=True)
class Record:
    """One thing that was held, issued or read off.

    Args:
        ref: number or name that makes it unique: document number, meeting number, case number, "2026-03" of a statistic.
        value: 1, or what another system or a roster shows (pageviews, enforcers).
        evidence_ref: where the proof is; required.
    """

    counter: Counter
    ref: str
    held_at: datetime
    title: str
    evidence_ref: str
    by: str
    value: int = 1
    attendance: int = 0
    channel: Channel = Channel.WINDOW
    is_demo: bool = False


def record_counter(session: Session, item: Record, now: datetime) -> BookFact:
    """Record one thing with its evidence; the same again writes nothing.

    Raises:
        BadRecord: no evidence or title, a typed total, or it stands under another counter.
    """
    required(item.ref, f"{item.counter.label}: the number or name")
    required(item.title, f"{item.counter.label} {item.ref}: the title")
    required(item.evidence_ref, f"{item.counter.label} {item.ref}: the evidence (evidence_ref)")
    if item.value < 1 or (item.value != 1 and item.counter not in MEASURED):
        raise BadRecord(f"{item.counter.label} {item.ref}: {item.value} cannot be typed in; one record counts one. Record each with its evidence.")
    group = "activity" if item.counter in EXCLUSIVE else item.counter.code
    key = f"counter:{group}:{item.ref}"
    known = known_fact(session, key)
    if known is not None:
        if known.event != item.counter.code:
            raise BadRecord(f"{item.ref} is in the books as {known.event}; what was held once counts once.")
        return known
    fact = Fact(
        BOOK, item.counter.code, item.ref, key, item.held_at, item.by,
        tier=Tier.DISTRICT, channel=item.channel, evidence_ref=item.evidence_ref, details={"title": item.title, "attendance": item.attendance},
        is_demo=item.is_demo,
    )  # fmt: skip
    return write_fact(session, fact, {item.counter.code: item.value}, now)
