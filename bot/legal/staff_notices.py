"""Notices to staff: what is told, in which words, when it may go out and when it is tried again. Pure.

No personal data: a group chat and a mailbox are read by many (domain.md 4.6). A number or a community, what kind, a page of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.legal.coded import Coded

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
IN_ONE_MESSAGE = 20


class StaffEvent(Coded):
    """What staff are told of."""

    RISK = ("risk", "风险提示，请立即查看")
    PERSON_WAITING = ("person_waiting", "居民在等人工")
    NEW_CASE = ("new_case", "新办件")
    OVERDUE = ("overdue", "办件超时")
    ESCALATED = ("escalated", "办件提级")
    CRITICAL_FINDING = ("critical_finding", "排查发现危急纠纷")
    SCREENING_MISSING = ("screening_missing", "排查未报")
    ACCOUNT = ("account", "账号变动，不是本人操作请马上告诉管理员")

    @property
    def is_urgent(self) -> bool:
        """Whether it goes out in quiet hours too: a danger has to be looked at within 15 minutes (domain.md 2.5)."""
        return self in (StaffEvent.RISK, StaffEvent.CRITICAL_FINDING)


@dataclass(frozen=True)
class QuietHours:
    """From and until, Beijing time; over midnight where `until` is the earlier one. The same twice: never quiet."""

    start: time
    until: time

    def covers(self, local: datetime) -> bool:
        """Whether a Beijing moment is quiet."""
        at = local.time().replace(tzinfo=None)
        if self.start <= self.until:
            return self.start <= at < self.until
        return at >= self.start or at < self.until

    def over_at(self, local: datetime) -> datetime:
        """Return the end of the quiet hours a Beijing moment is in; the moment itself where it is not quiet."""
        if not self.covers(local):
            return local
        end = local.replace(hour=self.until.hour, minute=self.until.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """One notice as it is told; `subject` is a number or names of communities."""

    event: StaffEvent
    subject: str
    community: str
    path: str


def line_of(notice: Told, site: str) -> str:
    """Return one line: what, which, where, and the page to look at."""
    where = f"（{notice.community}）" if notice.community else ""
    return f"【{notice.event.label}】{notice.subject}{where} {site.rstrip('/')}{notice.path}"


def message_of(notices: list[Told], office: str, site: str) -> str:
    """Return one message for several notices, urgent ones first."""
    order = list(StaffEvent)
    told = sorted(notices, key=lambda n: order.index(n.event))
    return "\n".join([f"{office}：{len(told)}条提醒", *(line_of(n, site) for n in told)])


def pause_after(tries: int) -> timedelta | None:
    """Return how long to wait after the n-th failed try (1 is the first); None: give up."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None
