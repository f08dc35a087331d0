"""The time limits that run in a case: until when, from what, on which ground. Pure.

Limits of ours are targets that domain.md 2.5 sets (the office confirms them); they warn and end nothing by themselves. Limits
of a law are days by which the sides or a court have to act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.legal.calendar import BEIJING, add_months
from bot.legal.cases import CaseKind
from bot.legal.coded import Coded
from bot.legal.deadlines import last_day
from bot.legal.disputes import DisputeType
from bot.legal.enterprise import SILENCE_DAYS
from bot.legal.lifecycle import AGREEMENTS, Status, is_open
from bot.legal.working_hours import Hours, after_working_time, end_of_working_day

RECEIPT_MINUTES = 4 * 60
RISK_MINUTES = 15
ACCEPT_DAYS = 3
SETTLE_MONTHS = 1
FIRST_VISIT_AFTER_DUE = timedelta(days=3)
FIRST_VISIT_WITHOUT_DUE = timedelta(days=7)
SECOND_VISIT = timedelta(days=30)
LABOUR = (DisputeType.MIGRANT_WAGE, DisputeType.OTHER_LABOUR)
_OURS = "本系统设定，须主管机关确认"


class Limit(Coded):
    """What has to happen in time."""

    RISK = ("risk", "风险件响应")
    RECEIPT = ("receipt", "确认收到")
    ACCEPTANCE = ("acceptance", "受理决定")
    SETTLEMENT = ("settlement", "调结")
    ARBITRATION = ("arbitration", "劳动争议未达成的，可以申请仲裁")
    POLICE_MEDIATION = ("police_mediation", "交通事故转交警调解的申请")
    CONFIRMATION = ("confirmation", "共同申请司法确认")
    COURT_DECIDES = ("court_decides", "法院决定是否受理")
    COURT_REVIEWS = ("court_reviews", "法院审查确认申请")
    FIRST_VISIT = ("first_visit", "首次回访")
    SECOND_VISIT = ("second_visit", "二次回访")
    ENTERPRISE_SILENCE = ("enterprise_silence", "企业未异议，视为认可")


SOURCES = {
    Limit.RISK: f"{RISK_MINUTES}分钟（工作时间内，{_OURS}）",
    Limit.RECEIPT: f"4个工作小时（{_OURS}）",
    Limit.ACCEPTANCE: f"{ACCEPT_DAYS}个工作日（人民调解法没有规定，{_OURS}）",
    Limit.SETTLEMENT: "一个月内（司法部令第75号第33条，现行状态未核；到期提醒，不自动终止）",
    Limit.ARBITRATION: "收到调解申请之日起15日内未达成协议（劳动争议调解仲裁法第14条）",
    Limit.POLICE_MEDIATION: "调解终止之日起3日内，各方一致书面申请（道路交通事故处理程序规定第85条）",
    Limit.CONFIRMATION: "协议生效之日起30日内，双方共同申请（人民调解法第33条，民事诉讼法第205条）",
    Limit.COURT_DECIDES: "3日（法释〔2011〕5号第4条）",
    Limit.COURT_REVIEWS: "15日，可延长10日（法释〔2011〕5号第5条）",
    Limit.FIRST_VISIT: f"到期履行日后3日，没有约定履行期的7日（{_OURS}）",
    Limit.SECOND_VISIT: f"30日（{_OURS}）",
    Limit.ENTERPRISE_SILENCE: f"办结满{SILENCE_DAYS}日",
}
MEDICAL_SOURCE = "30个工作日，鉴定时间不计，可以约定延长；逾期视为调解不成（医疗纠纷预防和处理条例第38条）"
OURS = frozenset({Limit.RISK, Limit.RECEIPT, Limit.ACCEPTANCE, Limit.SETTLEMENT, Limit.FIRST_VISIT, Limit.SECOND_VISIT})


@dataclass(frozen=True)
class Times:
    """What has happened in a case, and when (aware datetimes; None where it has not).

    Args:
        risk_at: when an emergency was seen in its conversation that nobody has dealt with.
        effective_at: when the agreement took effect.
        performance_due: the last day on which something of it is due.
        first_visit, last_visit: visits after the agreement.
        done_at: when the responsible unit was done with an enterprise issue.
    """

    kind: CaseKind
    status: Status
    dispute_type: DisputeType
    requested_at: datetime
    risk_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    effective_at: datetime | None = None
    performance_due: date | None = None
    applied_on: date | None = None
    court_accepted_on: date | None = None
    visits: int = 0
    done_at: datetime | None = None


@dataclass(frozen=True)
class Due:
    """A limit that runs: until when (aware, Beijing), and on which ground."""

    limit: Limit
    at: datetime
    source: str

    def is_over(self, now: datetime) -> bool:
        """Whether it has passed."""
        return now > self.at

    def days_left(self, now: datetime) -> int:
        """Return Beijing days left; negative when it has passed, 0 on the last day."""
        return (self.at.astimezone(BEIJING).date() - now.astimezone(BEIJING).date()).days


def running(times: Times, hours: Hours) -> tuple[Due, ...]:
    """Return the limits that run now, the nearest first. An office without hours promises nothing within hours."""
    found = [*_risk(times, hours), *_new(times, hours), *_mediating(times, hours), *_agreed(times), *_visits(times), *_others(times)]
    return tuple(sorted(found, key=lambda due: due.at))


def next_of_ours(times: Times, hours: Hours) -> Due | None:
    """Return the nearest running limit that the desk itself has to keep, or None."""
    return next((due for due in running(times, hours) if due.limit in OURS), None)


def end_of(day: date) -> datetime:
    """Return the last second of a Beijing day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=BEIJING)


