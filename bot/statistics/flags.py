"""Flags against inflated figures: shown as they are, never hidden in a score (domain.md 2.4; issue 6, part 8)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.legal.advisor_services import EVIDENCE_OF, ServiceKind
from bot.statistics.figures import State, figure
from bot.statistics.metrics import METRICS
from bot.statistics.registry import Shape, metric
from bot.statistics.views import View, fact_conditions
from bot.storage.book_tables import BookFact
from bot.storage.tables import ServiceEntry

NEAR_MINUTES = 10
IMPLAUSIBLE_FROM = 30
REVISIT_SHARE = 20  # one case in so many
# (book, event) → what must be there to show for it.
EVIDENCE = {
    ("mediation", "agreed_written"): "调解协议书",
    ("mediation", "agreed_oral"): "口头协议登记表",
    ("mediation", "performed"): "履行凭证或回访记录",
    ("mediation", "confirmed"): "人民法院裁定书",
    ("mediation", "complex"): "疑难复杂的理由和材料",
    ("screening", "submitted"): "签章的排查报告",
    ("enterprise", "done"): "办理材料",
    ("enterprise", "confirmed"): "企业确认材料",
    ("service", "draft_document"): "文书副本",
    ("service", "mediation_support"): "调解记录",
    **{("service", kind.code): what for kind, what in EVIDENCE_OF.items()},
}
# What each kind of flag is called, in the order of the list.
KINDS = {
    "no_evidence": "缺佐证",
    "near_duplicate": "疑似重复登记",
    "implausible_rate": "比率异常",
    "bot_as_service": "自动答复计入服务",
    "zero_declared_but_counted": "申报零而台账有数",
    "revisit_sample": "抽中回访",
}


@dataclass(frozen=True)
class Flag:
    """Something a person should look at: what, about which record, and why."""

    kind: str
    subject: str
    why: str


def flags(session: Session, view: View, seed: int = 1) -> list[Flag]:
    """Return every flag of a period, in a fixed order."""
    found = _facts(session, view)
    return [
        *_without_evidence(found),
        *_near_duplicates(found),
        *_implausible(session, view),
        *_bot_in_services(session, view),
        *_declared_and_counted(session, view),
        *revisit_sample(found, seed),
    ]


def revisit_sample(found: list[BookFact], seed: int) -> list[Flag]:
    """Return the agreements drawn for a visit: about one in twenty, at least one, the same for the same seed."""
    agreed = [f for f in found if f.book == "mediation" and f.event in ("agreed_written", "agreed_oral")]
    drawn = sorted(agreed, key=lambda f: hashlib.sha256(f"{seed}:{f.subject}".encode()).hexdigest())[: -(-len(agreed) // REVISIT_SHARE)]
    return [Flag("revisit_sample", f.subject, f"抽中回访（种子{seed}）") for f in sorted(drawn, key=lambda f: f.id)]


def _facts(session: Session, view: View) -> list[BookFact]:
    query = sa.select(BookFact).where(BookFact.happened_at >= view.period.start_utc, BookFact.happened_at < view.period.end_utc, *fact_conditions(view))
    return list(session.execute(query.order_by(BookFact.id)).scalars())


def _without_evidence(found: list[BookFact]) -> list[Flag]:
    missing = [(f, EVIDENCE[f.book, f.event]) for f in found if (f.book, f.event) in EVIDENCE and not f.evidence_ref]
    return [Flag("no_evidence", f"{f.book}:{f.subject}:{f.event}", f"缺佐证：{what}") for f, what in missing]


def _near_duplicates(found: list[BookFact]) -> list[Flag]:
    """Services of one advisor and kind minutes apart: real work takes longer, a form filled in a row does not."""
    by_advisor: dict[tuple[str | None, str], list[BookFact]] = defaultdict(list)
    for fact in found:
        if fact.book == "service":
            by_advisor[(fact.advisor, fact.event)].append(fact)
    near = []
    for (advisor, _), facts in sorted(by_advisor.items(), key=str):
        facts.sort(key=lambda f: (f.happened_at, f.id))
        for before, after in zip(facts, facts[1:]):
            if after.happened_at - before.happened_at < timedelta(minutes=NEAR_MINUTES):
                near.append(Flag("near_duplicate", after.source_key, f"顾问{advisor}在{NEAR_MINUTES}分钟内登记同类服务：{before.source_key}"))
    return near


def _implausible(session: Session, view: View) -> list[Flag]:
    """A rate of 100 % over thirty or more is looked at, not praised."""
    found = []
    for which in METRICS:
        if which.shape is not Shape.RATIO or which.of is None:
            continue
        value, under = figure(session, which, view), figure(session, metric(which.of[1]), view)
        if value.state is State.VALUE and value.value is not None and value.value >= 100 and (under.value or 0) >= IMPLAUSIBLE_FROM:
            found.append(Flag("implausible_rate", which.code, f"{which.label}为{value.value}%，分母{under.value}"))
    return found


def _bot_in_services(session: Session, view: View) -> list[Flag]:
    query = sa.select(ServiceEntry.id).where(
        ServiceEntry.kind.in_([kind.book for kind in ServiceKind]),
        ServiceEntry.recorded_by == "bot",
        ServiceEntry.happened_at >= view.period.start_utc,
        ServiceEntry.happened_at < view.period.end_utc,
    )
    return [Flag("bot_as_service", f"entry:{n}", "自动答复不得计入法律服务事项") for n in session.execute(query.order_by(ServiceEntry.id)).scalars()]


def _declared_and_counted(session: Session, view: View) -> list[Flag]:
    """A zero was declared, and the books hold something: one of the two is wrong."""
    found = []
    for fact in _facts(session, view):
        if fact.book == "declaration" and fact.event == "zero":
            value = figure(session, metric(fact.subject), view)
            if value.state is State.VALUE:
                found.append(Flag("zero_declared_but_counted", fact.subject, f"申报为零，台账为{value.value}"))
    return found
