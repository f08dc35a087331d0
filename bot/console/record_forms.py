"""What the office enters by hand, one form a figure (domain.md 1.2, scopes B and C). Each record has its evidence; totals cannot be typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Callable

from sqlalchemy.orm import Session

from bot.console.fields import CHOICE, DAY, NUMBER, Field
from bot.ledger import advisors, counters
from bot.ledger.advisors import Paper
from bot.ledger.counters import MEASURED, Counter, Record, record_counter
from bot.legal.cases import Tier
from bot.office import BEIJING, Office

Values = dict[str, Any]
EVIDENCE = Field("evidence", "凭证", required=True, hint="文件、照片、截图的编号或存放位置", longest=200)
OPINIONS = (("contract", "合同"), ("decision", "决策"), ("enforcement", "执法"), ("petition", "信访"), ("other", "其他"))
# Where a figure that is not entered here comes from: the page on which its rows arise.
ELSEWHERE = {
    "screening_rounds": "/console/screenings",
    "enterprise_issues_collected": "/console/enterprise",
    "enterprise_issues_resolved": "/console/enterprise",
    "lecture_attendance": "/console/services/new?kind=lecture",
}


@dataclass(frozen=True)
class RecordForm:
    """The form behind one figure.

    Args:
        code: of the metric it counts for.
        book, event: where its records are found again; event None: all of the book.
        write: writes one record in the caller's transaction.
        ends: its records last until they are ended (engagements, service points).
    """

    code: str
    book: str
    event: str | None
    fields: tuple[Field, ...]
    write: Callable[[Session, Values, str, datetime], Any]
    ends: bool = False


def record_forms(office: Office) -> dict[str, RecordForm]:
    """Return all forms by the code of their metric, in the order of the page."""
    forms = (*(_counter(c) for c in Counter), *_work(office), *_standing(office))
    return {form.code: form for form in forms}


def moment_of(day: date) -> datetime:
    """Return when something happened of which the day is known: the first moment of that Beijing day, whenever it is entered."""
    return datetime.combine(day, time.min, tzinfo=BEIJING)


def end_record(session: Session, form: RecordForm, subject: str, day: date, by: str, evidence: str | None, now: datetime) -> Any:
    """Record that an engagement ended, or that a service point closed."""
    end = advisors.end_assignment if form.book == advisors.ASSIGNMENT else advisors.close_service_point
    return end(session, subject, moment_of(day), Paper(by, evidence), now)


def _counter(counter: Counter) -> RecordForm:
    measured = counter in MEASURED
    fields = (
        Field("ref", "编号", required=True, hint="文号、会议号、案号，或“2026-03”这样的统计月份；同一编号只登记一次", longest=80),
        Field("title", "名称", required=True, longest=80),
        Field("day", "日期", DAY, True),
        *((Field("value", "数值", NUMBER, True, hint="照统计系统或名册抄录", smallest=1),) if measured else (Field("attendance", "人数", NUMBER),)),
        EVIDENCE,
    )

    def write(session: Session, values: Values, by: str, now: datetime) -> Any:
        item = Record(
            counter, values["ref"], moment_of(values["day"]), values["title"], values["evidence"], by,
            value=values["value"] if measured else 1, attendance=0 if measured else values["attendance"] or 0,
        )  # fmt: skip
        return record_counter(session, item, now)

    return RecordForm(counter.code, counters.BOOK, counter.code, fields, write)


def _work(office: Office) -> tuple[RecordForm, ...]:
    """What the district's advisors do for offices: cases, opinions, discussions."""
    who = tuple((a.code, a.name) for a in office.advisors)
    advisor = Field("advisor", "顾问", CHOICE, True, who)

    def litigation(session: Session, v: Values, by: str, now: datetime) -> Any:
        return advisors.record_litigation(session, v["ref"], moment_of(v["day"]), v["principal"], v["advisor"], Paper(by, v["evidence"]), now)

    def opinion(session: Session, v: Values, by: str, now: datetime) -> Any:
        at, paper = moment_of(v["day"]), Paper(by, v["evidence"])
        return advisors.record_opinion(session, v["ref"], at, v["requester"], v["kind"], v["advisor"], paper, now, v["revises"])

    def meeting(session: Session, v: Values, by: str, now: datetime) -> Any:
        there = tuple(dict.fromkeys(v[name] for name in ("advisor", "advisor2", "advisor3", "advisor4") if v[name]))
        return advisors.record_meeting(session, v["ref"], moment_of(v["day"]), v["topic"], there, Paper(by, v["evidence"]), now)

    more = tuple(Field(f"advisor{n}", f"第{n}位顾问", CHOICE, choices=who) for n in (2, 3, 4))
    return (
        RecordForm("litigation_cases", "litigation", None, (
            Field("ref", "委托事项编号", required=True, hint="同一纠纷一审、二审用同一编号，只计一件", longest=80), Field("day", "接受委托日期", DAY, True),
            Field("principal", "被代理单位", required=True, longest=60), advisor, EVIDENCE), litigation),
        RecordForm("legal_opinions", "opinion", None, (
            Field("ref", "文书编号", required=True, longest=80), Field("day", "出具日期", DAY, True),
            Field("requester", "要求出具的单位", required=True, longest=60), Field("kind", "种类", CHOICE, True, OPINIONS), advisor,
            Field("revises", "修订哪一份（填编号）", hint="修订版另存，不另计", longest=80), EVIDENCE), opinion),
        RecordForm("advisor_discussions", "meeting", None, (
            Field("ref", "会议编号", required=True, longest=80), Field("day", "日期", DAY, True), Field("topic", "议题", required=True, longest=80),
            advisor, *more, EVIDENCE), meeting),
    )  # fmt: skip


def _standing(office: Office) -> tuple[RecordForm, ...]:
    """What stands until it ends: engagements of advisors, service points."""
    where = tuple((c.code, c.name) for c in office.communities)

    def assign(session: Session, v: Values, by: str, now: datetime) -> Any:
        return advisors.assign_advisor(session, v["ref"], v["advisor"], v["community"], moment_of(v["day"]), v["org"], Paper(by, v["evidence"]), now)

    def open_point(session: Session, v: Values, by: str, now: datetime) -> Any:
        tier, at = Tier.from_code(v["tier"]), moment_of(v["day"])
        return advisors.open_service_point(session, v["ref"], tier, v["name"], v["community"], at, Paper(by, v["evidence"]), now)

    return (
        RecordForm("advisor_coverage", advisors.ASSIGNMENT, "started", (
            Field("ref", "聘任合同编号", required=True, longest=80), Field("day", "起始日期", DAY, True),
            Field("advisor", "顾问", CHOICE, True, tuple((a.code, a.name) for a in office.advisors)), Field("community", "社区", CHOICE, True, where),
            Field("org", "律所或法律服务所", required=True, longest=60), EVIDENCE), assign, ends=True),
        RecordForm("service_points_by_tier", advisors.POINT, "started", (
            Field("ref", "站点编号", required=True, longest=40), Field("day", "开放日期", DAY, True),
            Field("tier", "层级", CHOICE, True, tuple((t.code, t.label) for t in Tier)),
            Field("name", "名称", required=True, longest=60), Field("community", "社区", CHOICE, choices=where, hint="社区级必填"), EVIDENCE),
            open_point, ends=True),
    )  # fmt: skip