def last_confirmation_day(effective_at: datetime) -> date:
    """Return the last day to ask a court together for confirmation: 30 days, moved off a day off.

    Source: 人民调解法 art. 33; 民事诉讼法 arts. 85, 205.
    """
    return last_day(_day(effective_at), 30, "calendar_day").day


def first_visit_day(effective_at: datetime, performance_due: date | None) -> date:
    """Return the day of the first visit: 3 days after performance is due, or 7 days after effect where no day was agreed."""
    return performance_due + FIRST_VISIT_AFTER_DUE if performance_due else _day(effective_at) + FIRST_VISIT_WITHOUT_DUE


def _risk(times: Times, hours: Hours) -> list[Due]:
    if times.risk_at is None or not is_open(times.status) or not hours:
        return []
    since = max(times.risk_at, times.requested_at)
    return [Due(Limit.RISK, after_working_time(since, RISK_MINUTES, hours), SOURCES[Limit.RISK])]


def _new(times: Times, hours: Hours) -> list[Due]:
    if times.status not in (Status.REQUESTED, Status.SCREENED) or not hours:
        return []
    found = [Due(Limit.ACCEPTANCE, end_of_working_day(times.requested_at, ACCEPT_DAYS, hours), SOURCES[Limit.ACCEPTANCE])]
    if times.status is Status.REQUESTED:
        found.append(Due(Limit.RECEIPT, after_working_time(times.requested_at, RECEIPT_MINUTES, hours), SOURCES[Limit.RECEIPT]))
    return found


def _mediating(times: Times, hours: Hours) -> list[Due]:
    if times.kind is not CaseKind.MEDIATION or times.status not in (Status.ACCEPTED, Status.ASSIGNED, Status.IN_MEDIATION) or times.accepted_at is None:
        return []
    if times.dispute_type is DisputeType.MEDICAL:
        return [Due(Limit.SETTLEMENT, end_of_working_day(times.accepted_at, 30, hours), MEDICAL_SOURCE)]
    found = [Due(Limit.SETTLEMENT, end_of(add_months(_day(times.accepted_at), SETTLE_MONTHS)), SOURCES[Limit.SETTLEMENT])]
    if times.dispute_type in LABOUR:
        found.append(Due(Limit.ARBITRATION, end_of(_day(times.requested_at) + timedelta(days=15)), SOURCES[Limit.ARBITRATION]))
    return found


def _agreed(times: Times) -> list[Due]:
    if times.status in (*AGREEMENTS, Status.PERFORMING) and times.effective_at and times.applied_on is None:
        return [Due(Limit.CONFIRMATION, end_of(last_confirmation_day(times.effective_at)), SOURCES[Limit.CONFIRMATION])]
    if times.status is not Status.CONFIRMATION_APPLIED or times.applied_on is None:
        return []
    if times.court_accepted_on is None:
        return [Due(Limit.COURT_DECIDES, end_of(times.applied_on + timedelta(days=3)), SOURCES[Limit.COURT_DECIDES])]
    return [Due(Limit.COURT_REVIEWS, end_of(times.court_accepted_on + timedelta(days=15)), SOURCES[Limit.COURT_REVIEWS])]


def _visits(times: Times) -> list[Due]:
    if times.effective_at is None or times.status is Status.ARCHIVED or times.visits >= 2:
        return []
    first = first_visit_day(times.effective_at, times.performance_due)
    if times.visits == 0:
        return [Due(Limit.FIRST_VISIT, end_of(first), SOURCES[Limit.FIRST_VISIT])]
    return [Due(Limit.SECOND_VISIT, end_of(first + SECOND_VISIT), SOURCES[Limit.SECOND_VISIT])]


def _others(times: Times) -> list[Due]:
    if times.status is Status.FAILED and times.dispute_type is DisputeType.ROAD_TRAFFIC and times.ended_at:
        return [Due(Limit.POLICE_MEDIATION, end_of(_day(times.ended_at) + timedelta(days=3)), SOURCES[Limit.POLICE_MEDIATION])]
    if times.status is Status.RESOLVED and times.done_at:
        return [Due(Limit.ENTERPRISE_SILENCE, times.done_at.astimezone(BEIJING) + timedelta(days=SILENCE_DAYS), SOURCES[Limit.ENTERPRISE_SILENCE])]
    return []


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()
