"""Metrics: each defined once. Its selection gives the count, the rows behind it, the table and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.errors import UnknownMetric
from bot.legal.cases import Channel, Tier
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.office import Office
from bot.statistics.periods import Period
from bot.storage.tables import ServiceEntry

MISSING = "—"


@dataclass(frozen=True)
class Metric:
    """One figure the office may quote.

    Args:
        kinds: the books whose lines it sums.
        definition: what counts, when and how often, in the office's words.
    """

    code: str
    label: str
    unit: str
    kinds: tuple[str, ...]
    definition: str
    source: str = "服务台账"


METRICS = (
    Metric("mediation_requests", "人民调解申请", "件", ("mediation_request",), "居民提出的人民调解申请，按受理事项编号计一次，以提出之日计期。"),
    Metric("advice_requests", "法律顾问咨询申请", "件", ("advice_request",), "居民请社区法律顾问答复的申请，按受理事项编号计一次。"),
    Metric("legal_aid_requests", "法律援助引导", "件", ("legal_aid_request",), "居民请求法律援助引导的申请，按受理事项编号计一次。"),
    Metric("enterprise_issues_collected", "收集企业问题", "个", ("enterprise_issue",), "年内新登记的企业问题，按受理事项编号计一次。"),
    Metric(
        "requests",
        "受理事项登记",
        "件",
        ("mediation_request", "advice_request", "legal_aid_request", "enterprise_issue"),
        "四类受理事项登记之和，按受理事项编号计一次。",
    ),
    Metric("bot_answers", "智能咨询自动答复", "次", ("bot_answer",), "智能助手以知识卡答复居民一次提问计一次；不计入法律服务事项。"),
)
DIMENSIONS = {
    "community": ServiceEntry.community,
    "dispute_type": ServiceEntry.dispute_type,
    "topic": ServiceEntry.topic,
    "channel": ServiceEntry.channel,
    "tier": ServiceEntry.tier,
}


def metric(code: str) -> Metric:
    """Return the metric with this code.

    Raises:
        UnknownMetric: names all that exist.
    """
    for known in METRICS:
        if known.code == code:
            return known
    raise UnknownMetric(f"Unknown metric {code!r}; expected one of: {', '.join(m.code for m in METRICS)}.")


def selection(which: Metric, period: Period, with_demo: bool = False) -> Select:
    """Return the lines behind a metric in a period: the one definition of it. Demo lines only on request (domain.md 1.4)."""
    query = sa.select(ServiceEntry).where(
        ServiceEntry.kind.in_(which.kinds),
        ServiceEntry.happened_at >= period.start_utc,
        ServiceEntry.happened_at < period.end_utc,
    )
    return query if with_demo else query.where(ServiceEntry.is_demo.is_(False))


def count(session: Session, which: Metric, period: Period, with_demo: bool = False) -> int:
    """Return the figure: the sum over its lines, reversing lines included."""
    lines = selection(which, period, with_demo).subquery()
    return int(session.execute(sa.select(sa.func.coalesce(sa.func.sum(lines.c.quantity), 0))).scalar_one())


def rows(session: Session, which: Metric, period: Period, with_demo: bool = False) -> list[ServiceEntry]:
    """Return the lines behind the figure, oldest first."""
    query = selection(which, period, with_demo).order_by(ServiceEntry.happened_at, ServiceEntry.id)
    return list(session.execute(query).scalars())


def table(
    session: Session, which: Metric, period: Period, dimensions: list[str], with_demo: bool = False
) -> list[tuple[tuple[str | None, ...], int]]:
    """Return the figure split by dimensions: one (codes, count) a combination that occurs, largest first.

    The parts sum to `count`. A combination whose lines cancel out is left out.

    Raises:
        UnknownMetric: a dimension does not exist.
    """
    for name in dimensions:
        if name not in DIMENSIONS:
            raise UnknownMetric(f"Unknown dimension {name!r}; expected some of: {', '.join(DIMENSIONS)}.")
    lines = selection(which, period, with_demo).subquery()
    columns = [lines.c[name] for name in dimensions]
    total = sa.func.sum(lines.c.quantity)
    found = session.execute(sa.select(*columns, total).group_by(*columns).having(total != 0)).all()
    parts = [(tuple(row[:-1]), int(row[-1])) for row in found]
    return sorted(parts, key=lambda part: (-part[1], tuple(v or "" for v in part[0])))


def label_of(dimension: str, code: str | None, office: Office) -> str:
    """Return what people read for a stored code; a code the office no longer lists is shown as it is."""
    if code is None:
        return MISSING
    if dimension == "community":
        known = office.community(code)
        return known.name if known else code
    taxonomy: dict[str, Any] = {"dispute_type": DisputeType, "topic": Topic, "channel": Channel, "tier": Tier}
    return str(taxonomy[dimension].from_code(code).label)
